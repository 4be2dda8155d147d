import type { Queryable } from '../database/database.ts'

/** A rate as its table has it: what one unit of `base` is worth in `quote` from `valid_from` on. */
export interface RateRow {
  base: string
  quote: string
  valid_from: Date
  /** A decimal with at most 12 digits on either side of the point. */
  rate: string
  actor: string
  created_at: Date
}

/** By currencies, the newest first. */
export async function selectRates(sql: Queryable): Promise<RateRow[]> {
  return sql<RateRow[]>`
    select base, quote, valid_from, trim_scale(rate)::text as rate, actor, created_at
      from exchange_rates order by base, quote, valid_from desc`
}

/** A second rate for the same moment takes the first one's place. */
export async function upsertRate(sql: Queryable, row: Omit<RateRow, 'created_at'>): Promise<RateRow> {
  const [written] = await sql<RateRow[]>`
    insert into exchange_rates (base, quote, valid_from, rate, actor)
    values (${row.base}, ${row.quote}, ${row.valid_from}, ${row.rate}::text::numeric, ${row.actor})
    on conflict (base, quote, valid_from)
    do update set rate = excluded.rate, actor = excluded.actor, created_at = now()
    returning base, quote, valid_from, trim_scale(rate)::text as rate, actor, created_at`
  return written as RateRow
}
