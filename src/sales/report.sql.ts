import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Unit } from './period.ts'

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
  /** `currencies` narrows to several. */
  currencies?: readonly string[]
}

/** `readyForFigures` lets a transaction of whichever pool read much at once, which those of the hot paths do not. */
export async function readyForFigures(sql: Transaction): Promise<void> {
  await sql`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
           set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true),
           -- How many rows a stretch has is not known to the planner, which would sort them as if they were few.
           set_config('enable_sort', 'off', true), set_config('jit', 'off', true), set_config('work_mem', '64MB', true)`
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
     where cut = 'all' and unit = 'day' and day between ${from}::text::date and ${to}::text::date
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
  /** `cells` counts the rows of the table that all of this was summed up from: more than the most, where there are more. */
  cells: number
}

const narrowed = (sql: Queryable, { accountId, serviceId, supplierId, currency, currencies }: Wanted) => sql`
  ${accountId === null ? sql`` : sql`and f.account_id = ${accountId}`}
  ${serviceId === null ? sql`` : sql`and f.service_id = ${serviceId}`}
  ${supplierId === null ? sql`` : sql`and f.supplier_id = ${supplierId}`}
  ${currency === null ? sql`` : sql`and f.currency = ${currency}`}
  ${currencies === undefined ? sql`` : sql`and f.currency = any(${[...currencies]}::text[])`}`

const stretchesIn = (sql: Queryable, stretches: readonly Stretch[]) => sql`
  unnest(${stretches.map(({ cut }) => cut)}::text[]::sales_cut[], ${stretches.map(({ unit }) => unit)}::text[]::sales_unit[],
         ${stretches.map(({ first }) => first)}::text[], ${stretches.map(({ last }) => last)}::text[]) as z (cut, unit, first, last)`

/** `cellsIn` are the rows `f` of the table that hold what is wanted: of each stretch at most one more than `mostCells`. */
const cellsIn = (
  sql: Queryable,
  wanted: Wanted,
  { stretches, mostCells }: Pick<Reading, 'stretches' | 'mostCells'>,
) => sql`
  ${stretchesIn(sql, stretches)}
  -- Each part is read by itself, from the rows that begin with its cut, whatever is known of how many there are.
  cross join lateral (
    select * from sales f
     where f.cut = z.cut and f.unit = z.unit and f.day between z.first::date and z.last::date
       ${narrowed(sql, wanted)}
     limit ${mostCells === null ? null : mostCells + 1}::bigint) f`

/** MAX_PROBES bounds how often rows are looked up one by one; where it would be more often, all of them are read once more. */
const MAX_PROBES = 100_000
const DAY_MS = 86_400_000

const DAYS: Record<Unit, number> = { day: 1, month: 28, quarter: 90 }

/** `lengthOf` gives about how many days, months and quarters stretches have. */
const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce(
    (sum, { first, last, unit }) => sum + ((Date.parse(last) - Date.parse(first)) / DAY_MS + 1) / DAYS[unit],
    0,
  )

/**
 * `rowsOfRanked` looks the rows `f` of each row `r` of `ranked` up in a cut, one quarter, month or day after the other. As many columns of the primary key are named as
 * are known, so that each look is a short one.
 */
const rowsOfRanked = (
  sql: Queryable,
  { wanted, into, cut }: { wanted: Wanted; into: string | null; cut: Cut },
) => sql`
  select * from sales f
   where u.cut = ${cut}::sales_cut and f.cut = ${cut}::sales_cut and f.unit = u.unit and f.day = u.day
     ${isOf(cut, 'account') ? (wanted.by.account ? sql`and f.account_id = r.account` : sql``) : sql`and f.account_id = 0`}
     ${isOf(cut, 'service') ? (wanted.by.service ? sql`and f.service_id = r.service ${isOf(cut, 'account') && !wanted.by.account ? sql`and f.service_id > 0` : sql``}` : sql``) : sql`and f.service_id = 0`}
     ${isOf(cut, 'supplier') ? (wanted.by.supplier ? sql`and f.supplier_id = r.supplier` : sql``) : sql`and f.supplier_id = 0`}
     ${into === null && !wanted.by.account ? sql`and f.currency = r.target` : sql``} ${narrowed(sql, wanted)}`

