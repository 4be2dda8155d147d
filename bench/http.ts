/**
 * Speed over HTTP as ratios to the same framework answering a constant, measured side by side in one run:
 *
 *   npm run bench                          rounds of a few seconds each
 *   npm run bench -- --connections 100     orders are placed at 100 and 1,000 connections unless this says otherwise
 *   npm run bench -- --against ../before   another checkout's server beside this one's, and the ratio of the two
 *   npm run bench -- --only place          only the cases whose name contains this text
 *   npm run bench -- --json                the figures as one JSON value
 *
 * Each server is a process of its own on an embedded PostgreSQL in a temporary folder, with fsync on; the load comes from this process
 * over keep-alive connections. Every round measures all cases one after another, so that a machine that slows down slows them all. Two
 * checkouts are measured in the turns this, other, other, this, each half as long, so that a speed that drifts touches both alike. Every
 * round starts the servers anew, since one process of the same program is up to a fifth faster than another; a ratio is the median of the
 * rounds' ratios, with the lower and upper quartile. Where there is /proc, the processor time of node and of
 * PostgreSQL for each request is measured too; a PostgreSQL process that ended in between is left out of it.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Side, sidesOf } from './compare.ts'
import { cpuTimes } from './cpu.ts'
import { median, nthImei, percentile } from './figures.ts'
import type { fillBench } from './fill.ts'
import { type Case, load } from './load.ts'
import { pidOf, root, start, stopServer } from './processes.ts'
import { inFolder, startApi } from './server.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '100,1000' },
    against: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const connectionCounts = values.connections.split(',').map(Number)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * WARM_UP_SECONDS: V8 compiles for so long what each kind of request needs. Until then a request may take twice the processor time that it takes for the rest of
 * a server's life, and the more so the more code there is.
 */
const WARM_UP_SECONDS = 10

let serial = 0
const nextImei = (): string => nthImei(serial++)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

await inFolder(main)

/** Target is a running server of one checkout, filled with accounts and a service. */
interface Target extends Side {
  url: string
  data: string
  filled: Awaited<ReturnType<typeof fillBench>>
}

interface Measured {
  perSecond: number
  /** `cpu` is microseconds of processor time a request; undefined where there is no /proc. */
  cpu: { node: number; postgres: number } | undefined
}

async function makeTarget(folder: string, { name, checkout }: Side): Promise<Target> {
  const data = join(folder, name)
  const url = await startServer(data, { name, checkout })
  const { fillBench } = (await import(
    pathToFileURL(join(checkout, 'bench/fill.ts')).href
  )) as typeof import('./fill.ts')
  return { name, checkout, url, data, filled: await fillBench(data) }
}

function startServer(data: string, { name, checkout }: Side): Promise<string> {
  return startApi(data, { checkout, name: `imeigate (${name})` })
}

/** `startAnew` starts the server of a target again, warms it up, and gives its cases. */
async function startAnew(target: Target): Promise<Cases> {
  await stopServer(target.url)
  target.url = await startServer(target.data, target)
  const cases = casesFor(target)
  for (const one of cases.warmUp) await load(one, { connections: 100, seconds: WARM_UP_SECONDS })
  return cases
}

async function main(folder: string): Promise<void> {
  const constant = await start([join(root, 'bench/constant.ts')], {}, 'constant')
  const targets: Target[] = []
  for (const side of sidesOf(values.against)) targets.push(await makeTarget(folder, side))

  const figures = new Map<string, Measured[]>()
  const record = (name: string, measured: Measured[]): void => {
    const one = meanOf(measured)
    const found = figures.get(name)
    if (found) found.push(one)
    else figures.set(name, [one])
    const { perSecond, cpu } = one
    const used = cpu
      ? `  ${cpu.node.toFixed(0)} + ${cpu.postgres.toFixed(0)} us of node + PostgreSQL each`
      : ''
    say(`  ${name.padEnd(44)} ${count(perSecond)} /s${used}`)
  }

  const many = Math.max(...connectionCounts)
  let listBase = ''
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    const sides: Cases[] = []
    for (const target of targets) sides.push(await startAnew(target))
    const [first] = sides as [Cases]
    const compare = async (kindOf: (cases: Cases) => Case[], connections: number, at = ''): Promise<void> => {
      for (const [index, { name }] of kindOf(first).entries()) {
        if (!name.includes(values.only)) continue
        const turns = sides.length === 1 ? sides : [...sides, ...sides.toReversed()]
        const measured = new Map(targets.map((target) => [target, [] as Measured[]]))
        for (const cases of turns) {
          const { target } = cases
          const length = (seconds * sides.length) / turns.length
          const one = kindOf(cases)[index] as Case
          measured.get(target)?.push(await measure(one, { connections, seconds: length, target }))
        }
        for (const [target, one] of measured) record(labelled(`${name}${at}`, target), one)
      }
    }
    for (const connections of connectionCounts) {
      const at = `, ${connections} connections`
      const constantPlace = { ...first.places[0], url: `${constant}/api/dhru` } as Case
      record(`constant answer${at}`, [await measure(constantPlace, { connections, seconds })])
      await compare(({ places }) => places, connections, at)
    }
    const size = await sizeOf(first.list)
    listBase = `constant of ${size} bytes`
    const constantList = { ...first.list, url: `${constant}/bytes/${size}` }
    record(listBase, [await measure(constantList, { connections: many, seconds })])
    await compare(({ others }) => others, many)
  }
  report(figures, { listBase, many })
}

