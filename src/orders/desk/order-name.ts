import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import { accountOfOrder } from '../read/operator-orders.sql.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** `mustNameOrder` finds whose an order is. Throws order_not_found. */
export async function mustNameOrder(sql: Sql, id: OrderId): Promise<OrderName> {
  const accountId = await accountOfOrder(sql, id)
  if (accountId === undefined) throw new Refusal('order_not_found', String(id), 'id')
  return { accountId, id }
}
