import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { type Micros, micros } from '../../lib/money.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../../orders/read/operator-orders.ts'
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
  const { before: _, ...narrowing } = filter
  if (Object.values(narrowing).every((given) => given === undefined)) {
    throw new Refusal('invalid_input', 'an order, or a filter such as --service or --from, is needed', 'id')
  }
  const supplier = filter.supplier === undefined ? undefined : await nameOfSupplier(sql, filter.supplier)
  const input = filter.imei?.trim().toLowerCase()
  for await (const orders of new OperatorOrders(sql).every(filter)) {
    for (const { order, username, currency, attempts } of orders) {
      const doneBy = (position: number): string | undefined =>
        attempts.findLast((one) => one.position === position && one.state === 'succeeded')?.supplier
      const items = order.items
        .filter(
          (item) =>
            item.state === 'success' &&
            (supplier === undefined || doneBy(item.position) === supplier) &&
            (input === undefined || item.input.toLowerCase() === input),
        )
        .map(({ position, input, price, refunded }) => ({
          position,
          input,
          amount: micros(price - refunded),
        }))
      if (items.length > 0) yield { accountId: order.accountId, orderId: order.id, username, currency, items }
    }
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
    const items = planned.items.map(({ position }) => position)
    try {
      const done = await refund(sql, planned, { ...request, items }, actor, clock)
      const amounts = new Map(
        done.map(({ position, amount, isRepeated }) => [position, isRepeated ? micros(0n) : amount]),
      )
      const moved = planned.items.map((item) => ({
        ...item,
        amount: amounts.get(item.position) ?? micros(0n),
      }))
      yield { ...planned, items: moved, refusal: null }
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'invalid_input') throw error
      yield { ...planned, refusal: error.message }
    }
  }
}

/** `nameOfSupplier` throws not_found. */
async function nameOfSupplier(sql: Sql, idOrName: string): Promise<string> {
  const { findSupplier } = await import('../../suppliers/suppliers.ts')
  return (await findSupplier(sql, idOrName)).name
}
