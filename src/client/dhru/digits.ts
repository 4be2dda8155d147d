/** ZEROS begin the digits of scripts that write numbers with their own: Arabic, Persian, Hindi, Bengali, Thai, and those of full width. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10]

/** `inLatinDigits` writes digits of other scripts as 0 to 9. */
export const inLatinDigits = (text: string): string =>
  text.replace(/(?!\d)\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0
    const zero = ZEROS.find((first) => code >= first && code < first + 10)
    return zero === undefined ? digit : String(code - zero)
  })
