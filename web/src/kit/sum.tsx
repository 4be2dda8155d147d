import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react'
import { Amount, decimalsOf, money } from './amount.tsx'

/** `sum` writes an amount that was summed up, or computed by a rate, rounded to the coin of its currency. */
export const sum = (value: string, currency: string): string => {
  try {
    const format = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency })
    return format.format(value as unknown as number).replace('-', '−')
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
