import type { Queryable, Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId, SupplierId } from '../../lib/ids.ts'
import type { OrderState } from '../../lib/states.ts'
import type { OrderName } from './orders.sql.ts'

// What operators read joins names of the configuration to the orders, which hot statements do not.

/** `accountOfOrder` gives the account that an order belongs to. */
export async function accountOfOrder(sql: Sql, id: OrderId): Promise<AccountId | undefined> {
  const [order] = await sql<{ accountId: AccountId }[]>`
    select account_id from orders where id = ${id}`.records()
  return order?.accountId
}

/** WantedOrders is what a list of operators' is narrowed to. */
export interface WantedOrders {
  accountId?: AccountId | undefined
  serviceId?: ServiceId | undefined
  /** `supplierId` is the supplier that has, or had, an item at last. */
  supplierId?: SupplierId | undefined
  state?: OrderState | undefined
  /** `from` and `to` bound when it was placed; `to` is excluded. */
  from?: Date | undefined
  to?: Date | undefined
  /** `reference` and `input` are the whole of the reference, and of an item's input, in any case. */
  reference?: string | undefined
  input?: string | undefined
  /** `named` is the whole of a number, a reference or an input; `part` is a part of a reference or of an input. */
  named?: string | undefined
  part?: string | undefined
}

/** OrderRange is a part of all orders by their ids: from `first`, which is in it, to `below`, which is not. */
export interface OrderRange {
  first: OrderId
  below: OrderId
}

/** `selectRange` gives the ids of a period, of the page behind `before`: `first_order_since` of the schema explains the 15 minutes. */
export async function selectRange(
  sql: Sql,
  { from, to, before }: Pick<WantedOrders, 'from' | 'to'> & { before?: OrderId | undefined },
): Promise<OrderRange> {
  const [row] = await sql<{ firstId: OrderId; belowId: OrderId }[]>`
    select ${from === undefined ? sql`1::bigint` : sql`coalesce(first_order_since(${from}), ${Number.MAX_SAFE_INTEGER}::bigint)`}
             as first_id,
           least(${before ?? Number.MAX_SAFE_INTEGER}::bigint,
                 ${to === undefined ? sql`null` : sql`first_order_since(${to}::timestamptz + interval '15 minutes')`}) as below_id`.records()
  return { first: row?.firstId ?? (1 as OrderId), below: row?.belowId ?? (1 as OrderId) }
}

/** Part is what one statement looks at: the newest orders of a range, so many of them and of their items. */
export interface Part extends OrderRange {
  limit: number
  maxItems: number
}

/** `ofInput`, `ofReference`: the newest orders that are named so, account by account, because the indexes begin with it; and all open items. */
const ofInput = (
  sql: Queryable,
  text: string,
  { accountId }: WantedOrders,
  { first, below, limit }: Part,
) => sql`
  select i.account_id, i.order_id as id
    from accounts a
   cross join lateral (
     select distinct on (account_id, lower(input), order_id) account_id, order_id from items
      where (account_id, lower(input), order_id) >= (a.id, lower(${text}), ${first}::bigint)
        and (account_id, lower(input), order_id) < (a.id, lower(${text}), ${below}::bigint)
        and lower(input) = lower(${text}) and input <> '' and (finished_at is not null or long_open)
      order by account_id desc, lower(input) desc, order_id desc limit ${limit}) i
   ${accountId === undefined ? sql`` : sql`where a.id = ${accountId}`}
  union
  select account_id, order_id from items
   where state = 'pending' and lower(input) = lower(${text}) and order_id >= ${first} and order_id < ${below}
  union
  select account_id, order_id from items
   where state in ('processing', 'unknown') and lower(input) = lower(${text}) and order_id >= ${first} and order_id < ${below}`

const ofReference = (
  sql: Queryable,
  text: string,
  { accountId }: WantedOrders,
  { first, below, limit }: Part,
) => sql`
  select r.account_id, r.id
    from accounts a
   cross join lateral (
     select account_id, id from orders
      where (account_id, lower(reference), id) >= (a.id, lower(${text}), ${first}::bigint)
        and (account_id, lower(reference), id) < (a.id, lower(${text}), ${below}::bigint)
        and lower(reference) = lower(${text}) and reference is not null
      order by account_id desc, lower(reference) desc, id desc limit ${limit}) r
   ${accountId === undefined ? sql`` : sql`where a.id = ${accountId}`}`

