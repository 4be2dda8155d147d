import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Item, Order } from '../order.ts'

/** An order is never named without its account (promise 6). */
export interface OrderName {
  accountId: AccountId
  id: OrderId
}

/** The orders with their items; an id that is not the account's (promise 6), or is none, is left out. */
export async function readOrders(sql: Sql, asked: OrderName[]): Promise<Order[]> {
  // The same order may be asked for twice.
  const names = [...new Map(asked.map((name) => [`${name.accountId} ${name.id}`, name])).values()]
  const accounts = names.map(({ accountId }) => accountId)
  const ids = names.map(({ id }) => id)
  const rows = await sql<
    (Omit<Order, 'items'> &
      Omit<Item, 'state' | 'finishedAt'> & { itemState: Item['state']; itemFinishedAt: Date | null })[]
  >`
    select o.account_id, o.id, o.service_id, o.state, o.unit_price, o.total, o.reference, o.via, o.created_at,
           o.finished_at, i.position, i.input as subject, i.fields, i.quantity, i.price, i.state as item_state, i.result,
           i.reason, i.due_at, i.finished_at as item_finished_at
      from unnest(${accounts}::int[], ${ids}::bigint[]) as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join items i on i.account_id = o.account_id and i.order_id = o.id`.records()
  const orders = new Map<OrderId, Order>()
  for (const row of rows) {
    const {
      position,
      subject,
      fields,
      quantity,
      price,
      itemState,
      result,
      reason,
      dueAt,
      itemFinishedAt,
      ...rest
    } = row
    let order = orders.get(rest.id)
    if (!order) {
      order = { ...rest, items: [] }
      orders.set(rest.id, order)
    }
    const [state, finishedAt] = [itemState, itemFinishedAt]
    order.items.push({ position, subject, fields, quantity, price, state, result, reason, dueAt, finishedAt })
  }
  for (const order of orders.values()) order.items.sort((a, b) => a.position - b.position)
  return [...orders.values()]
}

/** The account that an order belongs to, for operators. */
export async function accountOfOrder(sql: Sql, id: OrderId): Promise<AccountId | undefined> {
  const [row] = await sql<{ account_id: AccountId }[]>`select account_id from orders where id = ${id}`
  return row?.account_id
}

export interface OrderFilter {
  accountId?: AccountId | undefined
  state?: OrderState | undefined
  serviceId?: ServiceId | undefined
  /** Part of an item's IMEI or serial number. */
  search?: string | undefined
  /** Only orders with a smaller id: the last id of the page before. */
  before?: OrderId | undefined
  limit: number
}

/** Newest first. */
export async function listOrders(sql: Sql, filter: OrderFilter): Promise<OrderName[]> {
  return await sql<OrderName[]>`
    select account_id, id from orders o
     where true
       ${filter.accountId === undefined ? sql`` : sql`and account_id = ${filter.accountId}`}
       ${filter.state === undefined ? sql`` : sql`and state = ${filter.state}`}
       ${filter.serviceId === undefined ? sql`` : sql`and service_id = ${filter.serviceId}`}
       ${filter.before === undefined ? sql`` : sql`and id < ${filter.before}`}
       ${
         filter.search === undefined
           ? sql``
           : sql`and exists (select 1 from items i where i.account_id = o.account_id and i.order_id = o.id
                             and position(${filter.search} in i.input) > 0)`
       }
     order by id desc limit ${filter.limit}`.records()
}

export interface AttemptView {
  orderId: OrderId
  position: number
  number: number
  supplier: string
  state: string
  reference: string | null
  detail: string | null
  /** Of a refusal: whether the item or the supplier was the reason. */
  fault: 'item' | 'supplier' | null
  /** Of the whole item, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  currency: string
  createdAt: Date
  finishedAt: Date | null
}

/** What was tried for the orders' items, for operators. */
export async function listAttempts(sql: Sql, names: OrderName[]): Promise<AttemptView[]> {
  return await sql<AttemptView[]>`
    select a.order_id, a.position, a.number, s.name as supplier, a.state, a.reference, a.detail, a.fault, a.cost,
           s.currency, a.created_at, a.finished_at
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, order_id)
      join attempts a on a.account_id = asked.account_id and a.order_id = asked.order_id
      join suppliers s on s.id = a.supplier_id
     order by a.order_id, a.position, a.number`.records()
}

/** The names behind the ids of orders, for operators. */
export async function namesOf(
  sql: Sql,
  names: OrderName[],
): Promise<{ id: OrderId; username: string; currency: string; serviceCode: string; serviceName: string }[]> {
  return await sql<
    { id: OrderId; username: string; currency: string; serviceCode: string; serviceName: string }[]
  >`
    select o.id, a.username, a.currency, s.code as service_code, s.name as service_name
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join accounts a on a.id = o.account_id
      join services s on s.id = o.service_id`.records()
}
