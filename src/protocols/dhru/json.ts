import { type Refused, refused } from '../../lib/fault.ts'

/** `malformed` is the result of what cannot be read. */
export const malformed = (message: string): Refused => refused('malformed_parameters', [], message)

/**
 * `parseJson` parses JSON, and throws where JSON.parse does. A whole number of 16 digits or more (a long serial number without
 * quotes) is given as its digits, since a float would change them.
 */
export const parseJson = (text: string): unknown =>
  /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text)

const exact = (_name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && /^\d{16,}$/.test(context?.source ?? '') ? context?.source : value

/** MAX_DEPTH limits the levels of objects and arrays in one value: JSON.stringify and parsers fail on what is much deeper. */
export const MAX_DEPTH = 8
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`

export function isTooDeep(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}
