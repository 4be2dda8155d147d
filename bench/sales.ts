/**
 * This bench measures what sales figures cost to read and to keep: reports of a year beside plain SQL over orders, items and attempts that says the
 * same, and how fast ledger entries are folded.
 *
 *   node bench/sales.ts                    a million orders of a year, 60 accounts, 400 services
 *   node bench/sales.ts --orders 100000    fewer, which are filled sooner
 *   node bench/sales.ts --even             all accounts buy of all services alike, which makes the most rows
 *   node bench/sales.ts --json             the figures as one JSON value
 *
 * The database is an embedded PostgreSQL in a temporary folder. Each question is asked as the operator API asks it, five times; the median counts.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { prepareDatabase } from '../src/app/prepare-database.ts'
import { openPool, type Sql } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { pools } from '../src/database/pools.ts'
import { systemClock } from '../src/lib/time.ts'
import { foldNext } from '../src/sales/folder.ts'
import { readSales, type SalesQuestion } from '../src/sales/report.ts'
import { median } from './figures.ts'
import { fillSales } from './filled-sales.ts'
import { inFolder } from './server.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    even: { type: 'boolean', default: false },
    orders: { type: 'string', default: '1000000' },
  },
})
const orders = Number(values.orders)
const ROUNDS = 5
const YEAR = { from: '2025-11-01', to: '2026-10-31' }

interface Row {
  question: string
  rows: number
  ms: number
  /** `sqlMs` is how long plain SQL takes; null: it is not asked. */
  sqlMs: number | null
  ratio: number | null
}

await inFolder(main)

async function main(folder: string): Promise<void> {
  const embedded = await openEmbedded({ folder, log: pino({ level: 'warn' }) })
  await prepareDatabase(embedded.access)
  const owner = openPool(embedded.access.owner)
  const reads = openPool(embedded.access.serving, pools.operatorReads)
  const long = openPool(embedded.access.serving, pools.long)
  try {
    say(`filling ${orders} orders`)
    const past = { from: new Date('2025-11-01T00:00:00Z'), to: new Date('2026-10-31T00:00:00Z') }
    await fillSales(owner, { accounts: 60, services: 400, orders, ...past, seed: 7, isEven: values.even })
    say('folding')
    const began = performance.now()
    while (await foldNext(long, systemClock, 100_000)) {}
    const foldSeconds = (performance.now() - began) / 1000
    await owner.unsafe('vacuum analyze')
    const [entries] = await owner<{ count: bigint }[]>`select sum(last_id) as count from folded_ledgers`
    const [size] = await owner<{ figures: string; orders: string }[]>`
      select pg_size_pretty(pg_total_relation_size('sales') + pg_total_relation_size('sale_quarters')) as figures,
             pg_size_pretty(pg_total_relation_size('orders') + pg_total_relation_size('items') + pg_total_relation_size('attempts')
                            + pg_total_relation_size('ledger_entries')) as orders`
    const rows: Row[] = []
    for (const [question, by, filter, compared] of questions(await namesOf(owner))) {
      const ask = () => readSales(reads, { ...YEAR, ...filter, by, limit: 1000 })
      const found = (await ask()).rows.length
      const ms = await timed(ask)
      const sqlMs = compared ? await timed(() => plain(owner, by[0] ?? 'day'), 1) : null
      rows.push({ question, rows: found, ms, sqlMs, ratio: sqlMs === null ? null : ms / sqlMs })
      say(`${question}: ${ms.toFixed(0)} ms`)
    }
    const machine = { orders, cores: cpus().length, node: process.versions.node }
    const fold = {
      entries: Number(entries?.count),
      seconds: foldSeconds,
      perSecond: Number(entries?.count) / foldSeconds,
      ...size,
    }
    process.stdout.write(
      values.json ? `${JSON.stringify({ rows, fold, ...machine })}\n` : text(rows, fold, machine),
    )
  } finally {
    await Promise.all([owner, reads, long].map((pool) => pool.end({ timeout: 2 })))
    await embedded.close()
  }
}

type Question = [name: string, by: SalesQuestion['by'], filter: Partial<SalesQuestion>, compared: boolean]

