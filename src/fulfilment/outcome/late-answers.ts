import type { Sql, Transaction } from '../../database/database.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { openReviews } from '../people/reviews.sql.ts'
import { anothers } from './item-update.ts'
import { addToOpenReviews, holdWaiting, type LateItem, lockLateItem } from './late-answers.sql.ts'
import { followItems, type ItemUpdate, lockClaims, writeItemUpdates } from './outcomes.sql.ts'
import { resumeAttempt } from './resumed.sql.ts'

/** HELD_MS is how long an item is held that a dispatcher may have looked at before a person was asked about it. */
const HELD_MS = 1_000

/**
 * Late is what became of an answer that came after its lease: nothing in it was new, it was written, its item went back to the supplier,
 * or a person is shown it.
 */
export type Late = 'nothing' | 'written' | 'resumed' | 'shown'

/**
 * `recordLate` keeps an answer whose item is no longer this worker's. It is written where nothing contradicts it. An item that waits for
 * another supplier goes back to one that has it after all, and is asked about. Otherwise it is shown in the open review of the item, or in
 * a new one.
 */
export async function recordLate(
  sql: Sql,
  late: { item: ClaimedItem; outcome: SupplierOutcome; update: ItemUpdate; supplier: string },
  now: Date,
): Promise<Late> {
  const { item, outcome, update, supplier } = late
  return await sql.begin(async (transaction) => {
    await lockClaims(transaction, [update])
    await lockWallets(transaction, [item.accountId])
    const current = await lockLateItem(transaction, item, now)
    if (!current) return 'nothing'
    const verdict = verdictOf(outcome, item, current)
    if (verdict === 'write') {
      const itself = { ...update, item: { ...update.item, fence: current.fence } }
      const [written] = await writeItemUpdates(transaction, [itself], now)
      if (!written?.takenBy) {
        await followItems(transaction, [item], now)
        return written ? 'written' : 'nothing'
      }
      const worth = anothers(item, update.claim?.reference ?? '', written.takenBy)
      await show(transaction, { item, current, detail: `${supplier} answered late: ${wordsOf(worth)}` }, now)
      return 'shown'
    }
    if (verdict === 'nothing') return 'nothing'
    const detail = `${supplier} answered late: ${wordsOf(outcome)}`
    const reference = takenUnder(outcome, current)
    if (reference !== null) {
      const resumption = { item, attempt: item.attempt, reference, said: detail }
      if (await resumeAttempt(transaction, resumption, now)) return 'resumed'
    }
    await show(transaction, { item, current, detail }, now)
    return 'shown'
  })
}

/** `verdictOf` compares a late answer with what is known by now. Pure. */
export function verdictOf(
  outcome: SupplierOutcome,
  item: Pick<ClaimedItem, 'attempt'>,
  current: Omit<LateItem, 'fence'>,
): 'write' | 'show' | 'nothing' {
  const { attempt } = current
  const isOurs = attempt.latest === item.attempt
  const isOpen = isOurs && !current.isFinished && openStates.includes(attempt.state)
  const reference = 'reference' in outcome ? outcome.reference : null
  const isAnother = reference !== null && attempt.reference !== null && reference !== attempt.reference
  switch (outcome.kind) {
    case 'success':
      if (attempt.state === 'succeeded') return current.result === outcome.result ? 'nothing' : 'show'
      return isOpen && !isAnother ? 'write' : 'show'
    case 'accepted':
      if (isAnother) return 'show'
      if (isOpen) return attempt.reference === null && reference !== null ? 'write' : 'nothing'
      return attempt.state === 'succeeded' ? 'nothing' : 'show'
    case 'duplicate':
      return 'nothing'
    case 'refused':
    case 'unavailable':
      if (attempt.state === 'refused' || attempt.state === 'given_up') return 'nothing'
      // A refusal to answer a question says nothing; of a request it is proof, as long as nobody has heard that it was taken.
      if (outcome.kind === 'unavailable' && attempt.reference !== null) return 'nothing'
      // Whoever asks at this moment may hear otherwise.
      if (isOpen && !current.isHeld && attempt.state !== 'accepted' && attempt.reference === null)
        return 'write'
      return outcome.kind === 'refused' ? 'show' : 'nothing'
    case 'unknown':
      // A person said that it was not taken, while it was asked about, which may have repeated the order.
      if (current.isWaiting && attempt.state === 'refused' && attempt.fault === null) return 'show'
      // Such as a number that another order has: nobody else may come to see it.
      return outcome.contradicts && attempt.state !== 'succeeded' ? 'show' : 'nothing'
    default:
      return 'nothing'
  }
}

const openStates: readonly string[] = ['sent', 'accepted', 'unknown']

function wordsOf(outcome: SupplierOutcome): string {
  switch (outcome.kind) {
    case 'success':
      return `success, with "${outcome.result.slice(0, 1000)}"`
    case 'accepted':
      return `taken, under ${outcome.reference ?? 'no reference'}`
    case 'unknown':
      return outcome.reason
    default:
      return `refused: "${'reason' in outcome ? outcome.reason : ''}"`
  }
}

/** `takenUnder` is the number under which the supplier has an item that waits for another; null: it has none, or does not have the item. */
function takenUnder(outcome: SupplierOutcome, { isWaiting, attempt }: LateItem): string | null {
  if (!isWaiting || (outcome.kind !== 'success' && outcome.kind !== 'accepted')) return null
  return outcome.reference ?? attempt.reference
}

async function show(
  sql: Transaction,
  { item, current, detail }: { item: ClaimedItem; current: LateItem; detail: string },
  now: Date,
): Promise<void> {
  // An item that waits for another supplier, or is with one, is asked about as `changed`, too: this attempt had ended.
  const isOpen = !current.isFinished && !current.isWaiting && current.attempt.latest === item.attempt
  const kind = isOpen ? 'unknown' : 'changed'
  if (current.isWaiting) await holdWaiting(sql, item, new Date(now.getTime() + HELD_MS))
  if ((await addToOpenReviews(sql, item, isOpen ? ABOUT_OPEN : ['changed'], detail)) > 0) return
  await openReviews(sql, [{ item, attempt: item.attempt, kind, detail }], now)
}

/** ABOUT_OPEN are the kinds of reviews of an item that is with the supplier. */
const ABOUT_OPEN = ['unknown', 'expired', 'changed'] as const
