import { isObject } from '../../lib/json.ts'
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
  if (!decoded.ok) return /^[[{]/.test(trimmed) ? undefined : trimmed
  if (!('json' in decoded.value)) return undefined
  const { json } = decoded.value
  if (isObject(json)) return isTooDeep(json) ? undefined : fieldsOf(json)
  if (typeof json === 'string' && json.trim() !== '') return json
  const empty = json === null || typeof json === 'string' || (Array.isArray(json) && json.length === 0)
  return empty ? new Map() : undefined
}
