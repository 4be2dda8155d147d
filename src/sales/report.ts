import { findAccount } from '../accounts/accounts.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { invalid, orThrow } from '../lib/fault.ts'
import type { AccountId, ServiceId, SupplierId } from '../lib/ids.ts'
import { isCurrency, type Micros } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { countsOf, percentileOf } from './buckets.ts'
import { factorsFor } from './factors.ts'
import { selectSalesState } from './fold.sql.ts'
import { type HomeSums, homeSums, needsHome } from './home.ts'
import {
  dayBehind,
  firstOf,
  monthsBehind,
  nextMonth,
  nextOf,
  type Period,
  periodBefore,
  periodOf,
  type Unit,
} from './period.ts'
import {
  type Cut,
  dayOf,
  type Factors,
  type Grouped,
  readyForFigures,
  type SalesSums,
  type Stretch,
  selectSales,
  type Wanted,
} from './report.sql.ts'

/** UNITS are those of the figures' rows, the longest first. */
const UNITS: readonly Unit[] = ['quarter', 'month', 'day']

/** MAX_CELLS bounds the rows of the table from which an answer for two or three things is summed up: about a second's work. */
const MAX_CELLS = 500_000

/** `groupings` are what figures can be told apart by. */
export const groupings = ['day', 'month', 'account', 'service', 'group', 'supplier'] as const

export type Grouping = (typeof groupings)[number]

/** SalesQuestion asks for figures. `account`, `service` and `supplier` are ids or names. */
export interface SalesQuestion {
  period?: string | undefined
  /** `from` and `to` are days such as 2026-11-28; both are in it. */
  from?: string | undefined
  to?: string | undefined
  by: readonly Grouping[]
  account?: string | undefined
  service?: string | undefined
  supplier?: string | undefined
  /** `currency` narrows to the accounts of it; `into` converts everything into one. */
  currency?: string | undefined
  into?: string | undefined
}

/** ComparedRow is a row with that of the period before; null: there was nothing, or it is not compared. */
export interface ComparedRow extends SalesRow {
  before: SalesRow | null
}

/** SalesRow is a row of figures. What it is not told apart by is null. Amounts are micros of `currency`. */
export interface SalesRow {
  day: string | null
  month: string | null
  account: { id: AccountId; username: string } | null
  service: { id: ServiceId; code: string; name: string } | null
  group: string | null
  /** `supplier`: its id is null of what no supplier ever had. */
  supplier: { id: SupplierId | null; name: string | null } | null
  currency: string
  /**
   * `orders` and their `items` count on the day on which they were placed; null where suppliers are told apart, because none has them then, or two
   * of account, service and supplier.
   */
  orders: number | null
  items: number | null
  /** `charged`, `failed`, `cancelled`: what ended so. `rejected` were charged and given back in whole, `corrected` got another result. */
  charged: number
  failed: number
  cancelled: number
  rejected: number
  corrected: number
  /** `successRate` is of what was charged or failed; null: there is neither. */
  successRate: number | null
  turnover: Micros
  refunded: Micros
  cost: Micros
  profit: Micros
  /** `uncosted` counts the charged items whose cost is not known, or cannot be converted: their cost is none here. */
  uncosted: number
  medianSeconds: number | null
  p95Seconds: number | null
}

export interface SalesReport extends Period {
  timeZone: string
  /** `asOf`: everything that was committed before is counted; null: nothing is yet. */
  asOf: Date | null
  /** `rows`: those of one account, service, group or supplier each can be compared. */
  rows: ComparedRow[]
  /** `totals` has a row for each currency. */
  totals: ComparedRow[]
  /**
   * `home` has the total of all currencies in the home currency, null: nothing can be converted. It is null where there is no home currency, nothing was
   * sold in another one, or all is converted already.
   */
  home: (HomeSums & { total: ComparedRow | null }) | null
  /** `before` is the period with which is compared; null: with none. */
  before: Period | null
  /** `more`: there are further rows. */
  more: boolean
}

