import type { Queryable, Sql } from '../../database/database.ts'
import type { AccountId, KeyId, OrderId, PriceGroupId, ServiceId, SupplierId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { OrderState, Via } from '../../lib/states.ts'
import type { WantedMargin } from './operator-margins.ts'
import type { OrderName } from './orders.sql.ts'

// What operators read joins names of the configuration to the orders, which hot statements do not.

/** `accountOfOrder` gives the account that an order belongs to. */
export async function accountOfOrder(sql: Sql, id: OrderId): Promise<AccountId | undefined> {
  const [order] = await sql<{ accountId: AccountId }[]>`
    select account_id from orders where id = ${id}`.records()
  return order?.accountId
}

/** WantedState is a state of an order, or what may be so of an open one beside: nobody knows what became of an item, a person is waited for, it is late. */
export type WantedState = OrderState | 'unknown' | 'waiting_person' | 'late'

/** WantedOrders is what a list of operators' is narrowed to. Of several values an order has one. */
export interface WantedOrders {
  /** `ids` leaves out all other orders. */
  ids?: readonly OrderId[] | undefined
  accountIds?: readonly AccountId[] | undefined
  /**
   * `own`: the one account of `accountIds` asks for itself, and nobody else's orders are looked at, not even open ones. What of its own is open is found
   * among those from `newestDownTo` on, or was marked as open for long.
   */
  own?: { accountId: AccountId; newestDownTo: OrderId } | undefined
  serviceIds?: readonly ServiceId[] | undefined
  /** `supplierIds` are suppliers one of which has, or had, an item at last. */
  supplierIds?: readonly SupplierId[] | undefined
  states?: readonly WantedState[] | undefined
  via?: readonly Via[] | undefined
  keyIds?: readonly KeyId[] | undefined
  /** `isRefunded`: something of it was given back after it had been charged. */
  isRefunded?: true | undefined
  /** `totalFrom` and `totalTo` bound the total, both included, whatever its currency. */
  totalFrom?: Micros | undefined
  totalTo?: Micros | undefined
  /** `margin` is looked at by itself: see operator-margins.ts. */
  margin?: WantedMargin | undefined
  /** `from` and `to` bound when it was placed, `endedFrom` and `endedTo` when it ended; the second ones are excluded. */
  from?: Date | undefined
  to?: Date | undefined
  endedFrom?: Date | undefined
  endedTo?: Date | undefined
  /** `reference` and `input` are the whole of the reference, and of an item's input, in any case. */
  reference?: string | undefined
  input?: string | undefined
  /** `named` is the whole of a number, a reference or an input; `part` is a part of a reference or of an input. */
  named?: string | undefined
  part?: string | undefined
  /** `people` are the suppliers that are people, for what waits for one. */
  people?: readonly SupplierId[] | undefined
  /** `due` are the times at which open orders of services become late: of those that were placed before them. */
  due?: { serviceIds: readonly ServiceId[]; placedBefore: readonly string[] } | undefined
}

/** OrderRange is a part of all orders by their ids: from `first`, which is in it, to `below`, which is not. */
export interface OrderRange {
  first: OrderId
  below: OrderId
}

/**
 * `selectRange` gives the ids of a period, of the page behind `before`, or, from the oldest on, behind `after`: `first_order_since` of the schema
 * explains the 15 minutes.
 */
export async function selectRange(
  sql: Sql,
  {
    from,
    to,
    before,
    after,
  }: Pick<WantedOrders, 'from' | 'to'> & { before?: OrderId | undefined; after?: OrderId | undefined },
): Promise<OrderRange> {
  const [row] = await sql<{ firstId: OrderId; belowId: OrderId }[]>`
    select greatest(${(after ?? 0) + 1}::bigint,
                    ${from === undefined ? sql`1::bigint` : sql`coalesce(first_order_since(${from}), ${Number.MAX_SAFE_INTEGER}::bigint)`})
             as first_id,
           least(${before ?? Number.MAX_SAFE_INTEGER}::bigint,
                 ${to === undefined ? sql`null` : sql`first_order_since(${to}::timestamptz + interval '15 minutes')`}) as below_id`.records()
  return { first: row?.firstId ?? (1 as OrderId), below: row?.belowId ?? (1 as OrderId) }
}

/** Part is what one statement looks at: the newest orders of a range, or its oldest, so many of them and of their items. */
export interface Part extends OrderRange {
  limit: number
  maxItems: number
  ascending: boolean
  /** `among`: no others than these are looked at. */
  among?: readonly OrderName[] | undefined
}

const direction = (sql: Queryable, part: Part) => sql`${part.ascending ? sql`asc` : sql`desc`}`

/** `accountsOf` are those whose orders are looked through one by one, because the indexes begin with the account. */
const accountsOf = (sql: Queryable, wanted: WantedOrders) => sql`
  ${wanted.accountIds === undefined ? sql`accounts` : sql`unnest(${wanted.accountIds}::int[])`}`

/** `ofInput`, `ofReference`: the orders that are named so, account by account, and all open items. */
const ofInput = (sql: Queryable, text: string, wanted: WantedOrders, part: Part) => sql`
  select i.account_id, i.order_id as id
    from ${accountsOf(sql, wanted)} as a (id)
   cross join lateral (
     select distinct on (account_id, lower(input), order_id) account_id, order_id from items
      where (account_id, lower(input), order_id) >= (a.id, lower(${text}), ${part.first}::bigint)
        and (account_id, lower(input), order_id) < (a.id, lower(${text}), ${part.below}::bigint)
        and lower(input) = lower(${text}) and input <> '' and (finished_at is not null or long_open)
      order by account_id ${direction(sql, part)}, lower(input) ${direction(sql, part)}, order_id ${direction(sql, part)}
      limit ${part.limit}) i
  union
  ${
    wanted.own === undefined
      ? sql`
  select account_id, order_id from items
   where state = 'pending' and lower(input) = lower(${text}) and order_id >= ${part.first} and order_id < ${part.below}
  union
  select account_id, order_id from items
   where state in ('processing', 'unknown') and lower(input) = lower(${text})
     and order_id >= ${part.first} and order_id < ${part.below}`
      : ofOwnOpenInput(sql, text, wanted.own, part)
  }`

/** `ofOwnOpenInput` goes through the newest items of one account, as its own list does. */
const ofOwnOpenInput = (
  sql: Queryable,
  text: string,
  { accountId, newestDownTo }: NonNullable<WantedOrders['own']>,
  part: Part,
) => sql`
  (select account_id, order_id from items
    where (account_id, order_id) >= (${accountId}, ${Math.max(part.first, newestDownTo)}::bigint)
      and (account_id, order_id) < (${accountId}, ${part.below}::bigint)
      and finished_at is null and not long_open and lower(input) = lower(${text})
    order by account_id ${direction(sql, part)}, order_id ${direction(sql, part)} limit ${part.limit})`

const ofReference = (sql: Queryable, text: string, wanted: WantedOrders, part: Part) => sql`
  select r.account_id, r.id
    from ${accountsOf(sql, wanted)} as a (id)
   cross join lateral (
     select account_id, id from orders
      where (account_id, lower(reference), id) >= (a.id, lower(${text}), ${part.first}::bigint)
        and (account_id, lower(reference), id) < (a.id, lower(${text}), ${part.below}::bigint)
        and lower(reference) = lower(${text}) and reference is not null
      order by account_id ${direction(sql, part)}, lower(reference) ${direction(sql, part)}, id ${direction(sql, part)}
      limit ${part.limit}) r`

const ofAccounts = (sql: Queryable, ids: readonly AccountId[], part: Part) => sql`
  select o.account_id, o.id
    from unnest(${ids}::int[]) as a (id)
   cross join lateral (
     select account_id, id from orders
      where (account_id, id) >= (a.id, ${part.first}::bigint) and (account_id, id) < (a.id, ${part.below}::bigint)
      order by account_id ${direction(sql, part)}, id ${direction(sql, part)} limit ${part.limit}) o`

const ofServices = (sql: Queryable, ids: readonly ServiceId[], part: Part) => sql`
  select o.account_id, o.id
    from unnest(${ids}::int[]) as s (id)
   cross join lateral (
     select account_id, id from orders
      where (service_id, id) >= (s.id, ${part.first}::bigint) and (service_id, id) < (s.id, ${part.below}::bigint)
      order by service_id ${direction(sql, part)}, id ${direction(sql, part)} limit ${part.limit}) o`

/** `ofSuppliers`: what has ended has an index of its own, and what is with the supplier another one. */
const ofSuppliers = (sql: Queryable, ids: readonly SupplierId[], part: Part) => sql`
  select i.account_id, i.order_id as id
    from unnest(${ids}::int[]) as s (id)
   cross join lateral (
     (select distinct on (supplier_id, order_id) account_id, order_id from items
       where (supplier_id, order_id) >= (s.id, ${part.first}::bigint) and (supplier_id, order_id) < (s.id, ${part.below}::bigint)
         and supplier_id is not null and finished_at is not null
       order by supplier_id ${direction(sql, part)}, order_id ${direction(sql, part)} limit ${part.limit})
     union
     (select distinct on (order_id) account_id, order_id from items
       where supplier_id = s.id and state in ('processing', 'unknown') and order_id >= ${part.first} and order_id < ${part.below}
       order by order_id ${direction(sql, part)} limit ${part.limit})) i`

/** `ofRefunds`: the orders of which something was given back, account by account. */
const ofRefunds = (sql: Queryable, wanted: WantedOrders, part: Part) => sql`
  select r.account_id, r.order_id as id
    from ${accountsOf(sql, wanted)} as a (id)
   cross join lateral (
     select distinct on (account_id, order_id) account_id, order_id from ledger_entries
      where (account_id, order_id) >= (a.id, ${part.first}::bigint) and (account_id, order_id) < (a.id, ${part.below}::bigint)
        and kind = 'refund'
      order by account_id ${direction(sql, part)}, order_id ${direction(sql, part)} limit ${part.limit}) r`

/** `ofOpenItems`: the orders that have an open item. */
const ofOpenItems = (sql: Queryable, part: Part) => sql`
  (select distinct on (order_id) account_id, order_id as id from items
    where state = 'pending' and order_id >= ${part.first} and order_id < ${part.below}
    order by order_id ${direction(sql, part)} limit ${part.limit})
  union
  (select distinct on (order_id) account_id, order_id from items
    where state in ('processing', 'unknown') and order_id >= ${part.first} and order_id < ${part.below}
    order by order_id ${direction(sql, part)} limit ${part.limit})`

/** `ofReviews`: the orders of which a review is open. */
const ofReviews = (sql: Queryable, part: Part) => sql`
  (select distinct on (order_id) account_id, order_id from reviews
    where resolved_at is null and order_id >= ${part.first} and order_id < ${part.below}
    order by order_id ${direction(sql, part)} limit ${part.limit})`

/** `ofEndedItems`: the orders that have an item which has failed, or was cancelled. */
const ofEndedItems = (sql: Queryable, states: readonly string[], part: Part) => sql`
  select i.account_id, i.order_id
    from unnest(${states}::text[]) as s (state)
   cross join lateral (
     select distinct on (state, order_id) account_id, order_id from items
      where (state, order_id) >= (s.state::item_state, ${part.first}::bigint)
        and (state, order_id) < (s.state::item_state, ${part.below}::bigint) and state in ('failed', 'cancelled')
      order by state ${direction(sql, part)}, order_id ${direction(sql, part)} limit ${part.limit}) i`

/** OPEN are the states of which there are few at a time; success is the one that most orders have. */
const OPEN: readonly WantedState[] = ['pending', 'processing', 'unknown', 'waiting_person', 'late']

const isOpen = ({ states }: WantedOrders): boolean => states?.every((state) => OPEN.includes(state)) === true

/** `isOfFew`: most orders are not in these states. */
const isOfFew = ({ states }: WantedOrders): boolean => states !== undefined && !states.includes('success')

const endsOf = ({ states = [] }: WantedOrders): string[] => {
  const ends: WantedState[] = ['failed', 'cancelled']
  return states.includes('partial') ? ends : ends.filter((state) => states.includes(state))
}

/**
 * `candidates` gives the newest orders of a range, or its oldest, by the index that fits the filter best. Each of the parts of a union gives so many
 * as are wanted, so that the first of all are among them.
 */
const candidates = (sql: Queryable, wanted: WantedOrders, part: Part) => sql`
  ${
    part.among !== undefined
      ? sql`select * from unnest(${part.among.map(({ accountId }) => accountId)}::int[], ${part.among.map(({ id }) => id)}::bigint[])
                       as among (account_id, id)`
      : wanted.ids !== undefined
        ? sql`select account_id, id from orders
               where id = any(${wanted.ids}::bigint[]) and id >= ${part.first} and id < ${part.below}`
        : wanted.input !== undefined
          ? ofInput(sql, wanted.input, wanted, part)
          : wanted.reference !== undefined
            ? ofReference(sql, wanted.reference, wanted, part)
            : wanted.named !== undefined
              ? sql`${ofInput(sql, wanted.named, wanted, part)} union ${ofReference(sql, wanted.named, wanted, part)}
                  union select account_id, id from orders
                         where id = ${numberIn(wanted.named)}::bigint and id >= ${part.first} and id < ${part.below}`
              : isOpen(wanted) && wanted.own === undefined
                ? sql`${ofOpenItems(sql, part)} union ${ofReviews(sql, part)}`
                : wanted.isRefunded
                  ? ofRefunds(sql, wanted, part)
                  : wanted.accountIds !== undefined
                    ? ofAccounts(sql, wanted.accountIds, part)
                    : wanted.supplierIds !== undefined
                      ? ofSuppliers(sql, wanted.supplierIds, part)
                      : isOfFew(wanted)
                        ? sql`${wanted.states?.some((state) => OPEN.includes(state)) ? ofOpenItems(sql, part) : sql`select null::int as account_id, null::bigint as id where false`}
                            union ${wanted.states?.includes('waiting_person') ? ofReviews(sql, part) : sql`select null, null where false`}
                            union ${ofEndedItems(sql, endsOf(wanted), part)}`
                        : wanted.serviceIds !== undefined
                          ? ofServices(sql, wanted.serviceIds, part)
                          : sql`select account_id, id from orders where id >= ${part.first} and id < ${part.below}
                               order by id ${direction(sql, part)} limit ${part.limit}`
  }`

/** LookedAt is an order that was looked at; `fits`: it is one of those that are wanted. */
export interface LookedAt extends OrderName {
  fits: boolean
  itemCount: number
}

/**
 * `lookAt` looks at the newest orders of a range, newest first, or at its oldest, and tells those that fit. None: there is nothing left in the range.
 * The indexes are read in their order: sorted, all of a range would be read for each part.
 */
export async function lookAt(sql: Sql, wanted: WantedOrders, part: Part): Promise<LookedAt[]> {
  return await sql.begin('read only', async (transaction) => {
    await transaction`set local enable_bitmapscan = off`
    return await selectLookedAt(transaction, wanted, part)
  })
}

/** `isInState` tells of an order whether it is in one of the states. Each of what is no state of an order is looked up by the order's own rows. */
const isInState = (sql: Queryable, states: readonly WantedState[], { due, people }: WantedOrders) => sql`
  (o.state::text = any(${states}::text[])
   ${
     states.includes('unknown')
       ? sql`or (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                  and i.state = 'unknown' limit 1) is not null`
       : sql``
   }
   ${
     states.includes('waiting_person')
       ? sql`or (select v.position from reviews v where v.account_id = o.account_id and v.order_id = o.id
                  and v.resolved_at is null limit 1) is not null
             -- Of an unrecognised answer people are asked once, by a review of the first item.
             or (select x.position from attempts x where x.account_id = o.account_id and x.order_id = o.id
                  and x.unrecognised is not null and x.state = 'unknown' and x.finished_at is null limit 1) is not null
             or (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                  and i.state in ('processing', 'unknown') and i.supplier_id = any(${people ?? []}::int[]) limit 1) is not null`
       : sql``
   }
   ${
     states.includes('late')
       ? sql`or (o.state in ('pending', 'processing') and coalesce(o.created_at < (
                   select d.at from unnest(${due?.serviceIds ?? []}::int[], ${due?.placedBefore ?? []}::text[]::timestamptz[]) as d (service_id, at)
                    where d.service_id = o.service_id limit 1), false))`
       : sql``
   })`

async function selectLookedAt(sql: Queryable, wanted: WantedOrders, part: Part): Promise<LookedAt[]> {
  const { accountIds, serviceIds, supplierIds, states, from, to, endedFrom, endedTo, reference, input } =
    wanted
  return await sql<LookedAt[]>`
    with found as materialized (
      select account_id, id from (${candidates(sql, wanted, part)}) c order by id ${direction(sql, part)} limit ${part.limit}
    ), o as materialized (
      select o.*, sum(o.item_count) over (order by o.id ${direction(sql, part)} rows unbounded preceding) - o.item_count as items_before
        from found f
       -- Looked up one by one: never all of an account's orders.
       cross join lateral (select * from orders where account_id = f.account_id and id = f.id offset 0) o)
    select o.account_id, o.id, o.item_count,
           true ${accountIds === undefined ? sql`` : sql`and o.account_id = any(${accountIds}::int[])`}
                ${serviceIds === undefined ? sql`` : sql`and o.service_id = any(${serviceIds}::int[])`}
                ${states === undefined ? sql`` : sql`and ${isInState(sql, states, wanted)}`}
                ${wanted.via === undefined ? sql`` : sql`and o.via = any(${wanted.via}::text[])`}
                ${wanted.keyIds === undefined ? sql`` : sql`and coalesce(o.key_id = any(${wanted.keyIds}::int[]), false)`}
                ${wanted.totalFrom === undefined ? sql`` : sql`and o.total >= ${wanted.totalFrom}::bigint`}
                ${wanted.totalTo === undefined ? sql`` : sql`and o.total <= ${wanted.totalTo}::bigint`}
                ${from === undefined ? sql`` : sql`and o.created_at >= ${from}`}
                ${to === undefined ? sql`` : sql`and o.created_at < ${to}`}
                ${endedFrom === undefined ? sql`` : sql`and coalesce(o.finished_at >= ${endedFrom}, false)`}
                ${endedTo === undefined ? sql`` : sql`and coalesce(o.finished_at < ${endedTo}, false)`}
                ${reference === undefined ? sql`` : sql`and coalesce(lower(o.reference) = lower(${reference}), false)`}
                ${
                  supplierIds === undefined
                    ? sql``
                    : sql`and (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                                and i.supplier_id = any(${supplierIds}::int[]) limit 1) is not null`
                }
                ${
                  wanted.isRefunded === undefined
                    ? sql``
                    : sql`and (select i.position from items i where i.account_id = o.account_id and i.order_id = o.id
                                and i.refunded > 0 limit 1) is not null`
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
     order by o.id ${direction(sql, part)}`.records()
}

/** `selectEnd` gives when an order ended; undefined: it has not, or there is none. */
export async function selectEnd(sql: Sql, id: OrderId): Promise<Date | undefined> {
  const [order] = await sql<{ finishedAt: Date | null }[]>`
    select finished_at from orders where id = ${id}`.records()
  return order?.finishedAt ?? undefined
}

/** EndedOrder is an order that has ended, with the time of its last item. */
export interface EndedOrder extends OrderName {
  at: Date
}

/**
 * `selectEnded` gives the orders that ended in a time, in the order of their ends; undefined: more than so many items did. An index of it would cost
 * every order: what has ended was charged or given back, and so stands in its account's ledger, whose entries are found by their time.
 */
export async function selectEnded(
  sql: Sql,
  {
    accountIds,
    from,
    to,
  }: { accountIds?: readonly AccountId[] | undefined; from: Date; to: Date | undefined },
  most: number,
): Promise<EndedOrder[] | undefined> {
  const rows = await sql<{ count: number; accountId: AccountId | null; id: OrderId; at: Date }[]>`
    with e as materialized (
      select distinct e.account_id, e.order_id, e.id
        from ${accountsOf(sql, { accountIds })} as a (id)
       cross join lateral (
         select first_entry_since(a.id, ${from}) as first_id,
                ${to === undefined ? sql`null::bigint` : sql`first_entry_since(a.id, ${to}::timestamptz + interval '15 minutes')`}
                  as below_id offset 0) f
       cross join lateral (
         select account_id, order_id, id from ledger_entries
          where (account_id, id) >= (a.id, f.first_id)
            and (account_id, id) < (a.id, coalesce(f.below_id, ${Number.MAX_SAFE_INTEGER}::bigint))
            and kind in ('capture', 'release')
          order by account_id, id limit ${most + 1}) e
       limit ${most + 1}
    ), o as (
      select o.account_id, o.id, o.finished_at
        from (select distinct account_id, order_id from e) e
       cross join lateral (
         select account_id, id, finished_at from orders where account_id = e.account_id and id = e.order_id offset 0) o
       where o.finished_at is not null and o.finished_at >= ${from}
         ${to === undefined ? sql`` : sql`and o.finished_at < ${to}`})
    select c.count::int as count, o.account_id, o.id, o.finished_at as at
      from (select count(*) as count from e) c left join o on true
     order by o.finished_at, o.id`.records()
  if ((rows[0]?.count ?? 0) > most) return undefined
  return rows.flatMap(({ accountId, id, at }) => (accountId === null ? [] : [{ accountId, id, at }]))
}

const numberIn = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)

