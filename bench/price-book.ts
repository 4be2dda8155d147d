/**
 * The price book of 4,000 services, 3 price groups and 2 currencies: a file of 24,000 prices is imported, and then changed; all costs change, by
 * which 32,000 prices follow rules; and another process's catalogue has them. Beside each, in the column `against`, is what PostgreSQL alone takes
 * to write as many rows into a table of the same columns that nobody follows. Times in milliseconds.
 *
 *   node bench/price-book.ts           five rounds on an embedded PostgreSQL in a temporary folder
 *   node bench/price-book.ts --json    the figures as one JSON value
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createPriceGroup } from '../src/accounts/accounts.ts'
import { prepareDatabase } from '../src/app/prepare-database.ts'
import { Catalogue } from '../src/catalogue/catalogue.ts'
import { ChangeNotifier } from '../src/database/change-notifier.ts'
import { openPool, type Sql } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { Rates } from '../src/ledger/rates.ts'
import { orThrow } from '../src/lib/fault.ts'
import { importPrices, readPriceFile } from '../src/price-book/import.ts'
import { moving } from '../src/price-book/moves.ts'
import { setRule } from '../src/price-book/rules.ts'
import { Figures, type Side } from './compare.ts'
import { cleanUpOnSignals } from './processes.ts'

const SERVICES = 4000
const GROUPS = ['Gold', 'Silver', 'Bronze']
const CURRENCIES = ['USD', 'EUR']

const ours: Side = { name: 'this', checkout: '' }
const plain: Side = { name: 'against', checkout: '' }

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
})
const rounds = Number(values.rounds)

const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
const embedded = await openEmbedded({ folder, log: pino({ level: 'warn' }, pino.destination(2)) })
const sql = openPool(embedded.access.serving)
const owner = openPool(embedded.access.owner)
const cleanUp = cleanUpOnSignals(async () => {
  for (const pool of [sql, owner]) await pool.end({ timeout: 2 })
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return Math.round(performance.now() - from)
}

/** `prepare` makes services with a route each, whose costs are known, and nothing that is sold. */
async function prepare(): Promise<void> {
  await prepareDatabase(embedded.access)
  for (const name of GROUPS) await createPriceGroup(sql, name)
  await new Rates(sql).set({ base: 'EUR', quote: 'USD', rate: '1.1', validFrom: new Date(0), actor: 'bench' })
  await sql`insert into suppliers (kind, name, url, currency, settings) values ('dhru', 'S', 'https://s.example', 'USD', '{}')`
  await sql`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    select 's' || n, 'Service ' || n, 'Group ' || n % 100, 'imei', '{}', 'replay' from generate_series(1, ${SERVICES}::int) n`
  await sql`
    insert into supplier_routes (service_id, supplier_id, remote_service, cost)
    select v.id, s.id, v.code, 1000000 + v.id * 1000 from services v cross join suppliers s where s.name = 'S'`
}

/** `fileOf` is a file of a price for each service, group and currency; `cents` are added to each. */
function fileOf(cents: number): string {
  const lines = ['service,group,currency,price']
  for (let service = 1; service <= SERVICES; service++) {
    for (const group of GROUPS) {
      for (const currency of CURRENCIES)
        lines.push(`s${service},${group},${currency},${(10 + service / 100 + cents / 100).toFixed(2)}`)
    }
  }
  return lines.join('\n')
}

async function importFile(text: string): Promise<void> {
  const { moves } = await moving(sql, {}, async (transaction) =>
    orThrow(await importPrices(transaction, readPriceFile(text))),
  )
  expect(moves.length, SERVICES * GROUPS.length * CURRENCIES.length)
}

/** `plainly` writes so many rows into a table of the same columns, and changes them; gives the times of both. */
async function plainly(count: number): Promise<{ insertMs: number; updateMs: number }> {
  await owner`create table plain_prices (like prices including all)`
  try {
    const insertMs = await timed(
      () => owner`
        insert into plain_prices (service_id, price_group_id, currency, unit_price)
        select n, null, 'USD', 1000000 from generate_series(1, ${count}::int) n`,
    )
    const updateMs = await timed(
      () => owner`update plain_prices set unit_price = unit_price + 10000, updated_at = now()`,
    )
    return { insertMs, updateMs }
  } finally {
    await owner`drop table plain_prices`
  }
}

async function setRules(): Promise<void> {
  for (const currency of CURRENCIES) {
    await moving(sql, {}, (transaction) => setRule(transaction, { currency, percent: '25', round: '0.001' }))
    for (const group of GROUPS) {
      await moving(sql, {}, (transaction) =>
        setRule(transaction, { currency, group, basis: 'everyone', percent: '-5', round: '0.001' }),
      )
    }
  }
}

/** `seen` changes all costs, and gives when that was committed, and when another process's catalogue has the new prices. */
async function changeCosts(catalogue: Catalogue): Promise<{ repriceMs: number; seenMs: number }> {
  const before = await priceSeen(catalogue)
  const from = performance.now()
  await sql`update supplier_routes set cost = cost + 100000`
  const repriceMs = Math.round(performance.now() - from)
  while ((await priceSeen(catalogue)) === before) await new Promise((resolve) => setImmediate(resolve))
  return { repriceMs, seenMs: Math.round(performance.now() - from) - repriceMs }
}

async function priceSeen(catalogue: Catalogue): Promise<bigint | undefined> {
  const snapshot = await catalogue.current()
  const service = snapshot.find('s1')
  return (
    service && snapshot.pricesFor({ id: 1, currency: 'USD', priceGroupId: null } as never)(service)?.unitPrice
  )
}

function expect(count: number, wanted: number): void {
  if (count !== wanted) throw new Error(`${count} prices, and not ${wanted}`)
}

const countOf = async (from: Sql): Promise<number> =>
  (await from<{ count: number }[]>`select count(*)::int as count from prices where rule_id is not null`)[0]
    ?.count ?? 0

try {
  await prepare()
  const figures = new Figures()
  const prices = SERVICES * GROUPS.length * CURRENCIES.length
  const followers = prices + SERVICES * CURRENCIES.length
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`)
    const { insertMs, updateMs } = await plainly(prices)
    figures.record('import of new prices', ours, await timed(() => importFile(fileOf(0))))
    figures.record('import of new prices', plain, insertMs)
    figures.record('import of changed prices', ours, await timed(() => importFile(fileOf(round))))
    figures.record('import of changed prices', plain, updateMs)
    await sql`delete from prices where rule_id is null`
    await setRules()
    expect(await countOf(sql), followers)
    const notifier = new ChangeNotifier(embedded.access.serving)
    const catalogue = new Catalogue(sql, notifier, { sellsUnrouted: true })
    await notifier.start()
    const { repriceMs, seenMs } = await changeCosts(catalogue)
    await notifier.stop()
    figures.record('all costs change, prices follow', ours, repriceMs)
    figures.record('all costs change, prices follow', plain, (await plainly(followers)).updateMs)
    figures.record('until another process sells at them', ours, seenMs)
    await sql`delete from price_rules`
    expect(await countOf(sql), 0)
  }
  figures.report({ rounds, services: SERVICES, prices, followers }, values.json)
} finally {
  await cleanUp()
}
