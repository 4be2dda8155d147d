import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react'

/** `digitsIn` counts the digits behind the point of an amount: those that it needs, and where it has any, as many as its currency is written with. */
const digitsIn = (value: string, currency: string | undefined): number => {
  const digits = value.split('.')[1] ?? ''
  if (digits === '' || !currency) return digits.length
  return Math.max(digits.replace(/0+$/, '').length, decimalsOf(currency))
}

/** `decimalsOf` gives how many decimals a currency is written with: 2 for USD, 3 for KWD, 0 for JPY. */
export function decimalsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    return format.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    // A currency of the installation that is none of ISO 4217, such as USDT.
    return 2
  }
}

const inLanguage = (
  value: string,
  currency: string | undefined,
  options: Intl.NumberFormatOptions = {},
  atMost = 20,
): string => {
  const digits = Math.min(digitsIn(value, currency), atMost)
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
    return inLanguage(value, currency, { style: 'currency', currency })
  } catch {
    return `${inLanguage(value, currency)} ${currency}`
  }
}

/** `typedAmount` gives the amount that somebody typed, with a point or a comma before its decimals; undefined: it is none above 0. */
export const typedAmount = (text: string): string | undefined => {
  const decimal = text.trim().replace(',', '.')
  return /^\d{1,12}(\.\d{1,6})?$/.test(decimal) && /[1-9]/.test(decimal) ? decimal : undefined
}

/**
 * `Amount` shows an amount in a table or a figure: digits below each other, the currency muted behind it. What was computed with rates is rounded to
 * `atMost` digits behind the point, with all of it in its title; left out: all of them are shown.
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
  const [shown, exact] = [inLanguage(value, currency, {}, atMost), inLanguage(value, currency)]
  return (
    <span className="amount" title={shown === exact ? undefined : `${exact} ${currency ?? ''}`.trim()}>
      {shown}
      {currency && <small>{currency}</small>}
    </span>
  )
}

/** `isNegative` and `isZero` look at the text: an amount is no number of the browser. */
export const isNegative = (value: string): boolean => value.startsWith('-')
export const isZero = (value: string): boolean => !/[1-9]/.test(value)
