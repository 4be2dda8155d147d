/**
 * This file looks at texts of JSON before they are parsed: what JSON.parse costs grows with the values and the names in a text far more
 * than with its bytes. Each look is one pass over the characters that ends at the first limit that is passed.
 */

/** JsonLimits bounds the work that a text of JSON may make. */
export interface JsonLimits {
  /** `values` bounds the values in it, those that hold others among them. */
  readonly values: number
  /** `depth` bounds the levels of objects and arrays. */
  readonly depth: number
  /** `names` bounds the names in objects, each of which costs as much as some values; unless said otherwise only their values count. */
  readonly names?: number
}

/** JsonOutline is what one pass over a text has found. */
export interface JsonOutline {
  /** `excess` is the limit that the text passes; the rest of it has not been looked at. */
  excess?: keyof JsonLimits
  /** `longNumbers` has where each whole number of 16 digits or more begins and ends. */
  longNumbers: number[]
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const ZERO = 0x30
const NINE = 0x39

/** LONG_NUMBER is for how many more values a long number counts, because whoever asked for it will do something about it. */
const LONG_NUMBER = 3
/** DIGITS are how many digits count for one value: to read a number takes longer for each. */
const DIGITS = 32

/** `outlineOf` looks at a text that should be JSON. It gives no error for what is none: JSON.parse does. */
export function outlineOf(text: string, limits: JsonLimits): JsonOutline {
  const longNumbers: number[] = []
  const { names: maxNames = Number.POSITIVE_INFINITY } = limits
  let values = 1
  let names = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === COMMA) values++
    else if (code === COLON) {
      if (++names > maxNames) return { excess: 'names', longNumbers }
    } else if (code === BRACE || code === BRACKET) {
      values++
      if (++depth > limits.depth) return { excess: 'depth', longNumbers }
    } else if (code === BRACE_END || code === BRACKET_END) depth--
    else if (code === 0x2d || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at)
      values += Math.floor((end - at) / DIGITS)
      if (end - at >= 16 && code > ZERO && isDigits(text, at, end)) {
        longNumbers.push(at, end)
        values += LONG_NUMBER
      }
      at = end - 1
    }
    if (values > limits.values) return { excess: 'values', longNumbers }
  }
  return { longNumbers }
}

/**
 * `membersOf` gives the members of the object that a text is, each value as its own text; undefined when the text is no object, `excess`
 * when it has more members than `max`. Of two members of one name the last counts, as for JSON.parse. What is inside the values is not
 * looked at further than to find their ends.
 */
export function membersOf(text: string, max: number): Map<string, string> | 'excess' | undefined {
  const members = new Map<string, string>()
  let at = behindBlanks(text, 0)
  if (text.charCodeAt(at) !== BRACE) return undefined
  at = behindBlanks(text, at + 1)
  if (text.charCodeAt(at) === BRACE_END) return isBlankFrom(text, at + 1) ? members : undefined
  for (let count = 1; ; count++) {
    if (count > max) return 'excess'
    if (text.charCodeAt(at) !== QUOTE) return undefined
    const nameEnd = endOfString(text, at)
    const name = stringOf(text.slice(at, nameEnd))
    at = behindBlanks(text, nameEnd)
    if (name === undefined || text.charCodeAt(at) !== COLON) return undefined
    at = behindBlanks(text, at + 1)
    const end = endOfValue(text, at)
    if (end === at || end > text.length) return undefined
    members.set(name, text.slice(at, end))
    at = behindBlanks(text, end)
    const next = text.charCodeAt(at)
    if (next === BRACE_END) return isBlankFrom(text, at + 1) ? members : undefined
    if (next !== COMMA) return undefined
    at = behindBlanks(text, at + 1)
  }
}

/** `stringOf` reads a text in quotes; undefined: it is none. */
export function stringOf(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}

/** `endOfString` gives the place behind the string that begins at `at`; one that does not end goes beyond the text. */
function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) return next + 1
    if (code === BACKSLASH) next++
  }
  return text.length + 1
}

function endOfNumber(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end++
  return end
}

/** `isOfNumber` knows digits, and `+`, `-`, `.`, `e` and `E`. */
const isOfNumber = (code: number): boolean =>
  (code >= ZERO && code <= NINE) ||
  code === 0x2b ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x65 ||
  code === 0x45

function isDigits(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) return false
  }
  return true
}

/** `endOfValue` gives the place behind the value that begins at `at`; one that does not end goes beyond the text. */
function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  let depth = 0
  for (let next = at; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) next = endOfString(text, next) - 1
    else if (code === BRACE || code === BRACKET) depth++
    else if (code === BRACE_END || code === BRACKET_END) {
      if (depth === 0) return next
      if (--depth === 0) return next + 1
    } else if (depth === 0 && (code === COMMA || isBlank(code))) return next
  }
  return text.length + 1
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

function behindBlanks(text: string, at: number): number {
  let next = at
  while (next < text.length && isBlank(text.charCodeAt(next))) next++
  return next
}

const isBlankFrom = (text: string, at: number): boolean => behindBlanks(text, at) === text.length
