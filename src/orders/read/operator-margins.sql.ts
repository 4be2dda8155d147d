import type { Queryable } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import { costingAttempts } from './order-costs.sql.ts'
import type { Costs } from './order-costs.ts'
import type { OrderName } from './orders.sql.ts'

/** OrderMargin is what tells whether an order is worth its cost. */
export interface OrderMargin extends Costs {
  id: OrderId
  currency: string
  /** `worth` is what is charged, or held for items that are with a supplier. */
  worth: Micros
  /** `floor` is the highest margin floor of the routes of suppliers that have the items, in hundredths of a percent; null: there is none any more. */
  floor: number | null
}

/** `selectMargins` gives it of each order, in no order. Everything is looked up order by order. */
export async function selectMargins(sql: Queryable, names: readonly OrderName[]): Promise<OrderMargin[]> {
  return await sql<OrderMargin[]>`
    select o.id, a.currency, i.worth, coalesce(c.costs, '{}'::jsonb) as costs, coalesce(c.uncosted, 0)::int as uncosted, c.floor::int as floor
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
     cross join lateral (select * from orders where account_id = asked.account_id and id = asked.id offset 0) o
      join accounts a on a.id = o.account_id
     cross join lateral (
       select coalesce(sum(case when n.state in ('processing', 'unknown') then n.price when n.state = 'success' then n.price - n.refunded else 0 end), 0)::bigint as worth
         from items n where n.account_id = o.account_id and n.order_id = o.id) i
     cross join lateral (
       select jsonb_object_agg(t.currency, t.cost::text) filter (where t.currency is not null) as costs, sum(t.uncosted) as uncosted,
              max(t.floor) as floor
         from (select case when t.cost is not null then p.currency end as currency, sum(t.cost) as cost,
                      count(*) filter (where t.cost is null) as uncosted,
                      max((select max(r.margin_floor) from supplier_routes r
                            where r.service_id = o.service_id and r.supplier_id = t.supplier_id)) as floor
                 from ${costingAttempts(sql)}
                group by 1) t) c`.records()
}
