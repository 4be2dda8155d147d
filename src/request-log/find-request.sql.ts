import type { Queryable } from '../database/database.ts'
import type { RequestEntry } from './request.ts'

/** `selectRequest` looks by the index of times for the id of a request that came in between two. */
export async function selectRequest(
  sql: Queryable,
  requestId: string,
  { from, to }: { from: Date; to: Date },
): Promise<RequestEntry | undefined> {
  const [row] = await sql<RequestEntry[]>`
    select account_id, key_id, at, via, action, status, outcome, detail, order_id, ip, took_us, request_id
      from requests where at between ${from} and ${to} and request_id = ${requestId}::uuid
    union all
    select null, null, at, via, action, status, outcome, detail, null, ip, took_us, request_id
      from stranger_requests where at between ${from} and ${to} and request_id = ${requestId}::uuid
     limit 1`.records()
  return row
}
