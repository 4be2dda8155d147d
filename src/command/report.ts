import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { Sql } from '../database/database.ts'
import { durationText } from '../lib/duration.ts'
import { formatMicros } from '../lib/money.ts'
import { percentOfShare } from '../lib/share.ts'
import { localTime } from '../lib/time.ts'
import { PERIODS } from '../sales/period.ts'
import {
  type ComparedRow,
  type Grouping,
  groupings,
  readSales,
  type SalesQuestion,
  type SalesRow,
} from '../sales/report.ts'
import { actor, withDatabase } from './connection.ts'
import { homeCurrency } from './home-currency.ts'
import { homeSumsJson, homeSumsLines } from './home-sums-text.ts'
import { limitOption, wholeFrom } from './input.ts'
import { type Answer, answering, type Columns, table } from './output.ts'
import { writeWhole } from './whole-file.ts'

interface ReportOptions {
  period?: string
  from?: string
  to?: string
  by: Grouping[]
  account?: string
  service?: string
  supplier?: string
  currency?: string
  in?: string
  compare: boolean
  limit: number
  csv?: string
}

export function register(program: Command): void {
  const report = program.command('report')
  const answer = answering(show)
  report
    .command('sales')
    .description('what was charged, what it cost, what was given back, how it went and how long it took')
    .option('--period <period>', PERIODS)
    .option('--from <day>', 'from this day on, such as 2026-11-01')
    .option('--to <day>', 'up to this day')
    .option('--by <names>', `told apart by: ${groupings.join(', ')}; several with commas`, groupingsOf, [])
    .option('--account <id or username>', 'only this account’s')
    .option('--service <id or code>', 'only of this service')
    .option('--supplier <id or name>', 'only what this supplier had at last')
    .option('--currency <code>', 'only of accounts of this currency')
    .option('--in <code>', 'all amounts in this currency, by the rates of their days')
    .option('--compare', 'with the period before, of as many days or whole months', false)
    .addOption(limitOption(100))
    .option('--csv <file>', 'all rows into a file; -: standard output')
    .action(async (options: ReportOptions, self: Command) => {
      if (options.csv !== '-') return await answer(options, self)
      await withDatabase(async ({ sql }) =>
        pipeline(await csvOf(sql, questionOf(options)), process.stdout, { end: false }),
      )
    })
  report
    .command('today')
    .description('how the day goes beside the same weekday a week before, what waits, and what is in trouble')
    .option('--in <code>', 'all amounts in this currency')
    .action(answering(today))
  report
    .command('quarters')
    .description('what was placed and what ended in each quarter of an hour')
    .option('--hours <number>', 'of so many hours up to now, at most 840', wholeFrom(1, 840), 24)
    .action(answering(quarters))
  report
    .command('rebuild')
    .description('make the figures anew from the whole ledger; they are read as they were meanwhile')
    .option(
      '--time-zone <name>',
      'where days begin and end, such as Asia/Jakarta; stays as it is when left out',
    )
    .action(answering(rebuild))
}