function questions({
  account,
  service,
  supplier,
}: Record<'account' | 'service' | 'supplier', string>): Question[] {
  return [
    ['a year in all', [], {}, false],
    ['by day', ['day'], {}, true],
    ['by month', ['month'], {}, false],
    ['by account', ['account'], {}, true],
    ['by service', ['service'], {}, true],
    ['by group of services', ['group'], {}, false],
    ['by supplier', ['supplier'], {}, true],
    ['one account, by service', ['service'], { account }, false],
    ['one account, by day', ['day'], { account }, false],
    ['one service, by account', ['account'], { service }, false],
    ['one supplier, by service', ['service'], { supplier }, false],
    ['by account and month', ['month', 'account'], {}, false],
    ['by service and supplier', ['service', 'supplier'], {}, false],
    ['by account and supplier', ['account', 'supplier'], {}, false],
    ['by service and month', ['month', 'service'], {}, false],
    ['by service and day', ['day', 'service'], {}, false],
    ['by account and service', ['account', 'service'], {}, false],
    ['by all three', ['account', 'service', 'supplier'], {}, false],
    ['by account and group', ['account', 'group'], {}, false],
  ]
}

async function namesOf(sql: Sql): Promise<Record<'account' | 'service' | 'supplier', string>> {
  const [row] = await sql<{ account: string; service: string; supplier: string }[]>`
    select (select min(account_id)::text from orders) as account, (select min(service_id)::text from orders) as service,
           (select min(supplier_id)::text from items where supplier_id > 1) as supplier`
  return row as { account: string; service: string; supplier: string }
}

/** `plain` says the same by SQL over orders, items and attempts, without conversions. */
async function plain(sql: Sql, by: string): Promise<unknown> {
  const name =
    by === 'day'
      ? sql`(i.finished_at at time zone 'UTC')::date`
      : by === 'account'
        ? sql`i.account_id`
        : by === 'service'
          ? sql`i.service_id`
          : sql`i.supplier_id`
  return await sql`
    select ${name} as name, w.currency, count(*) filter (where i.state = 'success' or i.refunded > 0) as charged,
           count(*) filter (where i.state = 'failed' and i.refunded = 0) as failed, count(*) filter (where i.state = 'cancelled') as cancelled,
           sum(i.price) filter (where i.state = 'success' or i.refunded > 0) as turnover, sum(i.refunded) as refunded,
           sum(a.cost) filter (where a.state in ('succeeded', 'given_up')) as cost,
           percentile_disc(array[0.5, 0.95]) within group (order by i.finished_at - o.created_at)
             filter (where i.state = 'success' or i.refunded > 0) as times
      from items i
      join orders o on o.account_id = i.account_id and o.id = i.order_id
      join wallets w on w.account_id = i.account_id
      left join attempts a on a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                          and a.state in ('succeeded', 'given_up')
     where i.finished_at >= ${YEAR.from}::text::timestamptz and i.finished_at < ${YEAR.to}::text::timestamptz + interval '1 day'
     group by 1, 2`
}

async function timed(work: () => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await work()
    taken.push(performance.now() - began)
  }
  return median(taken)
}

function text(rows: Row[], fold: Record<string, unknown>, machine: Record<string, unknown>): string {
  const lines = [
    ['', 'rows', 'ms', 'plain SQL', 'ratio'],
    ...rows.map(({ question, rows: found, ms, sqlMs, ratio }) => [
      question,
      String(found),
      ms.toFixed(0),
      sqlMs === null ? '' : sqlMs.toFixed(0),
      ratio === null ? '' : ratio.toFixed(3),
    ]),
  ].map(([name = '', ...cells]) =>
    `${name.padEnd(30)}${cells.map((cell) => cell.padStart(11)).join('')}`.trimEnd(),
  )
  const about = (of: Record<string, unknown>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : value}`)
      .join(', ')
  return `\n${lines.join('\n')}\n\nfolded: ${about(fold)}\n${about(machine)}\n`
}

function say(words: string): void {
  process.stderr.write(`  ${words}\n`)
}
