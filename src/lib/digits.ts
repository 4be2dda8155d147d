const FOREIGN = /(?!\d)\p{Nd}/gu

/** `plainDigits` writes the digits of other scripts (Arabic, Persian, full width) as 0 to 9. */
export const plainDigits = (text: string): string =>
  /^[\x00-\x7f]*$/.test(text) ? text : text.replace(FOREIGN, (digit) => String(digitValue(digit)))

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
