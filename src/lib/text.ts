import type { Fault } from '../errors.ts'

/**
 * This file alone knows which characters a text may have. PostgreSQL takes neither NUL nor half of a surrogate pair, and no text needs
 * control characters but for line ends and tabs. What people send is refused by `lineFault` and `textFault`; what suppliers, gateways
 * and receivers say is mended by `sanitize`. Behind these a NUL in a parameter of a statement is a bug, and throws.
 */

const REPLACEMENT = '\ufffd'
const CONTROL = /\p{Cc}/u
const CONTROL_BUT_LINES = /[^\P{Cc}\n\r\t]/u
/** TURNING are the characters that turn the direction of a text, so that another one is read than is there, and the two rare ends of lines. */
const TURNING = /[\p{Bidi_Control}\p{Zl}\p{Zp}]/u
/** HIDDEN are characters in which a text can be hidden: format characters that no script needs, and tags, but for those of flags. */
const HIDDEN =
  /[\u206a-\u206f\ufff9-\ufffb\u{e0001}]|(?<![\u{1f3f4}\u{e0020}-\u{e007e}])[\u{e0020}-\u{e007f}]/u

/** `isStorable` tells whether PostgreSQL takes a text. A name that it does not take is the name of nothing. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** `sanitize` puts U+FFFD in the place of what PostgreSQL does not take. */
export const sanitize = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT)

/** `sanitizeLine` makes one printable line of a text: U+FFFD stands for every control character. */
export const sanitizeLine = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, REPLACEMENT)

/** `strip` leaves control characters out of a text, but not its line ends and tabs. */
export const strip = (text: string): string => text.toWellFormed().replace(/[^\P{Cc}\n\r\t]/gu, '')

/** `stripLine` makes one trimmed line of a text: a blank stands for blanks and line ends, other control characters are left out. */
export const stripLine = (text: string): string => strip(text.replace(/\s+/g, ' ')).trim()

/** `quoteLine` makes of what others wrote a part of our own line: a blank stands for what would break the line or turn its direction. */
export const quoteLine = (text: string, max = 200): string =>
  shorten(text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ').trim(), max)

/** `forTerminal` mends a text that must not steer a terminal; it may have several lines. */
export const forTerminal = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? '\n' : REPLACEMENT,
  )

/** `excerpt` repeats a caller's text in a message to that caller: 40 characters at most, on one line. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 41)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')
  return line.length > 40 ? `${line.slice(0, 40)}...` : line
}

/** `isPrintable` refuses control, format, private and unassigned characters, halves of a pair, and line separators. */
export const isPrintable = (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(text)

/** `withoutMarks` leaves out characters that are not seen, such as those that turn a text's direction. */
export const withoutMarks = (text: string): string => text.replace(/[\p{Cf}\u2800\u3164]/gu, '')

/** `trimmed` leaves out blanks and marks that are not seen before and behind a text; in it, scripts and pictures need some of them. */
export function trimmed(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isUnseen(text, begin)) begin++
  while (begin < end && isUnseen(text, end - 1)) end--
  return text.slice(begin, end)
}

/** `isUnseen` looks at one character; the halves of a pair are none, so that flags keep the tags that they end with. */
function isUnseen(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  known[code] ||= /[\s\p{Cf}\u2800\u3164]/u.test(text.charAt(at)) ? UNSEEN : SEEN
  return known[code] === UNSEEN
}

/** `known` has what was found of each character: somebody may send a million blanks, and an expression takes long for each. */
const known = new Uint8Array(65_536)
const SEEN = 1
const UNSEEN = 2

/** `shorten` cuts a text to `max` characters, the last of which then is an ellipsis. */
export const shorten = (text: string, max: number): string =>
  text.length <= max
    ? text.toWellFormed()
    : `${text
        .slice(0, max - 1)
        .replace(/[\ud800-\udbff]$/, '')
        .toWellFormed()}…`

/** `textFault` says why a text of several lines cannot be kept; undefined: it can. `max` is in characters. */
export const textFault = (path: string, text: string, max: number): Fault | undefined =>
  faultBut(CONTROL_BUT_LINES, path, text, max)

/** `lineFault` says why a text cannot be kept as one line; undefined: it can. `max` is in characters. */
export const lineFault = (path: string, text: string, max: number): Fault | undefined =>
  faultBut(CONTROL, path, text, max)

/** `turningFault` says why a text cannot be shown to somebody else than who wrote it; undefined: it can. */
export function turningFault(path: string, text: string): Fault | undefined {
  const holds = TURNING.test(text)
    ? 'turn the direction of text'
    : HIDDEN.test(text)
      ? 'are not seen'
      : undefined
  return holds === undefined ? undefined : forbiddenIn(path, `must not hold characters that ${holds}`)
}

/** `plainLineFault` is `lineFault` for what people of other accounts read. */
export const plainLineFault = (path: string, text: string, max: number): Fault | undefined =>
  lineFault(path, text, max) ?? turningFault(path, text)

/** `isBlank` tells whether nothing of a text is seen. */
export const isBlank = (text: string): boolean => withoutMarks(text).trim() === ''

/** `emptyFault` says that a text is missing. */
export const emptyFault = (path: string, text: string): Fault | undefined =>
  isBlank(text) ? { path: [path], message: 'is missing', keyword: 'required', params: {} } : undefined

function faultBut(forbidden: RegExp, path: string, text: string, max: number): Fault | undefined {
  if (text.length > max) {
    const message = `must not be longer than ${max} characters`
    return { path: [path], message, keyword: 'maxLength', params: { limit: max } }
  }
  const isClean = text.isWellFormed() && !forbidden.test(text)
  return isClean ? undefined : forbiddenIn(path, 'must not hold control characters')
}

const forbiddenIn = (path: string, message: string): Fault => ({
  ...{ path: [path], message, keyword: 'characters', params: {} },
})
