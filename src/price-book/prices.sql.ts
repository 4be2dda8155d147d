import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, PriceRuleId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** BookPrice is one price of the price book. */
export interface BookPrice {
  id: number
  serviceId: ServiceId
  serviceCode: string
  serviceName: string
  serviceGroup: string
  accountId: AccountId | null
  username: string | null
  priceGroupId: PriceGroupId | null
  group: string | null
  currency: string
  unitPrice: Micros
  minItems: number
  maxItems: number
  updatedAt: Date
  /** `ruleId` is the rule that gives it; null: it is fixed. */
  ruleId: PriceRuleId | null
  /** `cost` is that of the cheapest working route, in the price's currency; null: it is not known. */
  cost: Micros | null
}

/** BookFilter narrows prices; what is left out does not matter. */
export interface BookFilter {
  /** `everyone`: only the prices that are for everyone. */
  everyone?: boolean | undefined
  accountId?: AccountId | null | undefined
  priceGroupId?: PriceGroupId | null | undefined
  serviceId?: ServiceId | undefined
  services?: readonly ServiceId[] | undefined
  /** `serviceGroup` is a group of services, as it is written there. */
  serviceGroup?: string | undefined
  /** `supplier`: only of services that have a route to it. */
  supplierId?: SupplierId | undefined
  currency?: string | undefined
  belowCost?: boolean | undefined
  /** `ruled`: only prices that a rule gives, or only fixed ones. */
  ruled?: boolean | undefined
}

/** ALL is no limit. */
const ALL = 2 ** 31

/**
 * `selectBook` gives the prices of the services behind one, by service, then by id: at least `limit`, if there are so many, since all of a service
 * that fit come together.
 */
export async function selectBook(
  sql: Queryable,
  filter: BookFilter,
  { after = 0, limit = ALL }: { after?: number | undefined; limit?: number } = {},
): Promise<BookPrice[]> {
  const {
    everyone = false,
    accountId = null,
    priceGroupId = null,
    serviceId = null,
    serviceGroup = null,
  } = filter
  const { supplierId = null, currency = null, belowCost = false, ruled = null, services = null } = filter
  return await sql<BookPrice[]>`
    with fitting as materialized (
      select p.* from prices p join services v on v.id = p.service_id
       where p.service_id > ${after}
         and (not ${everyone}::boolean or (p.account_id is null and p.price_group_id is null))
         and (${accountId}::int is null or p.account_id = ${accountId})
         and (${priceGroupId}::int is null or p.price_group_id = ${priceGroupId})
         and (${serviceId}::int is null or p.service_id = ${serviceId})
         and (${services && [...services]}::int[] is null or p.service_id = any(${services && [...services]}))
         and (${serviceGroup}::text is null or v.group_name = ${serviceGroup})
         and (${supplierId}::int is null
              or exists (select from supplier_routes r where r.service_id = p.service_id and r.supplier_id = ${supplierId}))
         and (${currency}::text is null or p.currency = ${currency})
         and (${ruled}::boolean is null or (p.rule_id is not null) = ${ruled})
         and (v.active or not ${belowCost}::boolean)
       order by p.service_id fetch first (case when not ${belowCost}::boolean then ${limit}::bigint else ${ALL}::bigint end) rows with ties
    ), costs as (
      select service_id, currency, as_micros(min(counted)) as cost
        from route_costs(array(select distinct service_id from fitting), array(select distinct currency from fitting))
       where works group by 1, 2
    ), chosen as (
      select p.*, c.cost from fitting p left join costs c on c.service_id = p.service_id and c.currency = p.currency
       where not ${belowCost}::boolean or p.unit_price < c.cost
       order by p.service_id fetch first (${limit}::bigint) rows with ties
    )
    select p.id, p.service_id, v.code as service_code, v.name as service_name, v.group_name as service_group, p.account_id, a.username,
           p.price_group_id, g.name as "group", p.currency, p.unit_price, p.min_items, p.max_items, p.updated_at, p.rule_id, p.cost
      from chosen p
      join services v on v.id = p.service_id
      left join accounts a on a.id = p.account_id
      left join price_groups g on g.id = p.price_group_id
     order by p.service_id, p.id`.records()
}

/** `deletePrices` takes fixed prices away, so that rules may give others. */
export async function deletePrices(sql: Queryable, ids: readonly number[]): Promise<void> {
  await sql`delete from prices where id = any(${ids}::int[]) and rule_id is null`
}

/** Cell is a price as it stands in its cell: that of a service, an audience and a currency. */
export type Cell = Pick<
  BookPrice,
  | 'id'
  | 'serviceId'
  | 'accountId'
  | 'priceGroupId'
  | 'currency'
  | 'unitPrice'
  | 'minItems'
  | 'maxItems'
  | 'ruleId'
>

/** `selectCells` gives the prices of these services. */
export const selectCells = (sql: Queryable, services: readonly ServiceId[]): Promise<Cell[]> =>
  sql<Cell[]>`
    select id, service_id, account_id, price_group_id, currency, unit_price, min_items, max_items, rule_id
      from prices where service_id = any(${services}::int[])`.records()

export const selectCodes = (sql: Queryable): Promise<{ id: ServiceId; code: string }[]> =>
  sql<{ id: ServiceId; code: string }[]>`select id, code from services`

export const selectBuyers = (
  sql: Queryable,
): Promise<{ id: AccountId; username: string; currency: string }[]> =>
  sql<{ id: AccountId; username: string; currency: string }[]>`select id, username, currency from accounts`
