import type { Transaction } from '../database/database.ts'
import type { Message } from '../integrations/channels/channel.ts'
import { addJob } from '../jobs/jobs.ts'
import type { NoticeId, SubscriptionId } from '../lib/ids.ts'
import { type Condition, conditions } from './conditions.ts'
import { type EventName, type EventRules, GONE_MS, rulesOf, type Side } from './events.ts'
import {
  endNotices,
  insertNotice,
  lockNotices,
  type OpenNotice,
  selectOpenNotices,
  updateSeen,
  updateSent,
} from './notices.sql.ts'
import { selectSubscribed } from './subscriptions.sql.ts'

/** SEND_NOTICE is the job that tells one person. */
export const SEND_NOTICE = 'notice_send'
/** MAX_ATTEMPTS take three and a half hours, with the queue's growing pauses. */
const MAX_ATTEMPTS = 10

export interface SendPayload {
  subscription: SubscriptionId
  notice: NoticeId
  message: Message
}

/** `raiseNotices` finds the conditions of one event that hold now, and has their subscribers told, once while they last. */
export async function raiseNotices(transaction: Transaction, event: EventName, now: Date): Promise<void> {
  await lockNotices(transaction)
  const current = await conditions[event](transaction)
  const { fresh, again, lasting, ended } = compare(
    current,
    await selectOpenNotices(transaction, event),
    rulesOf(event),
    now,
  )
  for (const condition of fresh) {
    const id = await insertNotice(transaction, event, condition, now)
    await notifySubscribers(transaction, event, id, condition)
  }
  for (const { id, condition } of again) {
    await updateSent(transaction, id, condition.mark, now)
    await notifySubscribers(transaction, event, id, condition)
  }
  await updateSeen(transaction, lasting, now)
  await endNotices(transaction, ended)
}

interface Comparison {
  fresh: Condition[]
  /** `again` was sent before, and there is something new about it. */
  again: { id: NoticeId; condition: Condition }[]
  lasting: NoticeId[]
  ended: NoticeId[]
}

/** `compare` compares the conditions that hold now with the notices that were sent. */
function compare(
  current: Condition[],
  open: OpenNotice[],
  { goneMs = GONE_MS, againMs }: EventRules,
  now: Date,
): Comparison {
  const sent = new Map(open.map((notice) => [notice.subject, notice]))
  const since = (at: Date): number => now.getTime() - at.getTime()
  const comparison: Comparison = { fresh: [], again: [], lasting: [], ended: [] }
  for (const condition of current) {
    const notice = sent.get(condition.subject)
    sent.delete(condition.subject)
    if (!notice) {
      comparison.fresh.push(condition)
      continue
    }
    comparison.lasting.push(notice.id)
    const isNew = againMs !== undefined && condition.mark > notice.mark && since(notice.sentAt) >= againMs
    if (isNew) comparison.again.push({ id: notice.id, condition })
  }
  for (const gone of sent.values()) if (since(gone.seenAt) >= goneMs) comparison.ended.push(gone.id)
  return comparison
}

/** `notifySubscribers` tells an account of what happened to itself only (promise 6: own data only). */
async function notifySubscribers(
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
      await addJob(transaction, SEND_NOTICE, payload, { attempts: MAX_ATTEMPTS })
    }
  }
}
