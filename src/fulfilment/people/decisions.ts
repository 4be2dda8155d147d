import type { Sql, Transaction } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { adjustWithin } from '../../ledger/adjustments.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { ReviewId } from '../../lib/ids.ts'
import { micros } from '../../lib/money.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { itemUpdate } from '../outcome/item-update.ts'
import { followItems, type ItemUpdate, writeItemUpdates } from '../outcome/outcomes.sql.ts'
import { keepDecision, selectTextOf, selectWaiting, type Unrecognised } from './kept-answers.sql.ts'
import type { Review, ReviewKind } from './review.ts'
import {
  allowAnyMargin,
  type Decided,
  lockReview,
  openReviews,
  referenceIsTaken,
  selectReview,
  takeForDecision,
  updateResolved,
  wasGivenBack,
} from './reviews.sql.ts'

/** Decision is what a person decides about a review. */
export type Decision =
  /** `found`: the supplier has it, under this reference, and is polled from now on. */
  | { kind: 'found'; reference: string }
  /** `send_again`: the supplier certainly did not take it. */
  | { kind: 'send_again' }
  /** `give_back`: the reseller gets the money back, and reads this message. */
  | { kind: 'give_back'; message?: string | undefined }
  /** `result`: the supplier did it, and this is the result. */
  | { kind: 'result'; text: string }
  /** `send_anyway`: it is sent although it costs more than the sale allows. */
  | { kind: 'send_anyway' }
  /** `wait`: it may take longer; it is shown again a day later. */
  | { kind: 'wait' }
  /** `grant`, `decline`: what the reseller asked to cancel is cancelled and given back, or not. */
  | { kind: 'grant' }
  | { kind: 'decline' }
  /** `dismiss`: nothing is to be done. */
  | { kind: 'dismiss' }

export type DecisionKind = Decision['kind']

/** `decisionsFor` has the decisions that resolve each kind of review. */
export const decisionsFor: Record<ReviewKind, readonly DecisionKind[]> = {
  unknown: ['found', 'send_again', 'give_back', 'result'],
  margin: ['send_anyway', 'give_back', 'dismiss'],
  supplier: ['give_back', 'dismiss'],
  expired: ['wait', 'found', 'send_again', 'give_back', 'result'],
  changed: ['dismiss', 'give_back'],
  cancel: ['grant', 'decline'],
  verify: ['dismiss'],
  'unrecognised answer': ['send_again', 'give_back', 'found', 'result'],
}

/** Decider is who decides, and why; both are recorded. */
export interface Decider {
  actor: string
  why: string
  /** `keep`: the decision counts for all items of which the supplier said the same words, and for later ones. */
  keep?: boolean
}

/** Resolved is a review as it was resolved. `alike` counts the other items that a decision which is kept has settled. */
export interface Resolved extends Review {
  alike?: number
}

/** MAX_ALIKE bounds the items that are settled in one transaction. */
const MAX_ALIKE = 200

const DEFAULT_MESSAGE = 'Cancelled by the operator'

/** `leaveTheItem` are decisions that change nothing about the item: a worker keeps it, and its update counts. */
const leaveTheItem: readonly DecisionKind[] = ['wait', 'decline', 'dismiss']

/**
 * `resolveReview` carries a person's decision out, all of it or nothing: item, attempt, money, and the record of who and why. A worker
 * that has the item in hand at that moment has lost it, unless the decision leaves the item as it is.
 * Throws not_found, conflict when it is resolved already or the decision does not fit what became of the item, or
 * invalid_input naming what is wrong.
 */
export async function resolveReview(
  sql: Sql,
  id: ReviewId,
  decision: Decision,
  { actor, why, keep = false }: Decider,
  clock: Clock = systemClock,
): Promise<Resolved> {
  if (!why.trim()) throw new Refusal('invalid_input', 'a decision needs its reason', 'why')
  const now = clock.now()
  const text = await sql.begin(async (transaction) => {
    const seen = await selectReview(transaction, id)
    if (!seen) throw new Refusal('not_found', `there is no review ${id}`, 'id')
    await lockWallets(transaction, [seen.accountId])
    const review = await lockReview(transaction, id)
    if (!review || review.resolution !== null) {
      throw new Refusal('conflict', `review ${id} is resolved already: ${review?.resolution}`, 'id')
    }
    const allowed = decisionsFor[review.kind]
    if (!allowed.includes(decision.kind)) {
      const decisions = allowed.map((kind) => kind.replaceAll('_', '-')).join(', ')
      throw new Refusal(
        'invalid_input',
        `a review of kind ${review.kind} is resolved by one of: ${decisions}`,
        'decision',
      )
    }
    const item = leaveTheItem.includes(decision.kind) ? null : await takeForDecision(transaction, review)
    if (item === undefined) throw new Refusal('not_found', `the item of review ${id} is gone`, 'id')
    await updateResolved(transaction, id, {
      resolution: decision.kind,
      by: actor,
      why: why.trim(),
      at: now,
    })
    const about = review.kind === 'unrecognised answer' ? await selectTextOf(transaction, id) : undefined
    if (keep) await keepFor(transaction, about, decision, { actor, why: why.trim() }, now)
    if (item) await carryOut(transaction, review, item, decision, { actor, why: why.trim() }, clock)
    if (about && !keep) await askAboutNext(transaction, about, now)
    return about
  })
  const alike =
    keep && text ? await settleAlike(sql, text, decision, { actor, why: why.trim() }, clock) : undefined
  return { ...((await selectReview(sql, id)) as Review), ...(alike !== undefined && { alike }) }
}

