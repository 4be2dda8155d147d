import type { Queryable } from '../database/database.ts'
import type { Micros } from '../lib/money.ts'

/** Span is from a moment up to another, which is not in it. */
export interface Span {
  name: 'now' | 'before'
  from: Date
  to: Date
}

/** SpanSums are the figures of a span in one pair of currencies. */
export interface SpanSums {
  name: Span['name']
  currency: string
  costCurrency: string
  orders: number
  charged: number
  failed: number
  cancelled: number
  rejected: number
  uncosted: number
  turnover: Micros
  refunded: Micros
  cost: Micros
  times: string
}

export const selectSpans = async (sql: Queryable, spans: readonly Span[]): Promise<SpanSums[]> =>
  await sql<SpanSums[]>`
    select s.name, q.currency, q.cost_currency, sum(q.orders)::int as orders, sum(q.charged)::int as charged, sum(q.failed)::int as failed,
           sum(q.cancelled)::int as cancelled, sum(q.rejected)::int as rejected, sum(q.uncosted)::int as uncosted,
           sum(q.turnover)::bigint as turnover, sum(q.refunded)::bigint as refunded, sum(q.cost)::bigint as cost, sum(q.times)::text as times
      from unnest(${spans.map(({ name }) => name)}::text[], ${spans.map(({ from }) => from.toISOString())}::text[]::timestamptz[],
                  ${spans.map(({ to }) => to.toISOString())}::text[]::timestamptz[]) as s (name, first, last)
     cross join lateral (select * from sale_quarters q where q.at >= s.first and q.at < s.last offset 0) q
     group by 1, 2, 3
     order by 1, 2, 3`.records()

/** Quarter is what was placed in a quarter of an hour, and what ended in it. */
export interface Quarter {
  at: Date
  orders: number
  charged: number
  failed: number
  cancelled: number
}

export const selectQuarters = async (sql: Queryable, from: Date, to: Date): Promise<Quarter[]> =>
  await sql<Quarter[]>`
    select at, sum(orders)::int as orders, sum(charged)::int as charged, sum(failed)::int as failed, sum(cancelled)::int as cancelled
      from sale_quarters where at >= ${from} and at < ${to} group by at order by at`.records()

/** Days are the day of a moment, the same weekday a week before, and when they begin; `then` is the same time of that day. */
export interface Days {
  day: string
  dayBefore: string
  begins: Date
  beganBefore: Date
  then: Date
}

export async function selectDays(sql: Queryable, now: Date, timeZone: string): Promise<Days> {
  const [days] = await sql<Days[]>`
    select w.wall::date::text as day, (w.wall::date - 7)::text as day_before,
           w.wall::date::timestamp at time zone ${timeZone}::text as begins,
           (w.wall::date - 7)::timestamp at time zone ${timeZone}::text as began_before,
           (w.wall - interval '7 days') at time zone ${timeZone}::text as then
      from (select ${now}::timestamptz at time zone ${timeZone}::text as wall) w`.records()
  return days as Days
}

/** `countNewAccounts` counts the accounts that were made in each span. */
export async function countNewAccounts(sql: Queryable, spans: readonly Span[]): Promise<number[]> {
  const rows = await sql<{ count: number }[]>`
    select (select count(*)::int from accounts where created_at >= s.first and created_at < s.last) as count
      from unnest(${spans.map(({ from }) => from.toISOString())}::text[]::timestamptz[], ${spans.map(({ to }) => to.toISOString())}::text[]::timestamptz[])
           with ordinality as s (first, last, number)
     order by number`
  return rows.map(({ count }) => count)
}
