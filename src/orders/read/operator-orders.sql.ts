import type { Queryable, Sql } from '../../database/database.ts'
import type { Stop } from '../../database/walk.ts'
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
  /** `before` is the last id of the page before: only orders with a smaller id are given. */
  before?: OrderId | undefined
  limit: number
}

const fitting = (sql: Queryable, { accountId, state, serviceId, before }: Omit<OrderFilter, 'limit'>) => sql`
  ${accountId === undefined ? sql`` : sql`and o.account_id = ${accountId}`}
  ${state === undefined ? sql`` : sql`and o.state = ${state}`}
  ${serviceId === undefined ? sql`` : sql`and o.service_id = ${serviceId}`}
  ${before === undefined ? sql`` : sql`and o.id < ${before}`}`

/** `listOrders` gives the newest first. `downTo` is the last one that is looked at; `search` is a part of a reference, IMEI or serial number. */
export async function listOrders(
  sql: Sql,
  {
    limit,
    downTo,
    search,
    ...filter
  }: OrderFilter & { downTo: OrderId | undefined; search?: string | undefined },
): Promise<OrderName[]> {
  return await sql<OrderName[]>`
    select o.account_id, o.id from orders o
     where o.id >= ${downTo ?? 0} ${fitting(sql, filter)}
       ${
         search === undefined
           ? sql``
           : sql`and (position(lower(${search}) in lower(o.reference)) > 0 or exists (
                   select from items i where i.account_id = o.account_id and i.order_id = o.id
                      and position(lower(${search}) in lower(i.input)) > 0))`
       }
     order by o.id desc limit ${limit}`.records()
}

/** `selectStop` gives the order at which `maxRows` orders and items have been looked at, newest first; undefined: there are not so many. */
export async function selectStop(
  sql: Sql,
  { accountId, before }: Pick<OrderFilter, 'accountId' | 'before'>,
  maxRows: number,
): Promise<Stop<OrderId> | undefined> {
  const [stop] = await sql<{ id: OrderId }[]>`
    select id from (
      select o.id, sum(o.item_count) over (order by o.id desc rows unbounded preceding) as rows
        from orders o where true ${fitting(sql, { accountId, before })}) t
     where rows >= ${maxRows}::bigint order by id desc limit 1`.records()
  return stop
}

/**
 * `findNamed` gives the orders whose number, reference or input is a text, in any case and of any age, newest first. It goes through the
 * accounts, because the indexes begin with them; and through all open items, which the index of inputs has only when they have been open for
 * long.
 */
export async function findNamed(
  sql: Sql,
  text: string,
  { limit, ...filter }: OrderFilter,
): Promise<OrderName[]> {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : null
  return await sql<OrderName[]>`
    with named as materialized (
      select i.account_id, i.order_id as id
        from accounts a
       cross join lateral (select account_id, order_id from items
                            where account_id = a.id and lower(input) = lower(${text}) and input <> ''
                              and (finished_at is not null or long_open)
                            order by order_id desc limit ${MAX_NAMED}) i
      union
      select account_id, order_id from items where state = 'pending' and lower(input) = lower(${text})
      union
      select account_id, order_id from items where state in ('processing', 'unknown') and lower(input) = lower(${text})
      union
      select r.account_id, r.id
        from accounts a
       cross join lateral (select account_id, id from orders
                            where account_id = a.id and lower(reference) = lower(${text}) and reference is not null
                            order by id desc limit ${MAX_NAMED}) r
      union
      select account_id, id from orders where id = ${number}::bigint
    ), found as materialized (
      select o.* from named n join orders o on o.account_id = n.account_id and o.id = n.id)
    select o.account_id, o.id from found o
     where true ${fitting(sql, filter)}
     order by o.id desc limit ${limit}`.records()
}

/** MAX_NAMED bounds what of one account is found under one name: the newest. */
const MAX_NAMED = 1000

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
