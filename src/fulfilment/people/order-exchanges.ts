import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import { mustNameOrder } from '../../orders/desk/order-name.ts'
import { type KeptExchange, selectExchanges } from '../outcome/exchanges.sql.ts'

/** `readExchanges` gives what was sent and received about an item where the outcome was not clear, the oldest first. Throws order_not_found. */
export async function readExchanges(sql: Sql, id: OrderId, position: number): Promise<KeptExchange[]> {
  const { accountId } = await mustNameOrder(sql, id)
  return await selectExchanges(sql, { accountId, orderId: id, position })
}
