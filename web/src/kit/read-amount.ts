/**
 * What people type and spreadsheets copy is read by the rule of files of prices (`withReadPrices` of the server, which reads it again): by the
 * currency, and never by a guess. `test/web/prices.test.ts` holds both against one table.
 */
import { decimalsOf } from './sum.tsx'

/** Coin is a currency, and the decimals that this installation has in use of it. */
export interface Coin {
  currency: string
  decimals: number
}

/** `coinOf` is the coin of a currency where nothing else says its decimals. */
export const coinOf = (currency: string): Coin => ({ currency, decimals: decimalsOf(currency) })

/** Read is a decimal with a point; null: nothing was typed; undefined: it is no amount, or may be two. */
export type Read = string | null | undefined

/** `smallestOf` gives the smallest coin of a currency: 0.01, or 1. */
export const smallestOf = ({ decimals }: Coin): string =>
  decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`

/** `readPrice` gives a price as a decimal with a point; null: the price is to be taken away; undefined: it is no price, or may be two. */
export const readPrice = (text: string, coin: Coin): Read => readDigits(text, coin, MAX_PRICE_DIGITS)

const MAX_PRICE_DIGITS = 9
const MAX_AMOUNT_DIGITS = 12
const DECIMALS = 6
const RATE_DECIMALS = 12

function readDigits(text: string, { currency, decimals }: Coin, most: number, mostDecimals = DECIMALS): Read {
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
  const [, units = '', part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(read ?? '') ?? []
  return units !== '' && units.length <= most && part.length <= mostDecimals ? read : undefined
}

/** `readAmount` reads what is added to prices, or taken with a minus. It is else as `readPrice`. */
export function readAmount(text: string, coin: Coin): Read {
  const [, minus = '', rest = ''] = /^\s*([-–—−]?)(.*)$/s.exec(text) ?? []
  const read = readDigits(rest, coin, MAX_AMOUNT_DIGITS)
  return minus !== '' && typeof read === 'string' ? `-${read}` : read
}

/**
 * `readMoney` reads money that is to move, and limits of it: 1.500 is none where the currency has two decimals, for which prices may have three.
 * `readMove` reads it with a minus where some is taken.
 */
export function readMoney(text: string, coin: Coin): Read {
  const read = readMove(text, coin)
  return read?.startsWith('-') ? undefined : read
}

export function readMove(text: string, coin: Coin): Read {
  const mayBeTwo = coin.decimals !== 0 && coin.decimals !== 3 && readings(text) !== undefined
  return mayBeTwo ? undefined : readAmount(text, coin)
}

/** `readRate` reads what one unit of another currency is worth: 16.500 is none where the currency has no decimals. */
export function readRate(text: string, coin: Coin): Read {
  const mayBeTwo = coin.decimals === 0 && readings(text) !== undefined
  const read = mayBeTwo ? undefined : readDigits(text, coin, MAX_AMOUNT_DIGITS, RATE_DECIMALS)
  return read && !/[1-9]/.test(read) ? undefined : read
}

/** `moneyAbove0` gives what `readMoney` read where it is above 0. */
export function moneyAbove0(text: string, coin: Coin): string | undefined {
  const read = readMoney(text, coin)
  return read && /[1-9]/.test(read) ? read : undefined
}

/** `readings` gives the two prices that a text may be, such as 1.500 and 1500; undefined: it is none at all. */
export function readings(text: string): [string, string] | undefined {
  const [, whole, part] = /^[^\d.,+]*([1-9]\d{0,2})[.,](\d{3})[^\d.,+-]*$/.exec(text.trim()) ?? []
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

/** `homeOf` gives a place where a currency is at home. One that is none of ISO 4217, such as USDT, has none: English is what its amounts are written in. */
const homeOf = (currency: string): string => {
  if (!/^[A-Z]{3}$/.test(currency)) return 'en'
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
  if (known === undefined && !/^[A-Z]{3}$/.test(currency)) known = new Set([currency])
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
