import { type Said, say } from '../../reasons.ts'
import type { DecisionKind } from './decision.ts'
import type { Review } from './review.ts'
import type { Decided } from './reviews.sql.ts'

/** `leaveTheItem` are decisions that change nothing about the item: a worker keeps it, and its update counts. */
export const leaveTheItem: readonly DecisionKind[] = ['wait', 'decline', 'dismiss']
/** `givesBack` are decisions that move money back to the reseller. */
const givesBack: readonly DecisionKind[] = ['give_back', 'grant']
/** `aboutTheSupplier` are decisions that say what the supplier of the attempt in question did. */
const aboutTheSupplier: readonly DecisionKind[] = ['found', 'send_again', 'result']

/** UNKNOWN_ATTEMPT: a backup was restored, which knows nothing of what was sent after it. */
export const UNKNOWN_ATTEMPT: Said = say('sent_by_nobody_known', {})

/** `isInHand`: a supplier is being asked about the item at this moment. */
export const isInHand = ({ askedUntil }: Pick<Decided, 'askedUntil'>, now: Date): boolean =>
  askedUntil !== null && askedUntil > now

const wasGivenBack = (state: Decided['state']): boolean => state === 'failed' || state === 'cancelled'

/** `whyNot` says why a decision does not fit what became of the item; undefined: it does. What the database alone knows, writing it finds. */
export function whyNot(
  { kind, attempt }: Pick<Review, 'kind' | 'attempt'>,
  { state, askedUntil, attempt: latest }: Pick<Decided, 'state' | 'askedUntil' | 'attempt'>,
  decision: DecisionKind,
  now: Date,
): Said | undefined {
  if (leaveTheItem.includes(decision)) return undefined
  // Asking may repeat the order, and its answer may be that it was done: no money is given back before it has come.
  if (givesBack.includes(decision) && isInHand({ askedUntil }, now)) return say('item_asked_now', {})
  // What was asked about an item that waits says nothing about one that a supplier may have by now (promise 4).
  if ((kind === 'margin' || kind === 'supplier') && state !== 'pending')
    return say('item_waits_not', { state })
  if (kind === 'changed') {
    if (state === 'pending')
      return attempt === null && aboutTheSupplier.includes(decision) ? UNKNOWN_ATTEMPT : undefined
    // What was charged is refunded, which says itself why not.
    if (decision === 'give_back') return wasGivenBack(state) ? say('item_given_back', { state }) : undefined
    return say(wasGivenBack(state) ? 'item_to_deliver' : 'item_with_nobody', { state })
  }
  if (state !== 'pending' && state !== 'processing' && state !== 'unknown')
    return say('item_ended', { state })
  if (!aboutTheSupplier.includes(decision)) return undefined
  // What is known of one supplier says nothing about another that has the item by now (promise 4).
  if (state !== 'pending' && latest !== null && latest.number !== attempt)
    return say('item_went_on', { state })
  return state === 'pending' || latest === null ? say('item_without_supplier', { state }) : undefined
}
