import { INEXACT, namesOtherUnit } from './amount-words.ts'
import { inLatinDigits } from './digits.ts'

/**
 * `readAmount` makes a plain decimal such as "1016.41" or "-0.5" of a number, or of a text with a currency's sign and separators, in
 * digits of any script. What came as text is never held by a float. How a text is read depends on its `currency`: "15.000" is 15000 IDR
 * and 15.000 USD.
 *
 * Undefined when it is no amount, and when it is in doubt: "1.234" EUR may be either, and a guess would be wrong a thousandfold. So may
 * "15k", "15 rb", "50 cents", "15%", "from 15" and "~15", and a minus behind the digits, or brackets around them.
 */
export function readAmount(value: unknown, currency?: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? plain(value) : undefined
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined
  const [, sign, amount = '', behind = ''] = AMOUNT.exec(inLatin(value)) ?? []
  if (namesOtherUnit(behind, currency) || INEXACT.test(value)) return undefined
  const digits = withoutSeparators(amount, currency)
  if (digits === undefined) return undefined
  return sign === '-' ? `-${digits}` : digits
}

/** MAX_LENGTH is longer than any amount with its currency's name. */
const MAX_LENGTH = 100

/** SIGN is a currency's, or its name: a dot belongs to it behind a letter or a slash, as in "Rp.", "S/." and "kr.". */
const SIGN = String.raw`(?:[^\d.,+-]|(?<=[\p{L}\p{M}/])\.)*`
const AMOUNT = new RegExp(String.raw`^(?!.*\([^)]*\d)${SIGN}([+-]?)${SIGN}([\d.,' ]*\d)(${SIGN})$`, 'u')
/** `inLatin` writes digits, separators, dashes and blanks in one way each, without marks that are not seen, and "5,-" as "5,00". */
const inLatin = (text: string): string =>
  inLatinDigits(text)
    .replace(/\p{Cf}/gu, '')
    .replaceAll('\u066b', '.')
    .replace(/[\u066c\u2019]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s/g, ' ')
    .replace(/(?<=\d)([.,])-{1,2}/, '$100')
    .replace(/(?<=\d)(?: ?\/[-=]|:-{1,2})/, '')
    .trim()

function withoutSeparators(given: string, currency: string | undefined): string | undefined {
  // Blanks and apostrophes separate thousands and nothing else.
  if (/[' ]/.test(given) && !/^\d{1,3}(?:[' ]\d{3})+(?:[.,]\d*)?$/.test(given)) return undefined
  const text = given.replace(/[' ]/g, '')
  const [, before = '', separator, after = ''] = /^(.*?)([.,])(\d*)$/.exec(text) ?? []
  if (separator === undefined) return /^\d+$/.test(text) ? text : undefined
  const isDecimal = separatesDecimals(before, separator, after, currency)
  if (isDecimal === undefined) return undefined
  const whole = isDecimal ? before : text
  // Thousands have separators of one kind, and three digits behind each; lakhs have two.
  const isGrouped = /^(?:\d*|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)$/.test(whole)
  const inLakhs = /^\d{1,2}(?:,\d\d)+,\d{3}$/.test(whole) && usageOf(currency).lakhs
  if (!isGrouped && !inLakhs) return undefined
  const units = whole.replace(/[.,]/g, '') || '0'
  return isDecimal && after !== '' ? `${units}.${after}` : units
}

/** `separatesDecimals` tells whether the last separator of an amount is its decimal point; undefined: nobody can tell. */
function separatesDecimals(
  before: string,
  separator: string,
  after: string,
  currency: string | undefined,
): boolean | undefined {
  if (before.includes(separator)) return false
  if (/[.,]/.test(before) || after.length !== 3 || !/^[1-9]\d{0,2}$/.test(before)) return true
  // One separator and three digits behind it, as in "1,234".
  const usual = usageOf(currency)
  if (usual.decimals === 0) return false
  // A comma in front of three decimals may be either.
  if (usual.decimals === 3 && separator !== '.') return undefined
  return usual.point === '.' ? separator === '.' : undefined
}

interface Usage {
  /** `decimals` are those in use. */
  decimals: number
  point: '.' | ','
  /** `lakhs`: large amounts are written as 12,34,567. */
  lakhs: boolean
}

const usages = new Map<string, Usage>()

/** `usageOf` says how amounts of a currency are written where it is at home: its code begins with that country's. */
function usageOf(currency: string | undefined): Usage {
  // The wire writes a point, and so do most panels.
  const known =
    currency === undefined ? { decimals: 2, point: '.' as const, lakhs: false } : usages.get(currency)
  if (known) return known
  const country = currency === 'EUR' ? 'DE' : (currency as string).slice(0, 2)
  const format = { style: 'currency', currency: currency as string } as const
  const { language, region } = new Intl.Locale(`und-${country}`).maximize()
  const parts = new Intl.NumberFormat(`${language}-${region}`, { numberingSystem: 'latn' }).formatToParts(
    1_234_567.5,
  )
  const usage: Usage = {
    decimals: new Intl.NumberFormat('en', format).resolvedOptions().maximumFractionDigits ?? 2,
    point: parts.some(({ type, value }) => type === 'decimal' && value === ',') ? ',' : '.',
    lakhs: parts.some(({ type, value }) => type === 'integer' && value.length === 2),
  }
  usages.set(currency as string, usage)
  return usage
}

/** `plain` writes a small number without the exponent that JSON may give it. */
function plain(value: number): string | undefined {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(20).replace(/0+$/, '') : undefined
}
