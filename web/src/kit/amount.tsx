import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react'

/** `digitsIn` counts the digits behind the point of an amount of the API, which has as many as its currency, or its price, needs. */
const digitsIn = (value: string): number => value.split('.')[1]?.length ?? 0

/** `digitsOf` gives how many digits behind the point the amounts of a column need; no more than `atMost`. */
export const digitsOf = (values: readonly (string | null | undefined)[], atMost = 20): number =>
  Math.min(atMost, Math.max(0, ...values.map((value) => digitsIn(value ?? ''))))

const inLanguage = (value: string, options: Intl.NumberFormatOptions, atMost = 20): string => {
  const digits = Math.min(digitsIn(value), atMost)
  return written(value, { ...options, minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** `written`: given as text, no digit is lost. The minus is the typographic one. */
export const written = (value: string, options: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(i18n.locale, options).format(value as unknown as number).replace('-', '−')

/**
 * `money` writes an amount with its currency, as the person's language does: `Rp 1.250.000`. For sentences and buttons. Where it has digits behind the point, it
 * has as many as its currency is written with, at least.
 */
export const money = (value: string, currency: string): string => {
  try {
    return value.includes('.')
      ? written(value, { style: 'currency', currency, maximumFractionDigits: 20 })
      : inLanguage(value, { style: 'currency', currency })
  } catch {
    // A currency of the installation that is none of ISO 4217, such as USDT.
    return `${inLanguage(value, {})} ${currency}`
  }
}

/**
 * `Amount` shows an amount in a table or a figure: digits below each other, the currency muted behind it. What was computed with rates is rounded to
 * `atMost` digits behind the point, with all of it in its title; left out: all of them are shown.
 */
export function Amount({
  value,
  currency,
  atMost,
  digits,
}: {
  value: string | null | undefined
  currency?: string
  atMost?: number
  /** `digits` are those behind the point of all amounts of a column, so that their points stand below each other. */
  digits?: number | undefined
}) {
  useLingui()
  if (value == null) return <span className="muted">–</span>
  return (
    <span
      className="amount"
      title={atMost === undefined && digits === undefined ? undefined : inLanguage(value, {})}
    >
      {digits === undefined
        ? inLanguage(value, {}, atMost)
        : written(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })}
      {currency && <small>{currency}</small>}
    </span>
  )
}

/** `multiplied` gives so many times an amount, of which no digit is lost. */
export function multiplied(value: string, times: number): string {
  const [units = '', part = ''] = value.split('.')
  const all = String(BigInt(units + part) * BigInt(times)).padStart(part.length + 1, '0')
  return part === '' ? all : `${all.slice(0, -part.length)}.${all.slice(-part.length)}`
}

/** `isNegative` and `isZero` look at the text: an amount is no number of the browser. */
export const isNegative = (value: string): boolean => value.startsWith('-')
export const isZero = (value: string): boolean => !/[1-9]/.test(value)
