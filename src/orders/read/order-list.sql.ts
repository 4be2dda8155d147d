import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { BuyerOrderFilter } from './order-reader.ts'

/** Listed is one page of order ids. `next` is where the next page begins; null is the end. */
export interface Listed {
  ids: OrderId[]
  next: OrderId | null
}

/** OrderListFilter has the ids of services in place of what names them: hot statements join no configuration. */
export type OrderListFilter = Omit<BuyerOrderFilter, 'processing' | 'service' | 'transaction'> & {
  /** `ids` leaves out all other orders. */
  ids?: readonly OrderId[] | undefined
  serviceIds?: readonly ServiceId[] | undefined
}

/** `findOrders` gives an account's orders that match, newest first. It reads at most `maxScanned` orders and says where it stopped. */
export async function findOrders(
  sql: Sql,
  accountId: AccountId,
  filter: OrderListFilter,
  maxScanned: number,
): Promise<Listed> {
  const { search, reference, ids: only, state, serviceIds, from, to, before, limit } = filter
  const high = before ?? Number.MAX_SAFE_INTEGER
  const isPlain = [search, only, state, serviceIds, from, to].every((given) => given === undefined)
  // A search that rarely matches must not read a whole history in one request.
  const [last] = isPlain
    ? []
    : await sql<{ id: OrderId }[]>`
        select id from orders
         where ${
           reference === undefined
             ? sql`(account_id, id) >= (${accountId}, 0) and (account_id, id) < (${accountId}, ${high}::bigint)
                   order by account_id desc, id desc`
             : sql`(account_id, reference, id) >= (${accountId}, ${reference}, 0)
                   and (account_id, reference, id) < (${accountId}, ${reference}, ${high}::bigint)
                   and reference is not null
                   order by account_id desc, reference desc, id desc`
         } offset ${maxScanned - 1} limit 1`.records()
  const number = search !== undefined && /^\d{1,15}$/.test(search) ? Number(search) : null
  // No join, no subquery that could be read whole first, and no equation of the account: so that the orders can only be
  // walked through by the account's own indexes, and never by that of everybody's numbers.
  const rows = await sql<{ id: OrderId }[]>`
    select id from orders o
     where ${
       reference === undefined
         ? sql`(account_id, id) >= (${accountId}, ${last?.id ?? 0}::bigint)
               and (account_id, id) < (${accountId}, ${high}::bigint)`
         : sql`(account_id, reference, id) >= (${accountId}, ${reference}, ${last?.id ?? 0}::bigint)
               and (account_id, reference, id) < (${accountId}, ${reference}, ${high}::bigint)
               and reference is not null`
     }
       ${only === undefined ? sql`` : sql`and id = any(${only}::bigint[])`}
       ${state === undefined ? sql`` : sql`and state = any(${STATES[state]}::text[]::order_state[])`}
       ${from === undefined ? sql`` : sql`and created_at >= ${from}`}
       ${to === undefined ? sql`` : sql`and created_at < ${to}`}
       ${serviceIds === undefined ? sql`` : sql`and service_id = any(${serviceIds}::int[])`}
       ${
         search === undefined
           ? sql``
           : sql`and (id = ${number}::bigint or position(lower(${search}) in lower(reference)) > 0 or (
                   select bool_or(position(lower(${search}) in lower(i.input)) > 0)
                     from items i where i.account_id = o.account_id and i.order_id = o.id))`
       }
     order by account_id desc, ${reference === undefined ? sql`` : sql`reference desc,`} id desc limit ${limit + 1}`.records()
  const ids = rows.slice(0, limit).map(({ id }) => id)
  return { ids, next: (rows.length > limit ? ids.at(-1) : last?.id) ?? null }
}

/** STATES has the order states behind a buyer's status: an open order is `pending` for its buyer, whether it was begun or not. */
const STATES: Record<NonNullable<BuyerOrderFilter['state']>, string[]> = {
  pending: ['pending', 'processing'],
  success: ['success'],
  partial: ['partial'],
  failed: ['failed'],
  cancelled: ['cancelled'],
}
