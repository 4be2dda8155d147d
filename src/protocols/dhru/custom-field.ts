import { ok, type Result } from '../../lib/fault.ts'
import { isObject } from '../../lib/json.ts'
import { isPrintable } from '../../lib/text.ts'
import { decodeText } from './encoded-text.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { malformed, TOO_DEEP, TOO_MANY_VALUES } from './json.ts'

/**
 * `readCustomField` reads CUSTOMFIELD: base64 of a JSON object, or the JSON itself; nothing, or base64 of null, is empty. It gives a plain
 * text as it is, also one that is a text in JSON.
 */
export function readCustomField(text: string): Result<Fields | string> {
  const trimmed = text.trim()
  if (trimmed === '') return NO_FIELDS
  const decoded = decodeText(trimmed)
  if (!decoded.ok) {
    if ([TOO_DEEP, TOO_MANY_VALUES].includes(decoded.faults[0].message)) return decoded
    return /^[[{]/.test(trimmed) ? UNREADABLE : ok(plainOf(trimmed))
  }
  if (!('json' in decoded.value)) return UNREADABLE
  const { json } = decoded.value
  if (isObject(json)) return Object.keys(json).length > MAX_FIELDS ? TOO_MANY : ok(fieldsOf(json))
  if (typeof json === 'string' && json.trim() !== '') return ok(json)
  const empty = json === null || typeof json === 'string' || (Array.isArray(json) && json.length === 0)
  return empty ? NO_FIELDS : UNREADABLE
}

/** MAX_FIELDS bounds the fields in CUSTOMFIELD, as those of a row are bounded. */
const MAX_FIELDS = 100
const TOO_MANY = malformed(`more than ${MAX_FIELDS} fields in CUSTOMFIELD`)
const UNREADABLE = malformed('CUSTOMFIELD is JSON that cannot be read')
const NO_FIELDS = ok<Fields>(new Map())

/** MAX_PLAIN is longer than any field's value may be. */
const MAX_PLAIN = 10_000

/** `plainOf` decodes a plain text that came in base64: one that is padded, or that is an e-mail address; what else could be base64 stays. */
function plainOf(text: string): string {
  if (text.length > MAX_PLAIN) return text
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text) || text.length % 4 > 0) return text
  const bytes = Buffer.from(text, 'base64')
  const plain = bytes.toString('utf8')
  const isExact = bytes.toString('base64') === text && Buffer.from(plain).equals(bytes)
  return isExact && isPrintable(plain) && (text.endsWith('=') || /^[^\s@]+@[^\s@]+\.\w+$/.test(plain))
    ? plain
    : text
}
