import type { Transaction } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import type { NoticeId, SubscriptionId } from '../lib/ids.ts'
import { type Condition, conditions } from './conditions.ts'
import { type EventName, type EventRules, GONE_MS, rulesOf, type Side } from './events.ts'
import type { Message } from './message.ts'
import {
  endNotices,
  insertNotice,
  lockLook,
  type OpenNotice,
  selectOpenNotices,
  updateSeen,
  updateTold,
} from './notices.sql.ts'
import { selectSubscribed } from './subscriptions.sql.ts'

/** The job that tells one person. */
export const SEND = 'notice_send'
/** With the queue's growing pauses: over three and a half hours. */
const ATTEMPTS = 10

export interface SendPayload {
  subscription: SubscriptionId
  notice: NoticeId
  message: Message
}

/** Looks for what is so now of one event, and has everybody told who wants to be, once while it lasts. */
export async function raiseNotices(transaction: Transaction, event: EventName, now: Date): Promise<void> {
  await lockLook(transaction)
  const current = await conditions[event](transaction)
  const { fresh, again, lasting, ended } = compare(
    current,
    await selectOpenNotices(transaction, event),
    rulesOf(event),
    now,
  )
  for (const condition of fresh) {
    await tell(transaction, event, await insertNotice(transaction, event, condition, now), condition)
  }
  for (const { id, condition } of again) {
    await updateTold(transaction, id, condition.mark, now)
    await tell(transaction, event, id, condition)
  }
  await updateSeen(transaction, lasting, now)
  await endNotices(transaction, ended)
}

interface Comparison {
  fresh: Condition[]
  /** Told before, and there is something new about them. */
  again: { id: NoticeId; condition: Condition }[]
  lasting: NoticeId[]
  ended: NoticeId[]
}

/** What is so now against what was told. */
function compare(
  current: Condition[],
  open: OpenNotice[],
  { goneMs = GONE_MS, againMs }: EventRules,
  now: Date,
): Comparison {
  const told = new Map(open.map((notice) => [notice.subject, notice]))
  const since = (at: Date): number => now.getTime() - at.getTime()
  const comparison: Comparison = { fresh: [], again: [], lasting: [], ended: [] }
  for (const condition of current) {
    const notice = told.get(condition.subject)
    told.delete(condition.subject)
    if (!notice) {
      comparison.fresh.push(condition)
      continue
    }
    comparison.lasting.push(notice.id)
    const isNew = againMs !== undefined && condition.mark > notice.mark && since(notice.sentAt) >= againMs
    if (isNew) comparison.again.push({ id: notice.id, condition })
  }
  for (const gone of told.values()) if (since(gone.seenAt) >= goneMs) comparison.ended.push(gone.id)
  return comparison
}

/** Its own account is told of its own only (promise 6). */
async function tell(
  transaction: Transaction,
  event: EventName,
  notice: NoticeId,
  { accountId, messages }: Condition,
): Promise<void> {
  for (const [side, message] of Object.entries(messages) as [Side, Message][]) {
    if (side === 'account' && accountId === null) continue
    const subscribed = await selectSubscribed(transaction, event, side === 'account' ? accountId : null)
    for (const subscription of subscribed) {
      const payload: SendPayload = { subscription, notice, message }
      await addJob(transaction, SEND, payload, { attempts: ATTEMPTS })
    }
  }
}
