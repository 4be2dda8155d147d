import { wireOrder } from '../contract/orders.ts'
import type { Sql } from '../database/database.ts'
import type { AccountId, EventId } from '../lib/ids.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import { buyerOrderAsPlaced, buyerOrderOf } from '../orders/read/buyer-order.ts'
import type { OrderReader } from '../orders/read/order-reader.ts'
import { keepRendered, type LeasedEvent, type Rendered } from './deliveries.sql.ts'
import { signedAmount } from './signature.ts'

/**
 * `renderAll` gives the body of each event. A body is made for the first delivery, since the transaction that writes an event has no time
 * for it, and stored before it is sent: every delivery sends the same bytes. An event whose order is gone is left out.
 */
export async function renderAll(
  { sql, orders }: { sql: Sql; orders: Pick<OrderReader, 'forBuyer'> },
  events: LeasedEvent[],
): Promise<Map<EventId, Rendered>> {
  const rendered = new Map<EventId, Rendered>()
  const made: (Rendered & { accountId: AccountId; id: EventId })[] = []
  await Promise.all(
    events.map(async ({ id, accountId, orderId, state, rendered: before }) => {
      if (before) {
        rendered.set(id, before)
        return
      }
      const details = await orders.forBuyer(accountId).findDetails(orderId)
      if (!details) return
      // The order may have ended since, which the next event says.
      const order = wireOrder(state === 'processing' ? buyerOrderAsPlaced(details) : buyerOrderOf(details))
      made.push({ accountId, id, body: jsonWithAmounts(order), amount: signedAmount(order) })
    }),
  )
  if (made.length > 0) for (const [id, kept] of await keepRendered(sql, made)) rendered.set(id, kept)
  return rendered
}
