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
 * BETWEEN_DIGITS is what people, chats, spreadsheets and panels put round and between the digits: blanks, dashes (the minus sign U+2212
 * too), dots, commas, colons, slashes, quotes, brackets, bullets, underscores, and marks that are not seen, such as those of texts from
 * right to left.
 */
const BETWEEN_DIGITS = /[\s\p{Pd}\p{Cf}\p{Mn}\u2212\u2800\u3164.,;:·•|*#()[\]_/\\'"`\u00b4\u2018-\u201f]/gu

/** MAX_SENT bounds the texts in which an IMEI is looked for, and MAX_DIGITS what is left of one for its digits to be looked at. */
const MAX_SENT = 1000
const MAX_DIGITS = 32

/** `normaliseImei` takes out what stands between the digits and the word IMEI before them, and writes digits of other scripts (Arabic, Persian, full width) as 0 to 9. */
export function normaliseImei(text: string): string {
  if (FIFTEEN_DIGITS.test(text) || text.length > MAX_SENT) return text
  const plain = text.replace(BETWEEN_DIGITS, '').replace(/^IMEI(?=\p{Nd}{15}$)/iu, '')
  if (plain.length > MAX_DIGITS) return plain
  return plain.replace(/(?!\d)\p{Nd}/gu, (digit) => String(digitValue(digit)))
}

const digitValues = new Map<string, number>()

/** `digitValue` counts back to the zero of the digit's script: Unicode has the ten digits of each in a row. */
function digitValue(digit: string): number {
  const known = digitValues.get(digit)
  if (known !== undefined) return known
  const code = digit.codePointAt(0) ?? 0
  let before = 0
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++
  digitValues.set(digit, before % 10)
  return before % 10
}

/** NO_DEVICE is what people type in to get past a form: its check digit is right, and no device has it. */
const NO_DEVICE = '0'.repeat(15)

export const hasFifteenDigits = (text: string): boolean => FIFTEEN_DIGITS.test(text) && text !== NO_DEVICE

export const isImei = (text: string): boolean =>
  hasFifteenDigits(text) && checkDigit(text) === text.charCodeAt(14) - 48

/** `imeiFault` says what is wrong with a normalised IMEI; undefined: nothing. */
export function imeiFault(text: string, format: ImeiFormat): string | undefined {
  if (/^\d+E\+?\d+$/i.test(text)) return 'a spreadsheet has rounded it: make its column one of text'
  if (/\D/.test(text)) return 'an IMEI has 15 digits and nothing else'
  if (text.length !== 15) return `an IMEI has 15 digits, this has ${text.length}${hintOf(text)}`
  if (text === NO_DEVICE) return 'no device has it'
  if (format === 'imei' && !isImei(text)) return `the check digit should be ${checkDigit(text)}`
  return undefined
}

/** `hintOf` tells the IMEI of an IMEISV (14 digits and a software version), and of one without its check digit (3GPP TS 23.003, 6.2). */
function hintOf(digits: string): string {
  const whole = `${digits.slice(0, 14)}${checkDigit(digits)}`
  if (digits.length === 14) return `: with its check digit it is ${whole}`
  return digits.length === 16 ? `: if it is an IMEISV, the IMEI is ${whole}` : ''
}
