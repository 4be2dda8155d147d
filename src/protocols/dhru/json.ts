/**
 * `parseJson` parses JSON, and throws where JSON.parse does. A whole number of 16 digits or more (a long serial number without
 * quotes) is given as its digits, since a float would change them.
 */
export const parseJson = (text: string): unknown =>
  /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text)

const exact = (_name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && /^\d{16,}$/.test(context?.source ?? '') ? context?.source : value

/** DEEPEST bounds the levels of objects and arrays in one value; JSON.stringify and parsers fail on much deeper ones. */
export const DEEPEST = 8
export const TOO_DEEP = `nested deeper than ${DEEPEST} levels`

export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}
