import type { AccountId } from '../accounts/account.ts'
import type { Sql } from '../database/database.ts'
import type { OrderId } from '../orders/order.ts'
import { pendingItems } from './fulfilment.sql.ts'
import type { Outcomes } from './outcomes.ts'

/**
 * Cancels the items of an order that were not sent yet, and gives their price back. A dispatcher that takes an item
 * in the same moment wins: its claim is newer than the one read here.
 * Gives how many were cancelled; 0: everything was sent before, or there is no such order of the account.
 */
export async function cancelPending(
  sql: Sql,
  outcomes: Outcomes,
  accountId: AccountId,
  orderId: OrderId,
): Promise<number> {
  const items = await pendingItems(sql, accountId, orderId)
  const cancelled = await Promise.all(
    items.map((item) =>
      outcomes.record({
        item,
        itemState: 'cancelled',
        attempt: null,
        result: null,
        reason: 'Cancelled before it was sent',
        dueAt: null,
      }),
    ),
  )
  return cancelled.filter(Boolean).length
}
