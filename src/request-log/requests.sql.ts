import type { Queryable, Sql } from '../database/database.ts'
import type { AccountId, RequestNumber } from '../lib/ids.ts'
import type { LoggedRequest, RequestEntry } from './request.ts'

/** Writes entries, however many, in one statement. */
export async function insertRequests(sql: Sql, entries: RequestEntry[]): Promise<void> {
  const all = <T>(read: (entry: RequestEntry) => T): T[] => entries.map(read)
  await sql`
    insert into requests (account_id, key_id, at, via, action, status, outcome, detail, order_id, ip, took_us, request_id)
    select account_id, key_id, timestamptz 'epoch' + at * interval '1 ms', via, action, status, outcome, detail,
           order_id, ip, took_us, request_id
      from unnest(
        ${all((one) => one.accountId)}::int[], ${all((one) => one.keyId)}::int[],
        ${all((one) => one.at.getTime())}::bigint[], ${all((one) => one.via)}::text[],
        ${all((one) => one.action)}::text[], ${all((one) => one.status)}::smallint[],
        ${all((one) => one.outcome)}::text[], ${all((one) => one.detail)}::text[],
        ${all((one) => one.orderId)}::bigint[], ${all((one) => one.ip)}::text[],
        ${all((one) => one.tookUs)}::int[], ${all((one) => one.requestId)}::uuid[])
        as noted (account_id, key_id, at, via, action, status, outcome, detail, order_id, ip, took_us, request_id)`
}

export interface RequestFilter {
  via?: RequestEntry['via'] | undefined
  /** `refused`: everything but ok. */
  outcome?: RequestEntry['outcome'] | 'refused' | undefined
  action?: string | undefined
}

/** Newest first. `before` is the last id of the page before. */
export async function selectRequests(
  sql: Queryable,
  accountId: AccountId,
  {
    before,
    limit,
    via,
    outcome,
    action,
  }: RequestFilter & { before: RequestNumber | undefined; limit: number },
): Promise<LoggedRequest[]> {
  const rows = await sql<(Omit<LoggedRequest, 'id' | 'orderId'> & { id: bigint; orderId: bigint | null })[]>`
    select id, account_id as "accountId", key_id as "keyId", at, via, action, status, outcome, detail,
           order_id as "orderId", ip, took_us as "tookUs", request_id as "requestId"
      from requests
     where account_id = ${accountId}
       ${before === undefined ? sql`` : sql`and id < ${before}`}
       ${via === undefined ? sql`` : sql`and via = ${via}`}
       ${outcome === undefined || outcome === 'ok' ? sql`` : sql`and outcome <> 'ok'`}
       ${outcome === undefined || outcome === 'refused' ? sql`` : sql`and outcome = ${outcome}`}
       ${action === undefined ? sql`` : sql`and action = ${action}`}
     order by id desc limit ${limit}`
  return rows.map((row) => ({
    ...row,
    id: Number(row.id) as RequestNumber,
    orderId: row.orderId === null ? null : Number(row.orderId),
  }))
}

/** Removes what is older; gives how much. `limit` bounds one round. */
export async function deleteRequests(sql: Sql, before: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from requests where ctid = any(array(
      select ctid from requests where at < ${before} order by at limit ${limit} for update skip locked))`
  return swept.count
}