/** `ofSupplier`: what has ended has an index of its own, and what is with the supplier another one. */
const ofSupplier = (sql: Queryable, supplierId: SupplierId, { first, below, limit }: Part) => sql`
  (select distinct on (supplier_id, order_id) account_id, order_id as id from items
    where (supplier_id, order_id) >= (${supplierId}, ${first}::bigint) and (supplier_id, order_id) < (${supplierId}, ${below}::bigint)
      and supplier_id is not null and finished_at is not null
    order by supplier_id desc, order_id desc limit ${limit})
  union
  (select distinct on (order_id) account_id, order_id from items
    where supplier_id = ${supplierId} and state in ('processing', 'unknown') and order_id >= ${first} and order_id < ${below}
    order by order_id desc limit ${limit})`

/** `ofItemState`: the orders that have an item in such a state. Success is no such state: most orders have it. */
const ofItemState = (
  sql: Queryable,
  state: 'open' | 'failed' | 'cancelled',
  { first, below, limit }: Part,
) => sql`
  ${
    state === 'open'
      ? sql`
        (select distinct on (order_id) account_id, order_id as id from items
          where state = 'pending' and order_id >= ${first} and order_id < ${below} order by order_id desc limit ${limit})
        union
        (select distinct on (order_id) account_id, order_id from items
          where state in ('processing', 'unknown') and order_id >= ${first} and order_id < ${below}
          order by order_id desc limit ${limit})`
      : sql`
        (select distinct on (state, order_id) account_id, order_id as id from items
          where (state, order_id) >= (${state}::text::item_state, ${first}::bigint)
            and (state, order_id) < (${state}::text::item_state, ${below}::bigint) and state in ('failed', 'cancelled')
          order by state desc, order_id desc limit ${limit})`
  }`

/**
 * `candidates` gives the newest orders of a range by the index that fits the filter best. Each of the parts of a union gives so many of the
 * newest that it has, so that the newest of all are among them.
 */
const candidates = (sql: Queryable, wanted: WantedOrders, part: Part) => sql`
  ${
    wanted.input !== undefined
      ? ofInput(sql, wanted.input, wanted, part)
      : wanted.reference !== undefined
        ? ofReference(sql, wanted.reference, wanted, part)
        : wanted.named !== undefined
          ? sql`${ofInput(sql, wanted.named, wanted, part)} union ${ofReference(sql, wanted.named, wanted, part)}
                union select account_id, id from orders
                       where id = ${numberIn(wanted.named)}::bigint and id >= ${part.first} and id < ${part.below}`
          : wanted.accountId !== undefined
            ? sql`select account_id, id from orders
                   where (account_id, id) >= (${wanted.accountId}, ${part.first}::bigint)
                     and (account_id, id) < (${wanted.accountId}, ${part.below}::bigint)
                   order by account_id desc, id desc limit ${part.limit}`
            : wanted.supplierId !== undefined
              ? ofSupplier(sql, wanted.supplierId, part)
              : wanted.state === 'failed'
                ? ofItemState(sql, 'failed', part)
                : wanted.state === 'cancelled'
                  ? ofItemState(sql, 'cancelled', part)
                  : wanted.state === 'partial'
                    ? sql`${ofItemState(sql, 'failed', part)} union ${ofItemState(sql, 'cancelled', part)}`
                    : wanted.state === 'pending' || wanted.state === 'processing'
                      ? ofItemState(sql, 'open', part)
                      : wanted.serviceId !== undefined
                        ? sql`select account_id, id from orders
                               where (service_id, id) >= (${wanted.serviceId}, ${part.first}::bigint)
                                 and (service_id, id) < (${wanted.serviceId}, ${part.below}::bigint)
                               order by service_id desc, id desc limit ${part.limit}`
                        : sql`select account_id, id from orders where id >= ${part.first} and id < ${part.below}
                               order by id desc limit ${part.limit}`
  }`

/** LookedAt is an order that was looked at; `fits`: it is one of those that are wanted. */
export interface LookedAt extends OrderName {
  fits: boolean
  itemCount: number
}

/**
 * `lookAt` looks at the newest orders of a range, newest first, and tells those that fit. None: there is nothing left in the range. The indexes
 * are read in their order: sorted, all of a range would be read for each part.
 */
