import { wireDetails } from '../contract/orders.ts'
import type { Sql } from '../database/database.ts'
import { groupsOf } from '../lib/groups.ts'
import type { AccountId, EventId } from '../lib/ids.ts'
import { buyerOrderAsPlaced, buyerOrderOf } from '../orders/read/buyer-order.ts'
import type { OrderReader } from '../orders/read/order-reader.ts'
import { jsonInTurns } from '../runtime/json-in-turns.ts'
import { keepRendered, type LeasedEvent, type Rendered } from './deliveries.sql.ts'
import { signedAmount } from './signature.ts'

/** MAX_BYTES bounds the bodies that one statement keeps; a larger one has a statement of its own. */
const MAX_BYTES = 262_144

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
      const order = await wireDetails(details, state === 'processing' ? buyerOrderAsPlaced : buyerOrderOf)
      made.push({ accountId, id, body: await jsonInTurns(order), amount: signedAmount(order) })
    }),
  )
  for (const some of groupsOf(made, ({ body }) => body.length, MAX_BYTES)) {
    for (const [id, kept] of await keepRendered(sql, some)) rendered.set(id, kept)
  }
  return rendered
}
