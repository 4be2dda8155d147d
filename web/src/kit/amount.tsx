import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react'

/** `digitsIn` counts the digits behind the point of an amount of the API, which has as many as its currency, or its price, needs. */
const digitsIn = (value: string): number => value.split('.')[1]?.length ?? 0

const inLanguage = (value: string, options: Intl.NumberFormatOptions, atMost = 20): string => {
  const digits = Math.min(digitsIn(value), atMost)
  const format = new Intl.NumberFormat(i18n.locale, {
    ...options,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // Given as text, no digit is lost. The minus is the typographic one.
  return format.format(value as unknown as number).replace('-', '−')
}

/** `money` writes an amount with its currency, as the person's language does: `Rp 1.250.000`. For sentences and buttons. */
export const money = (value: string, currency: string): string => {
  try {
    return inLanguage(value, { style: 'currency', currency })
  } catch {
    // A currency of the installation that is none of ISO 4217, such as USDT.
    return `${inLanguage(value, {})} ${currency}`
  }
}

/** `typedAmount` gives the amount that somebody typed, with a point or a comma before its decimals; undefined: it is none above 0. */
export const typedAmount = (text: string): string | undefined => {
  const decimal = text.trim().replace(',', '.')
  return /^\d{1,12}(\.\d{1,6})?$/.test(decimal) && /[1-9]/.test(decimal) ? decimal : undefined
}

/** `sum` writes an amount that was summed up, rounded to the coin of its currency: what it is exactly is in the file. */
export const sum = (value: string, currency: string): string => {
  try {
    const format = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency })
    return format.format(value as unknown as number).replace('-', '−')
  } catch {
    return money(value, currency)
  }
}

/**
 * `Amount` shows an amount in a table or a figure: digits below each other, the currency muted behind it. What was computed with rates is rounded to
 * `atMost` digits behind the point; left out: all of them are shown.
 */
export function Amount({
  value,
  currency,
  atMost,
}: {
  value: string | null | undefined
  currency?: string
  atMost?: number
}) {
  useLingui()
  if (value == null) return <span className="muted">–</span>
  return (
    <span className="amount">
      {inLanguage(value, {}, atMost)}
      {currency && <small>{currency}</small>}
    </span>
  )
}

/** `isNegative` and `isZero` look at the text: an amount is no number of the browser. */
export const isNegative = (value: string): boolean => value.startsWith('-')
export const isZero = (value: string): boolean => !/[1-9]/.test(value)