/** `measure` makes requests of one kind; gives what they took. */
async function measure(
  one: Case,
  { connections, seconds, target }: { connections: number; seconds: number; target?: Target },
): Promise<Measured> {
  const before = target && cpuTimes(pidOf(target.url), target.data)
  const { requests, perSecond } = await load(one, { connections, seconds })
  const after = target && cpuTimes(pidOf(target.url), target.data)
  const each = (used: 'node' | 'postgres'): number =>
    (((after?.[used] ?? 0) - (before?.[used] ?? 0)) * 1e6) / requests
  return { perSecond, cpu: before && after ? { node: each('node'), postgres: each('postgres') } : undefined }
}

/** `meanOf` gives what was measured in turns of equal length. */
function meanOf(measured: readonly Measured[]): Measured {
  const mean = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
  const cpus = measured.flatMap(({ cpu }) => cpu ?? [])
  return {
    perSecond: mean(measured.map(({ perSecond }) => perSecond)),
    cpu:
      cpus.length === measured.length
        ? {
            node: mean(cpus.map(({ node }) => node)),
            postgres: mean(cpus.map(({ postgres }) => postgres)),
          }
        : undefined,
  }
}

function labelled(name: string, { name: target }: Target): string {
  return target === 'this' ? name : `${name} [against]`
}

interface Cases {
  target: Target
  places: Case[]
  others: Case[]
  list: Case
  /** `warmUp` is one case of each kind. */
  warmUp: Case[]
}

function casesFor(target: Target): Cases {
  const { url, filled } = target
  const { accounts, serviceId } = filled
  const first = accounts[0] as (typeof accounts)[0]
  const form = (account: typeof first, fields: Record<string, string>): string =>
    new URLSearchParams({
      username: account.username,
      apiaccesskey: account.secret,
      requestformat: 'JSON',
      ...fields,
    }).toString()
  const dhru = (name: string, body: (n: number) => string): Case => ({
    name,
    method: 'POST',
    url: `${url}/api/dhru`,
    headers: FORM,
    body,
  })
  const place = (among: number): Case =>
    dhru(among === 1 ? 'place, 1 account' : `place, ${among} accounts`, (n) =>
      form(accounts[n % among] as typeof first, {
        action: 'placeimeiorder',
        parameters: JSON.stringify({ ID: serviceId, IMEI: nextImei() }),
      }),
    )
  const rest = (name: string, method: Case['method'], path: string, body = (): string => ''): Case => ({
    name,
    method,
    url: `${url}${path}`,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${first.username}.${first.secret}`,
    },
    body,
  })
  const list = dhru('service list', () => form(first, { action: 'imeiservicelist' }))
  const places = [place(1), place(8), place(100)]
  const others = [
    dhru('status', () => form(first, { action: 'orderstatus', orderid: '1001' })),
    list,
    rest('REST: place, 1 account', 'POST', '/api/order', () =>
      JSON.stringify({ code: serviceId, data: { imeis: [nextImei()] } }),
    ),
    rest('REST: order', 'GET', '/api/order/1001'),
    rest('REST: services', 'GET', '/api/services?limit=50'),
  ]
  // The order 1001 must be there before it is asked for.
  const measured = others.filter(({ name }) => name.includes(values.only))
  return { target, places, others, list, warmUp: [places[0] as Case, ...measured] }
}

async function sizeOf(one: Case): Promise<number> {
  const reply = await fetch(one.url, { method: one.method, headers: one.headers, body: one.body(0) })
  return (await reply.arrayBuffer()).byteLength
}

function count(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en-US').padStart(9)
}

function report(
  figures: Map<string, Measured[]>,
  { listBase, many }: { listBase: string; many: number },
): void {
  const speeds = (name: string): number[] => (figures.get(name) ?? []).map(({ perSecond }) => perSecond)
  const ratios = (name: string, base: string): number[] =>
    speeds(name).map((value, round) => value / (speeds(base)[round] ?? Number.NaN))
  const to2 = (value: number): number => Number(value.toFixed(2))
  const baseOf = (name: string): string => {
    if (name.startsWith('service list')) return listBase
    const [, at] = /(\d+) connections/.exec(name) ?? []
    return `constant answer, ${at ?? many} connections`
  }
  const rows = [...figures].map(([name, measured]) => {
    const cpus = measured.flatMap(({ cpu }) => cpu ?? [])
    const against = `${name} [against]`
    return {
      case: name,
      perSecond: Math.round(median(speeds(name))),
      toConstant: to2(median(ratios(name, baseOf(name)))),
      ...(figures.has(against) && {
        toAgainst: to2(median(ratios(name, against))),
        quartiles: [0.25, 0.75].map((share) => to2(percentile(ratios(name, against), share))),
      }),
      ...(cpus.length > 0 && {
        nodeMicros: Math.round(median(cpus.map(({ node }) => node))),
        postgresMicros: Math.round(median(cpus.map(({ postgres }) => postgres))),
      }),
    }
  })
  const about = { seconds, rounds, cores: cpus().length, node: process.versions.node }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rows, ...about })}\n`)
    return
  }
  const head = ['', 'per second', 'of the constant', 'of the other', 'quartiles', 'node us', 'PostgreSQL us']
  const cells = rows.map((row) => [
    row.case,
    row.perSecond.toLocaleString('en-US'),
    row.toConstant.toFixed(2),
    row.toAgainst?.toFixed(2) ?? '',
    row.quartiles?.map((one) => one.toFixed(2)).join('-') ?? '',
    row.nodeMicros?.toString() ?? '',
    row.postgresMicros?.toString() ?? '',
  ])
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => (row[column] ?? '').length)),
  )
  process.stdout.write('\n')
  for (const row of [head, ...cells]) {
    const line = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    process.stdout.write(`${line.join('  ').trimEnd()}\n`)
  }
  process.stdout.write(
    `\n${about.cores} cores shared by server, PostgreSQL and load; Node ${about.node}; fsync on; ${rounds} rounds of ${seconds} s\n`,
  )
}
