import type { Queryable } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { Order } from '../order.ts'
import type { OrderDetails } from './buyer-order.ts'
import type { OrderName } from './orders.sql.ts'

interface DetailsRow {
  id: OrderId
  currency: string
  holdId: number
  holdAfter: Micros
  available: Micros
  supplierReference: string | null
}

/**
 * `readDetails` gives what is beside orders that somebody reads. It leaves out an id that is none, or not the account's (promise 6, own data only).
 * The service is not part of what it gives: hot statements join no configuration.
 */
export async function readDetails(
  sql: Queryable,
  names: OrderName[],
  reading: Promise<Order[]>,
): Promise<Omit<OrderDetails, 'service'>[]> {
  const [orders, rows] = await Promise.all([
    reading,
    sql<DetailsRow[]>`
      -- Found first, by both of their names: a plan that was made while there were few orders may not go through all of
      -- an account's.
      with o as materialized (
        select o.account_id, o.id, o.hold_id
          from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
                 as asked (account_id, id)
          join orders o on o.account_id = asked.account_id and o.id = asked.id)
      select o.id, w.currency, h.id as hold_id, h.available_after as hold_after, w.available,
             (select a.reference from attempts a
               where a.account_id = o.account_id and a.order_id = o.id and a.position = 1
                 and a.state in ('accepted', 'succeeded')
               order by a.number desc limit 1) as supplier_reference
        from o
        join wallets w on w.account_id = o.account_id
        join ledger_entries h on h.account_id = o.account_id and h.id = o.hold_id`.records(),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return orders.flatMap((order) => {
    const row = byId.get(order.id)
    if (!row) return []
    const { id: _, holdId, holdAfter, ...rest } = row
    return [{ order, ...rest, hold: { id: holdId, availableAfter: holdAfter } }]
  })
}
