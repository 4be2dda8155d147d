import type { Result } from '../lib/fault.ts'
import type { Fields } from '../protocols/dhru/fields.ts'
import type { DhruRequest } from '../protocols/dhru/form.ts'
import type { Parameters } from '../protocols/dhru/parameters.ts'
import type { FakeDeps } from './deps.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { Reply } from './reply.ts'

/** API_VERSION is that of the vendor's panels. */
const API_VERSION = '6.1'

/** Call is one Dhru request, read, and what answers it. */
export interface Call extends FakeDeps {
  request: DhruRequest
  parameters: Result<Parameters>
  /** `key` is the idempotency key as sent, honoured or not. */
  key: string | null
}

export const answer = (content: Record<string, unknown>): Reply => ({
  status: 200,
  body: JSON.stringify({ ...content, apiversion: API_VERSION }),
})

export const succeed = (row: Record<string, unknown>, beside: Record<string, string> = {}): Reply =>
  answer({ SUCCESS: [row], ...beside })

export function sayError(name: RefusalName): Record<string, string> {
  const { message, description } = refusals[name]
  return { MESSAGE: message, FULL_DESCRIPTION: description }
}

export const refuse = (name: RefusalName): Reply => answer({ ERROR: [sayError(name)] })

/** `rowsOf` gives the rows that a request names, under the caller's own keys, or its one row as "0". */
export function rowsOf(read: Result<Parameters>): { key: string; fields: Fields | undefined }[] {
  if (!read.ok || read.value.kind === 'none') return []
  return read.value.kind === 'many' ? read.value.rows : [{ key: '0', fields: read.value.fields }]
}