export async function lookAt(sql: Sql, wanted: WantedOrders, part: Part): Promise<LookedAt[]> {
  return await sql.begin('read only', async (transaction) => {
    await transaction`set local enable_bitmapscan = off`
    return await selectLookedAt(transaction, wanted, part)
  })
}

async function selectLookedAt(sql: Queryable, wanted: WantedOrders, part: Part): Promise<LookedAt[]> {
  const { accountId, serviceId, supplierId, state, from, to, reference, input } = wanted
  return await sql<LookedAt[]>`
    with found as materialized (
      select account_id, id from (${candidates(sql, wanted, part)}) c order by id desc limit ${part.limit}
    ), o as materialized (
      select o.*, sum(o.item_count) over (order by o.id desc rows unbounded preceding) - o.item_count as items_before
        from found f
       -- Looked up one by one: never all of an account's orders.
       cross join lateral (select * from orders where account_id = f.account_id and id = f.id offset 0) o)
    select o.account_id, o.id, o.item_count,
           true ${accountId === undefined ? sql`` : sql`and o.account_id = ${accountId}`}
                ${serviceId === undefined ? sql`` : sql`and o.service_id = ${serviceId}`}
                ${state === undefined ? sql`` : sql`and o.state = ${state}`}
                ${from === undefined ? sql`` : sql`and o.created_at >= ${from}`}
                ${to === undefined ? sql`` : sql`and o.created_at < ${to}`}
                ${reference === undefined ? sql`` : sql`and coalesce(lower(o.reference) = lower(${reference}), false)`}
                ${
                  supplierId === undefined
                    ? sql``
                    : sql`and (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                                and i.supplier_id = ${supplierId} limit 1) is not null`
                }
                ${
                  input === undefined
                    ? sql``
                    : sql`and (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                                and lower(i.input) = lower(${input}) limit 1) is not null`
                }
                ${
                  wanted.part === undefined
                    ? sql``
                    : sql`and (coalesce(position(lower(${wanted.part}) in lower(o.reference)) > 0, false) or (
                           select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                              and position(lower(${wanted.part}) in lower(i.input)) > 0 limit 1) is not null)`
                } as fits
      from o where items_before < ${part.maxItems}::bigint
     order by o.id desc`.records()
}

const numberIn = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)

/** `isNamed` tells whether an order is named by the whole of a text. */
export async function isNamed(sql: Sql, text: string): Promise<boolean> {
  const any = { first: 1 as OrderId, below: Number.MAX_SAFE_INTEGER as OrderId, limit: 1, maxItems: 1 }
  return (await lookAt(sql, { named: text }, any)).length > 0
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
  /**
   * `fault` says of a refusal if the item or the supplier was the reason; `wait`: it is sent again when the supplier said; `chosen`: it was not sent yet,
   * and a person has chosen the supplier.
   */
  fault: 'item' | 'supplier' | 'wait' | 'chosen' | null
  /** `cost` is that of the whole item, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  currency: string
  createdAt: Date
  finishedAt: Date | null
  /** `passed` are the routes that the service prefers and this attempt passed over. */
  passed: PassedView[] | null
}

/** PassedView says why an item did not go to a supplier: it is off, costs too much, is paused, or has failed with the item. */
interface PassedView {
  supplier: string
  why: 'off' | 'margin' | 'paused' | 'failed'
  detail: string | null
}

/** `listAttempts` gives what was tried for the orders' items. */
export async function listAttempts(sql: Sql, names: OrderName[]): Promise<AttemptView[]> {
  return await sql<AttemptView[]>`
    select a.order_id, a.position, a.number, s.name as supplier, a.state, a.reference, a.detail, a.fault, a.cost,
           s.currency, a.created_at, a.finished_at,
           (select jsonb_agg(jsonb_build_object('supplier', q.name, 'why', p.why, 'detail', p.detail) order by p.route_id)
              from passed_routes p join suppliers q on q.id = p.supplier_id
             where p.account_id = a.account_id and p.order_id = a.order_id and p.position = a.position and p.number = a.number) as passed
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, order_id)
     -- Looked up one by one: never all of an account's.
     cross join lateral (select * from attempts
                          where account_id = asked.account_id and order_id = asked.order_id offset 0) a
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
     cross join lateral (select * from orders where account_id = asked.account_id and id = asked.id offset 0) o
      join accounts a on a.id = o.account_id
      join services s on s.id = o.service_id`.records()
}
