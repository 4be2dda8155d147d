import { findAccount } from '../../accounts/accounts.ts'
import type { Sql } from '../../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, walkPage } from '../../database/walk.ts'
import type { OrderId, ServiceId } from '../../lib/ids.ts'
import { pageOf } from '../../lib/page.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Order } from '../order.ts'
import {
  type AttemptView,
  accountOfOrder,
  findNamed,
  listAttempts,
  listOrders,
  namesOf,
  selectStop,
} from './operator-orders.sql.ts'
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
  /** `search` is an order's number, or a part of its reference, or of an IMEI or serial number. */
  search?: string
  before?: OrderId
  limit: number
}

/** OperatorPage is a page of a list. `next`: behind this order the next one begins. `stoppedAt`: older orders than this one were not looked at. */
interface OperatorPage {
  orders: OperatorOrder[]
  next: OrderId | undefined
  stoppedAt: OrderId | undefined
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

  /**
   * `list` gives them newest first. A search gives the orders that it names whole, of any age; where there is none, those that have it as a
   * part. Throws not_found when there is no such account or service.
   */
  async list(filter: OperatorOrderFilter): Promise<OperatorPage> {
    const sql = this.#sql
    const { account, service, search, ...rest } = filter
    const wanted = {
      ...rest,
      ...(account !== undefined && { accountId: (await findAccount(sql, account)).id }),
      ...(service !== undefined && { serviceId: await serviceIdOf(sql, service) }),
    }
    const text = search?.trim() || undefined
    const isName = text !== undefined && (await findNamed(sql, text, { limit: 1 })).length > 0
    if (isName) {
      const named = await findNamed(sql, text, { ...wanted, limit: wanted.limit + 1 })
      const { items, next } = pageOf(named, wanted.limit, ({ id }) => id)
      return { orders: await readOperatorOrders(sql, items), next, stoppedAt: undefined }
    }
    const { items, ...end } = await walkPage({
      limit: wanted.limit,
      isNarrowed: isGiven(text, wanted.state, service),
      selectStop: () => selectStop(sql, wanted, MAX_SCANNED_ROWS.operator),
      select: (part) => listOrders(sql, { ...wanted, ...part, search: text }),
    })
    return { orders: await readOperatorOrders(sql, items), ...end }
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
