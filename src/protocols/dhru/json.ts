import { ok, type Refused, type Result, refused } from '../../lib/fault.ts'
import { type JsonLimits, outlineOf } from '../../lib/json-text.ts'

/** `malformed` is the result of what cannot be read. */
export const malformed = (message: string): Refused => refused('malformed_parameters', [], message)

/** MAX_DEPTH limits the levels of objects and arrays in one value: JSON.stringify and parsers fail on what is much deeper. */
export const MAX_DEPTH = 8
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`
/** MAX_VALUES has room for ten values in each row of the largest bulk request, and takes a few milliseconds to parse, whatever they are. */
const MAX_VALUES = 20_000
export const TOO_MANY_VALUES = `more than ${MAX_VALUES} values in JSON`
const LIMITS: JsonLimits = { values: MAX_VALUES, depth: MAX_DEPTH }

/**
 * `parseJson` parses JSON. A whole number of 16 digits or more (a long serial number without quotes) is given as its digits, since a
 * float would change them.
 */
export function parseJson(text: string): Result<unknown> {
  const { excess, longNumbers } = outlineOf(text, LIMITS)
  if (excess) return malformed(excess === 'depth' ? TOO_DEEP : TOO_MANY_VALUES)
  try {
    return ok(JSON.parse(quoted(text, longNumbers)))
  } catch {
    return malformed('the JSON cannot be read')
  }
}

/** `quoted` puts a quotation mark at each of the places. */
function quoted(text: string, places: readonly number[]): string {
  const pieces: string[] = []
  let from = 0
  for (const place of places) {
    pieces.push(text.slice(from, place))
    from = place
  }
  if (from === 0) return text
  pieces.push(text.slice(from))
  return pieces.join('"')
}
