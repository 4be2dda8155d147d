import type { Queryable } from '../database/database.ts'
import type { Rate } from './rate.ts'

/** `selectRates` gives every rate that was ever set, by currencies, the newest first. */
export async function selectRates(sql: Queryable, limit: number | null = null): Promise<Rate[]> {
  return await sql<Rate[]>`
    select base, quote, valid_from, trim_scale(rate)::text as rate, actor
      from exchange_rates order by base, quote, valid_from desc limit ${limit}::bigint`.records()
}

/** `selectRatesAt` gives the rate of each pair that holds at a moment. */
export async function selectRatesAt(
  sql: Queryable,
  at: Date,
): Promise<Pick<Rate, 'base' | 'quote' | 'rate'>[]> {
  return await sql<Pick<Rate, 'base' | 'quote' | 'rate'>[]>`
    select distinct on (base, quote) base, quote, trim_scale(rate)::text as rate
      from exchange_rates where valid_from <= ${at} order by base, quote, valid_from desc`.records()
}

/**
 * `upsertRate` writes a rate; a second one for the same moment takes the first one's place. Without `validFrom` it holds from now on, by the
 * database's clock, so that prices which follow costs are made by it at once.
 */
export async function upsertRate(
  sql: Queryable,
  {
    base,
    quote,
    validFrom = null,
    rate,
    actor,
  }: Omit<Rate, 'validFrom'> & { validFrom?: Date | null | undefined },
): Promise<Rate> {
  const [written] = await sql<Rate[]>`
    insert into exchange_rates (base, quote, valid_from, rate, actor)
    values (${base}, ${quote}, coalesce(${validFrom}::timestamptz, date_trunc('milliseconds', now())), ${rate}::text::numeric, ${actor})
    on conflict (base, quote, valid_from)
    do update set rate = excluded.rate, actor = excluded.actor, created_at = now()
    returning base, quote, valid_from, trim_scale(rate)::text as rate, actor`.records()
  if (!written) throw new Error('a rate was not written')
  return written
}