function groupingsOf(text: string): Grouping[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(groupings as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw new InvalidArgumentError(`none of ${groupings.join(', ')}: ${JSON.stringify(unknown)}.`)
  return [...new Set(names as Grouping[])]
}

const questionOf = ({
  in: into,
  limit: _,
  csv: __,
  compare: ___,
  ...options
}: ReportOptions): SalesQuestion => ({
  ...options,
  into,
})

async function show(options: ReportOptions): Promise<Answer> {
  const { csv, limit, compare } = options
  const question = questionOf(options)
  if (csv !== undefined) {
    await withDatabase(async ({ sql }) => writeWhole(await csvOf(sql, question), csv, 'csv'))
    return { json: { file: csv }, text: `${csv} is written` }
  }
  const report = await withDatabase(async (connected) =>
    readSales(connected.sql, { ...question, compare, limit, home: await homeCurrency(connected) }),
  )
  const { rows, totals, home, from, to, timeZone, asOf, before, more } = report
  const { by } = question
  const json = {
    ...{ from, to, time_zone: timeZone, as_of: asOf },
    ...{ before, rows: rows.map(comparedJson), totals: totals.map(comparedJson) },
    home: home && { ...homeSumsJson(home), total: home.total && comparedJson(home.total) },
    more,
  }
  const columns = columnsOf(
    by,
    rows.every(({ orders }) => orders === null),
  )
  const shown = by.length === 0 || rows.length === 0 ? [] : [table(rows, columns, RIGHT), '']
  const sums =
    totals.length === 0
      ? 'nothing was sold'
      : table(
          totals,
          columnsOf(
            [],
            totals.every(({ orders }) => orders === null),
          ),
          RIGHT,
        )
  const all =
    home === null
      ? []
      : [
          '',
          ...(home.total
            ? [`all of it:\n${table([home.total], columnsOf([], home.total.orders === null), RIGHT)}`]
            : []),
          ...homeSumsLines(home),
        ]
  const former = totals.flatMap((row) => row.before ?? [])
  const compared =
    before === null
      ? []
      : [
          '',
          `${before.from} to ${before.to}:`,
          former.length === 0
            ? 'nothing was sold'
            : table(
                former,
                columnsOf(
                  [],
                  former.every(({ orders }) => orders === null),
                ),
                RIGHT,
              ),
        ]
  const end = `${from} to ${to}, ${timeZone}, as of ${asOf === null ? 'never: no server has made the figures yet' : localTime(asOf)}`
  return {
    json,
    text: [...shown, sums, ...all, ...compared, '', end].join('\n'),
    ...(more && { note: `there are more rows: --limit shows up to 1000, --csv writes all` }),
  }
}

/** `csvOf` loads what writes it only where it is wanted. */
async function csvOf(sql: Sql, question: SalesQuestion): Promise<AsyncGenerator<string>> {
  const [{ csvOfSales }, { everySale }] = await Promise.all([
    import('../sales/report-csv.ts'),
    import('../sales/report.ts'),
  ])
  return csvOfSales(everySale(sql, question), question.by)
}

const RIGHT = [
  'orders',
  'charged',
  'failed',
  'cancelled',
  'success',
  'turnover',
  'refunded',
  'cost',
  'profit',
  'median',
  'p95',
]

const NAMES: Record<Grouping, (row: SalesRow) => string | null | undefined> = {
  day: ({ day }) => day,
  month: ({ month }) => month,
  account: ({ account }) => account?.username,
  service: ({ service }) => service?.code,
  group: ({ group }) => group,
  supplier: ({ supplier }) => supplier?.name,
}

function columnsOf(by: readonly Grouping[], hasNoOrders: boolean): Columns<SalesRow> {
  const money = (of: (row: SalesRow) => bigint) => (row: SalesRow) => formatMicros(of(row), row.currency)
  return {
    ...Object.fromEntries(by.map((one) => [one, NAMES[one]])),
    currency: ({ currency }) => currency,
    ...(!hasNoOrders && { orders: ({ orders }: SalesRow) => orders }),
    charged: ({ charged }) => charged,
    failed: ({ failed }) => failed,
    cancelled: ({ cancelled }) => cancelled,
    success: ({ successRate }) => (successRate === null ? null : `${percentOfShare(successRate)} %`),
    turnover: money(({ turnover }) => turnover),
    refunded: money(({ refunded }) => refunded),
    cost: money(({ cost }) => cost),
    profit: money(({ profit }) => profit),
    median: ({ medianSeconds }) => (medianSeconds === null ? null : durationText(medianSeconds)),
    p95: ({ p95Seconds }) => (p95Seconds === null ? null : durationText(p95Seconds)),
  }
}

const jsonOf = ({ currency, turnover, refunded, cost, profit, ...row }: SalesRow) => ({
  ...{
    day: row.day,
    month: row.month,
    account: row.account,
    service: row.service,
    group: row.group,
    supplier: row.supplier,
  },
  ...{ currency, orders: row.orders, items: row.items, charged: row.charged, failed: row.failed },
  ...{
    cancelled: row.cancelled,
    rejected: row.rejected,
    corrected: row.corrected,
    success_rate: row.successRate,
  },
  turnover: formatMicros(turnover, currency),
  refunded: formatMicros(refunded, currency),
  cost: formatMicros(cost, currency),
  profit: formatMicros(profit, currency),
  uncosted: row.uncosted,
  median_seconds: row.medianSeconds,
  p95_seconds: row.p95Seconds,
})

const comparedJson = ({ before, ...row }: ComparedRow) => ({
  ...jsonOf(row),
  before: before && jsonOf(before),
})

async function today(options: { in?: string }): Promise<Answer> {
  const [{ seeToday }, { staffPermissions }, { jsonOfToday, textOfToday }] = await Promise.all([
    import('../today/today.ts'),
    import('../staff/roles.ts'),
    import('./today-text.ts'),
  ])
  const permissions = new Set(Object.keys(staffPermissions) as (keyof typeof staffPermissions)[])
  const found = await withDatabase(async (connected) =>
    seeToday(connected.sql, {
      ...{ name: actor(), permissions, into: options.in },
      home: await homeCurrency(connected),
    }),
  )
  return { json: jsonOfToday(found), text: textOfToday(found) }
}

async function quarters({ hours }: { hours: number }): Promise<Answer> {
  const { readQuarters } = await import('../sales/today.ts')
  const { asOf, from, to, quarters: found } = await withDatabase(({ sql }) => readQuarters(sql, hours))
  const columns = {
    at: ({ at }: (typeof found)[number]) => localTime(at),
    orders: ({ orders }: (typeof found)[number]) => orders,
    charged: ({ charged }: (typeof found)[number]) => charged,
    failed: ({ failed }: (typeof found)[number]) => failed,
    cancelled: ({ cancelled }: (typeof found)[number]) => cancelled,
  }
  return {
    json: { from, to, as_of: asOf, quarters: found },
    text: found.length === 0 ? 'nothing was placed, and nothing ended' : table(found, columns, RIGHT),
  }
}

async function rebuild({ timeZone }: { timeZone?: string }): Promise<Answer> {
  const { rebuildSales } = await import('../sales/folder.ts')
  const done = await withDatabase(({ sql }) => rebuildSales(sql, { timeZone }))
  return {
    json: { time_zone: done.timeZone, entries: done.entries, as_of: done.asOf },
    text: `the figures are made anew from ${done.entries} ledger entries, with days of ${done.timeZone}`,
  }
}
