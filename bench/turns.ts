/**
 * This bench measures how long the server's event loop is busy at a time, while it does what is much work at once: an order of 10,000 items, and a
 * catalogue of 20,000 services that has changed. `test/app/turns.test.ts` goes the same ways, and compares only the turns with one another.
 *
 *   node bench/turns.ts            five runs of each way
 *   node bench/turns.ts --runs 2   fewer; six at most
 *   node bench/turns.ts --json     the figures as one JSON value
 *
 * The server runs in this process, on an embedded PostgreSQL in a temporary folder. A turn is counted in processor time, so that other programs do
 * not count; what the client here does is part of it. The longest turn of a run is the run's; the median and the least of the runs are shown.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createAccount } from '../src/accounts/accounts.ts'
import { createKey } from '../src/accounts/keys.ts'
import { prepareDatabase } from '../src/app/prepare-database.ts'
import { startServer } from '../src/app/server.ts'
import { setPrice } from '../src/catalogue/prices.ts'
import { createService } from '../src/catalogue/services.ts'
import { readConfig } from '../src/config.ts'
import { openPool } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { micros } from '../src/lib/money.ts'
import { turnsOf } from '../test/support/turns.ts'
import { median } from './figures.ts'
import { inFolder } from './server.ts'
import { catalogueWays, MANY_ITEMS, MAX_RUNS, orderWays, type Way } from './turn-ways.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '5' } },
})
const runs = Math.min(Number(values.runs), MAX_RUNS)

interface Row {
  way: string
  /** Milliseconds: the longest turn of a run, and all turns of it together. */
  longest: number
  leastLongest: number
  all: number
}

await inFolder(main)

async function main(folder: string): Promise<void> {
  const log = pino({ level: 'warn' })
  const embedded = await openEmbedded({ folder, log })
  await prepareDatabase(embedded.access)
  const sql = openPool(embedded.access.owner)
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', IMEIGATE_SECRET_KEY: 'ab'.repeat(32) },
    ...{ REST_REQUESTS_PER_MINUTE: '0', DHRU_REQUESTS_PER_MINUTE: '0' },
  })
  const server = await startServer(config, embedded.access, log)
  try {
    const form = { name: 'Bench', email: 'bench@example.com', currency: 'USD' }
    const account = await createAccount(sql, { ...form, deposit: micros(1_000_000_000_000n) }, 'bench')
    const key = await createKey(sql, account.id, {})
    const { id } = await createService(sql, {
      ...{ code: 'checks', name: 'Checks', group: 'Checks', kind: 'imei', price: '1', currency: 'USD' },
      processing: 'manual',
    })
    const service = String(id)
    await setPrice(sql, { service, currency: 'USD', price: '0.01', maxItems: MANY_ITEMS })
    const seller = { url: server.url, sql, key, service }
    const rows: Row[] = []
    for (const way of (await orderWays(seller)).ways) rows.push(await measured('order', way))
    for (const way of await catalogueWays(seller)) rows.push(await measured('catalogue', way))
    const machine = { runs, cores: cpus().length, node: process.versions.node }
    process.stdout.write(values.json ? `${JSON.stringify({ rows, ...machine })}\n` : text(rows))
  } finally {
    await server.stop()
    await sql.end()
    await embedded.close()
  }
}

async function measured(about: string, { name, run }: Way): Promise<Row> {
  const taken = []
  for (let n = 0; n < runs; n++) taken.push(await turnsOf(run))
  const longest = taken.map((one) => one.longest)
  const all = median(taken.map((one) => one.all))
  return { way: `${about} ${name}`, longest: median(longest), leastLongest: Math.min(...longest), all }
}

function text(rows: Row[]): string {
  const lines = [
    ['longest turn in ms', 'median', 'least', 'all turns'],
    ...rows.map(({ way, longest, leastLongest, all }) => [
      way,
      ...[longest, leastLongest, all].map((ms) => ms.toFixed(1)),
    ]),
  ].map(([name = '', ...cells]) => `${name.padEnd(28)}${cells.map((cell) => cell.padStart(11)).join('')}`)
  return `\n${lines.join('\n')}\n(${runs} runs, ${cpus().length} cores, Node ${process.versions.node})\n`
}