/** `readSales` answers a question. Throws invalid_input, not_found or service_not_found, naming what is wrong with it. */
export const readSales = (
  sql: Sql,
  {
    limit,
    mostCells = MAX_CELLS,
    compare = false,
    home = null,
    ...question
  }: SalesQuestion & { limit: number; mostCells?: number; compare?: boolean; home?: string | null },
  clock: Clock = systemClock,
): Promise<SalesReport> =>
  reading(sql, async (transaction) => {
    const { wanted, into, ...about } = await wantedOf(transaction, question, clock)
    const before = compare ? periodBefore(about) : null
    const whole = { from: before?.from ?? about.from, to: about.to }
    const factors = await factorsFor(transaction, whole, into, about.timeZone)
    const rows = await firstRows(transaction, wanted, { into, factors, limit: limit + 1, mostCells })
    const read = (one: Wanted) => rowsOf(transaction, one, { into, factors, limit: null, mostCells: null })
    const total = { ...wanted, by: NOTHING }
    const isOfOne = toldApartBy(wanted.by).length === 1 && wanted.by.time === null
    const formerRows = before && isOfOne ? await read({ ...wanted, ...before }) : []
    const formerTotals = before ? await read({ ...total, ...before }) : []
    const totals = withBefore(await read(total), formerTotals)
    const currencies = [...new Set([...totals, ...formerTotals].map(({ currency }) => currency))].sort()
    return {
      ...about,
      rows: withBefore(rows.slice(0, limit), formerRows),
      totals,
      home:
        into === null && needsHome(home, currencies)
          ? await totalIn(transaction, total, { home, currencies, before, whole, timeZone: about.timeZone })
          : null,
      before,
      more: rows.length > limit,
    }
  })

/** `totalIn` sums up, in the home currency, what can be converted into it, now and before. */
async function totalIn(
  sql: Transaction,
  total: Wanted,
  asked: { home: string; currencies: string[]; before: Period | null; whole: Period; timeZone: string },
): Promise<SalesReport['home']> {
  const { home, currencies, before, whole } = asked
  const factors = await factorsFor(sql, whole, home, asked.timeZone)
  const reading = { into: home, factors, limit: null, mostCells: null }
  const sumsOf = async (wanted: Wanted) =>
    (await selectSales(sql, wanted, { ...reading, stretches: cellsOf(wanted, factors) }))[0]
  const isMissing = async (names: string[]) => {
    const parts = [await sumsOf({ ...total, currencies: names })]
    if (before) parts.push(await sumsOf({ ...total, ...before, currencies: names }))
    return parts.some((one) => (one?.unconverted ?? 0) > 0)
  }
  const withoutRate: string[] = []
  // Mostly nothing is missing, which is found by one look; else each currency is looked at.
  if (await isMissing(currencies))
    for (const one of currencies) if (one !== home && (await isMissing([one]))) withoutRate.push(one)
  const theirs = { ...total, currencies: currencies.filter((one) => !withoutRate.includes(one)) }
  const [now, then] = [await sumsOf(theirs), before && (await sumsOf({ ...theirs, ...before }))]
  return {
    total: now ? { ...rowOf(now, theirs), before: then ? rowOf(then, theirs) : null } : null,
    ...homeSums(home, { currencies, withoutRate, factors }),
  }
}

/** `withBefore` puts the row of the period before to each. Currencies of which there is nothing now are not in it. */
function withBefore(rows: readonly SalesRow[], former: readonly SalesRow[]): ComparedRow[] {
  const found = new Map(former.map((row) => [nameOf(row), row]))
  return rows.map((row) => ({ ...row, before: found.get(nameOf(row)) ?? null }))
}

const nameOf = ({ account, service, group, supplier, currency }: SalesRow): string =>
  JSON.stringify([account?.id, service?.id, group, supplier?.id, currency])

/**
 * `everySale` gives all rows, some at a time: where days or months are told apart, those of one month after the other. Each part is as of its
 * own moment.
 */
export async function* everySale(
  sql: Sql,
  question: SalesQuestion,
  clock: Clock = systemClock,
): AsyncGenerator<SalesRow[], void> {
  const read = (period?: Period) =>
    reading(sql, async (transaction) => {
      const { wanted, into, timeZone, from, to } = await wantedOf(transaction, question, clock)
      const part = { ...wanted, ...period }
      const factors = await factorsFor(transaction, wanted, into, timeZone)
      const rows =
        period === undefined && wanted.by.time !== null
          ? []
          : await rowsOf(transaction, part, { into, factors, limit: null, mostCells: null })
      return { rows, from, to, isByTime: wanted.by.time !== null }
    })
  const { rows, from, to, isByTime } = await read()
  if (!isByTime) return yield rows
  for (let first = from; first <= to; first = nextMonth(first)) {
    const last = dayBehind(nextMonth(first), -1)
    yield (await read({ from: first, to: earlier(last, to) })).rows
  }
}

const earlier = (one: string, other: string): string => [one, other].sort()[0] as string

