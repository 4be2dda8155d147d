import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import { accountOfOrder } from '../read/operator-orders.sql.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** `findOrderName` gives undefined where there is no such order. */
export async function findOrderName(sql: Sql, id: OrderId): Promise<OrderName | undefined> {
  const accountId = await accountOfOrder(sql, id)
  return accountId === undefined ? undefined : { accountId, id }
}

/** `mustNameOrder` finds whose an order is. Throws order_not_found. */
export async function mustNameOrder(sql: Sql, id: OrderId): Promise<OrderName> {
  const name = await findOrderName(sql, id)
  if (!name) throw new Refusal('order_not_found', String(id), 'id')
  return name
}
