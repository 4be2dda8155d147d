import { worded } from '../../lib/worded.ts'
import type { Said } from '../../reasons.ts'
import { type DecisionKind, decisionsFor } from './decision.ts'
import type { Review } from './review.ts'
import type { Decided } from './reviews.sql.ts'
import { whyNot } from './why-not.ts'

/**
 * `consequences` are what decisions do to the money. This text says it in English; the pages say it in the reader's language by its name and the
 * ChoiceFacts (web/src/console/routes/inbox/consequences.ts). `..._unpriced` stands where no cost is known, or the reader may see none.
 */
export const consequences = {
  found: '{supplier} is asked about it under its number from now on. {price} stays held for {reseller}.',
  done: 'It is done: {price} is charged to {reseller}, who reads this result.',
  sent_again:
    'Only if you have seen in your account at {supplier} that the order is not there. Otherwise you pay {cost} twice. {price} stays held for {reseller}.',
  sent_again_unpriced:
    'Only if you have seen in your account at {supplier} that the order is not there. Otherwise you pay what it costs twice. {price} stays held for {reseller}.',
  sent_anyway: 'It is sent although it costs more than the sale allows. {price} stays held for {reseller}.',
  takes_longer: 'It may take longer, and is shown again in a day. {price} stays held for {reseller}.',
  refunded: '{reseller} gets {price} back now, as a refund. What {supplier} took is not given back by this.',
  given_back: '{reseller} gets {price} back now. If {supplier} delivers after all, its {cost} is your loss.',
  given_back_unpriced:
    '{reseller} gets {price} back now. If {supplier} delivers after all, what it costs is your loss.',
  given_back_unsent: '{reseller} gets {price} back now. Nothing was bought.',
  cancelled:
    'It is cancelled, and {reseller} gets {price} back now. If {supplier} delivers after all, its {cost} is your loss.',
  cancelled_unpriced:
    'It is cancelled, and {reseller} gets {price} back now. If {supplier} delivers after all, what it costs is your loss.',
  goes_on: 'It goes on as before. {price} stays held for {reseller}.',
  waits_on: 'It waits on, and is not shown again within a day. {price} stays held for {reseller}.',
  stays_charged: 'Nothing changes: it stays as it ended, and what was charged stays charged.',
  nothing_moves: 'Nothing changes, and no money moves.',
} as const
export type Consequence = keyof typeof consequences

/** Choice is a decision that a review may be resolved by, with what it does to the money. */
export interface Choice {
  decision: DecisionKind
  /** `whyNot` says why it does not fit how the item is now; null: it does. */
  whyNot: Said | null
  /** `money` is what becomes of the item's price: it goes back, is charged, or stays as it is (held, or charged before). */
  money: 'back' | 'charged' | 'stays'
  consequence: Consequence
}

/** ChoiceFacts are what a consequence names. */
export interface ChoiceFacts<Money> {
  reseller: string
  /** `supplier` is that of the attempt in question; null: there is none. */
  supplier: string | null
  /** `price` is what was held for the item, or what is left of what was charged. */
  price: Money
  /** `cost` is what the supplier takes; null: nobody knows, or the reader may not. */
  cost: Money | null
}

/** `consequenceText` says what a decision does to the money in English, with amounts that were written before. */
export function consequenceText(consequence: Consequence, facts: ChoiceFacts<string>): string {
  const values: Record<string, string | null> = { ...facts, supplier: facts.supplier ?? 'the supplier' }
  return worded(consequences[consequence], values)
}

/** `choicesFor` gives the decisions about a review as its item is now; `isPriced`: the reader sees what the supplier takes. */
export const choicesFor = (
  review: Pick<Review, 'kind' | 'attempt'>,
  item: Pick<Decided, 'state' | 'askedUntil' | 'attempt'>,
  isPriced: boolean,
  now: Date,
): Choice[] =>
  decisionsFor[review.kind].map((decision) => ({
    decision,
    whyNot: whyNot(review, item, decision, now) ?? null,
    ...effectOf(review, item, decision, isPriced),
  }))

function effectOf(
  { kind }: Pick<Review, 'kind'>,
  { state, attempt }: Pick<Decided, 'state' | 'attempt'>,
  decision: DecisionKind,
  isPriced: boolean,
): Pick<Choice, 'money' | 'consequence'> {
  const isCharged = state === 'success'
  // After a backup was restored (`changed`), what was sent may be known to nobody here.
  const isUnsent =
    kind === 'margin' ||
    kind === 'supplier' ||
    (kind !== 'changed' && state === 'pending' && attempt === null)
  switch (decision) {
    case 'found':
      return { money: 'stays', consequence: 'found' }
    case 'result':
      return { money: 'charged', consequence: 'done' }
    case 'send_again':
      return { money: 'stays', consequence: isPriced ? 'sent_again' : 'sent_again_unpriced' }
    case 'send_anyway':
      return { money: 'stays', consequence: 'sent_anyway' }
    case 'wait':
      return { money: 'stays', consequence: 'takes_longer' }
    case 'give_back':
      if (isCharged) return { money: 'back', consequence: 'refunded' }
      if (isUnsent) return { money: 'back', consequence: 'given_back_unsent' }
      return { money: 'back', consequence: isPriced ? 'given_back' : 'given_back_unpriced' }
    case 'grant':
      return { money: 'back', consequence: isPriced ? 'cancelled' : 'cancelled_unpriced' }
    case 'decline':
      return { money: 'stays', consequence: 'goes_on' }
    default:
      if (kind === 'margin' || kind === 'supplier') return { money: 'stays', consequence: 'waits_on' }
      return { money: 'stays', consequence: isCharged ? 'stays_charged' : 'nothing_moves' }
  }
}
