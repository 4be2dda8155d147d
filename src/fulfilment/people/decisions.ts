import type { Sql, Transaction } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { ReviewId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import { followItems, type ItemUpdate, writeItemUpdates } from '../outcome/outcomes.sql.ts'
import { lockWords, upsertRule } from './answer-rules.sql.ts'
import { carryOut, decidedUpdate } from './carry-out.ts'
import { type Decider, type Decision, decisionsFor } from './decision.ts'
import type { Review } from './review.ts'
import {
  lockReview,
  openReviews,
  releaseRestored,
  selectReview,
  takeForDecision,
  updateResolved,
} from './reviews.sql.ts'
import { hurryWaiting, selectTextOf, selectWaiting, type Unrecognised } from './unrecognised.sql.ts'
import { leaveTheItem } from './why-not.ts'

export { type Decider, type Decision, type DecisionKind, decisionsFor } from './decision.ts'

/** Resolved is a review as it was resolved. `alike` counts the other items that a decision which is kept settles. */
export interface Resolved extends Review {
  alike?: number
}

/** MAX_ALIKE bounds the items that are settled in one transaction. */
const MAX_ALIKE = 200
/** MAX_HURRIED bounds the items that workers are told of; they come to the others by themselves. */
const MAX_HURRIED = 10_000

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
  { actor, why, keep = false, leavesAlike = false }: Decider,
  clock: Clock = systemClock,
): Promise<Resolved> {
  if (!why.trim()) throw because('invalid_input', 'reason_for_decision', {}, 'why')
  const now = clock.now()
  const { about: text, hurried } = await sql.begin(async (transaction) => {
    const seen = await selectReview(transaction, id)
    if (!seen) throw new Refusal('not_found', `there is no review ${id}`, 'id')
    await lockWallets(transaction, [seen.accountId])
    const review = await lockReview(transaction, id)
    if (!review || review.resolution !== null) {
      throw because(
        'conflict',
        'review_resolved',
        { review: id, resolution: String(review?.resolution) },
        'id',
      )
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
    // That of an attempt says nothing of what was sent after a backup that was restored.
    if (review.kind === 'changed' && review.attempt === null && decision.kind === 'dismiss')
      await releaseRestored(transaction, review, now)
    const about = review.kind === 'unrecognised answer' ? await selectTextOf(transaction, id) : undefined
    if (keep) await keepFor(transaction, about, decision, { actor, why: why.trim() }, now)
    if (item) await carryOut(transaction, review, item, decision, { actor, why: why.trim() }, clock)
    if (about && !keep) await askAboutNext(transaction, about, now)
    const isLeft = about && keep && leavesAlike
    return { about, hurried: isLeft ? await hurryWaiting(transaction, about, MAX_HURRIED, now) : undefined }
  })
  const alike =
    keep && text
      ? (hurried ?? (await settleAlike(sql, text, decision, { actor, why: why.trim() }, clock)))
      : undefined
  return { ...((await selectReview(sql, id)) as Review), ...(alike !== undefined && { alike }) }
}

/** `keepFor` makes a decision a rule for the words that a review is about. */
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
  await lockWords(sql, [about.supplierId])
  const rule = { supplierId: about.supplierId, supplierKind: null, words: about.text, isPhrase: false }
  await upsertRule(
    sql,
    { ...rule, meaning: kind === 'give_back' ? 'refused' : 'busy' },
    { by: actor, why, at: now },
  )
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
 * workers settle when they look at it next. What the supplier is being asked about at this moment is left to the answer: to be asked may
 * have repeated the order, and then the words decide nothing about it any more.
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
        const item = await takeForDecision(transaction, name, now)
        if (item?.attempt?.number !== name.attempt) continue
        updates.push(decidedUpdate(item, decision, decider, now))
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
