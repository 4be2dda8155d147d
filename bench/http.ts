/**
 * Speed over HTTP as ratios to the same framework answering a constant, measured side by side in one run:
 *
 *   npm run bench                       rounds of a few seconds each
 *   npm run bench -- --connections 100  with fewer than 1,000: fewer orders share a commit, and the ratio is lower
 *   npm run bench -- --json             the figures as one JSON value
 *
 * The server is a process of its own on an embedded PostgreSQL in a temporary folder, with fsync on; the load comes
 * from this process over keep-alive connections. Every round measures all cases one after another, so that a
 * machine that slows down slows them all; a ratio is the median of the rounds' ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { median, nthImei } from './figures.ts'
import { fillBench } from './fill.ts'
import { root, start, stopAll } from './processes.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1000' },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const connections = Number(values.connections)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

interface Case {
  name: string
  url: string
  body: (n: number) => string
  /** Of the REST API; what is left out is a request to the Dhru endpoint. */
  rest?: { method: 'GET' | 'POST'; path: string; headers: Record<string, string> }
}

const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
try {
  await main()
} finally {
  await stopAll()
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const constant = await start([join(root, 'bench/constant.ts')], {}, 'constant')
  const env = { IMEIGATE_DATA: join(folder, 'data'), LOG_LEVEL: 'error' }
  const api = await start(
    [join(root, 'bin/imeigate.js'), 'start'],
    { ...env, IMEIGATE_ROLE: 'api' },
    'imeigate (api)',
  )
  const { accounts, serviceId } = await fillBench(env.IMEIGATE_DATA)

  let serial = 0
  const nextImei = (): string => nthImei(serial++)
  const form = (account: { username: string; secret: string }, fields: Record<string, string>): string =>
    new URLSearchParams({
      username: account.username,
      apiaccesskey: account.secret,
      requestformat: 'JSON',
      ...fields,
    }).toString()
  const place = (n: number, among: number): string =>
    form(accounts[n % among] as (typeof accounts)[0], {
      action: 'placeimeiorder',
      parameters: JSON.stringify({ ID: serviceId, IMEI: nextImei() }),
    })
  const orderId = await placeOne(api, place(0, 1))
  const first = accounts[0] as (typeof accounts)[0]
  const headers = { authorization: `Bearer ${first.username}.${first.secret}` }
  const cases: Case[] = [
    { name: 'constant answer', url: constant, body: (n) => place(n, 1) },
    { name: 'place, one busy account', url: api, body: (n) => place(n, 1) },
    { name: 'place, 100 accounts', url: api, body: (n) => place(n, 100) },
    {
      name: 'status',
      url: api,
      body: () => form(first, { action: 'orderstatus', orderid: orderId }),
    },
    { name: 'service list', url: api, body: () => form(first, { action: 'imeiservicelist' }) },
    {
      name: 'REST: place, one account',
      url: api,
      body: () => JSON.stringify({ code: serviceId, data: { imeis: [nextImei()] } }),
      rest: { method: 'POST', path: '/api/order', headers },
    },
    {
      name: 'REST: order',
      url: api,
      body: () => '',
      rest: { method: 'GET', path: `/api/order/${orderId}`, headers },
    },
    {
      name: 'REST: services',
      url: api,
      body: () => '',
      rest: { method: 'GET', path: '/api/services?limit=50', headers },
    },
  ]
  const figures = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (const one of cases) await load(one, 1)
  for (let round = 1; round <= rounds; round++) {
    for (const one of cases) {
      const perSecond = await load(one, seconds)
      figures.get(one.name)?.push(perSecond)
      say(
        `round ${round}/${rounds}  ${one.name.padEnd(26)} ${perSecond.toLocaleString('en-US').padStart(9)} /s`,
      )
    }
  }
  report(figures)
}

function report(figures: Map<string, number[]>): void {
  const of = (name: string): number[] => figures.get(name) ?? []
  const ratio = (name: string, base: string): number =>
    median(of(name).map((value, round) => value / (of(base)[round] ?? Number.NaN)))
  const rows = [...figures.keys()].map((name) => ({
    case: name,
    'per second': Math.round(median(of(name))),
    'to the constant answer': Number(ratio(name, 'constant answer').toFixed(2)),
  }))
  const busy = Number(ratio('place, one busy account', 'place, 100 accounts').toFixed(2))
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rows, 'one busy account to 100': busy })}\n`)
    return
  }
  say('')
  for (const row of rows) {
    say(
      `${row.case.padEnd(26)} ${row['per second'].toLocaleString('en-US').padStart(9)} /s   ${row['to the constant answer'].toFixed(2)} of the constant answer`,
    )
  }
  say(`one busy account is ${busy.toFixed(2)} of a hundred accounts`)
  say(
    `(${connections} connections, ${cpus().length} cores shared by server, PostgreSQL and load, Node ${process.versions.node}, fsync on)`,
  )
}

async function placeOne(url: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await fetch(`${url}/api/dhru`, { method: 'POST', headers, body })
  const answer = (await reply.json()) as { SUCCESS: { REFERENCEID: string }[] }
  return answer.SUCCESS[0]?.REFERENCEID ?? ''
}

async function load(one: Case, duration: number): Promise<number> {
  let n = 0
  const {
    method,
    path,
    headers = {},
  } = one.rest ?? {
    method: 'POST',
    path: '/api/dhru',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
  const result = await autocannon({
    url: `${one.url}${path}`,
    connections,
    duration,
    requests: [
      {
        method,
        path,
        headers: { ...(one.rest && { 'content-type': 'application/json' }), ...headers },
        setupRequest: (request) => (method === 'GET' ? request : { ...request, body: one.body(n++) }),
        onResponse: (status, body) => {
          if (status !== 200 || body.includes('"ERROR"')) throw new Error(`${one.name}: ${status} ${body}`)
        },
      },
    ],
  })
  if (result.errors > 0 || result.non2xx > 0)
    throw new Error(`${one.name}: ${result.errors} errors, ${result.non2xx} not 200`)
  return Math.round(result.requests.total / result.duration)
}
