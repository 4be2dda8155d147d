import type { Queryable } from '../database/database.ts'
import type { NoticeId } from '../lib/ids.ts'

export const messageStates = ['waiting', 'sent', 'failed', 'unwanted'] as const
type MessageState = (typeof messageStates)[number]

/** NoticeMessage is what was, or is to be, sent of a notice to one address. */
export interface NoticeMessage {
  notice: NoticeId
  /** `channel` is its kind. */
  channel: string
  address: string
  state: MessageState
  /** `problem` is why it may not have arrived; null: no attempt has failed. */
  problem: string | null
  queuedAt: Date
  sentAt: Date | null
}

/** MAX_PROBLEM is how much is kept of what a channel said, in characters. */
const MAX_PROBLEM = 500

/** `insertMessages` writes down what is to be sent of a notice, as of when it was sent last. */
export async function insertMessages(
  sql: Queryable,
  notice: NoticeId,
  messages: readonly { id: string; channel: string; address: string }[],
): Promise<void> {
  await sql`
    insert into notice_messages (id, notice_id, channel, address, queued_at)
    select m.id, n.id, m.channel, m.address, n.sent_at
      from notices n
     cross join unnest(${messages.map(({ id }) => id)}::uuid[], ${messages.map(({ channel }) => channel)}::text[],
                       ${messages.map(({ address }) => address)}::text[]) as m (id, channel, address)
     where n.id = ${notice}`
}

/** `updateSentMessage` writes down that the channel took a message, and to which address it was sent. */
export async function updateSentMessage(
  sql: Queryable,
  id: string,
  { address, at }: { address: string; at: Date },
): Promise<void> {
  await sql`update notice_messages set state = 'sent', sent_at = ${at}, address = ${address} where id = ${id}::uuid`
}

/** `updateFailedMessage` writes down why an attempt has failed; the last of `attempts` gives the message up. */
export async function updateFailedMessage(
  sql: Queryable,
  id: string,
  { problem, attempts }: { problem: string; attempts: number },
): Promise<void> {
  await sql`
    update notice_messages
       set failures = failures + 1, problem = left(${problem}, ${MAX_PROBLEM}),
           state = case when failures + 1 >= ${attempts}::int then 'failed' else state end
     where id = ${id}::uuid and state = 'waiting'`
}

/**
 * `updateGivenUpMessages` gives messages up that the queue tries no more: an attempt in which the process was killed counts for the queue, and has
 * written down no failure.
 */
export async function updateGivenUpMessages(sql: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update notice_messages
       set state = 'failed', problem = coalesce(problem, 'the server was stopped while it sent the message')
     where id = any(${ids}::uuid[]) and state = 'waiting'`
}

/** `updateUnwantedMessage` writes down that nobody is there any more who wants a message. */
export async function updateUnwantedMessage(sql: Queryable, id: string): Promise<void> {
  await sql`update notice_messages set state = 'unwanted' where id = ${id}::uuid and state = 'waiting'`
}

/** MessageCounts is how many messages of a notice there are, and what became of them. */
export interface MessageCounts {
  notice: NoticeId
  all: number
  sent: number
  waiting: number
  failed: number
}

export async function countMessages(sql: Queryable, notices: readonly NoticeId[]): Promise<MessageCounts[]> {
  return await sql<MessageCounts[]>`
    select notice_id::float8 as notice, count(*)::int as all, count(*) filter (where state = 'sent')::int as sent,
           count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'failed')::int as failed
      from notice_messages where notice_id = any(${notices}::bigint[]) group by notice_id`.records()
}

/** `selectMessages` gives the messages of some notices, the last of each first and so many of it at most; what has not arrived goes before the rest. */
export async function selectMessages(
  sql: Queryable,
  notices: readonly NoticeId[],
  each: number,
): Promise<NoticeMessage[]> {
  return await sql<NoticeMessage[]>`
    select n.id::float8 as notice, m.channel, m.address, m.state, m.problem, m.queued_at, m.sent_at
      from unnest(${notices}::bigint[]) as n (id)
     cross join lateral (
       select * from notice_messages where notice_id = n.id
        order by (state = 'failed') desc, (state = 'waiting') desc, queued_at desc, address limit ${each}::int) m`.records()
}
