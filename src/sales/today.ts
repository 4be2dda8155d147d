import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Micros } from '../lib/money.ts'
import { type Clock, HOUR_MS, systemClock } from '../lib/time.ts'
import { countsOf, percentileOf } from './buckets.ts'
import { factorsFor } from './factors.ts'
import { selectSalesState } from './fold.sql.ts'
import { type HomeSums, homeSums, needsHome } from './home.ts'
import {
  countNewAccounts,
  type Quarter,
  type Span,
  type SpanSums,
  selectDays,
  selectQuarters,
  selectSpans,
} from './quarters.sql.ts'
import type { Factors } from './report.sql.ts'
import { codeOf, reading } from './report.ts'

const QUARTER_MS = 15 * 60_000
/** MAX_HOURS is how long ago quarters of an hour can be shown: 35 days. */
export const MAX_HOURS = 840

/** DayFigures are those of a day, as far as it has come. Amounts are micros. */
export interface DayFigures {
  orders: number
  charged: number
  failed: number
  cancelled: number
  successRate: number | null
  turnover: Micros
  refunded: Micros
  cost: Micros
  profit: Micros
  uncosted: number
  medianSeconds: number | null
  p95Seconds: number | null
}

export interface CurrencyFigures {
  currency: string
  now: DayFigures
  before: DayFigures
}

export interface TodayFigures {
  timeZone: string
  asOf: Date | null
  day: string
  /** `dayBefore` is the same weekday a week before, which is counted up to the end of the quarter of an hour that it is now. */
  dayBefore: string
  until: Date
  currencies: CurrencyFigures[]
  /** `home` has those of all currencies in the home currency; null: there is none, nothing was sold in another one, or all is converted already. */
  home: (CurrencyFigures & HomeSums) | null
  newAccounts: { now: number; before: number }
}

/**
 * `readToday` gives the figures of today beside those of the same weekday; `into`: all in one currency; `home` is the home currency. Throws
 * invalid_input.
 */
export const readToday = (
  sql: Sql,
  { into: given, home = null }: { into?: string | undefined; home?: string | null },
  clock: Clock = systemClock,
): Promise<TodayFigures> =>
  reading(sql, async (transaction) => {
    const into = codeOf(given, 'in')
    const { timeZone, asOf } = await selectSalesState(transaction)
    const now = clock.now()
    const { day, dayBefore, begins, beganBefore, then } = await selectDays(transaction, now, timeZone)
    const until = endOfQuarter(then)
    const spans: Span[] = [
      { name: 'now', from: begins, to: endOfQuarter(now) },
      { name: 'before', from: beganBefore, to: until },
    ]
    const sums = await selectSpans(transaction, spans)
    const days = { now: day, before: dayBefore }
    const factors = await factorsFor(transaction, { from: dayBefore, to: day }, into, timeZone)
    const converted = sums.map((one) => {
      const found = convert(one, { into, days, factors })
      if (found) return found
      throw new Refusal(
        'invalid_input',
        `not everything can be converted into ${into}: a rate is missing`,
        'in',
      )
    })
    const figuresIn = (rows: readonly Converted[], currency: string): CurrencyFigures => {
      const of = (name: Span['name']) =>
        figuresOf(rows.filter((one) => one.name === name && one.target === currency))
      return { currency, now: of('now'), before: of('before') }
    }
    const names = [...new Set(converted.map(({ target }) => target))].sort()
    const currencies = names.map((currency) => figuresIn(converted, currency))
    const ofHome = async (): Promise<TodayFigures['home']> => {
      if (into !== null || !needsHome(home, names)) return null
      const theirs = await factorsFor(transaction, { from: dayBefore, to: day }, home, timeZone)
      const found = sums.map((one) => convert(one, { into: home, days, factors: theirs }))
      const withoutRate = names.filter((name) => sums.some((one, at) => one.currency === name && !found[at]))
      const all = found.filter(
        (one) => one !== undefined && !withoutRate.includes(one.currency),
      ) as Converted[]
      return {
        ...figuresIn(all, home),
        ...homeSums(home, { currencies: names, withoutRate, factors: theirs }),
      }
    }
    const [made = 0, madeBefore = 0] = await countNewAccounts(transaction, spans)
    return {
      ...{ timeZone, asOf, day, dayBefore, until, currencies },
      home: await ofHome(),
      newAccounts: { now: made, before: madeBefore },
    }
  })

