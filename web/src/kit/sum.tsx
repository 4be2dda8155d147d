import { useLingui } from '@lingui/react'
import { Amount, money, written } from './amount.tsx'

/** `sum` writes an amount that was summed up, or computed by a rate, rounded to the coin of its currency. */
export const sum = (value: string, currency: string): string => {
  try {
    return written(value, { style: 'currency', currency })
  } catch {
    return money(value, currency)
  }
}

/** `Sum` is `sum` with the exact amount in its title. */
export function Sum({ value, currency }: { value: string | null | undefined; currency: string }) {
  useLingui()
  if (value == null) return <span className="muted">–</span>
  return (
    <span className="amount" title={money(value, currency)}>
      {sum(value, currency)}
    </span>
  )
}

/** `SumAmount` is an Amount that was summed up: rounded to the coin of its currency. */
export const SumAmount = ({ value, currency }: { value: string | null | undefined; currency: string }) => (
  <Amount value={value} currency={currency} atMost={decimalsOf(currency)} />
)

/** `OWN` are the decimals that this installation has in use where ICU says other ones: `HUF=2,TZS=0` in the head of the page. */
const OWN = new Map(
  document
    .querySelector<HTMLMetaElement>('meta[name="decimals"]')
    ?.content.split(',')
    .map((one) => one.split('='))
    .map(([currency = '', count]) => [currency, Number(count)]),
)

/** `decimalsOf` gives how many decimals a currency is written with: 2 for USD, 3 for KWD, 0 for JPY. */
export function decimalsOf(currency: string): number {
  const own = OWN.get(currency)
  if (own !== undefined) return own
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    return format.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    // A currency of the installation that is none of ISO 4217, such as USDT.
    return 2
  }
}