const isOf = (cut: Cut, name: string): boolean => cut === 'each' || cut.split('_').includes(name)

const sumsOf = (sql: Queryable) => sql`
  sum(c.orders) as orders, sum(c.placed) as placed, sum(c.charged) as charged, sum(c.failed) as failed, sum(c.cancelled) as cancelled,
  sum(c.rejected) as rejected, sum(c.corrected) as corrected, sum(c.uncosted) as uncosted, sum(c.turnover) as turnover,
  sum(c.refunded) as refunded, sum(c.cost) as cost, sum(c.times) as times`

/** Reading says how figures are read. `into`: all in this currency. `mostCells`, null: from however many rows of the table. */
interface Reading {
  into: string | null
  factors: Factors
  stretches: readonly Stretch[]
  limit: number | null
  mostCells: number | null
}

/**
 * `selectSales` gives figures, by time, and then the largest turnover first. Where there may be many more rows than are shown, those that are shown are
 * found by their turnover alone, for which the primary key is enough, and the rest is read of them only. Else all is summed up at once.
 */
export async function selectSales(
  sql: Queryable,
  wanted: Wanted,
  { into, factors, stretches, limit, mostCells }: Reading,
): Promise<SalesSums[]> {
  const { by } = wanted
  const { days, rows } = factors
  const time =
    by.time === 'month'
      ? sql`date_trunc('month', f.day)::date`
      : by.time === 'day'
        ? sql`f.day`
        : sql`null::date`
  const keys = sql`
    ${time} as time, ${by.account ? sql`f.account_id` : sql`null::int`} as account, ${by.service ? sql`f.service_id` : sql`null::int`} as service,
    ${by.group ? sql`sv.group_name` : sql`null::text`} as of_group, ${by.supplier ? sql`f.supplier_id` : sql`null::int`} as supplier`
  const epoch = sql`width_bucket(f.day, ${days}::text[]::date[])`
  const cells = sql`
    ${cellsIn(sql, wanted, { stretches, mostCells })}
    ${by.group ? sql`join services sv on sv.id = f.service_id` : sql``}`
  const largestFirst = sql`
    order by time, turnover desc nulls last, account, service, of_group, supplier, target limit ${limit}::bigint`
  const turnover = sql`
    sum(c.turnover * case when c.currency = c.target then 1 else s.factor end)`
  const atOnce = () => sql`
    sums as materialized (
      select c.time, c.account, c.service, c.of_group, c.supplier, c.target, c.currency, c.cost_currency, c.epoch, count(*) as cells, ${sumsOf(sql)}
        from (select ${keys}, coalesce(${into}::text, f.currency) as target, ${epoch} as epoch, f.* from ${cells}) c
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), ranked as materialized (
      select row_number() over () as rank, o.*
        from (select c.time, c.account, c.service, c.of_group, c.supplier, c.target, round(${turnover}) as turnover,
                     sum(sum(c.cells)) over () as cells
                from sums c
                left join factors s on s.epoch = c.epoch and s.source = c.currency and s.target = c.target
               group by 1, 2, 3, 4, 5, 6 ${largestFirst}) o
    ), summed as (
      select r.rank, c.*
        from ranked r
        join sums c on c.target = r.target ${by.time === null ? sql`` : sql`and c.time = r.time`} ${by.account ? sql`and c.account = r.account` : sql``}
         ${by.service ? sql`and c.service = r.service` : sql``} ${by.group ? sql`and c.of_group = r.of_group` : sql``}
         ${by.supplier ? sql`and c.supplier = r.supplier` : sql``}
    )`
  // An account has one currency, for good.
  const isOneCurrency = by.account && into === null
  const found = () =>
    into === null
      ? sql`
        select c.time, c.account, c.service, c.of_group, c.supplier, c.currency as target, sum(c.turnover) as turnover,
               sum(count(*)) over () as cells
          from (select ${keys}, ${isOneCurrency ? sql`null::text` : sql`f.currency`} as currency, f.turnover from ${cells}) c
         group by 1, 2, 3, 4, 5, 6`
      : sql`
        select c.time, c.account, c.service, c.of_group, c.supplier, c.target, round(${turnover}) as turnover, sum(sum(c.cells)) over () as cells
          from (select time, account, service, of_group, supplier, ${into}::text as target, currency, epoch, sum(turnover) as turnover,
                       count(*) as cells
                  from (select ${keys}, f.currency, ${epoch} as epoch, f.turnover from ${cells}) o
                 group by 1, 2, 3, 4, 5, 6, 7, 8) c
          left join factors s on s.epoch = c.epoch and s.source = c.currency and s.target = c.target
         group by 1, 2, 3, 4, 5, 6`
  const [cut = 'all', other] = [...new Set(stretches.map((stretch) => stretch.cut))]
  const lookedUp = () => sql`
    cross join (
      select z.cut, z.unit, d.day::date as day
        from ${stretchesIn(sql, stretches)}
       cross join generate_series(z.first::timestamp, z.last::timestamp,
                                  case z.unit when 'day' then interval '1 day' when 'month' then interval '1 month' else interval '3 months' end)
             as d (day)
      offset 0) u
    cross join lateral (
      ${rowsOfRanked(sql, { wanted, into, cut })}
      ${other === undefined ? sql`` : sql`union all ${rowsOfRanked(sql, { wanted, into, cut: other })}`}
      offset 0) f
    where ${by.time === null ? sql`true` : by.time === 'day' ? sql`u.day = r.time` : sql`date_trunc('month', u.day)::date = r.time`}`
  const readAgain = () => sql`
    cross join ${cellsIn(sql, wanted, { stretches, mostCells: null })}
    where ${by.time === null ? sql`true` : sql`${time} = r.time`} ${isOneCurrency || into !== null ? sql`` : sql`and f.currency = r.target`}
      ${by.account ? sql`and f.account_id = r.account` : sql``} ${by.service ? sql`and f.service_id = r.service` : sql``}
      ${by.supplier ? sql`and f.supplier_id = r.supplier` : sql``}`
  const firstRanked = (most: number) => sql`
    ranked as materialized (
      select row_number() over () as rank, o.* from (select * from (${found()}) t ${largestFirst}) o
    ), summed as (
      select c.rank, c.currency, c.cost_currency, c.target, c.epoch, ${sumsOf(sql)}
        from (select r.rank, coalesce(${into}::text, f.currency) as target, ${epoch} as epoch, f.*
                from ranked r ${most * lengthOf(stretches) <= MAX_PROBES ? lookedUp() : readAgain()}) c
       group by 1, 2, 3, 4, 5
    )`
  // Of one account, or of one service, there are few rows: those that are shown need not be found first.
  const areMany =
    wanted.accountId === null &&
    wanted.serviceId === null &&
    !by.group &&
    (by.account || by.service || by.supplier)
  return await sql<SalesSums[]>`
    with factors as materialized (
      select epoch, source, target, over / under as factor
        from unnest(${rows.map((row) => row.epoch)}::int[], ${rows.map((row) => row.from)}::text[], ${rows.map((row) => row.to)}::text[],
                    ${rows.map(({ over }) => String(over))}::text[]::numeric[], ${rows.map(({ under }) => String(under))}::text[]::numeric[])
               as given (epoch, source, target, over, under)
    ), ${limit === null || !areMany ? atOnce() : firstRanked(limit)}, converted as (
      select c.rank, c.target, sum(c.orders)::int as orders, sum(c.placed)::int as placed, sum(c.charged)::int as charged,
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
       group by c.rank, c.target
    )
    select r.time::text as time, r.account as account_id, a.username, r.service as service_id, v.code as service_code,
           v.name as service_name, r.of_group as group_name, r.supplier as supplier_id, p.name as supplier_name, m.target as currency,
           m.orders, m.placed, m.charged, m.failed, m.cancelled, m.rejected, m.corrected, m.uncosted, m.unconverted, m.turnover,
           m.refunded, m.cost, m.times, r.cells::int as cells
      from ranked r
      join converted m on m.rank = r.rank
      left join accounts a on a.id = r.account
      left join services v on v.id = r.service
      left join suppliers p on p.id = r.supplier
     order by r.rank`.records()
}

/** Stretch is a part of a period: whole quarters of the year, whole months, or days. */
export interface Stretch {
  cut: Cut
  unit: Unit
  first: string
  last: string
}