/** `keepFor` keeps a decision for the words that a review is about. */
async function keepFor(
  sql: Transaction,
  about: Unrecognised | undefined,
  { kind }: Decision,
  { actor, why }: Decider,
  now: Date,
): Promise<void> {
  if (!about || (kind !== 'give_back' && kind !== 'send_again')) {
    throw new Refusal(
      'invalid_input',
      'only send-again and give-back of an unrecognised answer can be kept',
      'keep',
    )
  }
  await keepDecision(sql, about, { decision: kind, by: actor, why, at: now })
}

/** `askAboutNext` asks about the same words for the next item that waits for them. */
async function askAboutNext(sql: Transaction, about: Unrecognised, now: Date): Promise<void> {
  const [next] = await selectWaiting(sql, about, 1)
  if (!next) return
  const { attempt, reason, ...item } = next
  await openReviews(
    sql,
    [{ item, attempt, kind: 'unrecognised answer', detail: reason || about.reason }],
    now,
  )
}

/**
 * `settleAlike` carries a kept decision out for all items that wait for the same words, some at a time. What it does not come to, the
 * workers settle when they look at it next.
 */
async function settleAlike(
  sql: Sql,
  about: Unrecognised,
  decision: Decision,
  decider: Decider,
  clock: Clock,
): Promise<number> {
  for (let settled = 0; ; ) {
    const now = clock.now()
    const count = await sql.begin(async (transaction) => {
      const waiting = await selectWaiting(transaction, about, MAX_ALIKE)
      await lockWallets(transaction, [...new Set(waiting.map(({ accountId }) => accountId))])
      const updates: ItemUpdate[] = []
      for (const name of waiting) {
        const item = await takeForDecision(transaction, name)
        if (item?.attempt?.number === name.attempt) updates.push(decidedUpdate(item, decision, decider, now))
      }
      const written = await writeItemUpdates(transaction, updates, now)
      await followItems(
        transaction,
        updates.map(({ item }) => item),
        now,
      )
      return written.length
    })
    settled += count
    if (count === 0) return settled
  }
}

async function carryOut(
  sql: Transaction,
  review: Review,
  item: Decided,
  decision: Decision,
  decider: Decider,
  clock: Clock,
): Promise<void> {
  const now = clock.now()
  // What was asked about an item that waits says nothing about one that a supplier may have by now (promise 4).
  if ((review.kind === 'margin' || review.kind === 'supplier') && item.state !== 'pending') {
    throw new Refusal('conflict', `the item does not wait any more, it is ${item.state}`, 'id')
  }
  if (decision.kind === 'send_anyway') return await allowAnyMargin(sql, item, now)
  if (review.kind === 'changed') return await giveBackAfterSuccess(sql, review, item, decider, clock)
  if (decision.kind === 'found') await checkReference(sql, item, decision.reference.trim())
  const update = decidedUpdate(item, decision, decider, now)
  const written = await writeItemUpdates(sql, [update], now)
  if (written.length === 0) throw new Refusal('conflict', `the item is ${item.state} already`, 'id')
  await followItems(sql, [item], now)
}

/** `giveBackAfterSuccess` gives back by an adjustment, because the price of an item that succeeded is captured for good. */
async function giveBackAfterSuccess(
  sql: Transaction,
  review: Review,
  item: Decided,
  { actor, why }: Decider,
  clock: Clock,
): Promise<void> {
  if (item.state !== 'success')
    throw new Refusal('conflict', `the item is ${item.state}: nothing of it is to be given back`, 'id')
  if (await wasGivenBack(sql, review)) {
    throw new Refusal('conflict', 'the price of the item was given back already', 'id')
  }
  if (item.price === 0n) return
  const note = `order ${item.orderId} item ${item.position}, review ${review.id}: ${why}`.slice(0, 500)
  await adjustWithin(sql, item.accountId, micros(item.price), { actor, note }, clock)
}

async function checkReference(sql: Transaction, item: Decided, reference: string): Promise<void> {
  if (reference === '' || reference.length > 200) {
    throw new Refusal('invalid_input', 'a reference has 1 to 200 characters', 'reference')
  }
  if (item.attempt && (await referenceIsTaken(sql, item.attempt.supplierId, reference, item))) {
    throw new Refusal('conflict', `another item was bought under reference ${reference}`, 'reference')
  }
}

function decidedUpdate(item: Decided, decision: Decision, { actor, why }: Decider, now: Date): ItemUpdate {
  const said = `${actor}: ${why}`
  const open = item.state === 'processing' || item.state === 'unknown'
  // A pending item is with nobody: its attempts have ended.
  const attempt = open && item.attempt ? { ...ended, number: item.attempt.number, detail: said } : null
  const update = itemUpdate({ item, itemState: 'processing', attempt, dueAt: now })
  const needed = (): NonNullable<ItemUpdate['attempt']> => {
    if (attempt) return attempt
    throw new Refusal('conflict', `the item is ${item.state}, and with no supplier`, 'id')
  }
  switch (decision.kind) {
    case 'found':
      return { ...update, attempt: { ...needed(), state: 'accepted', reference: decision.reference.trim() } }
    case 'send_again':
      return { ...update, itemState: 'pending', attempt: { ...needed(), state: 'refused' } }
    case 'result':
      if (!decision.text.trim()) throw new Refusal('invalid_input', 'the result is empty', 'result')
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

const ended = {
  state: 'given_up',
  reference: null,
  asked: 0,
  fault: null,
  recheckAt: null,
} as const
