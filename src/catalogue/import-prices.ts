import { readAmount } from '../client/index.ts'
import { namesOther } from '../integrations/suppliers/http-kit/currency-signs.ts'
import { hasDecimals, isCurrency } from '../lib/money.ts'
import type { ImportRow } from './import-rows.ts'

/**
 * `withPoints` writes the prices of a file with a decimal point, where the file itself shows that its comma is a decimal one: all of its
 * prices may be read so, and one has not three digits behind its comma.
 */
export function withPoints(rows: ImportRow[]): ImportRow[] {
  const prices = rows.flatMap(({ form }) => (typeof form['price'] === 'string' ? [form['price'].trim()] : []))
  const isEvident =
    prices.every((one) => COMMA_PRICE.test(one)) && prices.some((one) => /,(?!\d{3}$)/.test(one))
  return isEvident ? withPrices(rows, (price) => price.replace(/[.\s'’]/g, '').replace(',', '.')) : rows
}

const COMMA_PRICE = /^-?(?:\d+|\d{1,3}(?:[.\s'’]\d{3})+)(?:,\d+)?$/

/**
 * `withReadPrices` writes prices as decimals that are written as the row's currency is: `Rp 15.000`, `$1,000.50`, `1.234,50`. What may be
 * read in two ways stays as it is, and is refused unless it is a decimal.
 */
export const withReadPrices = (rows: ImportRow[]): ImportRow[] =>
  withPrices(rows, (price, currency) => {
    if (!isCurrency(currency)) return price
    const isGrouped = THOUSANDS.test(price) && (!hasDecimals(currency) || !ONE_MARK.test(price))
    const isClear = NAMED.test(price) || BOTH.test(price) || isGrouped
    return (isClear && !namesOther(price, currency) && readAmount(price, currency)) || price
  })

/** `doubtOf` says what a price may be that can be read in two ways, as "1,500" USD can; undefined: it is no such one. */
export function doubtOf(price: unknown, currency: string): string | undefined {
  if (typeof price !== 'string' || namesOther(price, currency)) return undefined
  const [, whole, separator, part] =
    /^[^\d.,+-]*([1-9]\d{0,2})([.,])(\d{3})[^\d.,+-]*$/.exec(price.trim()) ?? []
  if (whole === undefined || (separator === '.' && !NAMED.test(price))) return undefined
  return `may be ${whole}.${part} or ${whole}${part} ${currency}: write ${whole}.${part}0 or ${whole}${part}`
}

/** NAMED is a price with more than a number, BOTH one with two kinds of separators, THOUSANDS one with what may be thousands. */
const NAMED = /\p{L}|\p{Sc}/u
const BOTH = /\d[.\s'’]\d.*,\d|\d[,\s'’]\d.*\.\d/
const THOUSANDS = /^[1-9]\d{0,2}(?:[.,\s'’]\d{3})+$/
/** ONE_MARK is one that may stand before decimals as well: blanks and apostrophes do not, and there is no second one. */
const ONE_MARK = /^\d+[.,]\d+$/

const withPrices = (rows: ImportRow[], read: (price: string, currency: string) => string): ImportRow[] =>
  rows.map((row) => {
    const { price, currency } = row.form
    if (typeof price !== 'string') return row
    const code = typeof currency === 'string' ? currency.trim().toUpperCase() : ''
    return { ...row, form: { ...row.form, price: read(price.trim(), code) } }
  })
