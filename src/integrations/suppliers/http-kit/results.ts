import { decodeEntities } from '../../../client/index.ts'
import { flag } from '../../../lib/attribute-types.ts'
import { strip } from '../../../lib/text.ts'
import type { SupplierOutcome } from '../supplier.ts'

/** `base64Setting` is that of every kind whose results are texts of somebody else's making. */
export const base64Setting = flag({
  label: 'Results in base64',
  default: false,
  help: 'results that are base64 of a text are decoded; without it they are given as they come, since a code may look like base64',
})

/**
 * `withText` makes a result the text that resellers read: HTML as text, no control characters, base64 decoded where the supplier's setting
 * says so. The result as it came is kept in `raw` where it was another.
 */
export function withText(outcome: SupplierOutcome, isBase64 = false): SupplierOutcome {
  if (outcome.kind !== 'success') return outcome
  const { result: raw } = outcome
  const result = textOfHtml(strip((isBase64 && fromBase64(raw)) || raw)).trim()
  if (result === raw) return outcome
  // A result that was nothing but marks is a success all the same.
  return { ...outcome, result: result === '' ? 'Completed' : result, raw }
}

/** `fromBase64` gives undefined for what is no base64 of a text. */
function fromBase64(text: string): string | undefined {
  const packed = text.replace(/\s+/g, '')
  if (packed.length < 4 || packed.length % 4 !== 0 || !/^[A-Za-z\d+/]+={0,2}$/.test(packed)) return undefined
  const bytes = Buffer.from(packed, 'base64')
  const read = bytes.toString('utf8')
  return read.includes('\ufffd') || /[^\P{Cc}\n\r\t]/u.test(read) ? undefined : read
}

const MARKUP = /<[a-z!/?]|&(?:#\d|#x[\da-f]|[a-z])/i
const MOST_ROUNDS = 5

/** `textOfHtml` gives a text without marks as it is. What is still marked after a few rounds loses its angle brackets. */
function textOfHtml(text: string): string {
  let read = text
  for (let round = 0; round < MOST_ROUNDS && MARKUP.test(read); round++) {
    const next = once(read)
    if (next === read) break
    read = next
  }
  return /<[a-z!/?]/i.test(read) ? read.replace(/[<>]/g, '') : read
}

function once(html: string): string {
  const bare = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style|iframe|object|svg|template|noscript)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<\/t[dh]\s*>\s*(?=<t[dh]\b)/gi, ' ')
    .replace(/\s*<(?:br|hr)\b[^>]*>\s*/gi, '\n')
    .replace(/<\/(?:p|div|tr|li|ul|ol|table|h[1-6])\s*>\s*/gi, '\n')
    .replace(/<li\b[^>]*>/gi, '- ')
    .replace(/<[a-z!/?][^>]*(?:>|$)/gi, '')
  return decodeEntities(bare)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
