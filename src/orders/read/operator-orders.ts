import { findAccount } from '../../accounts/accounts.ts'
import type { Sql } from '../../database/database.ts'
import type { OrderId, ServiceId } from '../../lib/ids.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Order } from '../order.ts'
import { type AttemptView, accountOfOrder, listAttempts, listOrders, namesOf } from './operator-orders.sql.ts'
import { readOrders } from './orders.sql.ts'

/** OperatorOrder is an order as operators may see it: with the names behind its ids, and every attempt. */
export interface OperatorOrder {
  order: Order
  username: string
  currency: string
  serviceCode: string
  serviceName: string
  attempts: AttemptView[]
}

/** OperatorOrderFilter narrows a list; `account` and `service` are ids or names. */
export interface OperatorOrderFilter {
  account?: string
  service?: string
  state?: OrderState
  search?: string
  before?: OrderId
  limit: number
}

/** OperatorOrders reads the orders of every account. */
export class OperatorOrders {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async find(id: OrderId): Promise<OperatorOrder | undefined> {
    const accountId = await accountOfOrder(this.#sql, id)
    return accountId === undefined ? undefined : (await readOperatorOrders(this.#sql, [{ accountId, id }]))[0]
  }

  /** `list` gives them newest first; throws not_found when there is no such account or service. */
  async list(filter: OperatorOrderFilter): Promise<OperatorOrder[]> {
    const { account, service, ...rest } = filter
    const names = await listOrders(this.#sql, {
      ...rest,
      ...(account !== undefined && { accountId: (await findAccount(this.#sql, account)).id }),
      ...(service !== undefined && { serviceId: await serviceIdOf(this.#sql, service) }),
    })
    return await readOperatorOrders(this.#sql, names)
  }
}

/** `serviceIdOf` loads what makes and changes services only where a list names one. Throws service_not_found. */
async function serviceIdOf(sql: Sql, idOrCode: string): Promise<ServiceId> {
  const { findService } = await import('../../catalogue/services.ts')
  return (await findService(sql, idOrCode)).id
}

async function readOperatorOrders(
  sql: Sql,
  names: { accountId: Order['accountId']; id: OrderId }[],
): Promise<OperatorOrder[]> {
  const [orders, attempts, allNames] = await Promise.all([
    readOrders(sql, names),
    listAttempts(sql, names),
    namesOf(sql, names),
  ])
  return names.flatMap(({ id }) => {
    const order = orders.find((found) => found.id === id)
    const name = allNames.find((found) => found.id === id)
    if (!order || !name) return []
    return [{ order, ...name, attempts: attempts.filter((attempt) => attempt.orderId === id) }]
  })
}
