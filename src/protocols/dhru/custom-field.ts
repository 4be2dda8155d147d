import { isObject } from '../../lib/json.ts'
import { isPrintable } from '../../lib/text.ts'
import { decodeText } from './encoded-text.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { isTooDeep } from './json.ts'

/**
 * `readCustomField` reads CUSTOMFIELD: base64 of a JSON object, or the JSON itself; nothing, or base64 of null, is empty. It gives a plain
 * text as it is, also one that is a text in JSON, and undefined for other JSON and what cannot be read.
 */
export function readCustomField(text: string): Fields | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return new Map()
  const decoded = decodeText(trimmed)
  if (!decoded.ok) return /^[[{]/.test(trimmed) ? undefined : plainOf(trimmed)
  if (!('json' in decoded.value)) return undefined
  const { json } = decoded.value
  if (isObject(json)) return isTooDeep(json) ? undefined : fieldsOf(json)
  if (typeof json === 'string' && json.trim() !== '') return json
  const empty = json === null || typeof json === 'string' || (Array.isArray(json) && json.length === 0)
  return empty ? new Map() : undefined
}

/** `plainOf` decodes a plain text that came in base64: one that is padded, or that is an e-mail address; what else could be base64 stays. */
function plainOf(text: string): string {
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text) || text.length % 4 > 0) return text
  const bytes = Buffer.from(text, 'base64')
  const plain = bytes.toString('utf8')
  const isExact = bytes.toString('base64') === text && Buffer.from(plain).equals(bytes)
  return isExact && isPrintable(plain) && (text.endsWith('=') || /^\S+@\S+\.\w+$/.test(plain)) ? plain : text
}
