import { ok, type Result } from '../../lib/fault.ts'
import { isObject } from '../../lib/json.ts'
import { isPrintable } from '../../lib/text.ts'
import { decodeText } from './encoded-text.ts'
import { type Fields, fieldsOf, put } from './fields.ts'
import { malformed, TOO_DEEP, TOO_MANY_VALUES } from './json.ts'

/**
 * `readCustomField` reads CUSTOMFIELD: base64 of a JSON object, or the JSON itself, or one of the other encodings of `parameters`; nothing,
 * or base64 of null, is empty. It gives a plain text as it is, also one that is a text in JSON.
 */
export function readCustomField(text: string): Result<Fields | string> {
  const trimmed = text.trim()
  if (trimmed === '') return NO_FIELDS
  const decoded = decodeText(trimmed)
  if (!decoded.ok) {
    if ([TOO_DEEP, TOO_MANY_VALUES].includes(decoded.faults[0].message)) return decoded
    return /^[[{]/.test(trimmed) ? UNREADABLE : ok(plainOf(trimmed))
  }
  if (!('json' in decoded.value)) return bounded(decoded.value.fields)
  const { json } = decoded.value
  if (Array.isArray(json)) return ofList(json)
  if (isObject(json)) {
    // PHP's lists whose first entry was taken out.
    const isList = Object.keys(json).every((name) => /^\d+$/.test(name))
    return isList ? ofList(Object.values(json)) : bounded(fieldsOf(json))
  }
  return typeof json === 'string' && json.trim() !== '' ? ok(json) : NO_FIELDS
}

const bounded = (fields: Fields): Result<Fields> => (fields.size > MAX_FIELDS ? TOO_MANY : ok(fields))

/** `ofList` reads a list of one plain value, or of objects with a field each, as `{"EMAIL": ..}` or `{"fieldname": "EMAIL", "value": ..}`. */
function ofList(list: unknown[]): Result<Fields | string> {
  if (list.length > MAX_FIELDS) return TOO_MANY
  const [first] = list
  if (list.length === 1 && ['string', 'number'].includes(typeof first)) return ok(String(first))
  const fields = new Map<string, string>()
  for (const one of list) {
    if (!isObject(one)) return UNREADABLE
    const own = fieldsOf(one)
    const name = own.get('FIELDNAME') ?? own.get('NAME')
    const hasValue = Object.keys(one).some((key) => key.toLowerCase() === 'value')
    if (name !== undefined && hasValue) put(fields, name, own.get('VALUE') ?? '')
    else for (const [key, value] of own) put(fields, key, value)
  }
  return bounded(fields)
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
