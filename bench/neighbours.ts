/**
 * This bench measures what a heavy neighbour costs others: how long one account's orders take to be placed, alone and beside an account with a long past that
 * reads as much as it can.
 *
 *   node bench/neighbours.ts                    an account with a million items, some seconds for each kind of neighbour
 *   node bench/neighbours.ts --items 50000      a smaller one, which is filled sooner
 *   node bench/neighbours.ts --against ../before    another checkout's server in place of this one's
 *   node bench/neighbours.ts --json             the figures as one JSON value
 *
 * The server is a process of its own on an embedded PostgreSQL in a temporary folder, with fsync on. Orders are placed one after another on
 * one connection; each neighbour is 16 clients that ask again as soon as they are answered.
 */
import { Agent, request } from 'node:http'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createAccount } from '../src/accounts/accounts.ts'
import { createKey } from '../src/accounts/keys.ts'
import { createService } from '../src/catalogue/services.ts'
import type { Sql } from '../src/database/database.ts'
import { micros } from '../src/lib/money.ts'
import { median, nthImei, percentile } from './figures.ts'
import { fillAccount, inputOf } from './filled-account.ts'
import { root } from './processes.ts'
import { inFolder, onDatabase, startApi } from './server.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    items: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '8' },
    against: { type: 'string' },
  },
})
const items = Number(values.items)
const seconds = Number(values.seconds)
/** ITEMS_PER_ORDER are a few items an order, as accounts with long pasts have them. */
const ITEMS_PER_ORDER = 4
const CLIENTS = 16
/** ABORT_MS is how soon a client leaves that does not wait for its answer. */
const ABORT_MS = 40

let serial = 0
await inFolder(main)

/** Neighbour is what the clients of the busy account ask for, the nth time. */
interface Neighbour {
  name: string
  path: (n: number) => string
  leaves?: boolean
}

interface Row {
  neighbour: string
  placed: number
  medianMs: number
  p99Ms: number
  /** `asked` counts the neighbour's answers by their status; 0: it left. */
  asked: Record<number, number>
}

