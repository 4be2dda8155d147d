/**
 * Fulfilment by a supplier: how many items a second one worker sends to a fake supplier over HTTP, how many it brings to
 * their end (sent, asked for, paid), what an item costs in processor time, and how long an order takes from its request to
 * the supplier.
 *
 *   node bench/dispatch.ts                      rounds of 20,000 items sent one in a call, 20,000 sent up to a hundred in a call,
 *                                               and 500 orders a second for 10 seconds
 *   node bench/dispatch.ts --against ../before  another checkout beside this one, and the ratio of the two
 *   node bench/dispatch.ts --json               the figures as one JSON value
 *
 * Each checkout has its own server, worker, PostgreSQL (embedded, in a temporary folder, fsync on) and fake supplier (this
 * checkout's); they share this machine with the load. A checkout is driven from outside only: by its commands and over HTTP. Items
 * are placed while no worker runs. The processor time is the worker's and PostgreSQL's, from the worker's first answer on.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Figures, type Side, sidesOf } from './compare.ts'
import { cpuTimes } from './cpu.ts'
import { nthImei, percentile } from './figures.ts'
import {
  cleanUpOnSignals,
  freePort,
  pidOf,
  root,
  runJson,
  start,
  stopAll,
  stopPostgres,
  stopServer,
} from './processes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    items: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
  },
})
const rounds = Number(values.rounds)
const items = Number(values.items)
const seconds = Number(values.seconds)
const rate = Number(values.rate)

const sides = sidesOf(values.against)
const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
const cleanUp = cleanUpOnSignals(async () => {
  await stopAll()
  for (const { name } of sides) await stopPostgres(join(folder, name))
  rmSync(folder, { recursive: true, force: true })
})
/** Target is a running server of one checkout, with an account and two services that a fake supplier does. */
interface Target {
  side: Side
  url: string
  program: string
  env: Record<string, string>
  /** `data` is the data folder. */
  data: string
  log: SupplierLog
  credentials: { username: string; apiaccesskey: string }
  /** `services` are the ids of those whose items are sent one by one, and a hundred in a call. */
  services: { single: string; bulk: string }
  /** `next` numbers the next IMEI. */
  next: number
}

