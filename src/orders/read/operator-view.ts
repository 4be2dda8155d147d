import { findAccount } from '../../accounts/accounts.ts'
import { showService } from '../../catalogue/services.ts'
import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Order } from '../order.ts'
import {
  type AttemptView,
  accountOfOrder,
  listAttempts,
  listOrders,
  namesOf,
  readOrders,
} from './orders.sql.ts'

/** An order as operators see it: with the names behind its ids, and what was tried. */
export interface OperatorOrder {
  order: Order
  username: string
  currency: string
  serviceCode: string
  serviceName: string
  attempts: AttemptView[]
}

/** Any account's order, by its id. */
export async function findForOperator(sql: Sql, id: OrderId): Promise<OperatorOrder | undefined> {
  const accountId = await accountOfOrder(sql, id)
  return accountId === undefined ? undefined : (await sheetsOf(sql, [{ accountId, id }]))[0]
}

/** `account` and `service` are ids or names. */
export interface OrderFilter {
  account?: string
  service?: string
  state?: OrderState
  search?: string
  before?: OrderId
  limit: number
}

/** Newest first; throws not_found when there is no such account or service. */
export async function ordersForOperator(sql: Sql, filter: OrderFilter): Promise<OperatorOrder[]> {
  const { account, service, ...rest } = filter
  const names = await listOrders(sql, {
    ...rest,
    ...(account !== undefined && { accountId: (await findAccount(sql, account)).id }),
    ...(service !== undefined && { serviceId: (await showService(sql, service)).service.id }),
  })
  return await sheetsOf(sql, names)
}

async function sheetsOf(
  sql: Sql,
  names: { accountId: Order['accountId']; id: OrderId }[],
): Promise<OperatorOrder[]> {
  const [orders, attempts, words] = await Promise.all([
    readOrders(sql, names),
    listAttempts(sql, names),
    namesOf(sql, names),
  ])
  return names.flatMap(({ id }) => {
    const order = orders.find((found) => found.id === id)
    const name = words.find((found) => found.id === id)
    if (!order || !name) return []
    return [{ order, ...name, attempts: attempts.filter((attempt) => attempt.orderId === id) }]
  })
}
