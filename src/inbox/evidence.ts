import type { Sql } from '../database/database.ts'
import { type Choice, type ChoiceFacts, choicesFor } from '../fulfilment/people/choices.ts'
import { type KeptExchange, selectExchanges, withoutAnswer } from '../fulfilment/people/order-exchanges.ts'
import { type ReviewView, readForDecision } from '../fulfilment/people/reviews.ts'
import { kindsDoneByPeople } from '../integrations/suppliers/index.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { type OperatorOrder, OperatorOrders } from '../orders/read/operator-orders.ts'
import {
  type BalanceThen,
  type ReviewedAttempt,
  selectBalancesAround,
  selectItemFacts,
  selectReviewedAttempt,
} from './evidence.sql.ts'

export { type BalanceThen, selectItemFacts } from './evidence.sql.ts'

/** Evidence is what a person needs to decide a review. */
export interface Evidence {
  /** `attempt` is the one in question; undefined: the review is about none. */
  attempt: ReviewedAttempt | undefined
  /** `exchanges` are what was sent and received where the outcome was not clear, without secrets, the oldest first. */
  exchanges: KeptExchange[]
  /** `balance` is ours at the supplier around the time at which it was sent; undefined: the reader may not see it. */
  balance: { before: BalanceThen | undefined; after: BalanceThen | undefined } | undefined
  /** `sameInput` are other orders of the same input that this supplier had, the newest first. */
  sameInput: OperatorOrder[]
  /** `asksAt` is when imeigate asks the supplier again by itself; null: it does not. */
  asksAt: Date | null
  choices: Choice[]
  /** `facts` are what the consequences of the choices name; undefined: the item is gone. */
  facts: ChoiceFacts<Sum> | undefined
}

/** Sum is an amount in micros, with its currency. */
export interface Sum {
  amount: bigint
  currency: string
}

/** MAX_SAME is how many other orders of the same input are shown. */
const MAX_SAME = 10

/** `evidenceOf` reads what is known of a review; `seesCosts`: with our costs and balances. */
export async function evidenceOf(
  sql: Sql,
  review: ReviewView,
  { seesCosts, clock = systemClock }: { seesCosts: boolean; clock?: Clock },
): Promise<Evidence> {
  const now = clock.now()
  const [attempt, facts, item, exchanges] = await Promise.all([
    selectReviewedAttempt(sql, review.id),
    selectItemFacts(sql, review.id),
    readForDecision(sql, review),
    selectExchanges(sql, review),
  ])
  const [balance, same] = await Promise.all([
    seesCosts && attempt ? selectBalancesAround(sql, attempt.supplierId, attempt.sentAt) : undefined,
    attempt && review.input !== ''
      ? new OperatorOrders(sql).list({
          imei: review.input,
          supplier: String(attempt.supplierId),
          limit: MAX_SAME,
        })
      : { orders: [] },
  ])
  const cost =
    seesCosts && attempt?.cost != null ? { amount: attempt.cost, currency: attempt.costCurrency } : null
  const isAsked =
    attempt !== undefined &&
    !kindsDoneByPeople.includes(attempt.supplierKind) &&
    (review.state === 'processing' || review.state === 'unknown')
  return {
    attempt,
    exchanges: exchanges
      .filter((one) => review.attempt === null || one.attempt === review.attempt)
      .map(withoutAnswer),
    balance,
    sameInput: same.orders.filter(({ order }) => order.id !== review.orderId),
    asksAt: isAsked ? (facts?.dueAt ?? null) : null,
    choices:
      review.resolution !== null || !item || !facts ? [] : choicesFor(review, item, cost !== null, now),
    facts: facts && {
      ...{ reseller: facts.username, supplier: attempt?.supplier ?? null, cost },
      price: { amount: facts.price - facts.refunded, currency: facts.currency },
    },
  }
}
