import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Cut says which things a row of the figures is of by themselves: see the schema. */
export type Cut =
  | 'each'
  | 'account_service'
  | 'account_supplier'
  | 'service_supplier'
  | 'account'
  | 'service'
  | 'supplier'
  | 'all'

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
  /** `times` counts how long what was charged took: see buckets.ts. */
  times: string
}

const narrowed = (sql: Queryable, { accountId, serviceId, supplierId, currency }: Wanted) => sql`
  ${accountId === null ? sql`` : sql`and f.account_id = ${accountId}`}
  ${serviceId === null ? sql`` : sql`and f.service_id = ${serviceId}`}
  ${supplierId === null ? sql`` : sql`and f.supplier_id = ${supplierId}`}
  ${currency === null ? sql`` : sql`and f.currency = ${currency}`}`

/** `cellsIn` are the rows `f` of the table that hold what is wanted. */
const cellsIn = (sql: Queryable, wanted: Wanted, stretches: readonly Stretch[]) => sql`
  unnest(${stretches.map(({ cut }) => cut)}::text[]::sales_cut[], ${stretches.map(({ wholeMonths }) => wholeMonths)}::boolean[],
         ${stretches.map(({ first }) => first)}::text[], ${stretches.map(({ last }) => last)}::text[]) as z (cut, whole_month, first, last)
  -- Each part is read by itself, from the rows that begin with its cut, whatever is known of how many there are.
  cross join lateral (
    select * from sales f
     where f.cut = z.cut and f.whole_month = z.whole_month and f.day between z.first::date and z.last::date
       ${narrowed(sql, wanted)}
    offset 0) f`

/** `countCells` counts them, up to so many. */
export async function countCells(
  sql: Queryable,
  wanted: Wanted,
  { stretches, most }: { stretches: readonly Stretch[]; most: number },
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from (select from ${cellsIn(sql, wanted, stretches)} limit ${most}) as some_of_them`
  return row?.count ?? 0
}

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
  const { by } = wanted
  const { days, rows } = factors
  const time =
    by.time === 'month'
      ? sql`date_trunc('month', f.day)::date`
      : by.time === 'day'
        ? sql`f.day`
        : sql`null::date`
  const cells = sql`
    (select f.*, ${time} as time, ${by.account ? sql`f.account_id` : sql`null::int`} as account,
            ${by.service ? sql`f.service_id` : sql`null::int`} as service, ${by.group ? sql`sv.group_name` : sql`null::text`} as of_group,
            ${by.supplier ? sql`f.supplier_id` : sql`null::int`} as supplier, coalesce(${into}::text, f.currency) as target,
            width_bucket(f.day, ${days}::text[]::date[]) as epoch
       from ${cellsIn(sql, wanted, stretches)}
       left join services sv on ${by.group ? sql`sv.id = f.service_id` : sql`false`}) c`
  return await sql<SalesSums[]>`
    with factors as materialized (
      select epoch, source, target, over / under as factor
        from unnest(${rows.map(({ epoch }) => epoch)}::int[], ${rows.map((row) => row.from)}::text[], ${rows.map((row) => row.to)}::text[],
                    ${rows.map(({ over }) => String(over))}::text[]::numeric[], ${rows.map(({ under }) => String(under))}::text[]::numeric[])
               as given (epoch, source, target, over, under)
    ), ranked as (
      -- Which rows are shown is found by their turnover alone, because most of many are not.
      select c.time, c.account, c.service, c.of_group, c.supplier, c.target, row_number() over (
               order by c.time, round(sum(c.turnover * case when c.currency = c.target then 1 else s.factor end)) desc nulls last,
                        c.account, c.service, c.of_group, c.supplier, c.target) as rank
        from (select time, account, service, of_group, supplier, target, currency, epoch, sum(turnover) as turnover
                from ${cells} group by 1, 2, 3, 4, 5, 6, 7, 8) c
        left join factors s on s.epoch = c.epoch and s.source = c.currency and s.target = c.target
       group by 1, 2, 3, 4, 5, 6
       order by rank limit ${limit}::bigint
    ), summed as (
      select r.rank, c.currency, c.cost_currency, c.target, c.epoch, sum(c.orders) as orders, sum(c.placed) as placed,
             sum(c.charged) as charged, sum(c.failed) as failed, sum(c.cancelled) as cancelled, sum(c.rejected) as rejected,
             sum(c.corrected) as corrected, sum(c.uncosted) as uncosted, sum(c.turnover) as turnover, sum(c.refunded) as refunded,
             sum(c.cost) as cost, sum(c.times) as times
        from ranked r
        join ${cells}
          on c.target = r.target
             ${by.time === null ? sql`` : sql`and c.time = r.time`} ${by.account ? sql`and c.account = r.account` : sql``}
             ${by.service ? sql`and c.service = r.service` : sql``} ${by.group ? sql`and c.of_group = r.of_group` : sql``}
             ${by.supplier ? sql`and c.supplier = r.supplier` : sql``}
       group by 1, 2, 3, 4, 5
    ), converted as (
      select c.rank, sum(c.orders)::int as orders, sum(c.placed)::int as placed, sum(c.charged)::int as charged,
             sum(c.failed)::int as failed, sum(c.cancelled)::int as cancelled, sum(c.rejected)::int as rejected,
             sum(c.corrected)::int as corrected,
             sum(case when c.cost_currency = '' or c.cost_currency = c.target or k.factor is not null then c.uncosted else c.charged end)::int
               as uncosted,
             count(*) filter (where c.currency <> c.target and s.factor is null)::int as unconverted,
             coalesce(round(sum(c.turnover * case when c.currency = c.target then 1 else s.factor end)), 0)::bigint as turnover,
             coalesce(round(sum(c.refunded * case when c.currency = c.target then 1 else s.factor end)), 0)::bigint as refunded,
             coalesce(round(sum(c.cost * case when c.cost_currency = c.target then 1 else k.factor end)), 0)::bigint as cost,
             sum(c.times)::text as times
        from summed c
        left join factors s on s.epoch = c.epoch and s.source = c.currency and s.target = c.target
        left join factors k on k.epoch = c.epoch and k.source = c.cost_currency and k.target = c.target
       group by c.rank
    )
    select r.time::text as time, r.account as account_id, a.username, r.service as service_id, v.code as service_code,
           v.name as service_name, r.of_group as group_name, r.supplier as supplier_id, p.name as supplier_name, r.target as currency,
           m.orders, m.placed, m.charged, m.failed, m.cancelled, m.rejected, m.corrected, m.uncosted, m.unconverted, m.turnover,
           m.refunded, m.cost, m.times
      from ranked r
      join converted m on m.rank = r.rank
      left join accounts a on a.id = r.account
      left join services v on v.id = r.service
      left join suppliers p on p.id = r.supplier
     order by r.rank`.records()
}

/** Stretch is a part of a period: whole months, or days. */
export interface Stretch {
  cut: Cut
  wholeMonths: boolean
  first: string
  last: string
}
