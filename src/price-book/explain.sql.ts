import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, PriceRuleId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { PriceBasis } from './price-rule.ts'

/** Buyer is for whom a price is explained: an account with its group, a group, or (both null) everyone. */
export interface Buyer {
  accountId: AccountId | null
  priceGroupId: PriceGroupId | null
  currency: string
}

/** Rung is one thing that might give a price, in the order in which they are asked: the first that gives one is what is paid. */
export interface Rung {
  accountId: AccountId | null
  priceGroupId: PriceGroupId | null
  /** `ruleId`, null: it is a fixed price. */
  ruleId: PriceRuleId | null
  /** `scope` says what a rule is for. */
  scope: 'service' | 'group' | 'all'
  basis: PriceBasis | null
  percent: string | null
  fixed: Micros | null
  minPrice: Micros | null
  step: Micros | null
  /** `base` is the cost, or everyone's price, that a rule begins with; null: it is not known. */
  base: Micros | null
  /** `amount`, null: it gives none. */
  amount: Micros | null
}

export const selectLadder = (
  sql: Queryable,
  service: ServiceId,
  { accountId, priceGroupId, currency }: Buyer,
): Promise<Rung[]> =>
  sql<Rung[]>`
    with rungs as (
      select account_id, price_group_id, null::int as rule_id, 0 as breadth, null::price_basis as basis, null::bigint as base,
             unit_price as amount
        from prices where service_id = ${service} and currency = ${currency} and rule_id is null
      union all
      select account_id, price_group_id, rule_id, breadth, basis, base, amount
        from price_candidates(array[${service}::int]) where currency = ${currency}
    )
    select c.account_id, c.price_group_id, c.rule_id, (array['service', 'service', 'group', 'all'])[c.breadth + 1] as scope, c.basis,
           trim_scale(r.percent)::text as percent, r.fixed, r.min_price, r.step, c.base, c.amount
      from rungs c left join price_rules r on r.id = c.rule_id
     where c.account_id = ${accountId} or (c.account_id is null and (c.price_group_id is null or c.price_group_id = ${priceGroupId}))
     order by c.account_id nulls last, c.price_group_id nulls last, c.breadth`.records()

/** RouteCost is what one route of a service costs. */
export interface RouteCost {
  supplier: string
  remoteService: string
  works: boolean
  /** `cost` is in the supplier's currency; null: it is not known. */
  cost: Micros | null
  costCurrency: string
  /** `converted` is what margins are held against, in the price's currency; null: there is no exchange rate. */
  converted: Micros | null
}

export const selectRouteCosts = (
  sql: Queryable,
  service: ServiceId,
  currency: string,
): Promise<RouteCost[]> =>
  sql<RouteCost[]>`
    select s.name as supplier, r.remote_service, s.enabled and r.available is not false as works, r.cost, s.currency as cost_currency,
           as_micros(c.counted) as converted
      from supplier_routes r
      join suppliers s on s.id = r.supplier_id
      left join route_costs(array[${service}::int], array[${currency}::text]) c on c.route_id = r.id
     where r.service_id = ${service} order by r.position, r.id`.records()
