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
 * over keep-alive connections. Every round measures all cases one after another, so that a machine that slows down slows them all, and
 * every second round takes the two checkouts in the other order; a ratio is the median of the rounds' ratios. Where there is /proc, the processor time of node and of PostgreSQL for each request is
 * measured too; a PostgreSQL process that ended in between is left out of it.
 */
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { cpuTimes } from './cpu.ts'
import { median, nthImei } from './figures.ts'
import type { fillBench } from './fill.ts'
import { type Case, load } from './load.ts'
import { pidOf, root, start } from './processes.ts'
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

let serial = 0
const nextImei = (): string => nthImei(serial++)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

await inFolder(main)

/** Target is a running server of one checkout, filled with accounts and a service. */
interface Target {
  name: 'this' | 'against'
  url: string
  data: string
  filled: Awaited<ReturnType<typeof fillBench>>
}

interface Measured {
  perSecond: number
  /** `cpu` is microseconds of processor time a request; undefined where there is no /proc. */
  cpu: { node: number; postgres: number } | undefined
}

async function startTarget(folder: string, name: Target['name'], checkout: string): Promise<Target> {
  const data = join(folder, name)
  const url = await startApi(data, { checkout, name: `imeigate (${name})` })
  const { fillBench } = (await import(
    pathToFileURL(join(checkout, 'bench/fill.ts')).href
  )) as typeof import('./fill.ts')
  return { name, url, data, filled: await fillBench(data) }
}

async function main(folder: string): Promise<void> {
  const constant = await start([join(root, 'bench/constant.ts')], {}, 'constant')
  const targets = [await startTarget(folder, 'this', root)]
  if (values.against) targets.push(await startTarget(folder, 'against', resolve(values.against)))

  const figures = new Map<string, Measured[]>()
  const measure = async (name: string, one: Case, connections: number, target?: Target): Promise<void> => {
    const before = target && cpuTimes(pidOf(target.url), target.data)
    const perSecond = await load(one, { connections, seconds })
    const after = target && cpuTimes(pidOf(target.url), target.data)
    const each = (used: 'node' | 'postgres'): number =>
      (((after?.[used] ?? 0) - (before?.[used] ?? 0)) * 1e6) / (perSecond * seconds)
    const cpu = before && after ? { node: each('node'), postgres: each('postgres') } : undefined
    const found = figures.get(name)
    if (found) found.push({ perSecond, cpu })
    else figures.set(name, [{ perSecond, cpu }])
    const used = cpu
      ? `  ${cpu.node.toFixed(0)} + ${cpu.postgres.toFixed(0)} us of node + PostgreSQL each`
      : ''
    say(`  ${name.padEnd(44)} ${count(perSecond)} /s${used}`)
  }

  const casesOf = targets.map((target) => ({ target, ...casesFor(target) }))
  const [first] = casesOf
  if (!first) return
  const listSize = await sizeOf(first.list)
  const constantList: Case = {
    ...first.list,
    name: `constant of ${listSize} bytes`,
    url: `${constant}/bytes/${listSize}`,
  }
  for (const { all } of casesOf) for (const one of all) await load(one, { connections: 100, seconds: 1 })

  const many = Math.max(...connectionCounts)
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    const inTurn = round % 2 === 1 ? casesOf : casesOf.toReversed()
    for (const connections of connectionCounts) {
      const at = (name: string): string => `${name}, ${connections} connections`
      await measure(
        at('constant answer'),
        { ...first.places[0], url: `${constant}/api/dhru` } as Case,
        connections,
      )
      for (const [index, { name }] of first.places.entries()) {
        if (!name.includes(values.only)) continue
        for (const { target, places } of inTurn) {
          await measure(labelled(at(name), target), places[index] as Case, connections, target)
        }
      }
    }
    await measure(constantList.name, constantList, many)
    for (const [index, { name }] of first.others.entries()) {
      if (!name.includes(values.only)) continue
      for (const { target, others } of inTurn) {
        await measure(labelled(name, target), others[index] as Case, many, target)
      }
    }
  }
  report(figures, { listBase: constantList.name, many })
}

function labelled(name: string, { name: target }: Target): string {
  return target === 'this' ? name : `${name} [against]`
}

function casesFor({ url, filled }: Target): { places: Case[]; others: Case[]; list: Case; all: Case[] } {
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
  return { places, others, list, all: [places[0] as Case, ...others] }
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
  const ratio = (name: string, base: string): number =>
    Number(median(speeds(name).map((value, round) => value / (speeds(base)[round] ?? Number.NaN))).toFixed(2))
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
      toConstant: ratio(name, baseOf(name)),
      ...(figures.has(against) && { toAgainst: ratio(name, against) }),
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
  const head = ['', 'per second', 'of the constant', 'of the other', 'node us', 'PostgreSQL us']
  const cells = rows.map((row) => [
    row.case,
    row.perSecond.toLocaleString('en-US'),
    row.toConstant.toFixed(2),
    row.toAgainst?.toFixed(2) ?? '',
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
