/**
 * What people type and spreadsheets copy is read by the rule of files of prices (`withReadPrices` of the server, which reads it again): by the
 * currency, and never by a guess. `test/web/prices.test.ts` holds both against one table.
 */
import type { Edit } from './edits.ts'

/** Coin is a currency, and the decimals that this installation has in use of it. */
export interface Coin {
  currency: string
  decimals: number
}

/** `smallestOf` gives the smallest coin of a currency: 0.01, or 1. */
export const smallestOf = ({ decimals }: Coin): string =>
  decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`

/** `readPrice` gives a price as a decimal with a point; null: the price is to be taken away; undefined: it is no price, or may be two. */
export function readPrice(text: string, { currency, decimals }: Coin): Edit | undefined {
  const clean = text
    .replace(/\p{Cf}/gu, '')
    .replace(/\s/g, ' ')
    .replaceAll('’', "'")
    .trim()
  if (clean === '' || /^[-–—−]$/.test(clean)) return null
  const [, before = '', number = '', behind = ''] =
    /^((?:[^\d.,+-]|(?<=[\p{L}/])\.)*)([\d.,' ]*\d)([^\d.,+-]*\.?)$/u.exec(clean) ?? []
  const signs = [before, behind].map(plainSign).filter((sign) => sign !== '')
  if (signs.some((sign) => !signsOf(currency).has(sign))) return undefined
  const read = withPoint(number, signs.length > 0 ? pointOf(currency) : undefined, decimals)
  return read !== undefined && /^\d{1,9}(\.\d{1,6})?$/.test(read) ? read : undefined
}

/** `readAmount` reads what is added to prices, or taken with a minus; null: nothing. It is else as `readPrice`. */
export function readAmount(text: string, coin: Coin): Edit | undefined {
  const [, minus = '', rest = ''] = /^\s*([-–—−]?)(.*)$/s.exec(text) ?? []
  const read = readPrice(rest, coin)
  return minus !== '' && typeof read === 'string' ? `-${read}` : read
}

/** `readings` gives the two prices that a text may be, such as 1.500 and 1500; undefined: it is none at all. */
export function readings(text: string): [string, string] | undefined {
  const [, whole, part] = /^[^\d.,+-]*([1-9]\d{0,2})[.,](\d{3})[^\d.,+-]*$/.exec(text.trim()) ?? []
  return whole === undefined || part === undefined ? undefined : [`${whole}.${part}`, whole + part]
}

/**
 * `withPoint` writes a number with a point before its decimals and nothing between its thousands. `point` is the usual one of the currency, where
 * the currency is named beside the number.
 */
function withPoint(given: string, point: string | undefined, decimals: number): string | undefined {
  // Blanks and apostrophes separate thousands and nothing else.
  if (/[' ]/.test(given) && !/^\d{1,3}(?:[' ]\d{3})+(?:[.,]\d+)?$/.test(given)) return undefined
  const number = given.replace(/[' ]/g, '')
  const [, before = '', separator, after = ''] = /^(.*)([.,])(\d+)$/.exec(number) ?? []
  if (separator === undefined) return /^\d+$/.test(number) ? number : undefined
  const isDecimal = separatesDecimals({ before, separator, after }, point, decimals)
  if (isDecimal === undefined) return undefined
  const whole = isDecimal ? before : number
  // Thousands have separators of one kind, and three digits behind each.
  if (!/^(?:\d*|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)$/.test(whole)) return undefined
  const units = whole.replace(/[.,]/g, '') || '0'
  return isDecimal ? `${units}.${after}` : units
}

/** `separatesDecimals`, undefined: nobody can tell. */
function separatesDecimals(
  { before, separator, after }: { before: string; separator: string; after: string },
  point: string | undefined,
  decimals: number,
): boolean | undefined {
  if (before.includes(separator)) return false
  if (/[.,]/.test(before) || after.length !== 3 || !/^[1-9]\d{0,2}$/.test(before)) return true
  // One separator and three digits behind it, as in "1.500".
  if (decimals === 0) return false
  if (separator === '.' && point !== ',') return true
  return decimals !== 3 && point === '.' ? false : undefined
}

const plainSign = (sign: string): string => sign.toUpperCase().replace(/[.\s]/g, '')

const homeOf = (currency: string): string => {
  const { language, region } = new Intl.Locale(
    `und-${currency === 'EUR' ? 'DE' : currency.slice(0, 2)}`,
  ).maximize()
  return `${language}-${region}`
}

const pointOf = (currency: string): string =>
  new Intl.NumberFormat(homeOf(currency), { numberingSystem: 'latn' })
    .formatToParts(1.5)
    .find(({ type }) => type === 'decimal')?.value ?? '.'

const signs = new Map<string, ReadonlySet<string>>()

/** `signsOf` gives what may stand beside a price of a currency: its code, and its signs in English and where it is at home. */
function signsOf(currency: string): ReadonlySet<string> {
  let known = signs.get(currency)
  if (known === undefined) {
    const written = ['en', homeOf(currency)].flatMap((locale) =>
      (['symbol', 'narrowSymbol'] as const).map((currencyDisplay) =>
        new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay })
          .formatToParts(0)
          .find(({ type }) => type === 'currency'),
      ),
    )
    known = new Set([
      currency,
      // US$, AU$: many currencies have the dollar's sign.
      `${currency.slice(0, 2)}$`,
      ...written.map((part) => plainSign(part?.value ?? '')),
    ])
    signs.set(currency, known)
  }
  return known
}
