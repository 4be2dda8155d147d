import { actAs } from '../../audit/acting.ts'
import type { Sql, Transaction } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { lockWallet } from '../../ledger/wallets.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import { formatMicros, type Micros } from '../../lib/money.ts'
import { emptyFault, isBlank, plainLineFault, sanitize } from '../../lib/text.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import { followItems } from '../outcome/outcomes.sql.ts'
import {
  markDelivered,
  selectDeliverable,
  selectDeliveredBefore,
  settleDelivered,
} from './late-results.sql.ts'
import {
  insertItemEntries,
  type LockedItem,
  lockItems,
  type OrderOfAccount,
  writeResult,
} from './refunds.sql.ts'

export interface DeliveryRequest {
  /** `item` is a position; it may be left out of an order that has one item. */
  item?: number | undefined
  /** `attempt` is the number of the one that gave the result; left out: that which was charged before, or else the last one. */
  attempt?: number | undefined
  result: string
  /** `why` is for the trail. */
  why: string
}

/** Delivered is an item that was delivered after all; `charged` was taken for it. */
export interface Delivered {
  position: number
  charged: Micros
}

/**
 * `deliverAfterAll` gives an item a result whose price had been given back, charges its price anew, and tells the reseller; all of it or nothing,
 * and once for each item. Throws order_not_found; not_found or conflict where the item or the attempt is not there, the item is charged, or was
 * charged anew before; insufficient_balance; invalid_input naming what is wrong.
 */
export async function deliverAfterAll(
  sql: Sql,
  order: OrderOfAccount,
  request: DeliveryRequest,
  actor: string,
  clock: Clock = systemClock,
): Promise<Delivered> {
  return await sql.begin((transaction) => deliverWithin(transaction, order, request, actor, clock))
}

/** `deliveredBefore` gives the positions of the items that were delivered after all before: they cannot be so again. */
export const deliveredBefore = async (sql: Sql, order: OrderOfAccount): Promise<ReadonlySet<number>> =>
  new Set(await selectDeliveredBefore(sql, order))

/** `deliverWithin` does what `deliverAfterAll` does, inside the caller's transaction. */
async function deliverWithin(
  sql: Transaction,
  order: OrderOfAccount,
  { item, attempt, result, why }: DeliveryRequest,
  actor: string,
  clock: Clock,
): Promise<Delivered> {
  const text = sanitize(result.trim())
  const reason = orThrow(
    resultOf(why.trim(), [
      isBlank(text) ? { path: ['result'], message: 'is empty' } : undefined,
      emptyFault('why', why) ?? plainLineFault('why', why.trim(), 500),
    ]),
  )
  await actAs(sql, actor, reason)
  const wallet = await lockWallet(sql, order.accountId)
  const items = await lockItems(sql, order, null)
  if (items.length === 0) throw new Refusal('order_not_found', String(order.orderId), 'id')
  if (item === undefined && items.length > 1) {
    throw because('invalid_input', 'item_unsaid', { count: items.length }, 'item')
  }
  const found = items.find((one) => one.position === (item ?? 1))
  if (!found) throw because('not_found', 'item_unknown', { item: Number(item) }, 'item')
  const { position, price } = found
  const { wasCharged, attempts } = await selectDeliverable(sql, order, position)
  const not = notDeliverable(found, wasCharged === 'anew')
  if (not !== undefined) throw new Refusal('conflict', not, 'item')
  const by = chosenAttempt(attempts, wasCharged !== 'never', attempt)
  if (wallet.available - price < -wallet.creditLimit) {
    throw because('insufficient_balance', 'charge_too_much', {
      amount: formatMicros(price, wallet.currency),
      currency: wallet.currency,
      most: formatMicros(wallet.available + wallet.creditLimit, wallet.currency),
    })
  }
  const at = clock.now()
  await insertItemEntries(sql, order, {
    kind: 'charge',
    rows: [{ position, amount: price }],
    ...{ actor, note: reason, reference: null, at },
  })
  await writeResult(sql, order, position, text)
  if (by !== undefined) await markDelivered(sql, order, position, by)
  await settleDelivered(sql, order, position, { actor, why: reason, at })
  await followItems(sql, [order], at, { isTold: true })
  return { position, charged: price }
}

/** `notDeliverable` says why an item cannot be delivered after all; undefined: it can. */
function notDeliverable({ position, state }: LockedItem, wasChargedAnew: boolean): string | undefined {
  if (state === 'success') return `item ${position} is success, and charged: correct its result`
  if (state !== 'failed' && state !== 'cancelled')
    return `item ${position} is ${state}, and its price is held: decide its review, or wait`
  // What was charged anew and given back once more has its story in full already.
  return wasChargedAnew
    ? `item ${position} was delivered after all once before, and given back since`
    : undefined
}

/** `chosenAttempt` gives the attempt that has the result; undefined: it was sent to nobody. */
function chosenAttempt(
  attempts: readonly { number: number; gaveResult: boolean }[],
  wasCharged: boolean,
  wanted: number | undefined,
): number | undefined {
  // What was paid for it, and to whom, is in the figures of that attempt.
  const itself = wasCharged ? attempts.findLast(({ gaveResult }) => gaveResult) : attempts.at(-1)
  if (wanted === undefined) return itself?.number
  if (!attempts.some(({ number }) => number === wanted))
    throw because('not_found', 'attempt_unknown', { attempt: wanted }, 'attempt')
  if (wasCharged && itself?.number !== wanted)
    throw because('conflict', 'attempt_not_charged', { attempt: Number(itself?.number) }, 'attempt')
  return wanted
}
