import { plainDigits } from './digits.ts'
import { type Why, whys } from './whys.ts'

/** ImeiFormat says how strictly a service reads IMEIs: with a right check digit, or any 15 digits. The names are formats in schemas. */
export type ImeiFormat = 'imei' | 'imei-digits'

const FIFTEEN_DIGITS = /^\d{15}$/

/** `checkDigit` computes the check digit of an IMEI's first 14 digits: Luhn's, as 3GPP TS 23.003 annex B has it. */
export function checkDigit(digits: string): number {
  let sum = 0
  for (let index = 0; index < 14; index++) {
    const digit = digits.charCodeAt(index) - 48
    if (index % 2 === 0) sum += digit
    else sum += digit < 5 ? digit * 2 : digit * 2 - 9
  }
  return (10 - (sum % 10)) % 10
}

/**
 * BETWEEN_DIGITS is what people, chats, spreadsheets and panels put round and between the digits: blanks, punctuation and symbols of
 * every script, and marks that are not seen, such as those of texts from right to left.
 */
const BETWEEN_DIGITS = /[\s\p{P}\p{S}\p{M}\p{Cf}\u3164]/gu

/**
 * NAME is the name before an IMEI, in Latin, Cyrillic, Arabic, Persian or Chinese letters, with a word or the number of the slot behind it:
 * `IMEI`, `IMEI No.`, `IMEI (SIM 2):`.
 */
const NAME =
  /^[^\p{L}\p{Nd}]*(?:IMEI|ИМЕ[ИЙ]|(?:ال)?[اأإآ][يی]م[يی]|串[号號])\P{Nd}{0,20}(?:[12١٢۱۲][^\p{L}\p{Nd}]\P{Nd}{0,20})?(?=\p{Nd})/iu

/** MAX_SENT bounds the texts in which an IMEI is looked for, and MAX_DIGITS what is left of one for its digits to be looked at. */
const MAX_SENT = 1000
const MAX_DIGITS = 32

/** `normaliseImei` takes out what stands between the digits and the name before them, and writes digits of other scripts as 0 to 9. */
export function normaliseImei(text: string): string {
  if (FIFTEEN_DIGITS.test(text) || text.length > MAX_SENT) return text
  const named = digitsOf(text.replace(NAME, ''))
  return FIFTEEN_DIGITS.test(named) ? named : digitsOf(text)
}

function digitsOf(text: string): string {
  const plain = ofNumber(text) ?? text.replace(BETWEEN_DIGITS, '')
  return plain.length > MAX_DIGITS ? plain : plainDigits(plain)
}

/** `ofNumber` reads what a program makes of an IMEI that it takes for a number: `490154203237518.0`, `4.90154203237518E+14`. */
function ofNumber(text: string): string | undefined {
  const [, whole, first, others] = /^\s*(?:(\d{15})[.,]0+|(\d)[.,](\d{14})E\+?14)\s*$/i.exec(text) ?? []
  return whole ?? (first && others && `${first}${others}`)
}

/** NO_DEVICE is what people type in to get past a form: its check digit is right, and no device has it. */
const NO_DEVICE = '0'.repeat(15)

export const hasFifteenDigits = (text: string): boolean => FIFTEEN_DIGITS.test(text) && text !== NO_DEVICE

export const isImei = (text: string): boolean =>
  hasFifteenDigits(text) && checkDigit(text) === text.charCodeAt(14) - 48

/** `imeiFault` says what is wrong with a normalised IMEI; undefined: nothing. */
export function imeiFault(text: string, format: ImeiFormat): Why | undefined {
  if (/^\d+E\d+$/i.test(text)) return whys.imeiRounded()
  if (/\D/.test(text)) return whys.imeiDigits()
  if (/^0+$/.test(text)) return whys.imeiOfNone()
  if (text.length !== 15) return whys.imeiLength(text.length, hintsOf(text))
  if (format === 'imei' && !isImei(text)) return whys.imeiCheckDigit(checkDigit(text))
  return undefined
}

/**
 * `hintsOf` tell the IMEI that digits of another number are from: an IMEISV (14 digits and a software version), an IMEI with a software
 * version behind it, as phones show it, one without its check digit (3GPP TS 23.003, 6.2), and one that has lost its first zeros.
 */
function hintsOf(digits: string): Why[] {
  const whole = `${digits.slice(0, 14)}${checkDigit(digits)}`
  const padded = digits.padStart(15, '0')
  // Those that begin with 0 are 01, of the United States, and the test range 00.
  const isShort = digits.length === 13 || /^1\d{13}$/.test(digits)
  return [
    digits.length === 14 && whys.imeiShort(whole),
    digits.length === 16 && whys.imeiSv(whole),
    digits.length === 17 && digits.startsWith(whole) && whys.imeiVersion(whole),
    isShort && isImei(padded) && whys.imeiZero(padded),
  ].filter((hint) => hint !== false)
}
