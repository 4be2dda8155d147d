import type { Price } from '../catalogue/prices.ts'
import type { Queryable } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** PriceBelowCost is a price of a service that is sold, with what the cheapest working route costs in its currency. */
export interface PriceBelowCost extends Price {
  serviceCode: string
  /** `username` is of the account that it is for. */
  username: string | null
  cost: Micros
  supplier: string
}

/** PriceScope says which prices are looked at: those of a service, or of all that are active; and how many are given. */
export interface PriceScope {
  service?: ServiceId | undefined
  limit: number
}

/**
 * `findBelowCost` gives prices at which a service is sold for less than its cheapest working route costs by today's exchange rates, by service,
 * and how many there are. A cost that is not known, or for which there is no rate, is compared with nothing.
 */
export async function findBelowCost(
  sql: Queryable,
  { service, limit }: PriceScope,
): Promise<{ prices: PriceBelowCost[]; count: number }> {
  const rows = await sql<(PriceBelowCost & { count: number })[]>`
    with cheapest as (
      select distinct on (c.service_id, c.currency) c.service_id, c.currency, s.name as supplier, c.counted as cost
        from route_costs(case when ${service ?? null}::int is not null then array[${service ?? null}::int] end,
                         array(select distinct currency from prices)) c
        join suppliers s on s.id = c.supplier_id
       where c.works order by c.service_id, c.currency, c.counted, c.place, c.route_id
    )
    select p.service_id, p.account_id, p.price_group_id, g.name as group, p.currency, p.unit_price, p.min_items,
           p.max_items, p.rule_id, a.username, v.code as service_code, as_micros(c.cost) as cost, c.supplier, count(*) over ()::int as count
      from prices p
      join cheapest c on c.service_id = p.service_id and c.currency = p.currency
      join services v on v.id = p.service_id and v.active
      left join price_groups g on g.id = p.price_group_id
      left join accounts a on a.id = p.account_id
     where p.unit_price < c.cost
     order by p.service_id, p.account_id nulls first, p.price_group_id nulls first, p.currency
     limit ${limit}`.records()
  return { prices: rows.map(({ count: _, ...price }) => price), count: rows[0]?.count ?? 0 }
}