/** `reading` reads all as of one moment, in a transaction that may read much. */
export const reading = <T>(sql: Sql, work: (transaction: Transaction) => Promise<T>): Promise<T> =>
  sql.begin('isolation level repeatable read read only', async (transaction) => {
    await readyForFigures(transaction)
    return await work(transaction)
  })

const NOTHING: Grouped = { time: null, account: false, service: false, group: false, supplier: false }

interface Understood extends Period {
  wanted: Wanted
  into: string | null
  timeZone: string
  asOf: Date | null
}

async function wantedOf(sql: Transaction, question: SalesQuestion, clock: Clock): Promise<Understood> {
  const { account, service, supplier, by: names } = question
  const { timeZone, asOf } = await selectSalesState(sql)
  const { from, to } = orThrow(periodOf(question, await dayOf(sql, clock.now(), timeZone)))
  if (names.includes('day') && names.includes('month')) orThrow(invalid('by', 'either day or month'))
  const by: Grouped = {
    time: names.includes('day') ? 'day' : names.includes('month') ? 'month' : null,
    account: names.includes('account'),
    service: names.includes('service'),
    group: names.includes('group'),
    supplier: names.includes('supplier'),
  }
  const narrowed = {
    accountId: account === undefined ? null : (await findAccount(sql, account)).id,
    serviceId: service === undefined ? null : await serviceIdOf(sql, service),
    supplierId: supplier === undefined ? null : await supplierIdOf(sql, supplier),
  }
  const wanted = {
    by,
    from,
    to,
    ...narrowed,
    currency: codeOf(question.currency, 'currency'),
  }
  return { wanted, into: codeOf(question.into, 'in'), timeZone, asOf, from, to }
}

export function codeOf(text: string | undefined, field: string): string | null {
  if (text === undefined) return null
  const code = text.trim().toUpperCase()
  if (isCurrency(code)) return code
  throw new Refusal('invalid_input', `${JSON.stringify(text)} is no currency code such as USD`, field)
}

async function serviceIdOf(sql: Transaction, idOrCode: string): Promise<ServiceId> {
  const { findService } = await import('../catalogue/services.ts')
  return (await findService(sql, idOrCode)).id
}

async function supplierIdOf(sql: Transaction, idOrName: string): Promise<SupplierId> {
  const { findSupplier } = await import('../suppliers/suppliers.ts')
  return (await findSupplier(sql, idOrName)).id
}

const toldApartBy = ({ account, service, group, supplier }: Grouped): boolean[] =>
  [account, service, group, supplier].filter((one) => one)

/** `toldApart` names the things that the rows which hold an answer must be of by themselves. */
const toldApart = ({ by, accountId, serviceId, supplierId }: Wanted): string[] => [
  ...(by.account || accountId !== null ? ['account'] : []),
  ...(by.service || by.group || serviceId !== null ? ['service'] : []),
  ...(by.supplier || supplierId !== null ? ['supplier'] : []),
]

/** `cutFor` gives the rows of the table that hold what is asked for, the fewest that do: those of two things are there by months and quarters alone. */
function cutFor(names: readonly string[], unit: Unit): Cut {
  if (names.length === 3 || (names.length === 2 && unit === 'day')) return 'each'
  return (names.join('_') || 'all') as Cut
}

/** `unitsFor` gives the units of the rows from which an answer can be summed up, the longest first. */
const unitsFor = (time: Grouped['time']): readonly Unit[] => UNITS.slice(UNITS.indexOf(time ?? 'quarter'))

interface Reading {
  into: string | null
  factors: Factors
  limit: number | null
  /** `mostCells` bounds the rows of the table from which an answer for two or three things is summed up. */
  mostCells: number | null
}

/** `firstRows` gives so many rows. Where days or months are told apart the first of them are in the first ones, and few others are looked at. */
async function firstRows(
  sql: Transaction,
  wanted: Wanted,
  reading: Reading & { limit: number },
): Promise<SalesRow[]> {
  const { time } = wanted.by
  if (time === null) return await rowsOf(sql, wanted, reading)
  const rows: SalesRow[] = []
  let { from } = wanted
  for (let size = 1; from <= wanted.to && rows.length < reading.limit; size *= 2) {
    const next = time === 'day' ? dayBehind(from, size) : monthsBehind(from, size)
    const to = earlier(dayBehind(next, -1), wanted.to)
    rows.push(...(await rowsOf(sql, { ...wanted, from, to }, reading)))
    from = next
  }
  return rows.slice(0, reading.limit)
}

