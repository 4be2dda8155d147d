import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { OrderState } from '../../lib/states.ts'
import type { OrderName } from './orders.sql.ts'

// What operators read joins names of the configuration to the orders, which hot statements do not.

/** `accountOfOrder` gives the account that an order belongs to. */
export async function accountOfOrder(sql: Sql, id: OrderId): Promise<AccountId | undefined> {
  const [order] = await sql<{ accountId: AccountId }[]>`
    select account_id from orders where id = ${id}`.records()
  return order?.accountId
}

export interface OrderFilter {
  accountId?: AccountId | undefined
  state?: OrderState | undefined
  serviceId?: ServiceId | undefined
  /** `search` is a part of an item's IMEI or serial number. */
  search?: string | undefined
  /** `before` is the last id of the page before: only orders with a smaller id are given. */
  before?: OrderId | undefined
  limit: number
}

/** `listOrders` gives the newest first. */
export async function listOrders(sql: Sql, filter: OrderFilter): Promise<OrderName[]> {
  const { accountId, state, serviceId, before, search } = filter
  return await sql<OrderName[]>`
    select o.account_id, o.id from orders o
     where true
       ${accountId === undefined ? sql`` : sql`and o.account_id = ${accountId}`}
       ${state === undefined ? sql`` : sql`and o.state = ${state}`}
       ${serviceId === undefined ? sql`` : sql`and o.service_id = ${serviceId}`}
       ${before === undefined ? sql`` : sql`and o.id < ${before}`}
       ${
         search === undefined
           ? sql``
           : sql`and exists (select from items i where i.account_id = o.account_id and i.order_id = o.id
                             and position(${search} in i.input) > 0)`
       }
     order by o.id desc limit ${filter.limit}`.records()
}

/** AttemptView is one try to have an item done, as operators may see it. */
export interface AttemptView {
  orderId: OrderId
  position: number
  number: number
  supplier: string
  state: string
  reference: string | null
  detail: string | null
  /** `fault` says of a refusal if the item or the supplier was the reason; `wait`: it is sent again when the supplier said. */
  fault: 'item' | 'supplier' | 'wait' | null
  /** `cost` is that of the whole item, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  currency: string
  createdAt: Date
  finishedAt: Date | null
}

/** `listAttempts` gives what was tried for the orders' items. */
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

export interface OrderNames {
  id: OrderId
  username: string
  currency: string
  serviceCode: string
  serviceName: string
}

/** `namesOf` gives the names behind the ids of orders. */
export async function namesOf(sql: Sql, names: OrderName[]): Promise<OrderNames[]> {
  return await sql<OrderNames[]>`
    select o.id, a.username, a.currency, s.code as service_code, s.name as service_name
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join accounts a on a.id = o.account_id
      join services s on s.id = o.service_id`.records()
}
