/**
 * Sending to suppliers: how many items a second one process sends to a fake supplier over HTTP, and how long an order
 * takes from its request to the supplier.
 *
 *   node bench/dispatch.ts          20,000 items, then 500 orders a second for 10 seconds
 *   node bench/dispatch.ts --json   the figures as one JSON value
 *
 * The fake supplier, the server and PostgreSQL (embedded, in a temporary folder, fsync on) share this machine with the
 * load. Each item is sent alone, as the kit does, unless a line says otherwise.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createAccount } from '../src/accounts/accounts.ts'
import { createKey } from '../src/accounts/keys.ts'
import { createService } from '../src/catalogue/services.ts'
import { openPool, type Sql } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { micros } from '../src/lib/money.ts'
import { Sealer } from '../src/secrets/sealer.ts'
import { addRoute } from '../src/supplier-routes/routes.ts'
import { createSupplier } from '../src/suppliers/suppliers.ts'
import { nthImei, percentile } from './figures.ts'
import { freePort, root, start, stopAll } from './processes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    items: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
  },
})
const items = Number(values.items)
const seconds = Number(values.seconds)
const rate = Number(values.rate)
const KEY = 'b1'.repeat(32)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Bytes of the supplier's log that were read. */
let read = 0
const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
try {
  await main()
} finally {
  await stopAll()
  rmSync(folder, { recursive: true, force: true })
}

interface Shop {
  username: string
  secret: string
  /** Sent one by one, and a hundred in a call. */
  services: { single: string; bulk: string }
}

async function main(): Promise<void> {
  const port = await freePort()
  const log = join(folder, 'supplier.log')
  const program = join(root, 'bin/imeigate.js')
  const fake = ['fake-supplier', '--port', `${port}`, '--log', log, '--no-log-asked', '--finish-ms', '60000']
  await start([program, ...fake], { PORT: `${port}` }, 'the fake supplier', '/control')
  const env = {
    IMEIGATE_DATA: join(folder, 'data'),
    IMEIGATE_SECRET_KEY: KEY,
    OUTBOUND_ALLOW: '127.0.0.0/8',
    LOG_LEVEL: 'error',
  }
  const api = await start([program, 'start'], { ...env, IMEIGATE_ROLE: 'api' }, 'imeigate (api)')
  const embedded = await openEmbedded({ folder: env.IMEIGATE_DATA, log: pino({ level: 'warn' }) })
  const sql = openPool(embedded.connection)
  try {
    const shop = await fill(sql, `http://127.0.0.1:${port}`)
    const figures: Record<string, number> = {}
    await placeAll(api, shop, shop.services.single, 0)
    await start([program, 'start'], { ...env, IMEIGATE_ROLE: 'worker' }, 'imeigate (worker)')
    figures['items a second, one in a call'] = await throughput(log, 0)
    await placeAll(api, shop, shop.services.bulk, items)
    figures['items a second, up to 100 in a call'] = await throughput(log, items)
    const delays = await paced(api, shop, log, 2 * items)
    figures[`ms from request to supplier at ${rate}/s, p50`] = Math.round(percentile(delays, 0.5))
    figures[`ms from request to supplier at ${rate}/s, p99`] = Math.round(percentile(delays, 0.99))
    report(figures)
  } finally {
    await sql.end()
    await embedded.close()
  }
}

function report(figures: Record<string, number>): void {
  if (values.json) return void process.stdout.write(`${JSON.stringify(figures)}\n`)
  say('')
  for (const [name, figure] of Object.entries(figures)) {
    say(`${name.padEnd(48)} ${figure.toLocaleString('en-US').padStart(9)}`)
  }
  say(
    `(${items.toLocaleString('en-US')} items, ${cpus().length} cores shared by all, Node ${process.versions.node}, fsync on)`,
  )
}

async function fill(sql: Sql, url: string): Promise<Shop> {
  const sealer = new Sealer(Buffer.from(KEY, 'hex'))
  const account = await createAccount(
    sql,
    { name: 'Bench', email: 'bench@example.com', currency: 'USD', deposit: micros(1_000_000_000_000n) },
    'bench',
  )
  const { securityId, secret } = await createKey(sql, account.id, {})
  const service = async (name: string, settings: Record<string, unknown>): Promise<string> => {
    const supplier = await createSupplier(sql, sealer, {
      kind: 'dhru',
      name,
      url,
      settings: { username: 'bench', ...settings },
      secrets: { apiaccesskey: 'bench-key' },
      concurrency: 256,
    })
    const { id } = await createService(sql, {
      code: `bench-${name}`,
      name,
      group: 'Bench',
      kind: 'imei',
      price: '1',
      currency: 'USD',
      // Only the sending is measured.
      minPollSeconds: 600,
    })
    await addRoute(sql, { service: `${id}`, supplier: `${supplier.id}`, remoteService: '101' })
    return `${id}`
  }
  return {
    username: securityId,
    secret,
    services: { single: await service('single', {}), bulk: await service('bulk', { bulk: 100 }) },
  }
}

/** Places the items from the nth on, 500 in a request. */
async function placeAll(api: string, shop: Shop, service: string, from: number): Promise<void> {
  for (let at = from; at < from + items; at += 500) {
    const rows = Array.from({ length: Math.min(500, from + items - at) }, (_, n) => ({
      ID: service,
      IMEI: nthImei(at + n),
    }))
    await ask(api, shop, { action: 'placeimeiorderbulk', parameters: JSON.stringify(rows) })
  }
}

async function ask(api: string, shop: Shop, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ username: shop.username, apiaccesskey: shop.secret, ...fields })
  const reply = await fetch(`${api}/api/dhru`, { method: 'POST', body })
  const text = await reply.text()
  if (text.includes('"ERROR"')) throw new Error(text)
}

/** When each IMEI was bought, in ms since the epoch, for those from the nth on. */
async function bought(log: string, from: number, count: number): Promise<Map<string, number>> {
  const wanted = new Set(Array.from({ length: count }, (_, n) => nthImei(from + n)))
  const times = new Map<string, number>()
  while (times.size < count) {
    // Seldom, so that the reading does not take the time that is measured.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    for (const line of newLines(log)) {
      const { what, at, input } = JSON.parse(line) as { what: string; at: string; input: string }
      if (what === 'bought' && wanted.has(input)) times.set(input, Date.parse(at))
    }
  }
  return times
}

/** What was appended since the last time, in whole lines. */
function newLines(log: string): string[] {
  const bytes = readFileSync(log).subarray(read)
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
  read += whole.length
  return whole.toString('utf8').split('\n').slice(0, -1)
}

async function throughput(log: string, from: number): Promise<number> {
  const times = [...(await bought(log, from, items)).values()]
  return Math.round(items / ((Math.max(...times) - Math.min(...times)) / 1000))
}

/** Orders placed one by one at a steady rate; gives the time of each from its request to the supplier, in ms. */
async function paced(api: string, shop: Shop, log: string, from: number): Promise<number[]> {
  const sent = new Map<string, number>()
  const begun = performance.now()
  const placing: Promise<void>[] = []
  for (let n = 0; n < rate * seconds; ) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate))
    for (; n < due; n++) {
      const imei = nthImei(from + n)
      sent.set(imei, Date.now())
      const parameters = JSON.stringify({ ID: shop.services.single, IMEI: imei })
      placing.push(ask(api, shop, { action: 'placeimeiorder', parameters }))
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await Promise.all(placing)
  const arrived = await bought(log, from, sent.size)
  return [...sent].map(([imei, at]) => (arrived.get(imei) ?? Number.NaN) - at)
}
