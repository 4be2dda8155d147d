import { build, literal } from '../database/build.ts'
import type { Queryable, Sql } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { AccountId, KeyId, RequestNumber } from '../lib/ids.ts'
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
  key?: KeyId | undefined
  ip?: string | undefined
  /** `from` is the first instant, `to` the first one behind. */
  from?: Date | undefined
  to?: Date | undefined
}

/**
 * `selectStop` gives the request at which `maxRows` have been looked at, newest first, of those that the filter's index has: all, or the refused
 * ones. undefined: there are not so many.
 */
export async function selectStop(
  sql: Queryable,
  accountId: AccountId,
  { before, outcome }: Pick<RequestFilter, 'outcome'> & { before?: RequestNumber | undefined },
  maxRows: number,
): Promise<Stop<RequestNumber> | undefined> {
  let query = build.selectFrom('requests').select(['id', 'at']).where('accountId', '=', accountId)
  if (before !== undefined) query = query.where('id', '<', before)
  if (outcome !== undefined && outcome !== 'ok') query = query.where('outcome', '<>', literal.lit('ok'))
  const [stop] = await sql.run(
    query
      .orderBy('id', 'desc')
      .offset(maxRows - 1)
      .limit(1),
  )
  return stop
}

/** `selectRequests` gives the newest first. `before` is the last id of the page before, `downTo` the last one that is looked at. */
export async function selectRequests(
  sql: Queryable,
  accountId: AccountId,
  {
    before,
    downTo,
    limit,
    via,
    outcome,
    action,
    key,
    ip,
    from,
    to,
  }: RequestFilter & {
    before?: RequestNumber | undefined
    downTo?: RequestNumber | undefined
    limit: number
  },
): Promise<LoggedRequest[]> {
  let query = build
    .selectFrom('requests')
    .select(['id', 'accountId', 'keyId', 'at', 'via', 'action', 'status', 'outcome', 'detail', 'orderId'])
    .select(['ip', 'tookUs', 'requestId'])
    .where('accountId', '=', accountId)
  if (before !== undefined) query = query.where('id', '<', before)
  if (downTo !== undefined) query = query.where('id', '>=', downTo)
  if (via !== undefined) query = query.where('via', '=', via)
  // In the words of the index of refused requests.
  if (outcome !== undefined && outcome !== 'ok') query = query.where('outcome', '<>', literal.lit('ok'))
  if (outcome !== undefined && outcome !== 'refused') query = query.where('outcome', '=', outcome)
  if (action !== undefined) query = query.where('action', '=', action)
  if (key !== undefined) query = query.where('keyId', '=', key)
  if (ip !== undefined) query = query.where('ip', '=', ip)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
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
