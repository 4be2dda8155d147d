import { type DecisionKind, decisionsFor } from './decision.ts'
import type { Review } from './review.ts'
import type { Decided } from './reviews.sql.ts'
import { whyNot } from './why-not.ts'

/** Choice is a decision that a review may be resolved by, with what it does to the money. */
export interface Choice {
  decision: DecisionKind
  /** `whyNot` says why it does not fit how the item is now; null: it does. */
  whyNot: string | null
  /** `money` is what becomes of the item's price: it goes back, is charged, or stays as it is (held, or charged before). */
  money: 'back' | 'charged' | 'stays'
  /** `consequence` says it for people. */
  consequence: string
}

/** ChoiceFacts are what a consequence names. */
interface ChoiceFacts {
  reseller: string
  /** `supplier` is that of the attempt in question. */
  supplier: string
  /** `price` is what was held for the item, or what is left of what was charged, with its currency. */
  price: string
  /** `cost` is what the supplier takes, with its currency; undefined: nobody knows, or the reader may not. */
  cost: string | undefined
}

/** `choicesFor` gives the decisions about a review as its item is now. */
export const choicesFor = (
  review: Pick<Review, 'kind' | 'attempt'>,
  item: Pick<Decided, 'state' | 'askedUntil' | 'attempt'>,
  facts: ChoiceFacts,
  now: Date,
): Choice[] =>
  decisionsFor[review.kind].map((decision) => ({
    decision,
    whyNot: whyNot(review, item, decision, now) ?? null,
    ...effectOf(review, item, decision, facts),
  }))

function effectOf(
  { kind }: Pick<Review, 'kind'>,
  { state }: Pick<Decided, 'state'>,
  decision: DecisionKind,
  { reseller, supplier, price, cost = 'what it costs' }: ChoiceFacts,
): Pick<Choice, 'money' | 'consequence'> {
  const held = `${price} stays held for ${reseller}.`
  const wasSent = kind !== 'margin' && kind !== 'supplier'
  const loss = `If ${supplier} delivers after all, ${cost === 'what it costs' ? cost : `its ${cost}`} is your loss.`
  const isCharged = state === 'success'
  switch (decision) {
    case 'found':
      return {
        money: 'stays',
        consequence: `${supplier} is asked about it under its number from now on. ${held}`,
      }
    case 'result':
      return {
        money: 'charged',
        consequence: `It is done: ${price} is charged to ${reseller}, who reads this result.`,
      }
    case 'send_again':
      return {
        money: 'stays',
        consequence: `Only if you have seen in your account at ${supplier} that the order is not there. Otherwise you pay ${cost} twice. ${held}`,
      }
    case 'send_anyway':
      return {
        money: 'stays',
        consequence: `It is sent although it costs more than the sale allows. ${held}`,
      }
    case 'wait':
      return { money: 'stays', consequence: `It may take longer, and is shown again in a day. ${held}` }
    case 'give_back':
      return {
        money: 'back',
        consequence: isCharged
          ? `${reseller} gets ${price} back now, as a refund. What ${supplier} took is not given back by this.`
          : `${reseller} gets ${price} back now.${wasSent ? ` ${loss}` : ' Nothing was bought.'}`,
      }
    case 'grant':
      return {
        money: 'back',
        consequence: `It is cancelled, and ${reseller} gets ${price} back now. ${loss}`,
      }
    case 'decline':
      return { money: 'stays', consequence: `It goes on as before. ${held}` }
    default:
      return { money: 'stays', consequence: dismissal(kind, isCharged, held) }
  }
}

const dismissal = (kind: Review['kind'], isCharged: boolean, held: string): string => {
  if (kind === 'margin' || kind === 'supplier')
    return `It waits on, and is not shown again within a day. ${held}`
  return isCharged
    ? 'Nothing changes: it stays as it ended, and what was charged stays charged.'
    : 'Nothing changes, and no money moves.'
}
