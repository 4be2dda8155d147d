import type { Sql } from '../../src/database/database.ts'

/** Recounted is one cell of the figures, counted from orders, items, attempts and refunds: nothing here reads what the figures are made of. */
export interface Recounted {
  day: string
  account_id: number
  service_id: number
  supplier_id: number
  currency: string
  cost_currency: string
  orders: number
  placed: number
  charged: number
  failed: number
  cancelled: number
  rejected: number
  corrected: number
  uncosted: number
  turnover: bigint
  refunded: bigint
  cost: bigint
}

/** `recount` counts every cell, in the order of their names; `placed`: orders on the day on which they were placed, too. */
export const recount = async (sql: Sql, timeZone: string, { placed = true } = {}): Promise<Recounted[]> => [
  ...(await sql<Recounted[]>`
    with given_back as (
      select account_id, order_id, position, sum(amount) filter (where kind = 'refund') as amount,
             count(*) filter (where kind = 'correction') as corrections
        from ledger_entries where kind in ('refund', 'correction') group by 1, 2, 3
    ), done as (
      select distinct on (account_id, order_id, position) t.*, s.currency as cost_currency
        from attempts t join suppliers s on s.id = t.supplier_id
       order by account_id, order_id, position, number desc
    ), lines as (
      select (o.created_at at time zone ${timeZone})::date as day, o.account_id, o.service_id, 0 as supplier_id, a.currency, '' as cost_currency,
             1 as orders, o.item_count as placed, 0 as charged, 0 as failed, 0 as cancelled, 0 as rejected, 0 as corrected, 0 as uncosted,
             0 as turnover, 0 as refunded, 0 as cost
        from orders o join accounts a on a.id = o.account_id where ${placed}
      union all
      select (i.finished_at at time zone ${timeZone})::date, i.account_id, i.service_id,
             case when was.charged then d.supplier_id else coalesce(i.supplier_id, 0) end, a.currency,
             case when was.charged and d.cost is not null then d.cost_currency else '' end, 0, 0, was.charged::int,
             (i.state = 'failed' and not was.charged)::int, (i.state = 'cancelled')::int, (was.charged and i.state = 'failed')::int,
             coalesce(g.corrections, 0), (was.charged and d.cost is null)::int, case when was.charged then i.price else 0 end,
             coalesce(g.amount, 0), case when was.charged then coalesce(d.cost, 0) else 0 end
        from items i
        join accounts a on a.id = i.account_id
        left join given_back g using (account_id, order_id, position)
        left join done d using (account_id, order_id, position)
       cross join lateral (select i.state = 'success' or i.refunded > 0 as charged) was
       where i.finished_at is not null
    )
    select day::text, account_id, service_id, supplier_id, currency, cost_currency, sum(orders)::int as orders, sum(placed)::int as placed,
           sum(charged)::int as charged, sum(failed)::int as failed, sum(cancelled)::int as cancelled, sum(rejected)::int as rejected,
           sum(corrected)::int as corrected, sum(uncosted)::int as uncosted, sum(turnover)::bigint as turnover,
           sum(refunded)::bigint as refunded, sum(cost)::bigint as cost
      from lines group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`),
]

/** `folded` gives the same of the figures. */
export const folded = async (sql: Sql): Promise<Recounted[]> => [
  ...(await sql<Recounted[]>`
    select day::text, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed, cancelled, rejected,
           corrected, uncosted, turnover, refunded, cost
      from sales where cut = 'each' and unit = 'day' order by 1, 2, 3, 4, 5, 6`),
]

/** `timesOf` gives how long each charged item took, in milliseconds, of all groups by their names. */
export async function tookOf(
  sql: Sql,
  timeZone: string,
): Promise<{ day: string; account_id: number; service_id: number; currency: string; ms: number }[]> {
  return [
    ...(await sql<{ day: string; account_id: number; service_id: number; currency: string; ms: number }[]>`
      select (i.finished_at at time zone ${timeZone})::date::text as day, i.account_id, i.service_id, a.currency,
             extract(epoch from i.finished_at - o.created_at)::double precision * 1000 as ms
        from items i join orders o on o.account_id = i.account_id and o.id = i.order_id join accounts a on a.id = i.account_id
       where i.state = 'success' or i.refunded > 0`),
  ]
}
