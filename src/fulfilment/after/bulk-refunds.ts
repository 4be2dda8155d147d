import { type Sql, within } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { type Micros, micros } from '../../lib/money.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import {
  type OperatorOrder,
  type OperatorOrderFilter,
  OperatorOrders,
} from '../../orders/read/operator-orders.ts'
import { type RefundRequest, refund } from './refunds.ts'

/** PlannedRefund is what would be given back of one order: of each item all that is left of its price. */
export interface PlannedRefund {
  accountId: AccountId
  orderId: OrderId
  username: string
  currency: string
  items: { position: number; input: string; amount: Micros }[]
}

/** RefundOutcome is a planned refund with what came of it: `refusal` says why nothing of the order was given back. */
export interface RefundOutcome extends PlannedRefund {
  refusal: string | null
}

/**
 * `planRefunds` gives what would be given back of the orders that fit a filter, newest first. Of an order whose items fit in part, such as
 * those of one supplier or with one IMEI, only these. Throws invalid_input where the filter is none, and not_found as a list does.
 */
export async function* planRefunds(sql: Sql, filter: OperatorOrderFilter): AsyncGenerator<PlannedRefund> {
  refuseEverything(filter)
  const isWanted = await wantedItems(sql, filter)
  for await (const orders of new OperatorOrders(sql).every(filter)) yield* plannedOf(orders, isWanted)
}

/** RefundPage is what is, or would be, given back of some orders. `next`: it goes on behind this order. */
export interface RefundPage<Refund> {
  refunds: Refund[]
  next: OrderId | undefined
}

/** `planRefundPage` is `planRefunds` of at most `limit` orders, of which it looks at no more than a list does. */
export async function planRefundPage(
  sql: Sql,
  { limit, ...filter }: OperatorOrderFilter & { limit: number },
): Promise<RefundPage<PlannedRefund>> {
  refuseEverything(filter)
  const isWanted = await wantedItems(sql, filter)
  const { orders, next } = await new OperatorOrders(sql).list({ ...filter, limit })
  return { refunds: [...plannedOf(orders, isWanted)], next }
}

/** `refundPage` gives back what `planRefundPage` says, in one transaction: all wallets are locked first, in the order of their ids. */
export async function refundPage(
  sql: Sql,
  filter: OperatorOrderFilter & { limit: number },
  request: Pick<RefundRequest, 'reason' | 'reference'>,
  actor: string,
  clock: Clock = systemClock,
): Promise<RefundPage<RefundOutcome>> {
  const { refunds: planned, next } = await planRefundPage(sql, filter)
  return await sql.begin(async (transaction) => {
    await lockWallets(transaction, [...new Set(planned.map(({ accountId }) => accountId))])
    const refunds: RefundOutcome[] = []
    for (const one of planned)
      refunds.push(await refundPlanned(within(transaction), one, request, actor, clock))
    return { refunds, next }
  })
}

/** `refuseEverything` throws invalid_input where a filter narrows nothing. */
function refuseEverything({ before: _, ...narrowing }: OperatorOrderFilter): void {
  if (Object.values(narrowing).every((given) => given === undefined)) {
    throw new Refusal('invalid_input', 'an order, or a filter such as --service or --from, is needed', 'id')
  }
}

type IsWanted = (order: OperatorOrder, item: OperatorOrder['order']['items'][number]) => boolean

/** `wantedItems` tells which items of an order fit a filter. Throws not_found. */
async function wantedItems(sql: Sql, filter: OperatorOrderFilter): Promise<IsWanted> {
  const named = filter.supplier === undefined ? undefined : [filter.supplier].flat()
  const suppliers = named && (await Promise.all(named.map((one) => nameOfSupplier(sql, one))))
  const wanted = filter.imei?.trim().toLowerCase()
  return ({ attempts }, { position, input }) => {
    const doneBy = attempts.findLast(
      (one) => one.position === position && one.state === 'succeeded',
    )?.supplier
    return (
      (suppliers === undefined || (doneBy !== undefined && suppliers.includes(doneBy))) &&
      (wanted === undefined || input.toLowerCase() === wanted)
    )
  }
}

/** `plannedOf` leaves out orders of which nothing is charged. */
function* plannedOf(orders: readonly OperatorOrder[], isWanted: IsWanted): Generator<PlannedRefund> {
  for (const found of orders) {
    const { order, username, currency } = found
    const items = order.items
      .filter((item) => item.state === 'success' && isWanted(found, item))
      .map(({ position, input, price, refunded }) => ({ position, input, amount: micros(price - refunded) }))
    if (items.length > 0) yield { accountId: order.accountId, orderId: order.id, username, currency, items }
  }
}

/**
 * `refundMany` gives back what `planRefunds` says, order by order. What cannot be given back any more, because somebody was faster, holds up
 * no other order. With a reference it may be cut off and made again.
 */
export async function* refundMany(
  sql: Sql,
  filter: OperatorOrderFilter,
  request: Pick<RefundRequest, 'reason' | 'reference'>,
  actor: string,
  clock: Clock = systemClock,
): AsyncGenerator<RefundOutcome> {
  for await (const planned of planRefunds(sql, filter)) {
    yield await refundPlanned(sql, planned, request, actor, clock)
  }
}

async function refundPlanned(
  sql: Sql,
  planned: PlannedRefund,
  request: Pick<RefundRequest, 'reason' | 'reference'>,
  actor: string,
  clock: Clock,
): Promise<RefundOutcome> {
  const items = planned.items.map(({ position }) => position)
  try {
    const done = await refund(sql, planned, { ...request, items }, actor, clock)
    const amounts = new Map(
      done.map(({ position, amount, isRepeated }) => [position, isRepeated ? micros(0n) : amount]),
    )
    const moved = planned.items.map((item) => ({ ...item, amount: amounts.get(item.position) ?? micros(0n) }))
    return { ...planned, items: moved, refusal: null }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'invalid_input') throw error
    return { ...planned, refusal: error.message }
  }
}

/** `nameOfSupplier` throws not_found. */
async function nameOfSupplier(sql: Sql, idOrName: string): Promise<string> {
  const { findSupplier } = await import('../../suppliers/suppliers.ts')
  return (await findSupplier(sql, idOrName)).name
}
