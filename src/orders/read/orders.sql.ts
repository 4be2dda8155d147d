import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import { micros } from '../../lib/money.ts'
import type { OrderState, Via } from '../../lib/states.ts'
import type { Item, Order } from '../order.ts'

interface OrderRow {
  account_id: AccountId
  id: bigint
  service_id: ServiceId
  state: OrderState
  unit_price: bigint
  total: bigint
  reference: string | null
  via: Via
  created_at: Date
  finished_at: Date | null
}

interface ItemRow {
  account_id: AccountId
  order_id: bigint
  position: number
  input: string
  fields: Record<string, string> | null
  quantity: number
  price: bigint
  state: Item['state']
  result: string | null
  reason: string | null
  due_at: Date | null
  finished_at: Date | null
}

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
    (OrderRow &
      Omit<ItemRow, 'account_id' | 'order_id' | 'state' | 'finished_at'> & {
        item_state: Item['state']
        item_finished_at: Date | null
      })[]
  >`
    select o.account_id, o.id, o.service_id, o.state, o.unit_price, o.total, o.reference, o.via, o.created_at,
           o.finished_at, i.position, i.input, i.fields, i.quantity, i.price, i.state as item_state, i.result,
           i.reason, i.due_at, i.finished_at as item_finished_at
      from unnest(${accounts}::int[], ${ids}::bigint[]) as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join items i on i.account_id = o.account_id and i.order_id = o.id`
  const orders = new Map<bigint, Order>()
  for (const row of rows) {
    let order = orders.get(row.id)
    if (!order) {
      order = orderOf(row)
      orders.set(row.id, order)
    }
    order.items.push(itemOf({ ...row, state: row.item_state, finished_at: row.item_finished_at }))
  }
  for (const order of orders.values()) order.items.sort((a, b) => a.position - b.position)
  return [...orders.values()]
}

const orderOf = (row: OrderRow): Order => ({
  accountId: row.account_id,
  id: Number(row.id) as OrderId,
  serviceId: row.service_id,
  state: row.state,
  unitPrice: micros(row.unit_price),
  total: micros(row.total),
  reference: row.reference,
  via: row.via,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
  items: [],
})

const itemOf = (row: Omit<ItemRow, 'account_id' | 'order_id'>): Item => ({
  position: row.position,
  subject: row.input,
  fields: row.fields,
  quantity: row.quantity,
  price: micros(row.price),
  state: row.state,
  result: row.result,
  reason: row.reason,
  dueAt: row.due_at,
  finishedAt: row.finished_at,
})

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
  const rows = await sql<{ account_id: AccountId; id: bigint }[]>`
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
     order by id desc limit ${filter.limit}`
  return rows.map((row) => ({ accountId: row.account_id, id: Number(row.id) as OrderId }))
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
  const rows = await sql<(Omit<AttemptView, 'orderId'> & { order_id: bigint })[]>`
    select a.order_id, a.position, a.number, s.name as supplier, a.state, a.reference, a.detail, a.fault, a.cost,
           s.currency,
           a.created_at as "createdAt", a.finished_at as "finishedAt"
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, order_id)
      join attempts a on a.account_id = asked.account_id and a.order_id = asked.order_id
      join suppliers s on s.id = a.supplier_id
     order by a.order_id, a.position, a.number`
  return rows.map(({ order_id, ...row }) => ({ ...row, orderId: Number(order_id) as OrderId }))
}

/** The names behind the ids of orders, for operators. */
export async function namesOf(
  sql: Sql,
  names: OrderName[],
): Promise<{ id: OrderId; username: string; currency: string; serviceCode: string; serviceName: string }[]> {
  const rows = await sql<
    { id: bigint; username: string; currency: string; serviceCode: string; serviceName: string }[]
  >`
    select o.id, a.username, a.currency, s.code as "serviceCode", s.name as "serviceName"
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join accounts a on a.id = o.account_id
      join services s on s.id = o.service_id`
  return rows.map((row) => ({ ...row, id: Number(row.id) as OrderId }))
}
