import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { timeOfRequest } from '../lib/request-id.ts'
import { SECOND_MS } from '../lib/time.ts'
import { selectRequest } from './find-request.sql.ts'
import type { RequestEntry } from './request.ts'

/** NEAR_MS is how far the time in an id and that of its entry may be apart: a clock is set while a request runs. */
const NEAR_MS = 10 * SECOND_MS

/** `findRequest` finds a request by the id that its answer had, of any account or of none. Throws invalid_input or not_found. */
export async function findRequest(sql: Queryable, id: string): Promise<RequestEntry> {
  const at = timeOfRequest(id)
  if (!at) throw new Refusal('invalid_input', `${JSON.stringify(id)} is no id of a request`, 'id')
  const near = { from: new Date(at.getTime() - NEAR_MS), to: new Date(at.getTime() + NEAR_MS) }
  const found = await selectRequest(sql, id, near)
  if (!found) throw new Refusal('not_found', `there is no request ${id}, or it is not kept any more`, 'id')
  return found
}
