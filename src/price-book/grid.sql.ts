import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, PriceRuleId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** GridService is a row of the price grid. */
export interface GridService {
  id: ServiceId
  code: string
  name: string
  group: string
  active: boolean
  /** `hasCost`: a working route has a cost, in whatever currency. */
  hasCost: boolean
}

/** GridFilter narrows services; what is left out does not matter. */
interface GridFilter {
  serviceGroup?: string | undefined
  /** `search` is a part of the code or of the name, in any case. */
  search?: string | undefined
  supplierId?: SupplierId | undefined
  active?: boolean | undefined
}

/** `selectGridServices` gives the first services that fit, by group, then by id. */
export const selectGridServices = (
  sql: Queryable,
  { serviceGroup = null, search = null, supplierId = null, active = null }: GridFilterOrNull,
  limit: number,
): Promise<GridService[]> =>
  sql<GridService[]>`
    select v.id, v.code, v.name, v.group_name as "group", v.active, r.service_id is not null as has_cost
      from services v
      left join (select distinct r.service_id from supplier_routes r join suppliers s on s.id = r.supplier_id
                  where r.cost is not null and s.enabled and r.available is not false) r on r.service_id = v.id
     where (${serviceGroup}::text is null or v.group_name = ${serviceGroup})
       and (${search}::text is null or position(lower(${search}) in lower(v.code)) > 0 or position(lower(${search}) in lower(v.name)) > 0)
       and (${supplierId}::int is null
            or exists (select from supplier_routes r where r.service_id = v.id and r.supplier_id = ${supplierId}))
       and (${active}::boolean is null or v.active = ${active})
     order by v.group_name collate "C", v.id limit ${limit}::int`.records()

type GridFilterOrNull = { [Name in keyof GridFilter]: GridFilter[Name] | null }

/** GridPrice is a price of one audience, which is a fixed price or one that a rule gives. */
export interface GridPrice {
  serviceId: ServiceId
  accountId: AccountId | null
  priceGroupId: PriceGroupId | null
  currency: string
  unitPrice: Micros
  ruleId: PriceRuleId | null
  updatedAt: Date
}

/** `selectGridPrices` gives the prices of services for everyone, for some price groups and some accounts, in some currencies. */
export const selectGridPrices = (
  sql: Queryable,
  services: readonly ServiceId[],
  audiences: { groups: readonly PriceGroupId[]; accounts: readonly AccountId[] },
  currencies: readonly string[],
): Promise<GridPrice[]> =>
  sql<GridPrice[]>`
    select service_id, account_id, price_group_id, currency, unit_price, rule_id, updated_at from prices
     where service_id = any(${[...services]}::int[]) and currency = any(${[...currencies]}::text[])
       and (account_id is null or account_id = any(${[...audiences.accounts]}::int[]))
       and (price_group_id is null or price_group_id = any(${[...audiences.groups]}::int[]))`.records()

/** GridCost is what the cheapest working route of a service costs, in a currency. */
export interface GridCost {
  serviceId: ServiceId
  currency: string
  cost: Micros
}

export const selectGridCosts = (
  sql: Queryable,
  services: readonly ServiceId[],
  currencies: readonly string[],
): Promise<GridCost[]> =>
  sql<GridCost[]>`
    select service_id, currency, as_micros(min(counted)) as cost
      from route_costs(${[...services]}::int[], ${[...currencies]}::text[]) where works and counted is not null
     group by 1, 2`.records()

/** `selectUsedCurrencies` gives those that accounts buy in, and prices or rules are in. */
export async function selectUsedCurrencies(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ currency: string }[]>`
    select currency from accounts union select currency from price_rules union select currency from prices order by 1`
  return rows.map(({ currency }) => currency)
}
