import type { Price } from '../catalogue/prices.ts'
import type { Queryable } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** CurrencyPair are a supplier's currency and that of a price. */
export interface CurrencyPair {
  from: string
  to: string
}

/** `selectPairs` gives the currencies in which services cost us, with those in which the same services are sold. */
export const selectPairs = (sql: Queryable): Promise<CurrencyPair[]> =>
  sql<CurrencyPair[]>`
    select distinct s.currency as from, p.currency as to
      from supplier_routes r
      join suppliers s on s.id = r.supplier_id and s.enabled
      join prices p on p.service_id = r.service_id
     where r.available is not false and r.cost is not null
     order by 1, 2`.records()

/** PriceBelowCost is a price of a service that is sold, with what the cheapest working route costs in its currency. */
export interface PriceBelowCost extends Price {
  serviceCode: string
  cost: Micros
  supplier: string
}

/** PairRate is what an amount of `from` is multiplied by to be one of `to`, as a decimal. */
export type PairRate = CurrencyPair & { rate: string }

/** PriceScope says which prices are looked at: those of a service, or of all that are active; and how many are given. */
export interface PriceScope {
  service?: ServiceId | undefined
  limit: number
}

/** `selectBelowCost` gives prices that are less than the cost of the cheapest working route, by service, and how many there are. */
export async function selectBelowCost(
  sql: Queryable,
  rates: readonly PairRate[],
  { service, limit }: PriceScope,
): Promise<{ prices: PriceBelowCost[]; count: number }> {
  const rows = await sql<(PriceBelowCost & { count: number })[]>`
    with rates as (
      select * from unnest(${rates.map(({ from }) => from)}::text[], ${rates.map(({ to }) => to)}::text[],
                           ${rates.map(({ rate }) => rate)}::text[]::numeric[]) as r ("from", "to", rate)
    ), costs as (
      -- A cost that waits for a person counts where it is the greater one, as it does when items are sent.
      select r.service_id, rates."to" as currency, s.name as supplier, r.position, r.id,
             greatest(r.cost, case when k.currency = s.currency then k.waiting_cost end) * rates.rate as cost
        from supplier_routes r
        join suppliers s on s.id = r.supplier_id and s.enabled
        join rates on rates."from" = s.currency
        left join supplier_services k on k.supplier_id = r.supplier_id and k.remote_id = r.remote_service
       where r.available is not false and r.cost is not null
         and (${service ?? null}::int is null or r.service_id = ${service ?? null})
    ), cheapest as (
      select distinct on (service_id, currency) service_id, currency, supplier, ceil(round(cost, 6))::bigint as cost
        from costs order by service_id, currency, costs.cost, position, id
    )
    select p.service_id, p.account_id, p.price_group_id, g.name as group, p.currency, p.unit_price, p.min_items,
           p.max_items, v.code as service_code, c.cost, c.supplier, count(*) over ()::int as count
      from prices p
      join cheapest c on c.service_id = p.service_id and c.currency = p.currency
      join services v on v.id = p.service_id and v.active
      left join price_groups g on g.id = p.price_group_id
     where p.unit_price < c.cost
     order by p.service_id, p.account_id nulls first, p.price_group_id nulls first, p.currency
     limit ${limit}`.records()
  return { prices: rows.map(({ count: _, ...price }) => price), count: rows[0]?.count ?? 0 }
}