async function main(): Promise<void> {
  const figures = new Figures()
  const targets: Target[] = []
  for (const side of sides) targets.push(await startTarget(side))
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`)
    // No side is always the first.
    const turn = round % 2 === 1 ? targets : targets.toReversed()
    for (const target of turn) {
      const worker = await throughput(figures, target, 'single', 'one in a call')
      await paced(figures, target)
      await stopServer(worker)
    }
    for (const target of turn) {
      await stopServer(await throughput(figures, target, 'bulk', 'up to 100 in a call'))
    }
  }
  figures.report({ rounds, items, seconds }, values.json)
}

async function startTarget(side: Side): Promise<Target> {
  const port = await freePort()
  const path = join(folder, `${side.name}.log`)
  const fake = ['fake-supplier', '--port', `${port}`, '--log', path, '--no-log-asked', '--finish-ms', '0']
  const supplierUrl = await start(
    [join(root, 'bin/imeigate.js'), ...fake],
    { PORT: `${port}` },
    'the fake supplier',
    '/control',
  )
  const data = join(folder, side.name)
  const env = {
    IMEIGATE_DATA: data,
    IMEIGATE_SECRET_KEY: 'b1'.repeat(32),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    LOG_LEVEL: 'error',
  }
  const program = join(side.checkout, 'bin/imeigate.js')
  const url = await start([program, 'start'], { ...env, IMEIGATE_ROLE: 'api' }, `imeigate (${side.name})`)
  const run = (line: string): Promise<unknown> => runJson([program, ...line.split(' '), '--json'], env)

  await run('account create --name Bench --email bench@example.com --currency USD --deposit 100000000')
  const { username, apiaccesskey } = (await run('key create --account bench')) as Target['credentials']
  const service = async (name: string, more: string): Promise<string> => {
    await run(
      `supplier add --kind dhru --name ${name} --url ${supplierUrl} --username bench --apiaccesskey bench --concurrency 256${more}`,
    )
    const made = await run(
      `service create --code bench-${name} --name ${name} --group Bench --kind imei --price 1 --currency USD`,
    )
    await run(`route add --service bench-${name} --supplier ${name} --remote-service 101`)
    return String((made as { id: number }).id)
  }
  const services = { single: await service('single', ''), bulk: await service('bulk', ' --bulk 100') }
  return {
    side,
    url,
    program,
    env,
    data,
    log: new SupplierLog(path),
    credentials: { username, apiaccesskey },
    services,
    next: 0,
  }
}

/** `throughput` places items, starts a worker, and measures until all are done; gives the worker, which goes on running. */
async function throughput(
  figures: Figures,
  target: Target,
  service: keyof Target['services'],
  way: string,
): Promise<string> {
  const { log, side, program, data } = target
  const wanted = await placeAll(target, target.services[service])
  const worker = await start(
    [program, 'start'],
    { ...target.env, IMEIGATE_ROLE: 'worker' },
    `imeigate (${side.name}, worker)`,
  )
  const before = cpuTimes(pidOf(worker), data)
  log.read()
  const counted = wanted.filter((imei) => !log.bought.has(imei)).length
  await log.until(wanted)
  const after = cpuTimes(pidOf(worker), data)

  const sent = wanted.map((imei) => log.bought.get(imei) ?? Number.NaN)
  const ended = wanted.map((imei) => log.delivered.get(imei) ?? Number.NaN)
  const first = Math.min(...sent)
  figures.record(`items sent a second, ${way}`, side, (1000 * items) / (Math.max(...sent) - first))
  figures.record(`items ended a second, ${way}`, side, (1000 * items) / (Math.max(...ended) - first))
  if (before && after) {
    const each = (used: 'node' | 'postgres'): number => ((after[used] - before[used]) * 1e6) / counted
    figures.record(`us of node an item, ${way}`, side, each('node'))
    figures.record(`us of PostgreSQL an item, ${way}`, side, each('postgres'))
  }
  return worker
}

/** `paced` places orders one by one at a steady rate; the time of each is from its request to the supplier. */
async function paced(figures: Figures, target: Target): Promise<void> {
  const sent = new Map<string, number>()
  const begun = performance.now()
  const placing: Promise<void>[] = []
  while (sent.size < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate))
    while (sent.size < due) {
      const imei = nthImei(target.next++)
      sent.set(imei, Date.now())
      const parameters = JSON.stringify({ ID: target.services.single, IMEI: imei })
      placing.push(ask(target, { action: 'placeimeiorder', parameters }))
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await Promise.all(placing)
  await target.log.until([...sent.keys()])
  const delays = [...sent].map(([imei, at]) => (target.log.bought.get(imei) ?? Number.NaN) - at)
  for (const share of [0.5, 0.99]) {
    const name = `ms from request to supplier at ${rate}/s, p${share * 100}`
    figures.record(name, target.side, percentile(delays, share))
  }
}

/** `placeAll` places orders of one item each, 500 in a request; gives their IMEIs. */
async function placeAll(target: Target, service: string): Promise<string[]> {
  const imeis = Array.from({ length: items }, () => nthImei(target.next++))
  for (let at = 0; at < items; at += 500) {
    const rows = imeis.slice(at, at + 500).map((imei) => ({ ID: service, IMEI: imei }))
    await ask(target, { action: 'placeimeiorderbulk', parameters: JSON.stringify(rows) })
  }
  return imeis
}

async function ask({ url, credentials }: Target, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ ...credentials, ...fields })
  const reply = await fetch(`${url}/api/dhru`, { method: 'POST', body })
  const text = await reply.text()
  if (text.includes('"ERROR"')) throw new Error(text)
}

/** SupplierLog reads when the fake supplier sold each IMEI, and when it first said that it is done, in ms since 1970. */
class SupplierLog {
  readonly bought = new Map<string, number>()
  readonly delivered = new Map<string, number>()
  readonly #path: string
  /** `#read` counts the bytes that were read. */
  #read = 0

  constructor(path: string) {
    this.#path = path
  }

  read(): void {
    const bytes = readFileSync(this.#path).subarray(this.#read)
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
    this.#read += whole.length
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) {
      const { what, at, input } = JSON.parse(line) as { what: string; at: string; input: string }
      if (what === 'bought' || what === 'delivered') this[what].set(input, Date.parse(at))
    }
  }

  /** `until` resolves when all are delivered. */
  async until(imeis: string[]): Promise<void> {
    while (!imeis.every((imei) => this.delivered.has(imei))) {
      // Seldom, so that the reading does not take the time that is measured.
      await new Promise((resolve) => setTimeout(resolve, 1000))
      this.read()
    }
  }
}

try {
  await main()
} finally {
  await cleanUp()
}
