import type { ServiceKind } from '../../catalogue/service.ts'
import type { Sql } from '../../database/database.ts'
import { micros } from '../../lib/money.ts'
import type { OrderDetails } from './buyer-order.ts'
import { type OrderName, readOrders } from './orders.sql.ts'

/** `readDetails` leaves out an id that is none, or not the account's (promise 6, own data only). */
export async function readDetails(sql: Sql, names: OrderName[]): Promise<OrderDetails[]> {
  const [orders, more] = await Promise.all([
    readOrders(sql, names),
    sql<
      {
        id: bigint
        code: string
        kind: ServiceKind
        currency: string
        hold_id: bigint
        hold_after: bigint
        available: bigint
        supplier_reference: string | null
      }[]
    >`
      -- Found first, by both of their names: a plan that was made while there were few orders may not go through all of
      -- an account's.
      with o as materialized (
        select o.account_id, o.id, o.service_id, o.hold_id
          from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
                 as asked (account_id, id)
          join orders o on o.account_id = asked.account_id and o.id = asked.id)
      select o.id, s.code, s.kind, w.currency, h.id as hold_id, h.available_after as hold_after, w.available,
             (select a.reference from attempts a
               where a.account_id = o.account_id and a.order_id = o.id and a.position = 1
                 and a.state in ('accepted', 'succeeded')
               order by a.number desc limit 1) as supplier_reference
        from o
        join services s on s.id = o.service_id
        join wallets w on w.account_id = o.account_id
        join ledger_entries h on h.account_id = o.account_id and h.id = o.hold_id`,
  ])
  const byId = new Map(more.map((row) => [Number(row.id), row]))
  return orders.flatMap((order): OrderDetails[] => {
    const row = byId.get(order.id)
    if (!row) return []
    return [
      {
        order,
        service: { code: row.code, kind: row.kind },
        currency: row.currency,
        hold: { id: Number(row.hold_id), availableAfter: micros(row.hold_after) },
        available: micros(row.available),
        supplierReference: row.supplier_reference,
      },
    ]
  })
}
