import type { Queryable, Sql } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/**
 * `claimBalances` gives the enabled suppliers whose balance was last said, or asked for, before a time, so many at once; nobody else asks them now.
 * One that is paused is asked by its breaker. A new one has the same time before it is asked.
 */
export async function claimBalances(
  sql: Sql,
  { now, before, limit }: { now: Date; before: Date; limit: number },
): Promise<SupplierId[]> {
  const rows = await sql<{ supplierId: SupplierId }[]>`
    insert into supplier_health as h (supplier_id, balance_asked_at)
    select s.id, ${now} from suppliers s left join supplier_health k on k.supplier_id = s.id
     where s.enabled and k.open is not true
       and coalesce(greatest(k.balance_at, k.balance_asked_at), s.created_at) <= ${before}
     order by s.id limit ${limit}
    on conflict (supplier_id) do update set balance_asked_at = excluded.balance_asked_at
     where coalesce(greatest(h.balance_at, h.balance_asked_at), '-infinity') <= ${before}
    returning supplier_id`.records()
  return rows.map(({ supplierId }) => supplierId)
}

/** `deleteBalances` removes what was said before a time; gives how many. */
export async function deleteBalances(sql: Sql, before: Date): Promise<number> {
  const { count } = await sql`delete from supplier_balances where at < ${before}`
  return count
}

/** Spending is what a supplier costs a day, in micros of its currency. */
export interface Spending {
  /** `spent` is the cost of what it has done in `days`, which are those since its first sale within a week. */
  spent: bigint
  days: number
}

/** `selectSpending` gives what each supplier has cost in the last week, by the sales figures: only of those that have cost something. */
export async function selectSpending(sql: Queryable, now: Date): Promise<Map<SupplierId, Spending>> {
  const rows = await sql<(Spending & { supplierId: SupplierId })[]>`
    select f.supplier_id, sum(f.cost)::bigint as spent, (d.today - min(f.day) + 1)::int as days
      from sales_state z
     cross join lateral (select (${now}::timestamptz at time zone z.time_zone)::date as today) d
      join sales f on f.cut = 'supplier' and f.unit = 'day' and f.day between d.today - 6 and d.today
      join suppliers s on s.id = f.supplier_id and s.currency = f.cost_currency
     where f.cost > 0
     group by f.supplier_id, d.today`.records()
  return new Map(rows.map(({ supplierId, ...spending }) => [supplierId, spending]))
}