function cellsOf(wanted: Wanted, { days }: Factors): Stretch[] {
  const names = toldApart(wanted)
  const parts = apart(stretchesOf(wanted, unitsFor(wanted.by.time)), days)
  return parts.map((part) => ({ ...part, cut: cutFor(names, part.unit) }))
}

/** `rowsOf` refuses what would be summed up from too many rows of the table, and what cannot be converted. */
async function rowsOf(sql: Transaction, wanted: Wanted, reading: Reading): Promise<SalesRow[]> {
  const mostCells = toldApart(wanted).length > 1 ? reading.mostCells : null
  const stretches = cellsOf(wanted, reading.factors)
  const sums = await selectSales(sql, wanted, { ...reading, mostCells, stretches })
  if (mostCells !== null && (sums[0]?.cells ?? 0) > mostCells)
    throw new Refusal(
      'invalid_input',
      'this is too much to sum up at once: name one account, service or supplier, a shorter period, or fewer things to tell apart',
      'by',
    )
  return sums.map((row) => {
    if (row.unconverted > 0)
      throw new Refusal(
        'invalid_input',
        `not everything can be converted into ${reading.into}: a rate is missing`,
        'in',
      )
    return rowOf(row, wanted)
  })
}

function rowOf(row: SalesSums, wanted: Wanted): SalesRow {
  const { by } = wanted
  const {
    time,
    accountId,
    username,
    serviceId,
    serviceCode,
    serviceName,
    groupName,
    supplierId,
    supplierName,
  } = row
  const { charged, failed, cancelled, rejected, corrected, uncosted, turnover, refunded, cost, currency } =
    row
  const names = toldApart(wanted)
  const hasNoOrders = names.includes('supplier') || names.length > 1
  const counts = countsOf(row.times)
  const tried = charged + failed
  return {
    day: by.time === 'day' ? time : null,
    month: by.time === 'month' ? (time?.slice(0, 7) ?? null) : null,
    account: accountId === null ? null : { id: accountId, username: username ?? '' },
    service: serviceId === null ? null : { id: serviceId, code: serviceCode ?? '', name: serviceName ?? '' },
    group: groupName,
    supplier: supplierId === null ? null : { id: supplierId === 0 ? null : supplierId, name: supplierName },
    currency,
    orders: hasNoOrders ? null : row.orders,
    items: hasNoOrders ? null : row.placed,
    ...{ charged, failed, cancelled, rejected, corrected },
    successRate: tried === 0 ? null : (charged - rejected) / tried,
    ...{ turnover, refunded, cost, profit: (turnover - refunded - cost) as Micros, uncosted },
    medianSeconds: percentileOf(counts, 0.5),
    p95Seconds: percentileOf(counts, 0.95),
  }
}

/** Part is a part of a period: whole quarters of the year, whole months, or days. */
type Part = Omit<Stretch, 'cut'>

/** `stretchesOf` divides a period into whole ones of the longest unit, which are read at once, and those of the shorter ones before and behind them. */
export function stretchesOf({ from, to }: Period, units: readonly Unit[]): Part[] {
  if (from > to) return []
  const [unit = 'day', ...shorter] = units
  const begin = firstOf(unit, from) === from ? from : nextOf(unit, from)
  const end = firstOf(unit, dayBehind(to, 1))
  if (begin >= end) return stretchesOf({ from, to }, shorter)
  return [
    ...stretchesOf({ from, to: dayBehind(begin, -1) }, shorter),
    { unit, first: begin, last: dayBehind(end, -1) },
    ...stretchesOf({ from: end, to }, shorter),
  ]
}

/** `apart` takes months and quarters in which a rate changes apart into shorter ones and days, which are converted by different rates. */
export function apart(parts: readonly Part[], changes: readonly string[]): Part[] {
  return parts.flatMap((part) => {
    if (part.unit === 'day') return [part]
    const shorter = UNITS.slice(UNITS.indexOf(part.unit) + 1)
    const pieces: Part[] = []
    for (let first = part.first; first <= part.last; first = nextOf(part.unit, first)) {
      const last = dayBehind(nextOf(part.unit, first), -1)
      const isChanged = changes.some((day) => day > first && day <= last)
      pieces.push(
        ...(isChanged
          ? apart(stretchesOf({ from: first, to: last }, shorter), changes)
          : [{ unit: part.unit, first, last }]),
      )
    }
    return pieces
  })
}