/** NAMED is how many orders may have one text as a name of theirs in each way before one of some accounts is found among them. */
const NAMED = 20

/** `isNamed` tells whether an order is named by the whole of a text: any, or one of some accounts. */
export async function isNamed(
  sql: Sql,
  text: string,
  { accountIds, own }: Pick<WantedOrders, 'accountIds' | 'own'>,
): Promise<boolean> {
  const any = {
    ...{ first: 1 as OrderId, below: Number.MAX_SAFE_INTEGER as OrderId },
    ...{ limit: NAMED, maxItems: Number.MAX_SAFE_INTEGER, ascending: false },
  }
  return (await lookAt(sql, { named: text, accountIds, own }, any)).some(({ fits }) => fits)
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
  /** `answeredBy` is who answered what people do by hand, by the name of the trail; null: no person did. */
  answeredBy: string | null
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
           s.currency, a.created_at, a.finished_at, a.answered_by,
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
  secretResults: boolean
}

/** `namesOf` gives the names behind the ids of orders. */
export async function namesOf(sql: Sql, names: OrderName[]): Promise<OrderNames[]> {
  return await sql<OrderNames[]>`
    select o.id, a.username, a.currency, s.code as service_code, s.name as service_name, s.secret_results
      from unnest(${names.map((name) => name.accountId)}::int[], ${names.map((name) => name.id)}::bigint[])
             as asked (account_id, id)
     cross join lateral (select * from orders where account_id = asked.account_id and id = asked.id offset 0) o
      join accounts a on a.id = o.account_id
      join services s on s.id = o.service_id`.records()
}

