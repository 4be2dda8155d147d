import type { Queryable, Sql } from '../database/database.ts'
import type { RequestEntry } from './request.ts'

/** MAX_KEPT is how many requests of strangers are kept, the newest: about 50 MB. */
const MAX_KEPT = 200_000

/** `insertStrangers` writes requests that were refused before their account was known. */
export async function insertStrangers(sql: Queryable, entries: readonly RequestEntry[]): Promise<void> {
  const all = <T>(read: (entry: RequestEntry) => T): T[] => entries.map(read)
  await sql`
    insert into stranger_requests (at, via, action, status, outcome, detail, ip, took_us, request_id)
    select timestamptz 'epoch' + at * interval '1 ms', via, action, status, outcome, detail, ip, took_us, request_id
      from unnest(
        ${all((one) => one.at.getTime())}::bigint[], ${all((one) => one.via)}::text[],
        ${all((one) => one.action)}::text[], ${all((one) => one.status)}::smallint[],
        ${all((one) => one.outcome)}::text[], ${all((one) => one.detail)}::text[], ${all((one) => one.ip)}::text[],
        ${all((one) => one.tookUs)}::int[], ${all((one) => one.requestId)}::uuid[])
        as noted (at, via, action, status, outcome, detail, ip, took_us, request_id)`
}

/** `deleteStrangers` removes up to `limit` of those that are older than `before`, or too many, and gives how many. */
export async function deleteStrangers(sql: Sql, before: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from stranger_requests where id in (
      select id from stranger_requests
       where at < ${before} or id <= (select max(id) from stranger_requests) - ${MAX_KEPT}::int
       order by id limit ${limit}::int)`
  return swept.count
}
