import type { Fields } from '../protocols/dhru/fields.ts'
import type { DhruRequest } from '../protocols/dhru/form.ts'
import type { Parameters } from '../protocols/dhru/parameters.ts'
import type { Parts } from './parts.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { Reply } from './reply.ts'

/** As of the vendor's panels. */
const API_VERSION = '6.1'

/** One Dhru request with its parts. */
export interface Call extends Parts {
  request: DhruRequest
  parameters: Parameters
  /** The idempotency key as sent, whether honoured or not. */
  key: string | null
}

export const answer = (says: Record<string, unknown>): Reply => ({
  status: 200,
  body: JSON.stringify({ ...says, apiversion: API_VERSION }),
})

export const succeed = (row: Record<string, unknown>, beside: Record<string, string> = {}): Reply =>
  answer({ SUCCESS: [row], ...beside })

export function sayError(name: RefusalName): Record<string, string> {
  const { message, description } = refusals[name]
  return { MESSAGE: message, FULL_DESCRIPTION: description }
}

export const refuse = (name: RefusalName): Reply => answer({ ERROR: [sayError(name)] })

/** The rows that a request names: the caller's own keys, or one row "0". */
export function rowsOf(parameters: Parameters): { key: string; fields: Fields | undefined }[] {
  if (parameters.kind === 'many') return parameters.rows
  return parameters.kind === 'one' ? [{ key: '0', fields: parameters.fields }] : []
}

/** What real panels echo of a placement. */
export function echo(fields: Fields | undefined): Record<string, string> {
  const named = (name: string): Record<string, string> => {
    const value = fields?.get(name)
    return value === undefined ? {} : { [name]: value }
  }
  return { ...named('ID'), ...named('IMEI') }
}
