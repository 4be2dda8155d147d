import { hash } from 'node:crypto'
import { Refusal } from '../../errors.ts'

/** `filterMark` stands for a filter: a cursor goes with the one that it was given for. */
const filterMark = (filter: object): string =>
  hash(
    'sha256',
    JSON.stringify(
      Object.entries(filter)
        .filter(([, value]) => value !== undefined)
        .sort(),
    ),
    'base64url',
  ).slice(0, 12)

/** `cursorText` writes where the next page of a filtered list begins. */
export const cursorText = (next: number | undefined, filter: object): string | null =>
  textOf(next === undefined ? undefined : [next], filter)

/** `cursorOfNumbers` is `cursorText` for a list that is sorted by several numbers. */
export const cursorOfNumbers = textOf

function textOf(next: readonly number[] | undefined, filter: object): string | null {
  return next === undefined
    ? null
    : Buffer.from(`${next.join('-')}.${filterMark(filter)}`).toString('base64url')
}

/**
 * `readCursor` throws invalid_input for what is no cursor, and for that of another filter. `max` is the highest id that the list may have: a
 * cursor is no secret, and may be written by anybody.
 */
export function readCursor(
  text: string | undefined,
  filter: object,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const [next] = readNumbers(text, filter, 1) ?? []
  if (next !== undefined && next > max) throw noCursor()
  return next
}

/** `readNumbers` reads a cursor of so many numbers. Throws as `readCursor`. */
export function readNumbers(text: string | undefined, filter: object, count: number): number[] | undefined {
  if (text === undefined) return undefined
  const [, next = '', mark] =
    /^(\d{1,16}(?:-\d{1,16})*)\.([\w-]{12})$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  const numbers = next.split('-').map(Number)
  if (mark === undefined || numbers.length !== count || !numbers.every(Number.isSafeInteger)) throw noCursor()
  if (mark !== filterMark(filter)) throw new Refusal('invalid_input', 'is that of another filter', 'cursor')
  return numbers
}

/** `cursorOfTexts` is `cursorText` for a list that is sorted by several values, of which some are texts. */
export const cursorOfTexts = (next: readonly string[] | undefined, filter: object): string | null =>
  next === undefined ? null : Buffer.from(JSON.stringify([filterMark(filter), ...next])).toString('base64url')

/** `readTexts` reads a cursor of so many texts. Throws as `readCursor`. */
export function readTexts(text: string | undefined, filter: object, count: number): string[] | undefined {
  if (text === undefined) return undefined
  const [mark, ...texts] = listIn(Buffer.from(text, 'base64url').toString())
  if (texts.length !== count || ![mark, ...texts].every((one) => typeof one === 'string')) throw noCursor()
  if (mark !== filterMark(filter)) throw new Refusal('invalid_input', 'is that of another filter', 'cursor')
  return texts as string[]
}

function listIn(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const noCursor = (): Refusal => new Refusal('invalid_input', 'is no cursor of this list', 'cursor')
