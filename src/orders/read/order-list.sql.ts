import type { Queryable, Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { BuyerOrderFilter } from './buyer-order.ts'

/** OrderListFilter has the ids of services in place of what names them: hot statements join no configuration. */
export type OrderListFilter = Omit<BuyerOrderFilter, 'processing' | 'service' | 'transaction'> & {
  /** `ids` leaves out all other orders. */
  ids?: readonly OrderId[] | undefined
  serviceIds?: readonly ServiceId[] | undefined
}

/** FoundOrder is an order that was found, with how many items it has to be read. */
export interface FoundOrder {
  id: OrderId
  itemCount: number
}

/** Walk is the part of an account's orders that is walked through, newest first: from `below`, which is not in it, down to `downTo`, which is. */
interface Walk {
  reference: string | undefined
  below: number
  downTo: number
}

/**
 * `walked` bounds and orders the rows by all columns of one index of the account's: with no equation of the account, no join, and nothing that
 * could be read whole first, no plan that was made while there were few orders goes another way. The equation of the reference makes the
 * index that has it the cheapest.
 */
const walked = (sql: Queryable, accountId: AccountId, { reference, below, downTo }: Walk) => sql`
  ${
    reference === undefined
      ? sql`(account_id, id) >= (${accountId}, ${downTo}::bigint) and (account_id, id) < (${accountId}, ${below}::bigint)`
      : sql`(account_id, lower(reference), id) >= (${accountId}, lower(${reference}), ${downTo}::bigint)
            and (account_id, lower(reference), id) < (${accountId}, lower(${reference}), ${below}::bigint)
            and lower(reference) = lower(${reference}) and reference = ${reference}`
  }`

const newestFirst = (sql: Queryable, { reference }: Walk) =>
  sql`order by account_id desc, ${reference === undefined ? sql`` : sql`lower(reference) desc,`} id desc`

/** `narrowed` is what a filter asks of each order by itself. */
const narrowed = (sql: Queryable, { state, serviceIds, from, to }: OrderListFilter) => sql`
  ${state === undefined ? sql`` : sql`and state = any(${STATES[state]}::text[]::order_state[])`}
  ${from === undefined ? sql`` : sql`and created_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and created_at < ${to}`}
  ${serviceIds === undefined ? sql`` : sql`and service_id = any(${serviceIds}::int[])`}`

/**
 * `selectStop` gives the order at which `maxRows` have been walked through, to go on below it; undefined: there are not so many. Whoever
 * searches looks at the items, too: they count as rows.
 */
export async function selectStop(
  sql: Sql,
  accountId: AccountId,
  walk: Walk,
  { countsItems, maxRows }: { countsItems: boolean; maxRows: number },
): Promise<OrderId | undefined> {
  const [stop] = await sql<{ id: OrderId }[]>`
    select id from (
      select id, sum(${countsItems ? sql`item_count` : sql`1`})
                   over (${newestFirst(sql, walk)} rows unbounded preceding) as rows
        from orders where ${walked(sql, accountId, walk)}) t
     where rows >= ${maxRows}::bigint limit 1`.records()
  return stop?.id
}

/** `walkOrders` gives those orders of a walk that fit, newest first; of a search see `searchOrders`. */
export async function walkOrders(
  sql: Sql,
  accountId: AccountId,
  walk: Walk,
  filter: OrderListFilter,
): Promise<FoundOrder[]> {
  const { search, limit } = filter
  return await sql<FoundOrder[]>`
    select id, item_count from orders o
     where ${walked(sql, accountId, walk)} ${narrowed(sql, filter)}
       ${
         search === undefined
           ? sql``
           : sql`and id is distinct from ${numberIn(search)}::bigint and lower(reference) is distinct from lower(${search})
                 and (select (bool_or(position(lower(${search}) in lower(i.input)) > 0)
                              or position(lower(${search}) in lower(coalesce(o.reference, ''))) > 0)
                             and not bool_or(lower(i.input) = lower(${search}))
                        from items i where i.account_id = o.account_id and i.order_id = o.id)`
       }
     ${newestFirst(sql, walk)} limit ${limit}`.records()
}

/**
 * `searchOrders` gives the orders of a walk that fit and in whose reference or inputs the search is found as a part; those that it names whole
 * are found by their indexes. It reads the items of the walk once, in their order, which costs a tenth of looking for those of each order.
 */
export async function searchOrders(
  sql: Sql,
  accountId: AccountId,
  walk: Omit<Walk, 'reference'>,
  { search, ...filter }: OrderListFilter & { search: string },
): Promise<FoundOrder[]> {
  const { below, downTo } = walk
  return await sql<FoundOrder[]>`
    with found as materialized (
      select order_id, bool_or(lower(input) = lower(${search})) as whole from items
       where (account_id, order_id) >= (${accountId}, ${downTo}::bigint)
         and (account_id, order_id) < (${accountId}, ${below}::bigint)
         and position(lower(${search}) in lower(input)) > 0
       group by order_id)
    select id, item_count from orders
     where (account_id, id) >= (${accountId}, ${downTo}::bigint) and (account_id, id) < (${accountId}, ${below}::bigint)
       ${narrowed(sql, filter)}
       and (id in (select order_id from found) or position(lower(${search}) in lower(reference)) > 0)
       and id not in (select order_id from found where whole)
       and lower(reference) is distinct from lower(${search}) and id is distinct from ${numberIn(search)}::bigint
     order by account_id desc, id desc limit ${filter.limit}`.records()
}

/** `filterOrders` gives those of the named orders that fit, newest first. A search is looked for as a part, too. */
export async function filterOrders(
  sql: Sql,
  accountId: AccountId,
  ids: readonly OrderId[],
  filter: OrderListFilter,
): Promise<FoundOrder[]> {
  const { reference, search, before, limit } = filter
  return await sql<FoundOrder[]>`
    -- Found first, by both of their names: a plan that was made while there were few orders may not go through all of an
    -- account's.
    with o as materialized (
      select o.*
        from unnest(${ids.map(() => accountId)}::int[], ${ids}::bigint[]) as asked (account_id, id)
        join orders o on o.account_id = asked.account_id and o.id = asked.id)
    select id, item_count from o
     where true ${narrowed(sql, filter)}
       ${reference === undefined ? sql`` : sql`and reference = ${reference}`}
       ${before === undefined ? sql`` : sql`and id < ${before}`}
       ${
         search === undefined
           ? sql``
           : sql`and (id = ${numberIn(search)}::bigint or position(lower(${search}) in lower(reference)) > 0 or (
                   select bool_or(position(lower(${search}) in lower(i.input)) > 0)
                     from items i where i.account_id = o.account_id and i.order_id = o.id))`
       }
     order by id desc limit ${limit}`.records()
}

/**
 * `findByInput` gives the newest orders, below a number, that have a text as the whole input of an item. Items that have ended or been open for
 * long are found by their index, of any age; others among those of the orders from `newestDownTo` on. One may come twice.
 */
export async function findByInput(
  sql: Sql,
  accountId: AccountId,
  text: string,
  { below, newestDownTo, limit }: { below: number; newestDownTo: number; limit: number },
): Promise<OrderId[]> {
  const rows = await sql<{ id: OrderId }[]>`
    select order_id as id from (
      (select order_id from items
        where (account_id, lower(input), order_id) >= (${accountId}, lower(${text}), 0)
          and (account_id, lower(input), order_id) < (${accountId}, lower(${text}), ${below}::bigint)
          and lower(input) = lower(${text}) and input <> '' and (finished_at is not null or long_open)
        order by account_id desc, lower(input) desc, order_id desc limit ${limit})
      union all
      (select order_id from items
        where (account_id, order_id) >= (${accountId}, ${newestDownTo}::bigint)
          and (account_id, order_id) < (${accountId}, ${below}::bigint)
          and finished_at is null and not long_open and lower(input) = lower(${text})
        order by account_id desc, order_id desc limit ${limit})) found
     order by order_id desc limit ${limit}`.records()
  return rows.map(({ id }) => id)
}

/** `findByReference` gives the newest orders, below a number, that have a text as the whole of their reference, in any case. */
export async function findByReference(
  sql: Sql,
  accountId: AccountId,
  text: string,
  { below, limit }: { below: number; limit: number },
): Promise<OrderId[]> {
  const rows = await sql<{ id: OrderId }[]>`
    select id from orders
     where (account_id, lower(reference), id) >= (${accountId}, lower(${text}), 0)
       and (account_id, lower(reference), id) < (${accountId}, lower(${text}), ${below}::bigint)
       and lower(reference) = lower(${text}) and reference is not null
     order by account_id desc, lower(reference) desc, id desc limit ${limit}`.records()
  return rows.map(({ id }) => id)
}

/** `numberIn` gives the number that a search may mean; null: none. */
export const numberIn = (search: string): number | null => (/^\d{1,15}$/.test(search) ? Number(search) : null)

/** STATES has the order states behind a buyer's status: an open order is `pending` for its buyer, whether it was begun or not. */
const STATES: Record<NonNullable<BuyerOrderFilter['state']>, string[]> = {
  pending: ['pending', 'processing'],
  success: ['success'],
  partial: ['partial'],
  failed: ['failed'],
  cancelled: ['cancelled'],
}
