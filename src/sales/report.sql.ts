import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Cut says which things a row of the figures is of by themselves: see the schema. */
export type Cut = 'each' | 'account' | 'service' | 'supplier' | 'all'

/** Grouped says what figures are told apart by. Currencies are told apart always, unless they are converted into one. */
export interface Grouped {
  time: 'day' | 'month' | null
  account: boolean
  service: boolean
  /** `group`: by the services' group, as it is now. */
  group: boolean
  supplier: boolean
}

/** Wanted is what figures are narrowed to. `from` and `to` are days such as 2026-11-28; both are in it. */
export interface Wanted {
  cut: Cut
  by: Grouped
  from: string
  to: string
  accountId: AccountId | null
  serviceId: ServiceId | null
  supplierId: SupplierId | null
  currency: string | null
}

/** `readyForFigures` lets a transaction of whichever pool read much at once, which those of the hot paths do not. */
export async function readyForFigures(sql: Transaction): Promise<void> {
  await sql`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
           set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true),
           set_config('jit', 'off', true), set_config('work_mem', '64MB', true)`
}

/** `dayOf` gives the day that a moment is in. */
export async function dayOf(sql: Queryable, at: Date, timeZone: string): Promise<string> {
  const [row] = await sql<
    { day: string }[]
  >`select (${at}::timestamptz at time zone ${timeZone}::text)::date::text as day`
  return row?.day ?? ''
}

/** Pair is two currencies, one of which is to be converted into the other. */
export interface Pair {
  from: string
  to: string
}

/** `selectPairs` gives the currencies that the figures of a period are in, and those that their costs are in. */
export async function selectPairs(
  sql: Queryable,
  { from, to }: Pick<Wanted, 'from' | 'to'>,
): Promise<{ currency: string; costCurrency: string }[]> {
  return await sql<{ currency: string; costCurrency: string }[]>`
    select distinct currency, cost_currency from sales
     where cut = 'all' and not whole_month and day between ${from}::text::date and ${to}::text::date
     order by 1, 2`.records()
}

/** DatedRate is an exchange rate, with the day on which it began to hold. */
export interface DatedRate {
  base: string
  quote: string
  rate: string
  day: string
}

/** `selectDatedRates` gives all rates until a day, the oldest first. */
export async function selectDatedRates(sql: Queryable, to: string, timeZone: string): Promise<DatedRate[]> {
  return await sql<DatedRate[]>`
    select base, quote, trim_scale(rate)::text as rate, (valid_from at time zone ${timeZone}::text)::date::text as day
      from exchange_rates
     where valid_from < (${to}::text::date + 1)::timestamp at time zone ${timeZone}::text
     order by valid_from`.records()
}

/** Factors are what amounts of the days from a change of the rates on are multiplied by. The first days are those before the first change. */
export interface Factors {
  /** `days` are those on which rates changed, ascending. */
  days: string[]
  rows: { epoch: number; from: string; to: string; over: bigint; under: bigint }[]
}

/** SalesSums is a row of figures as the table gives it. */
export interface SalesSums {
  time: string | null
  accountId: AccountId | null
  username: string | null
  serviceId: ServiceId | null
  serviceCode: string | null
  serviceName: string | null
  groupName: string | null
  supplierId: SupplierId | null
  supplierName: string | null
  currency: string
  orders: number
  placed: number
  charged: number
  failed: number
  cancelled: number
  rejected: number
  corrected: number
  uncosted: number
  /** `unconverted` counts the cells whose turnover could not be converted. */
  unconverted: number
  turnover: Micros
  refunded: Micros
  cost: Micros
}

/** `dimensions` are the columns that figures are told apart by, beside their currency. */
const dimensions = (sql: Queryable, by: Grouped) => sql`
  ${by.time === 'day' ? sql`f.day` : by.time === 'month' ? sql`date_trunc('month', f.day)::date` : sql`null::date`} as time,
  ${by.account ? sql`f.account_id` : sql`null::int`} as account_id,
  ${by.service ? sql`f.service_id` : sql`null::int`} as service_id,
  ${by.group ? sql`sv.group_name` : sql`null::text`} as group_name,
  ${by.supplier ? sql`f.supplier_id` : sql`null::int`} as supplier_id`

const narrowed = (sql: Queryable, { accountId, serviceId, supplierId, currency }: Wanted) => sql`
  ${accountId === null ? sql`` : sql`and f.account_id = ${accountId}`}
  ${serviceId === null ? sql`` : sql`and f.service_id = ${serviceId}`}
  ${supplierId === null ? sql`` : sql`and f.supplier_id = ${supplierId}`}
  ${currency === null ? sql`` : sql`and f.currency = ${currency}`}`

