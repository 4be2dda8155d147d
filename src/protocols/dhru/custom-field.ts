import { isObject } from '../../lib/json.ts'
import { decodeText } from './encoded-text.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { isTooDeep } from './json.ts'

/** NOT_JSON stands for a CUSTOMFIELD that is a plain text. */
export const NOT_JSON: Fields = new Map()

/**
 * `readCustomField` reads CUSTOMFIELD: base64 of a JSON object, or the JSON itself; nothing, or base64 of null, is empty. It gives
 * NOT_JSON for a plain text, and undefined for JSON that cannot be read.
 */
export function readCustomField(text: string): Fields | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return new Map()
  const decoded = decodeText(trimmed)
  if (!decoded.ok) return /^[[{]/.test(trimmed) ? undefined : NOT_JSON
  if (!('json' in decoded.value)) return undefined
  const { json } = decoded.value
  if (isObject(json)) return isTooDeep(json) ? undefined : fieldsOf(json)
  const empty = json === null || json === '' || (Array.isArray(json) && json.length === 0)
  return empty ? new Map() : undefined
}
