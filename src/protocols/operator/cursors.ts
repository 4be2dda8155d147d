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
  next === undefined ? null : Buffer.from(`${next}.${filterMark(filter)}`).toString('base64url')

/**
 * `readCursor` throws invalid_input for what is no cursor, and for that of another filter. `max` is the highest id that the list may have: a
 * cursor is no secret, and may be written by anybody.
 */
export function readCursor(
  text: string | undefined,
  filter: object,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const [, next = '', mark] =
    /^(\d{1,16})\.([\w-]{12})$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (mark === undefined || Number(next) > max)
    throw new Refusal('invalid_input', 'is no cursor of this list', 'cursor')
  if (mark !== filterMark(filter)) throw new Refusal('invalid_input', 'is that of another filter', 'cursor')
  return Number(next)
}