const endOfQuarter = (at: Date): Date => new Date((Math.floor(at.getTime() / QUARTER_MS) + 1) * QUARTER_MS)

interface Converted extends SpanSums {
  target: string
}

/**
 * `convert` brings the amounts into one currency, the costs into that of what was sold, by the rates at the end of their day; undefined: there is no
 * rate.
 */
function convert(
  one: SpanSums,
  { into, days, factors }: { into: string | null; days: Record<Span['name'], string>; factors: Factors },
): Converted | undefined {
  const target = into ?? one.currency
  const convertedBy = (amount: Micros, from: string): Micros | undefined =>
    from === target || amount === 0n ? amount : times(amount, factorOf(factors, days[one.name], from, target))
  const turnover = convertedBy(one.turnover, one.currency)
  const refunded = convertedBy(one.refunded, one.currency)
  const cost = convertedBy(one.cost, one.costCurrency)
  if (turnover === undefined || refunded === undefined) return undefined
  return {
    ...{ ...one, target, turnover, refunded, cost: cost ?? (0n as Micros) },
    uncosted: cost === undefined ? one.charged : one.uncosted,
  }
}

type Factor = Factors['rows'][number]

function factorOf({ days, rows }: Factors, day: string, from: string, to: string): Factor | undefined {
  const epoch = days.filter((one) => one <= day).length
  return rows.find((row) => row.epoch === epoch && row.from === from && row.to === to)
}

/** `times` rounds to the nearest. */
function times(amount: Micros, factor: Factor | undefined): Micros | undefined {
  if (factor === undefined) return undefined
  const twice = (2n * amount * factor.over) / factor.under
  return ((twice + (twice < 0n ? -1n : 1n)) / 2n) as Micros
}

function figuresOf(rows: readonly SpanSums[]): DayFigures {
  const count = (name: 'orders' | 'charged' | 'failed' | 'cancelled' | 'rejected' | 'uncosted'): number =>
    rows.reduce((all, row) => all + row[name], 0)
  const sum = (name: 'turnover' | 'refunded' | 'cost'): Micros =>
    rows.reduce((all, row) => all + row[name], 0n) as Micros
  const [charged, failed] = [count('charged'), count('failed')]
  const [turnover, refunded, cost] = [sum('turnover'), sum('refunded'), sum('cost')]
  const counts: number[] = []
  for (const row of rows)
    for (const [bucket, found] of countsOf(row.times).entries())
      counts[bucket] = (counts[bucket] ?? 0) + found
  return {
    ...{ orders: count('orders'), charged, failed, cancelled: count('cancelled') },
    successRate: charged + failed === 0 ? null : (charged - count('rejected')) / (charged + failed),
    ...{
      turnover,
      refunded,
      cost,
      profit: (turnover - refunded - cost) as Micros,
      uncosted: count('uncosted'),
    },
    medianSeconds: percentileOf(counts, 0.5),
    p95Seconds: percentileOf(counts, 0.95),
  }
}

/** `readQuarters` gives the quarters of an hour of so many hours up to now in which something was placed or ended. */
export const readQuarters = (
  sql: Sql,
  hours: number,
  clock: Clock = systemClock,
): Promise<{ asOf: Date | null; from: Date; to: Date; quarters: Quarter[] }> =>
  reading(sql, async (transaction) => {
    const { asOf } = await selectSalesState(transaction)
    const to = endOfQuarter(clock.now())
    const from = new Date(to.getTime() - hours * HOUR_MS)
    return { asOf, from, to, quarters: await selectQuarters(transaction, from, to) }
  })