/** `selectSuppliersOfKinds` gives the suppliers of some kinds. */
export async function selectSuppliersOfKinds(sql: Sql, kinds: readonly string[]): Promise<SupplierId[]> {
  const rows = await sql<{ id: SupplierId }[]>`
    select id from suppliers where kind = any(${kinds}::text[])`.records()
  return rows.map(({ id }) => id)
}

/** `selectAccountsOfGroup`, `selectServicesOfGroup` give what is in a price group, and in a group of services. */
export async function selectAccountsOfGroup(sql: Sql, group: PriceGroupId): Promise<AccountId[]> {
  const rows = await sql<{ id: AccountId }[]>`
    select id from accounts where price_group_id = ${group}`.records()
  return rows.map(({ id }) => id)
}

/** `selectKeysCalled` gives API keys by their security id (`by` 1), id (2) or name in any case (3), in this order. */
export async function selectKeysCalled(
  sql: Sql,
  named: string,
): Promise<{ id: KeyId; accountId: AccountId; by: number }[]> {
  return await sql<{ id: KeyId; accountId: AccountId; by: number }[]>`
    select id, account_id,
           case when security_id = lower(${named}) then 1 when id::text = ${named} then 2 else 3 end as by
      from api_keys where security_id = lower(${named}) or id::text = ${named} or lower(name) = lower(${named})
     order by by, id`.records()
}

export async function selectServicesOfGroup(sql: Sql, group: string): Promise<ServiceId[]> {
  const rows = await sql<{ id: ServiceId }[]>`
    select id from services where lower(group_name) = lower(${group})`.records()
  return rows.map(({ id }) => id)
}
