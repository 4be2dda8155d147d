import { randomUUID } from 'node:crypto'
import type { Transaction } from '../database/database.ts'
import type { Message, SentMessage } from '../integrations/channels/channel.ts'
import { addJob } from '../jobs/jobs.ts'
import type { AccountId, NoticeId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { type Condition, conditions } from './conditions.ts'
import { type ConditionName, type EventName, type EventRules, GONE_MS, rulesOf } from './events.ts'
import { insertMessages } from './messages.sql.ts'
import {
  endNotices,
  insertNotice,
  lockNotices,
  type OpenNotice,
  selectOpenNotices,
  updateSeen,
  updateSent,
} from './notices.sql.ts'
import { type Reader, selectReaders } from './readers.sql.ts'
import { wordsOf } from './said.ts'
import { words } from './words/index.ts'
import type { Words } from './words/words.ts'

/** SEND_NOTICE is the job that tells one person. */
export const SEND_NOTICE = 'notice_send'
/** MAX_ATTEMPTS take three and a half hours, with the queue's growing pauses. */
export const MAX_ATTEMPTS = 10

export interface SendPayload {
  to: Reader
  notice: NoticeId
  message: SentMessage
}

/** `raiseNotices` finds the conditions of one event that hold now, and has their subscribers told, once while they last. */
export async function raiseNotices(transaction: Transaction, event: ConditionName, now: Date): Promise<void> {
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
  { accountId, messages: { operator, account } }: Condition,
): Promise<void> {
  if (operator) await tell(transaction, { event, notice, accountId: null, message: () => operator })
  if (account && accountId !== null) await tell(transaction, { event, notice, accountId, message: account })
}

/**
 * `tell` queues a message to each who wants to be told of an event of one account, or (null) of the operator: to subscriptions in the account's
 * language, to people in their own.
 */
export async function tell(
  transaction: Transaction,
  {
    event,
    notice,
    accountId,
    said: given,
    message,
  }: {
    event: EventName
    notice: NoticeId
    accountId: AccountId | null
    /** `said` are the words of each language, where they were read before. */
    said?: Record<Language, Words>
    /** `message` is given the words of the reader's language. */
    message: (words: Words, language: Language) => Message
  },
): Promise<void> {
  const said = given ?? (accountId === null ? words : await wordsOf(transaction))
  const readers = (await selectReaders(transaction, event, accountId)).map((one) => ({
    ...one,
    id: randomUUID(),
  }))
  if (readers.length === 0) return
  await insertMessages(transaction, notice, readers)
  for (const { id, to, language } of readers) {
    const sent = { id, event, ...message(said[language ?? 'en'], language ?? 'en') }
    const payload: SendPayload = { to, notice, message: sent }
    await addJob(transaction, SEND_NOTICE, payload, { attempts: MAX_ATTEMPTS })
  }
}
