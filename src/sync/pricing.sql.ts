import type { Queryable } from '../database/database.ts'
import type { ServiceId, SupplierId } from '../lib/ids.ts'
import type { StoredMarkupRule } from './markup-rule.ts'

interface FollowerRow {
  service_id: ServiceId
  rule: StoredMarkupRule
  /** `cost` is in micros of the supplier's currency. */
  cost: bigint
  /** `written` is the price that the rule made last, in micros of the rule's currency. */
  written: bigint | null
  /** `price` is everyone's price now, in the rule's currency. */
  price: bigint | null
}

/** `selectFollowers` gives the imported services of a supplier whose prices follow their costs, and that its list has. */
export async function selectFollowers(sql: Queryable, supplier: SupplierId): Promise<FollowerRow[]> {
  return sql<FollowerRow[]>`
    select y.service_id, y.rule, s.cost, y.price as written, p.unit_price as price
      from synced_services y
      join staged_services s using (supplier_id, remote_id)
      left join prices p on p.service_id = y.service_id and p.account_id is null and p.price_group_id is null
                             and p.currency = y.rule ->> 'currency'
     where supplier_id = ${supplier} and y.follows order by s.position`
}

export interface NewPrice {
  service_id: ServiceId
  currency: string
  price: bigint
}

/** `writePrices` writes everyone's prices, and remembers that they are the rule's. */
export async function writePrices(sql: Queryable, prices: NewPrice[]): Promise<void> {
  const given = JSON.stringify(prices.map((row) => ({ ...row, price: row.price.toString() })))
  await sql`
    with given as (
      select * from jsonb_to_recordset(${given}::text::jsonb) as g (service_id integer, currency text, price bigint)
    ), remembered as (
      update synced_services y set price = g.price from given g where y.service_id = g.service_id
    )
    insert into prices (service_id, currency, unit_price) select service_id, currency, price from given
    on conflict (service_id, account_id, price_group_id, currency)
    do update set unit_price = excluded.unit_price, updated_at = now()`
}
