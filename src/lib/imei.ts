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

/** `normaliseImei` takes out what people and panels put between the digits: spaces, dashes, dots, slashes. */
export function normaliseImei(text: string): string {
  return FIFTEEN_DIGITS.test(text) ? text : text.replace(/[\s\p{Pd}./]/gu, '')
}

export const hasFifteenDigits = (text: string): boolean => FIFTEEN_DIGITS.test(text)

export const isImei = (text: string): boolean =>
  FIFTEEN_DIGITS.test(text) && checkDigit(text) === text.charCodeAt(14) - 48

/** `imeiFault` says what is wrong with a normalised IMEI; undefined: nothing. */
export function imeiFault(text: string, format: ImeiFormat): string | undefined {
  if (/\D/.test(text)) return 'an IMEI has 15 digits and nothing else'
  if (text.length !== 15) return `an IMEI has 15 digits, this has ${text.length}`
  if (format === 'imei' && !isImei(text)) return `the check digit should be ${checkDigit(text)}`
  return undefined
}
