import type { Queryable } from '../database/database.ts'
import type { PriceGroupId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { StoredMarkupRule } from './markup-rule.ts'

interface FollowerRow {
  service_id: ServiceId
  /** `price_group_id`, null: the rule makes everyone's price. */
  price_group_id: PriceGroupId | null
  currency: string
  rule: StoredMarkupRule
  /** `cost` is in micros of the supplier's currency. */
  cost: bigint
  /** `written` is the price that the rule made last, in micros of the rule's currency. */
  written: bigint | null
  /** `price` is the price now, in the rule's currency. */
  price: bigint | null
}

/**
 * `selectFollowers` gives the rules of a supplier's imported services whose prices follow their costs, where its list has the service. A rule
 * that does not follow makes its first price only.
 */
export async function selectFollowers(sql: Queryable, supplier: SupplierId): Promise<FollowerRow[]> {
  return sql<FollowerRow[]>`
    select m.service_id, m.price_group_id, m.currency, m.rule, s.cost, m.price as written, p.unit_price as price
      from synced_services y
      join markup_rules m using (service_id)
      join staged_services s using (supplier_id, remote_id)
      left join prices p on p.service_id = m.service_id and p.currency = m.currency and p.account_id is null
                             and p.price_group_id is not distinct from m.price_group_id
     where supplier_id = ${supplier} and (m.follows or (m.price is null and p.unit_price is null))
     order by s.position`
}

export interface NewPrice {
  service_id: ServiceId
  price_group_id: PriceGroupId | null
  currency: string
  price: bigint
}

/** `writePrices` writes prices, and remembers that they are the rules'. */
export async function writePrices(sql: Queryable, prices: NewPrice[]): Promise<void> {
  const given = JSON.stringify(prices.map((row) => ({ ...row, price: row.price.toString() })))
  await sql`
    with given as (
      select * from jsonb_to_recordset(${given}::text::jsonb) as g (
        service_id integer, price_group_id integer, currency text, price bigint)
    ), remembered as (
      update markup_rules m set price = g.price from given g
       where m.service_id = g.service_id and m.currency = g.currency and m.price_group_id is not distinct from g.price_group_id
    )
    insert into prices (service_id, price_group_id, currency, unit_price)
    select service_id, price_group_id, currency, price from given
    on conflict (service_id, account_id, price_group_id, currency)
    do update set unit_price = excluded.unit_price, updated_at = now()`
}
