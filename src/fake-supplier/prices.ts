import { formatMicros, minorUnit } from '../lib/money.ts'

/** PLAIN is what panels sell in that print no currency's sign. */
const PLAIN = 'USD'

/** `scaleOf` says how many of a currency make what is one unit of those with decimals: a check for 0.80 USD is one for 8,000 IDR. */
export const scaleOf = (currency: string): bigint => (minorUnit(currency) === 1_000_000n ? 10_000n : 1n)

/** `printed` writes an amount as panels of the currency's own country do: "0.80" USD, "Rp 8.000" IDR, "0,80 €" EUR. */
export function printed(amount: bigint, currency: string): string {
  const decimal = formatMicros(amount, currency)
  if (currency === PLAIN) return decimal
  const region = currency === 'EUR' ? 'DE' : currency.slice(0, 2)
  const { language } = new Intl.Locale(`und-${region}`).maximize()
  const digits = (decimal.split('.')[1] ?? '').length
  const format = new Intl.NumberFormat(`${language}-${region}`, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    numberingSystem: 'latn',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(decimal as Intl.StringNumericLiteral).replaceAll('\u00a0', ' ')
}
