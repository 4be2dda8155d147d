/**
 * Text that is kept or shown. PostgreSQL takes neither NUL nor half of a surrogate pair, and no line of text needs another control
 * character. What people send is refused by `lineFault` and `textFault`; what suppliers, gateways and receivers say is mended by
 * `sanitize`. Behind these two a NUL in a parameter of a statement is a bug, and throws.
 */

const REPLACEMENT = '\ufffd'

/** `isStorable` tells whether PostgreSQL takes a text. A name that it does not take is the name of nothing. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** `sanitize` puts U+FFFD in the place of what PostgreSQL does not take. */
export const sanitize = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT)

/** `sanitizeLine` makes one printable line of a text: U+FFFD stands for every control character. */
export const sanitizeLine = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, REPLACEMENT)

/** `textFault` says why a text of several lines cannot be kept; undefined: it can. `max` is in characters. */
export function textFault(text: string, max: number): string | undefined {
  if (text.length > max) return `is longer than ${max} characters`
  if (text.includes('\0')) return 'has a NUL character'
  return text.isWellFormed() ? undefined : 'is not well-formed Unicode'
}

/** `lineFault` says why a text cannot be kept as one line; undefined: it can. `max` is in characters. */
export function lineFault(text: string, max: number): string | undefined {
  return textFault(text, max) ?? (/\p{Cc}/u.test(text) ? 'has a control character' : undefined)
}
