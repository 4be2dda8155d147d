import type { Queryable } from '../database/database.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** SupplierBalance is what a supplier said of our account at a moment, in micros of `currency`. */
export interface SupplierBalance {
  at: Date
  currency: string
  balance: Micros
}

/** `selectBalances` gives the last balance of each hour since a time, the oldest first. */
export async function selectBalances(
  sql: Queryable,
  id: SupplierId,
  since: Date,
): Promise<SupplierBalance[]> {
  return await sql<SupplierBalance[]>`
    select at, currency, balance from (
      select distinct on (date_trunc('hour', at)) at, currency, balance from supplier_balances
       where supplier_id = ${id} and at >= ${since}
       order by date_trunc('hour', at), at desc) hourly
     order by at`.records()
}

/** SupplierDay is a day of our account at a supplier, such as 2026-11-28. Amounts are micros of the supplier's currency. */
export interface SupplierDay {
  day: string
  /** `balance` is the last that was known by the end of the day; null: none was. */
  balance: Micros | null
  /** `spent` is what was charged that day had cost there. */
  spent: Micros
}

/** `selectDays` gives the last days up to that of `now`, in the time zone of the sales figures, the oldest first. */
export async function selectDays(
  sql: Queryable,
  { id, currency, days, now }: { id: SupplierId; currency: string; days: number; now: Date },
): Promise<SupplierDay[]> {
  return await sql<SupplierDay[]>`
    select d.day::text, b.balance, coalesce(s.spent, 0) as spent
      from sales_state z
     cross join lateral (select (${now}::timestamptz at time zone z.time_zone)::date as today) t
     cross join lateral (select t.today - n as day from generate_series(0, ${days}::int - 1) n) d
      left join lateral (
        select balance from supplier_balances
         where supplier_id = ${id} and currency = ${currency} and at < ((d.day + 1)::timestamp at time zone z.time_zone)
         order by at desc limit 1) b on true
      left join (
        select day, sum(cost)::bigint as spent from sales
         where supplier_id = ${id} and cut = 'supplier' and unit = 'day' and cost_currency = ${currency}
           -- A day more than is asked for, whatever the time zone.
           and day >= (${now}::timestamptz - (${days}::int + 1) * interval '1 day')::date
         group by day) s on s.day = d.day
     order by d.day`.records()
}

/** SupplierPause is a time at which nothing was sent to a supplier; `closedAt`, null: it goes on. */
export interface SupplierPause {
  openedAt: Date
  closedAt: Date | null
  why: SupplierFault | 'person'
  reason: string | null
}

/** `selectPauses` gives those of a time, the newest first. */
export async function selectPauses(
  sql: Queryable,
  id: SupplierId,
  since: Date,
  limit: number,
): Promise<SupplierPause[]> {
  return await sql<SupplierPause[]>`
    select opened_at, closed_at, why, reason from supplier_pauses
     where supplier_id = ${id} and (closed_at is null or closed_at >= ${since})
     order by opened_at desc limit ${limit}`.records()
}

/** SupplierCalls is what came of the orders that were sent to a supplier. */
export interface SupplierCalls {
  succeeded: number
  /** `refused` were refused because of the item, `unavailable` because of the supplier, `waited` until later; `settled` by people. */
  refused: number
  unavailable: number
  waited: number
  settled: number
  /** `medianSeconds` and `p90Seconds` are of those that succeeded, from sending to the result. */
  medianSeconds: number | null
  p90Seconds: number | null
  /** `oldest` is the end of the oldest that was looked at. */
  oldest: Date | null
}

/** MAX_PER_ROUTE bounds what is looked at of a route: the newest. */
const MAX_PER_ROUTE = 5_000

/** `measureCalls` counts the attempts by a supplier's routes that have ended since a time. */
export async function measureCalls(sql: Queryable, id: SupplierId, since: Date): Promise<SupplierCalls> {
  const [row] = await sql<SupplierCalls[]>`
    select count(*) filter (where a.state = 'succeeded')::int as succeeded,
           count(*) filter (where a.state = 'refused' and a.fault = 'item')::int as refused,
           count(*) filter (where a.state = 'refused' and a.fault = 'supplier')::int as unavailable,
           count(*) filter (where a.state = 'refused' and a.fault = 'wait')::int as waited,
           count(*) filter (where a.state = 'given_up' or a.state = 'refused' and a.fault is null)::int as settled,
           percentile_cont(0.5) within group (order by extract(epoch from a.finished_at - a.created_at)::double precision)
             filter (where a.state = 'succeeded') as median_seconds,
           percentile_cont(0.9) within group (order by extract(epoch from a.finished_at - a.created_at)::double precision)
             filter (where a.state = 'succeeded') as p90_seconds,
           min(a.finished_at) as oldest
      from supplier_routes r
     cross join lateral (
       select state, fault, created_at, finished_at from attempts a
        where a.route_id = r.id and a.finished_at >= ${since}
        order by a.finished_at desc limit ${MAX_PER_ROUTE}) a
     where r.supplier_id = ${id}`.records()
  return row as SupplierCalls
}

/** `countOpen` counts the items that are with a supplier: those of which nobody knows what became of them apart. */
export async function countOpen(
  sql: Queryable,
  id: SupplierId,
): Promise<{ working: number; unknown: number }> {
  const [row] = await sql<{ working: number; unknown: number }[]>`
    select count(*) filter (where state = 'processing')::int as working, count(*) filter (where state = 'unknown')::int as unknown
      from items where supplier_id = ${id} and state in ('processing', 'unknown')`.records()
  return row ?? { working: 0, unknown: 0 }
}
