import type { Transaction } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { because, refusalOf } from '../../reasons.ts'
import { refundWithin } from '../after/refunds.ts'
import { itemUpdate } from '../outcome/item-update.ts'
import { followItems, type ItemUpdate, writeItemUpdates } from '../outcome/outcomes.sql.ts'
import { resumeAttempt } from '../outcome/resumed.sql.ts'
import type { Decider, Decision } from './decision.ts'
import type { Review } from './review.ts'
import { allowAnyMargin, type Decided, referenceIsTaken } from './reviews.sql.ts'
import { isInHand, UNKNOWN_ATTEMPT, whyNot } from './why-not.ts'

const DEFAULT_MESSAGE = 'Cancelled by the operator'
const REFUND_MESSAGE = 'Refunded by the operator'

/** `carryOut` does to an item, and to its money, what a person decided. */
export async function carryOut(
  sql: Transaction,
  review: Review,
  item: Decided,
  decision: Decision,
  decider: Decider,
  clock: Clock,
): Promise<void> {
  const now = clock.now()
  const reason = whyNot(review, item, decision.kind, now)
  if (reason !== undefined) throw refusalOf('conflict', reason, 'id')
  if (decision.kind === 'send_anyway') return await allowAnyMargin(sql, item, now)
  if (review.kind === 'changed') {
    if (item.state !== 'pending')
      return await giveBackAfterSuccess(sql, review, item, decision, decider.actor, clock)
    if (decision.kind === 'found') return await resume(sql, review, item, decision.reference, decider, now)
  }
  if (decision.kind === 'found') await checkReference(sql, item, decision.reference.trim())
  const update =
    review.kind === 'changed'
      ? waitingUpdate(review, item, decision, decider, now)
      : decidedUpdate(item, decision, decider, now)
  const written = await writeItemUpdates(sql, [update], now)
  if (written.length === 0) throw because('conflict', 'item_ended', { state: item.state }, 'id')
  await followItems(sql, [item], now)
}

/** `resume` gives an item that waits for another supplier back to the one that the review is about. */
async function resume(
  sql: Transaction,
  review: Review,
  item: Decided,
  reference: string,
  { actor, why }: Decider,
  now: Date,
): Promise<void> {
  const attempt = attemptOf(review)
  const found = reference.trim()
  checkForm(found)
  const resumption = { item, attempt, reference: found, said: `${actor}: ${why}` }
  if (await resumeAttempt(sql, resumption, now)) return
  throw because('conflict', 'reference_used', { reference: found }, 'reference')
}

/** `attemptOf` gives the attempt that a review is about, where a decision needs one. */
function attemptOf({ attempt }: Review): number {
  if (attempt === null) throw refusalOf('conflict', UNKNOWN_ATTEMPT, 'id')
  return attempt
}

/** `waitingUpdate` ends an item that waits for another supplier, while a former one says that it has it. */
function waitingUpdate(
  review: Review,
  item: Decided,
  decision: Decision,
  decider: Decider,
  now: Date,
): ItemUpdate {
  if (decision.kind !== 'result') return decidedUpdate(item, decision, decider, now)
  const attempt = attemptOf(review)
  checkResult(decision.text)
  const said = `${decider.actor}: ${decider.why}`
  return itemUpdate({
    item,
    itemState: 'success',
    attempt: { ...ended, number: attempt, state: 'succeeded', detail: said },
    result: decision.text,
  })
}

/** `giveBackAfterSuccess` refunds an item that was charged. */
async function giveBackAfterSuccess(
  sql: Transaction,
  review: Review,
  item: Decided,
  decision: Decision,
  actor: string,
  clock: Clock,
): Promise<void> {
  if (decision.kind !== 'give_back')
    throw because('conflict', 'item_with_nobody', { state: item.state }, 'id')
  const reason = decision.message?.trim() || REFUND_MESSAGE
  const request = { items: [item.position], reason, reference: `review ${review.id}` }
  await refundWithin(sql, item, request, actor, clock)
}

async function checkReference(sql: Transaction, item: Decided, reference: string): Promise<void> {
  checkForm(reference)
  if (item.attempt && (await referenceIsTaken(sql, item.attempt.supplierId, reference, item))) {
    throw because('conflict', 'reference_used', { reference }, 'reference')
  }
}

function checkForm(reference: string): void {
  if (reference === '' || reference.length > 200) {
    throw because('invalid_input', 'reference_length', {}, 'reference')
  }
}

function checkResult(text: string): void {
  if (!text.trim()) throw because('invalid_input', 'result_empty', {}, 'result')
}

/** `decidedUpdate` is the update of an item by a decision about its latest attempt. */
export function decidedUpdate(
  item: Decided,
  decision: Decision,
  { actor, why }: Decider,
  now: Date,
): ItemUpdate {
  const said = `${actor}: ${why}`
  const open = item.state === 'processing' || item.state === 'unknown'
  // A pending item is with nobody: its attempts have ended.
  const attempt = open && item.attempt ? { ...ended, number: item.attempt.number, detail: said } : null
  const update = itemUpdate({ item, itemState: 'processing', attempt, dueAt: now })
  const needed = (): NonNullable<ItemUpdate['attempt']> => {
    if (attempt) return attempt
    throw because('conflict', 'item_without_supplier', { state: item.state }, 'id')
  }
  switch (decision.kind) {
    case 'found':
      return { ...update, attempt: { ...needed(), state: 'accepted', reference: decision.reference.trim() } }
    case 'send_again':
      return {
        ...update,
        itemState: 'pending',
        attempt: { ...needed(), state: 'refused' },
        dueAt: isInHand(item, now) ? new Date(now.getTime() + ANSWERED_MS) : now,
      }
    case 'result':
      checkResult(decision.text)
      return {
        ...update,
        itemState: 'success',
        attempt: { ...needed(), state: 'succeeded' },
        result: decision.text,
        dueAt: null,
      }
    case 'give_back':
      return {
        ...update,
        itemState: 'failed',
        reason: decision.message?.trim() || DEFAULT_MESSAGE,
        dueAt: null,
      }
    case 'grant':
      return { ...update, itemState: 'cancelled', reason: 'Cancelled on request', dueAt: null }
    default:
      throw new Error(`${decision.kind} writes nothing`)
  }
}

/** ANSWERED_MS is when whoever asks has an answer, which comes late and may be that the supplier has it: asking may repeat the order. */
export const ANSWERED_MS = 35_000

const ended = {
  state: 'given_up',
  reference: null,
  asked: 0,
  fault: null,
  recheckAt: null,
} as const