/** `selectSales` gives figures, by time, and then the largest turnover first. `into`: all in this currency. */
export async function selectSales(
  sql: Queryable,
  wanted: Wanted,
  {
    into,
    factors,
    stretches,
    limit,
  }: { into: string | null; factors: Factors; stretches: readonly Stretch[]; limit: number | null },
): Promise<SalesSums[]> {
  const { by, cut, supplierId } = wanted
  const { days, rows } = factors
  return await sql<SalesSums[]>`
    with factors as materialized (
      select epoch, source, target, over / under as factor
        from unnest(${rows.map(({ epoch }) => epoch)}::int[], ${rows.map((row) => row.from)}::text[], ${rows.map((row) => row.to)}::text[],
                    ${rows.map(({ over }) => String(over))}::text[]::numeric[], ${rows.map(({ under }) => String(under))}::text[]::numeric[])
               as given (epoch, source, target, over, under)
    ), cells as (
      select ${dimensions(sql, by)}, f.currency, f.cost_currency, width_bucket(f.day, ${days}::text[]::date[]) as epoch,
             sum(f.orders) as orders, sum(f.placed) as placed, sum(f.charged) as charged, sum(f.failed) as failed,
             sum(f.cancelled) as cancelled, sum(f.rejected) as rejected, sum(f.corrected) as corrected, sum(f.uncosted) as uncosted,
             sum(f.turnover) as turnover, sum(f.refunded) as refunded, sum(f.cost) as cost
        from unnest(${stretches.map(({ wholeMonths }) => wholeMonths)}::boolean[], ${stretches.map(({ first }) => first)}::text[],
                    ${stretches.map(({ last }) => last)}::text[]) as z (whole_month, first, last)
        join sales f on f.cut = ${cut}::sales_cut and f.whole_month = z.whole_month and f.day between z.first::date and z.last::date
        left join services sv on ${by.group ? sql`sv.id = f.service_id` : sql`false`}
       where true ${narrowed(sql, wanted)}
       group by 1, 2, 3, 4, 5, 6, 7, 8
    ), converted as (
      select c.time, c.account_id, c.service_id, c.group_name, c.supplier_id, coalesce(${into}::text, c.currency) as currency,
             c.orders, c.placed, c.charged, c.failed, c.cancelled, c.rejected, c.corrected, c.turnover, c.refunded, c.cost, c.uncosted,
             c.cost_currency = '' as has_no_cost,
             case when c.currency = coalesce(${into}::text, c.currency) then 1 else s.factor end as factor,
             case when c.cost_currency = coalesce(${into}::text, c.currency) then 1 else k.factor end as cost_factor
        from cells c
        left join factors s on s.epoch = c.epoch and s.source = c.currency and s.target = ${into}::text
        left join factors k on k.epoch = c.epoch and k.source = c.cost_currency and k.target = coalesce(${into}::text, c.currency)
    ), summed as (
      select time, account_id, service_id, group_name, supplier_id, currency, sum(orders)::int as orders, sum(placed)::int as placed,
             sum(charged)::int as charged, sum(failed)::int as failed, sum(cancelled)::int as cancelled,
             sum(rejected)::int as rejected, sum(corrected)::int as corrected,
             sum(case when has_no_cost or cost_factor is not null then uncosted else charged end)::int as uncosted,
             count(*) filter (where factor is null)::int as unconverted,
             coalesce(round(sum(turnover * factor)), 0)::bigint as turnover,
             coalesce(round(sum(refunded * factor)), 0)::bigint as refunded,
             coalesce(round(sum(cost * cost_factor)), 0)::bigint as cost
        from converted
       group by 1, 2, 3, 4, 5, 6
       ${by.supplier || supplierId !== null ? sql`having sum(charged) + sum(failed) + sum(cancelled) > 0` : sql``}
       order by time, round(sum(turnover * factor)) desc nulls last, account_id, service_id, group_name, supplier_id, currency
       limit ${limit}::bigint
    )
    select m.time::text as time, m.account_id, a.username, m.service_id, v.code as service_code, v.name as service_name, m.group_name,
           m.supplier_id, p.name as supplier_name, m.currency, m.orders, m.placed, m.charged, m.failed, m.cancelled, m.rejected,
           m.corrected, m.uncosted, m.unconverted, m.turnover, m.refunded, m.cost
      from summed m
      left join accounts a on a.id = m.account_id
      left join services v on v.id = m.service_id
      left join suppliers p on p.id = m.supplier_id
     order by m.time, m.turnover desc, m.account_id, m.service_id, m.group_name, m.supplier_id, m.currency`.records()
}

/** SalesTimes is how long the items of a row took: how many of them are in which bucket, in no order. */
export interface SalesTimes {
  time: string | null
  accountId: AccountId | null
  serviceId: ServiceId | null
  groupName: string | null
  supplierId: SupplierId | null
  currency: string
  buckets: number[]
  counts: number[]
}

/** Stretch is a part of a period: whole months, or days. */
export interface Stretch {
  wholeMonths: boolean
  first: string
  last: string
}

/** `selectTimes` gives the times of the same rows. */
export async function selectTimes(
  sql: Queryable,
  wanted: Wanted,
  { into, stretches }: { into: string | null; stretches: readonly Stretch[] },
): Promise<SalesTimes[]> {
  const { by, cut } = wanted
  return await sql<SalesTimes[]>`
    with counted as (
      select ${dimensions(sql, by)}, coalesce(${into}::text, f.currency) as currency, u.bucket, sum(u.count) as count
        from unnest(${stretches.map(({ wholeMonths }) => wholeMonths)}::boolean[], ${stretches.map(({ first }) => first)}::text[],
                    ${stretches.map(({ last }) => last)}::text[]) as s (whole_month, first, last)
       cross join lateral (
         select first_day as day, * from sale_times t
          where t.cut = ${cut}::sales_cut and t.whole_month = s.whole_month
            and t.first_day between s.first::date and s.last::date) f
        left join services sv on ${by.group ? sql`sv.id = f.service_id` : sql`false`}
       cross join lateral unnest(f.buckets, f.counts) as u (bucket, count)
       where true ${narrowed(sql, wanted)}
       group by 1, 2, 3, 4, 5, 6, 7
    )
    select time::text as time, account_id, service_id, group_name, supplier_id, currency, array_agg(bucket) as buckets,
           array_agg(count::int) as counts
      from counted
     group by 1, 2, 3, 4, 5, 6`.records()
}
