import { plainText } from '../../../client/index.ts'
import { flag } from '../../../lib/attribute-types.ts'
import { failure } from '../../../lib/failures.ts'
import { textOfHtml } from '../../../lib/html.ts'
import { isStorable, sanitize, strip } from '../../../lib/text.ts'
import type { SupplierOutcome } from '../supplier.ts'
import { parseExact } from './json.ts'

/** `base64Setting` is that of every kind whose results are texts of somebody else's making. */
export const base64Setting = flag({
  label: 'Results in base64',
  default: false,
  help: 'results that are base64 of a text are decoded; without it they are given as they come, since a code may look like base64',
})

/**
 * `withText` mends what the database would not take, and makes a result the text that resellers read: HTML as text, no control characters,
 * base64 decoded where the supplier's setting says so. The result as it came is kept in `raw` where it was another.
 */
export function withText(said: SupplierOutcome, isBase64 = false): SupplierOutcome {
  const outcome = withReference(storable(said))
  if (outcome.kind !== 'success') return outcome
  const { result: raw } = outcome
  const result = plain(jsonAsText(strip((isBase64 && fromBase64(raw)) || raw))).trim()
  if (result === raw) return outcome
  // A result that was nothing but marks is a success all the same.
  return { ...outcome, result: result === '' ? 'Completed' : result, raw }
}

/** MAX_REFERENCE_LENGTH is longer than any number of an order that suppliers give. */
const MAX_REFERENCE_LENGTH = 200

/** `withReference` takes for no number of an order what is too long for one: it could not be found by it. */
function withReference(outcome: SupplierOutcome): SupplierOutcome {
  if (!('reference' in outcome) || (outcome.reference?.length ?? 0) <= MAX_REFERENCE_LENGTH) return outcome
  if (outcome.kind !== 'accepted') return { ...outcome, reference: null }
  return { kind: 'unknown', reason: failure('number_too_long', {}), askable: true }
}

/** `storable` mends the supplier's words and its number of the order; of the result `withText` makes a text. */
function storable(outcome: SupplierOutcome): SupplierOutcome {
  const wrong = Object.entries(outcome).filter(
    (entry): entry is [string, string] =>
      entry[0] !== 'result' && typeof entry[1] === 'string' && !isStorable(entry[1]),
  )
  if (wrong.length === 0) return outcome
  return { ...outcome, ...Object.fromEntries(wrong.map(([name, text]) => [name, sanitize(text)])) }
}

/** `jsonAsText` writes an object or a list that came as a text as people read it. */
function jsonAsText(text: string): string {
  const json = /^\s*[{[]/.test(text) ? parseExact(text) : undefined
  return (typeof json === 'object' && json !== null && plainText(json)) || text
}

/** `fromBase64` gives undefined for what is no base64 of a text. */
function fromBase64(text: string): string | undefined {
  const packed = text.replace(/\s+/g, '')
  if (packed.length < 4 || packed.length % 4 !== 0 || !/^[A-Za-z\d+/]+={0,2}$/.test(packed)) return undefined
  const bytes = Buffer.from(packed, 'base64')
  const read = bytes.toString('utf8')
  return read.includes('\ufffd') || /[^\P{Cc}\n\r\t]/u.test(read) ? undefined : read
}

/** MARKUP is where HTML may begin: a text without it keeps its blanks. */
const MARKUP = /<[a-z!/?]|&(?:#|[a-z])/i
const MAX_RESULT_LENGTH = 100_000

const plain = (text: string): string => (MARKUP.test(text) ? textOfHtml(text, MAX_RESULT_LENGTH) : text)
