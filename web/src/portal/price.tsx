import { Amount } from '../kit/amount.tsx'
import { decimalsOf } from '../kit/sum.tsx'

/** `priced` gives an amount of the REST API, which leaves zeros at the end out, as many decimals as its currency is written with. */
export function priced(value: string, currency: string): string {
  const [units = '', decimals = ''] = value.split('.')
  const padded = decimals.padEnd(decimalsOf(currency), '0')
  return padded === '' ? units : `${units}.${padded}`
}

/** `Price` shows an amount of the REST API. */
export const Price = ({ value, currency }: { value: string; currency: string }) => (
  <Amount value={priced(value, currency)} currency={currency} />
)
