import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import { mustNameOrder } from '../../orders/desk/order-name.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { type KeptExchange, selectExchanges } from './kept-exchanges.sql.ts'

export { type KeptExchange, selectExchanges } from './kept-exchanges.sql.ts'

/**
 * `readExchanges` gives what was sent and received about an item as far as it is kept, the oldest first; of a service with secret results without
 * the answers. Throws order_not_found.
 */
export async function readExchanges(sql: Sql, id: OrderId, position: number): Promise<KeptExchange[]> {
  const { accountId } = await mustNameOrder(sql, id)
  return (await selectExchanges(sql, { accountId, orderId: id, position })).map(withoutAnswer)
}

/** `withoutAnswer` leaves out an answer that may have a secret result. */
export const withoutAnswer = (one: KeptExchange): KeptExchange =>
  one.isSecret ? { ...one, answer: one.answer && SECRET } : one
