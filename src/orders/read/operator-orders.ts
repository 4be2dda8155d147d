import { findAccount } from '../../accounts/accounts.ts'
import type { Sql } from '../../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS } from '../../database/walk.ts'
import type { OrderId, ServiceId, SupplierId } from '../../lib/ids.ts'
import { pageOf } from '../../lib/page.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Order } from '../order.ts'
import {
  type AttemptView,
  accountOfOrder,
  isNamed,
  type LookedAt,
  listAttempts,
  lookAt,
  namesOf,
  selectRange,
  type WantedOrders,
} from './operator-orders.sql.ts'
import { type OrderName, readOrders } from './orders.sql.ts'

/** OperatorOrder is an order as operators may see it: with the names behind its ids, and every attempt. */
export interface OperatorOrder {
  order: Order
  username: string
  currency: string
  serviceCode: string
  serviceName: string
  attempts: AttemptView[]
}

/** OperatorOrderFilter narrows a list; `account`, `service` and `supplier` are ids or names. */
export interface OperatorOrderFilter {
  account?: string | undefined
  service?: string | undefined
  /** `supplier` is the one that has, or had, an item at last. */
  supplier?: string | undefined
  state?: OrderState | undefined
  /** `from` and `to` bound when it was placed; `to` is excluded. */
  from?: Date | undefined
  to?: Date | undefined
  /** `reference` and `imei` (or serial number) are whole, in any case. */
  reference?: string | undefined
  imei?: string | undefined
  /** `search` is an order's number, or a part of its reference, or of an IMEI or serial number. */
  search?: string | undefined
  before?: OrderId | undefined
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
   * part. Throws not_found when there is no such account, service or supplier.
   */
  async list({ limit, ...filter }: OperatorOrderFilter & { limit: number }): Promise<OperatorPage> {
    const sql = this.#sql
    const wanted = await wantedOf(sql, filter)
    // Where every order that is looked at fits, no more are looked at than the page holds.
    const isNarrowed = isGiven(...Object.values({ ...wanted, accountId: undefined }))
    const step = isNarrowed ? ORDERS_PER_LOOK : Math.min(limit + 1, ORDERS_PER_LOOK)
    const names: OrderName[] = []
    let looked = 0
    let stoppedAt: OrderId | undefined
    for await (const part of walk(sql, wanted, filter, step)) {
      names.push(...part.filter(({ fits }) => fits))
      looked += part.reduce((rows, { itemCount }) => rows + (wanted.part === undefined ? 1 : itemCount), 0)
      if (names.length > limit) break
      if (looked >= MAX_SCANNED_ROWS.operator) {
        stoppedAt = part.at(-1)?.id
        break
      }
    }
    const { items, next } = pageOf(names, limit, ({ id }) => id)
    const end = next === undefined ? stoppedAt : undefined
    return { orders: await readOperatorOrders(sql, items), next: next ?? end, stoppedAt: end }
  }

  /** `every` gives all orders that fit, newest first, some at a time; no connection is held while a slow reader takes them. */
  async *every(filter: OperatorOrderFilter): AsyncGenerator<OperatorOrder[], void> {
    const wanted = await wantedOf(this.#sql, filter)
    for await (const part of walk(this.#sql, wanted, filter, ORDERS_PER_LOOK)) {
      const names = part.filter(({ fits }) => fits)
      for (let at = 0; at < names.length; at += ORDERS_PER_READ) {
        yield await readOperatorOrders(this.#sql, names.slice(at, at + ORDERS_PER_READ))
      }
    }
  }
}

/** ORDERS_PER_LOOK and ITEMS_PER_LOOK bound what one statement looks at; ORDERS_PER_READ what is read whole at a time. */
const ORDERS_PER_LOOK = 1_000
const ITEMS_PER_LOOK = 50_000
const ORDERS_PER_READ = 100

/** `walk` looks at the orders that may fit, newest first, some at a time, to the end of them. */
async function* walk(
  sql: Sql,
  wanted: WantedOrders,
  filter: OperatorOrderFilter,
  limit: number,
): AsyncGenerator<LookedAt[], void> {
  let { first, below } = await selectRange(sql, filter)
  while (first < below) {
    const looked = await lookAt(sql, wanted, { first, below, limit, maxItems: ITEMS_PER_LOOK })
    const last = looked.at(-1)
    if (last === undefined) return
    yield looked
    below = last.id
  }
}

/** `wantedOf` finds what a filter names. */
async function wantedOf(
  sql: Sql,
  { account, service, supplier, imei, search, before: _, ...filter }: OperatorOrderFilter,
): Promise<WantedOrders> {
  const text = search?.trim() || undefined
  const isName = text !== undefined && (await isNamed(sql, text))
  return {
    ...filter,
    reference: filter.reference?.trim() || undefined,
    input: imei?.trim() || undefined,
    accountId: account === undefined ? undefined : (await findAccount(sql, account)).id,
    serviceId: service === undefined ? undefined : await serviceIdOf(sql, service),
    supplierId: supplier === undefined ? undefined : await supplierIdOf(sql, supplier),
    named: isName ? text : undefined,
    part: isName ? undefined : text,
  }
}

/** `serviceIdOf` loads what makes and changes services only where a list names one. Throws service_not_found. */
async function serviceIdOf(sql: Sql, idOrCode: string): Promise<ServiceId> {
  const { findService } = await import('../../catalogue/services.ts')
  return (await findService(sql, idOrCode)).id
}

async function supplierIdOf(sql: Sql, idOrName: string): Promise<SupplierId> {
  const { findSupplier } = await import('../../suppliers/suppliers.ts')
  return (await findSupplier(sql, idOrName)).id
}

async function readOperatorOrders(sql: Sql, names: OrderName[]): Promise<OperatorOrder[]> {
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
