import { build, literal } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, NoticeId } from '../lib/ids.ts'
import type { Condition } from './conditions.ts'
import type { EventName } from './events.ts'

export interface OpenNotice {
  id: NoticeId
  subject: string
  mark: number
  sentAt: Date
  /** `seenAt` is when its condition was last found. */
  seenAt: Date
}

/** RAISE_LOCK is any constant: it names the lock that lets one process raise notices at a time. */
const RAISE_LOCK = 7_164_010

export async function lockNotices(transaction: Transaction): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${RAISE_LOCK})`
}

export const selectOpenNotices = (sql: Queryable, event: EventName): Promise<OpenNotice[]> =>
  sql.run(
    build
      .selectFrom('notices')
      .select(['id', 'subject', literal<number>`mark::float8`.as('mark'), 'sentAt', 'seenAt'])
      .where('event', '=', event)
      .where('endedAt', 'is', null),
  )

/** Notice is something that people were told of. */
export interface Notice extends OpenNotice {
  event: EventName
  accountId: AccountId | null
  username: string | null
  raisedAt: Date
  /** `endedAt`, null: its cause is still there. */
  endedAt: Date | null
}

/** NoticesWanted: `open` are those whose cause is still there, `failed` those of which a message was given up. */
export interface NoticesWanted {
  open?: boolean | undefined
  failed?: boolean | undefined
  event?: EventName | undefined
  accountId?: AccountId | undefined
}

/** `selectNotices` gives the newest first, behind the one with the id `before`. */
export async function selectNotices(
  sql: Queryable,
  wanted: NoticesWanted & { before: NoticeId | undefined; limit: number },
): Promise<Notice[]> {
  const { open, failed, event, accountId, before, limit } = wanted
  let query = build
    .selectFrom('notices as n')
    .leftJoin('accounts as a', 'a.id', 'n.accountId')
    .select(['n.id', 'n.event', 'n.subject', 'n.accountId', 'a.username'])
    .select(literal<number>`n.mark::float8`.as('mark'))
    .select(['n.raisedAt', 'n.sentAt', 'n.seenAt', 'n.endedAt'])
  if (open) query = query.where('n.endedAt', 'is', null)
  if (failed)
    query = query.where(
      literal<boolean>`n.id in (select notice_id from notice_messages where state = 'failed')`,
    )
  if (event !== undefined) query = query.where('n.event', '=', event)
  if (accountId !== undefined) query = query.where('n.accountId', '=', accountId)
  if (before !== undefined) query = query.where('n.id', '<', before)
  return await sql.run(query.orderBy('n.id', 'desc').limit(limit).$narrowType<{ event: EventName }>())
}

export async function insertNotice(
  sql: Queryable,
  event: EventName,
  { subject, accountId, mark }: Condition,
  now: Date,
): Promise<NoticeId> {
  const times = { raisedAt: now, sentAt: now, seenAt: now }
  const [row] = await sql.run(
    build
      .insertInto('notices')
      .values({ event, subject, accountId, mark: BigInt(mark), ...times })
      .returning('id'),
  )
  return row?.id as NoticeId
}

/** `insertTold` writes down something that was over when it was told. `entries` are those of the account's ledger, the first and the last, that it tells of. */
export async function insertTold(
  sql: Queryable,
  event: EventName,
  told: Pick<Condition, 'subject' | 'accountId'> & { entries?: readonly [first: bigint, last: bigint] },
  now: Date,
): Promise<NoticeId> {
  const { subject, accountId, entries } = told
  const [firstEntry, lastEntry] = entries ?? [null, null]
  const times = { raisedAt: now, sentAt: now, seenAt: now, endedAt: now }
  const [row] = await sql.run(
    build
      .insertInto('notices')
      .values({ event, subject, accountId, firstEntry, lastEntry, ...times })
      .returning('id'),
  )
  return row?.id as NoticeId
}

/** `selectLastToldOfNews` gives the account with the largest id that was told of written news; undefined: none was. */
export async function selectLastToldOfNews(sql: Queryable, subject: string): Promise<AccountId | undefined> {
  const [row] = await sql<{ id: AccountId | null }[]>`
    select max(account_id) as id from notices where event = 'news.written' and subject = ${subject}`.records()
  return row?.id ?? undefined
}

/** `insertDigest` writes down that the digest of a time was told; undefined: it was before. */
export async function insertDigest(sql: Queryable, time: string, now: Date): Promise<NoticeId | undefined> {
  const times = { raisedAt: now, sentAt: now, seenAt: now, endedAt: now }
  const [row] = await sql.run(
    build
      .insertInto('notices')
      .values({ event: 'digest', subject: time, ...times })
      .onConflict((told) => told.doNothing())
      .returning('id'),
  )
  return row?.id
}

export async function updateSent(sql: Queryable, id: NoticeId, mark: number, now: Date): Promise<void> {
  await sql.run(
    build
      .updateTable('notices')
      .set({ mark: BigInt(mark), sentAt: now })
      .where('id', '=', id),
  )
}

export async function updateSeen(sql: Queryable, ids: NoticeId[], now: Date): Promise<void> {
  if (ids.length > 0) await sql`update notices set seen_at = ${now} where id = any(${ids}::bigint[])`
}

/** `endNotices` ends notices when their conditions were last found. */
export async function endNotices(sql: Queryable, ids: NoticeId[]): Promise<void> {
  if (ids.length > 0) await sql`update notices set ended_at = seen_at where id = any(${ids}::bigint[])`
}

/** `selectEnded` gives undefined for a notice whose condition lasts. */
export async function selectEnded(sql: Queryable, id: NoticeId): Promise<Date | undefined> {
  const [row] = await sql.run(build.selectFrom('notices').select('endedAt').where('id', '=', id))
  return row?.endedAt ?? undefined
}

export async function deleteEndedBefore(sql: Queryable, before: Date): Promise<void> {
  await sql.run(build.deleteFrom('notices').where('endedAt', '<', before))
}
