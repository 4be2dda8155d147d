import type { Queryable, Transaction } from '../database/database.ts'
import type { NoticeId } from '../lib/ids.ts'
import type { Condition } from './conditions.ts'
import type { EventName } from './events.ts'

export interface OpenNotice {
  id: NoticeId
  subject: string
  mark: number
  sentAt: Date
  /** When its condition was last seen. */
  seenAt: Date
}

/** Any constant: it names the lock that lets one process look at a time. */
const LOOK_LOCK = 7_164_010

export async function lockLook(transaction: Transaction): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${LOOK_LOCK})`
}

export async function selectOpenNotices(sql: Queryable, event: EventName): Promise<OpenNotice[]> {
  const rows = await sql<(Omit<OpenNotice, 'id' | 'mark'> & { id: bigint; mark: bigint })[]>`
    select id, subject, mark, sent_at as "sentAt", seen_at as "seenAt"
      from notices where event = ${event} and ended_at is null`
  return rows.map((row) => ({ ...row, id: Number(row.id) as NoticeId, mark: Number(row.mark) }))
}

export async function insertNotice(
  sql: Queryable,
  event: EventName,
  { subject, accountId, mark }: Condition,
  now: Date,
): Promise<NoticeId> {
  const [row] = await sql<{ id: bigint }[]>`
    insert into notices (event, subject, account_id, mark, raised_at, sent_at, seen_at)
    values (${event}, ${subject}, ${accountId}, ${mark}, ${now}, ${now}, ${now})
    returning id`
  return Number(row?.id) as NoticeId
}

export async function updateTold(sql: Queryable, id: NoticeId, mark: number, now: Date): Promise<void> {
  await sql`update notices set mark = ${mark}, sent_at = ${now} where id = ${id}`
}

export async function updateSeen(sql: Queryable, ids: NoticeId[], now: Date): Promise<void> {
  if (ids.length > 0) await sql`update notices set seen_at = ${now} where id = any(${ids}::bigint[])`
}

/** They ended when they were last seen. */
export async function endNotices(sql: Queryable, ids: NoticeId[]): Promise<void> {
  if (ids.length > 0) await sql`update notices set ended_at = seen_at where id = any(${ids}::bigint[])`
}

/** undefined: it lasts. */
export async function selectEnded(sql: Queryable, id: NoticeId): Promise<Date | undefined> {
  const [row] = await sql<{ ended_at: Date | null }[]>`select ended_at from notices where id = ${id}`
  return row?.ended_at ?? undefined
}

export async function deleteEndedBefore(sql: Queryable, before: Date): Promise<void> {
  await sql`delete from notices where ended_at < ${before}`
}
