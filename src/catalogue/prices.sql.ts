import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, ServiceId } from '../lib/ids.ts'
import { json } from './services.sql.ts'

/** A price rule as its table has it; both holders null: for everyone. */
export interface PriceRow {
  service_id: ServiceId
  account_id: AccountId | null
  price_group_id: PriceGroupId | null
  currency: string
  /** Micros of the currency. */
  unit_price: bigint
  min_items: number
  max_items: number
}

export async function selectPrices(sql: Queryable, service: ServiceId | null = null): Promise<PriceRow[]> {
  return sql<PriceRow[]>`
    select service_id, account_id, price_group_id, currency, unit_price, min_items, max_items
      from prices where ${service}::int is null or service_id = ${service}::int
     order by service_id, account_id nulls first, price_group_id nulls first, currency`
}

/** A rule to write; what stays out (null) of the item counts keeps its value, or takes the table's default. */
export type PriceWrite = Omit<PriceRow, 'min_items' | 'max_items'> & {
  min_items: number | null
  max_items: number | null
}

export async function upsertPrices(sql: Queryable, rows: PriceWrite[]): Promise<PriceRow[]> {
  const given = rows.map((row) => ({ ...row, unit_price: row.unit_price.toString() }))
  return sql<PriceRow[]>`
    insert into prices as r
           (service_id, account_id, price_group_id, currency, unit_price, min_items, max_items)
    select given.service_id, given.account_id, given.price_group_id, given.currency, given.unit_price,
           coalesce(given.min_items, old.min_items, 1), coalesce(given.max_items, old.max_items, 1000)
      from jsonb_to_recordset(${json(given)}::text::jsonb) as given
           (service_id integer, account_id integer, price_group_id integer, currency text, unit_price bigint,
            min_items integer, max_items integer)
      left join prices old
        on old.service_id = given.service_id and old.currency = given.currency
       and old.account_id is not distinct from given.account_id
       and old.price_group_id is not distinct from given.price_group_id
    on conflict (service_id, account_id, price_group_id, currency)
    do update set unit_price = excluded.unit_price, min_items = excluded.min_items, max_items = excluded.max_items,
                  updated_at = now()
    returning service_id, account_id, price_group_id, currency, unit_price, min_items, max_items`
}

/** Whether there was such a rule. */
export async function deletePrice(
  sql: Queryable,
  rule: Pick<PriceRow, 'service_id' | 'account_id' | 'price_group_id' | 'currency'>,
): Promise<boolean> {
  const { count } = await sql`
    delete from prices
     where service_id = ${rule.service_id} and currency = ${rule.currency}
       and account_id is not distinct from ${rule.account_id}::int
       and price_group_id is not distinct from ${rule.price_group_id}::int`
  return count > 0
}

export async function selectAccountCurrency(sql: Queryable, id: AccountId): Promise<string | undefined> {
  const [row] = await sql<{ currency: string }[]>`select currency from accounts where id = ${id}`
  return row?.currency
}