async function main(folder: string): Promise<void> {
  const checkout = values.against === undefined ? root : resolve(values.against)
  const url = await startApi(folder, { checkout })
  const { busy, buyer, code } = await onDatabase(folder, fill)
  const month = '2026-10'
  const neighbours: Neighbour[] = [
    { name: 'searches for a part', path: (n) => `/api/order?q=${inputOf(n + 1).slice(-9)}` },
    { name: 'searches for an IMEI', path: (n) => `/api/order?q=${inputOf(((n * 7919) % items) + 1)}` },
    { name: 'lists', path: () => '/api/order?limit=50' },
    { name: 'lists of what there is none', path: () => '/api/order?status=failed' },
    {
      name: 'transactions and mutations',
      path: (n) => (n % 2 ? '/api/transactions' : '/api/mutation?limit=50'),
    },
    { name: 'exports', path: () => `/api/statement/${month}?format=csv` },
    { name: 'statements', path: (n) => `/api/statement/${month}?format=${n % 2 ? 'json' : 'pdf'}` },
    { name: '/metrics', path: () => '/metrics' },
    { name: 'aborted searches', path: () => '/api/order?q=nothing', leaves: true },
  ]
  const rows: Row[] = []
  const say = (row: Row): void => {
    rows.push(row)
    if (!values.json) process.stderr.write(`${lineOf(row, rows[0])}\n`)
  }
  await placeFor(url, buyer, code, 2)
  say({ neighbour: 'alone', ...(await placeFor(url, buyer, code, seconds)), asked: {} })
  for (const neighbour of neighbours) {
    const stop = new AbortController()
    const asked: Record<number, number> = {}
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      ask(url, busy, neighbour, client, asked, stop.signal),
    )
    const placed = await placeFor(url, buyer, code, seconds)
    stop.abort()
    await Promise.all(clients)
    say({ neighbour: neighbour.name, ...placed, asked })
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows, items, seconds, cores: cpus().length })}\n`)
  else
    process.stdout.write(
      `\nEach line: one account's orders beside 16 clients of a neighbour, the median against that alone, and the neighbour's answers by status.\n${items} items; ${cpus().length} cores shared by server, PostgreSQL and clients; fsync on\n`,
    )
}

async function fill(sql: Sql) {
  const shop = async (username: string, deposit?: bigint) => {
    const form = { name: username, email: `${username}@example.com`, currency: 'USD', username }
    const account = await createAccount(
      sql,
      { ...form, ...(deposit !== undefined && { deposit: micros(deposit) }) },
      'bench',
    )
    const { securityId, secret } = await createKey(sql, account.id, {})
    return { accountId: account.id, bearer: { authorization: `Bearer ${securityId}.${secret}` } }
  }
  const [busy, buyer] = [await shop('busy'), await shop('buyer', 1_000_000_000_000n)]
  const service = await createService(sql, {
    ...{ code: 'check', name: 'Check', group: 'Checks', kind: 'imei', price: '0.01', currency: 'USD' },
    supplier: 'sandbox',
  })
  await fillAccount(sql, {
    accountId: busy.accountId,
    serviceId: service.id,
    orders: Math.ceil(items / ITEMS_PER_ORDER),
    itemsPerOrder: ITEMS_PER_ORDER,
    from: new Date('2026-10-01T00:00:00Z'),
    to: new Date('2026-11-01T00:00:00Z'),
  })
  await sql.unsafe('analyze')
  return { busy: busy.bearer, buyer: buyer.bearer, code: 'check' }
}

/** `placeFor` places orders one after another for some seconds, and gives how long they took. */
async function placeFor(
  url: string,
  headers: Record<string, string>,
  code: string,
  forSeconds: number,
): Promise<Pick<Row, 'placed' | 'medianMs' | 'p99Ms'>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const took: number[] = []
  for (const until = performance.now() + forSeconds * 1000; performance.now() < until; ) {
    const body = JSON.stringify({ code, data: { imeis: [nthImei(serial++)] } })
    const began = performance.now()
    const status = await send(`${url}/api/order`, { method: 'POST', headers, agent, body })
    if (status !== 200) throw new Error(`an order was answered with ${status}`)
    took.push(performance.now() - began)
  }
  agent.destroy()
  return { placed: took.length, medianMs: median(took), p99Ms: percentile(took, 0.99) }
}

/** `ask` is one client of the neighbour: it asks until it is told to stop. */
async function ask(
  url: string,
  headers: Record<string, string>,
  { path, leaves }: Neighbour,
  client: number,
  asked: Record<number, number>,
  stop: AbortSignal,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let n = client; !stop.aborted; n += CLIENTS) {
    const signal = leaves ? AbortSignal.any([stop, AbortSignal.timeout(ABORT_MS)]) : stop
    const status = await send(`${url}${path(n)}`, { method: 'GET', headers, agent, signal })
    asked[status] = (asked[status] ?? 0) + 1
  }
  agent.destroy()
}

/** `send` gives the status once the whole answer has come; 0: it never came. */
function send(
  url: string,
  {
    body,
    ...options
  }: { method: string; headers: Record<string, string>; agent: Agent; body?: string; signal?: AbortSignal },
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const sent = request(url, options, (reply) => {
    reply.on('error', () => resolve(0))
    reply.on('end', () => resolve(reply.statusCode ?? 0))
    reply.resume()
  })
  sent.on('error', () => resolve(0))
  sent.end(body)
  return promise
}

function lineOf({ neighbour, placed, medianMs, p99Ms, asked }: Row, alone: Row | undefined): string {
  const took = `median ${medianMs.toFixed(1).padStart(7)} ms  p99 ${p99Ms.toFixed(1).padStart(7)} ms`
  const factor = `${(medianMs / (alone?.medianMs ?? medianMs)).toFixed(1).padStart(5)} times`
  const answers = Object.entries(asked).map(
    ([status, count]) => `${status === '0' ? 'left' : status}: ${count}`,
  )
  return `${neighbour.padEnd(30)} ${String(placed).padStart(6)} orders  ${took} ${factor}  ${answers.join(', ')}`
}
