import type { Selectable } from 'kysely'
import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Prices } from '../database/types.ts'
import type { AccountId, ServiceId } from '../lib/ids.ts'

/** Price is what one item of a service costs one account, one price group, or (both null) everyone. */
export interface Price extends Omit<Selectable<Prices>, 'id' | 'updatedAt'> {
  /** `group` is the price group's name. */
  group: string | null
}

/** PriceKey says which price of a service. */
export type PriceKey = Pick<Price, 'serviceId' | 'accountId' | 'priceGroupId' | 'currency'>

/** `selectPrices` gives the prices of some services or of all: everyone's, then accounts', then groups'. */
export async function selectPrices(
  sql: Queryable,
  services: readonly ServiceId[] | null = null,
  limit: number | null = null,
): Promise<Price[]> {
  const query = build
    .selectFrom('prices as p')
    .leftJoin('priceGroups as g', 'g.id', 'p.priceGroupId')
    .select(['p.serviceId', 'p.accountId', 'p.priceGroupId', 'g.name as group', 'p.currency'])
    .select(['p.unitPrice', 'p.minItems', 'p.maxItems', 'p.ruleId'])
    .orderBy('p.serviceId')
    .orderBy('p.accountId', (order) => order.asc().nullsFirst())
    .orderBy('p.priceGroupId', (order) => order.asc().nullsFirst())
    .orderBy('p.currency')
    .limit(limit)
  return await sql.run(
    services === null ? query : query.where(literal<boolean>`p.service_id = any(${services}::int[])`),
  )
}

/** PRICES_PER_READ are the prices, or removed prices, that one statement reads: what it gives is read in one turn of the event loop. */
const PRICES_PER_READ = 1000

/** KnownPrice is a price with when it was written last. */
export type KnownPrice = Omit<Price, 'group' | 'ruleId'> & { updatedAt: Date }

/** `selectPricesBehind` gives the next prices by their ids. */
export const selectPricesBehind = async (
  sql: Queryable,
  id: number,
): Promise<(KnownPrice & { id: number })[]> =>
  await sql.run(
    build
      .selectFrom('prices')
      .select(['id', 'serviceId', 'accountId', 'priceGroupId', 'currency'])
      .select(['unitPrice', 'minItems', 'maxItems', 'updatedAt'])
      .where('id', '>', id)
      .orderBy('id')
      .limit(PRICES_PER_READ),
  )

/** PriceChange is when a price was written last, or taken away. */
export type PriceChange = PriceKey & { at: Date }

/** `selectRemovedBehind` gives the next prices that were taken away, by the ids of their lines in the trail; one may come several times. */
export const selectRemovedBehind = async (
  sql: Queryable,
  id: number,
): Promise<(PriceChange & { id: number })[]> =>
  await sql<(PriceChange & { id: number })[]>`
    select id, subject::int as service_id, account_id, (before ->> 'price_group_id')::int as price_group_id,
           before ->> 'currency' as currency, at
      from trail where what = 'prices' and after is null and id > ${id}::bigint
     order by id limit ${PRICES_PER_READ}`.records()

/** PriceWrite is a price to write. A count of items that is null keeps its value, or takes the table's default. */
export type PriceWrite = PriceKey & {
  unitPrice: bigint
  minItems: number | null
  maxItems: number | null
}

export async function upsertPrices(sql: Queryable, rows: PriceWrite[]): Promise<void> {
  const given = rows.map((row) => ({ ...row, unitPrice: row.unitPrice.toString() }))
  await sql`
    insert into prices (service_id, account_id, price_group_id, currency, unit_price, min_items, max_items)
    select given."serviceId", given."accountId", given."priceGroupId", given.currency, given."unitPrice",
           coalesce(given."minItems", old.min_items, 1), coalesce(given."maxItems", old.max_items, 1000)
      from jsonb_to_recordset(${JSON.stringify(given)}::text::jsonb) as given
           ("serviceId" integer, "accountId" integer, "priceGroupId" integer, currency text, "unitPrice" bigint,
            "minItems" integer, "maxItems" integer)
      left join prices old
        on old.service_id = given."serviceId" and old.currency = given.currency
       and old.account_id is not distinct from given."accountId"
       and old.price_group_id is not distinct from given."priceGroupId"
    on conflict (service_id, account_id, price_group_id, currency)
    do update set unit_price = excluded.unit_price, min_items = excluded.min_items, max_items = excluded.max_items,
                  updated_at = now(), rule_id = null`
}

/**
 * `deletePrice` takes a fixed price away, so that a rule may give another, or else the rule that is for this service alone. Tells whether there
 * was one of the two.
 */
export async function deletePrice(
  sql: Queryable,
  { serviceId, accountId, priceGroupId, currency }: PriceKey,
): Promise<boolean> {
  const deleted = await sql`
    with fixed as (
      delete from prices
       where rule_id is null and service_id = ${serviceId} and currency = ${currency}
         and account_id is not distinct from ${accountId}::int and price_group_id is not distinct from ${priceGroupId}::int
      returning id
    ), ended as (
      delete from price_rules
       where service_id = ${serviceId} and currency = ${currency} and account_id is not distinct from ${accountId}::int
         and price_group_id is not distinct from ${priceGroupId}::int
         and not exists (select from prices
                          where rule_id is null and service_id = ${serviceId} and currency = ${currency}
                            and account_id is not distinct from ${accountId}::int
                            and price_group_id is not distinct from ${priceGroupId}::int)
      returning id
    )
    select id from fixed union all select id from ended`
  return deleted.length > 0
}

export async function selectAccountCurrency(sql: Queryable, id: AccountId): Promise<string | undefined> {
  const [row] = await sql.run(build.selectFrom('accounts').select('currency').where('id', '=', id))
  return row?.currency
}
