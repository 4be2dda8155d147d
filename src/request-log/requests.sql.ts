import { build } from '../database/build.ts'
import type { Queryable, Sql } from '../database/database.ts'
import type { AccountId, RequestNumber } from '../lib/ids.ts'
import type { LoggedRequest, OwnedRequest } from './request.ts'

/** `insertRequests` writes entries, however many, in one statement. */
export async function insertRequests(sql: Sql, entries: OwnedRequest[]): Promise<void> {
  const all = <T>(read: (entry: OwnedRequest) => T): T[] => entries.map(read)
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
  via?: OwnedRequest['via'] | undefined
  /** `outcome` of `refused` is everything but ok. */
  outcome?: OwnedRequest['outcome'] | 'refused' | undefined
  action?: string | undefined
}

/** `selectRequests` gives the newest first. `before` is the last id of the page before. */
export async function selectRequests(
  sql: Queryable,
  accountId: AccountId,
  {
    before,
    limit,
    via,
    outcome,
    action,
  }: RequestFilter & { before?: RequestNumber | undefined; limit: number },
): Promise<LoggedRequest[]> {
  let query = build
    .selectFrom('requests')
    .select(['id', 'accountId', 'keyId', 'at', 'via', 'action', 'status', 'outcome', 'detail', 'orderId'])
    .select(['ip', 'tookUs', 'requestId'])
    .where('accountId', '=', accountId)
  if (before !== undefined) query = query.where('id', '<', before)
  if (via !== undefined) query = query.where('via', '=', via)
  if (outcome === 'refused') query = query.where('outcome', '<>', 'ok')
  else if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (action !== undefined) query = query.where('action', '=', action)
  return await sql.run(
    query.orderBy('id', 'desc').limit(limit).$narrowType<Pick<LoggedRequest, 'via' | 'outcome'>>(),
  )
}

/** `deleteRequests` removes up to `limit` requests that are older than `before`, and gives how many. */
export async function deleteRequests(sql: Sql, before: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from requests where ctid = any(array(
      select ctid from requests where at < ${before} order by at limit ${limit} for update skip locked))`
  return swept.count
}
