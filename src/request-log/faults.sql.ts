import type { Queryable } from '../database/database.ts'
import type { RequestEntry } from './request.ts'

/** FaultyRequest is a request that failed by our fault, whoever asked. */
export type FaultyRequest = Pick<RequestEntry, 'at' | 'via' | 'action' | 'outcome' | 'requestId'>

/** `selectFaults` gives the newest requests that failed by our fault. */
export async function selectFaults(sql: Queryable, limit: number): Promise<FaultyRequest[]> {
  return await sql<FaultyRequest[]>`
    (select at, via, action, outcome, request_id from requests
      where outcome in ('internal_error', 'temporarily_unavailable') order by at desc limit ${limit}::int)
    union all
    (select at, via, action, outcome, request_id from stranger_requests
      where outcome in ('internal_error', 'temporarily_unavailable') order by at desc limit ${limit}::int)
    order by at desc limit ${limit}::int`.records()
}
