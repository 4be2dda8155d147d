/**
 * This bench measures what hostile bodies cost others:
 *
 *   node bench/bodies.ts                   every shape of test/support/bodies.ts, from strangers and with a key
 *   node bench/bodies.ts --seconds 20      as long as the flood lasts
 *   node bench/bodies.ts --rate 64         as many MB a second as the flood sends
 *
 * The server is a process of its own on an embedded PostgreSQL. How long its loop is busy is seen from outside: `GET /healthz` is asked
 * without a pause on a connection of its own, and its slowest answer while a shape is read is the shape's figure. Then all
 * shapes come at once at the rate of the flood, while one customer places orders; and the process's memory is read from /proc.
 */
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { bodyShapes } from '../test/support/bodies.ts'
import { randomNumbers } from '../test/support/random.ts'
import { median, nthImei, percentile } from './figures.ts'
import { fillBench } from './fill.ts'
import { pidOf } from './processes.ts'
import { inFolder, startApi } from './server.ts'

/** Sent is one shape, made. */
interface Sent {
  name: string
  contentType: string
  body: Buffer
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    rate: { type: 'string', default: '64' },
    seed: { type: 'string', default: '1' },
  },
})
const MB = 1024 * 1024
/** CALM_MS is how long the server is left alone around each shape. */
const CALM_MS = 20

await inFolder(main)

async function main(folder: string): Promise<void> {
  const url = await startApi(folder)
  const { accounts, serviceId } = await fillBench(folder)
  const [customer, other] = accounts
  if (!customer || !other) throw new Error('there are no accounts')
  const { dhruBodyLimit } = readConfig({})
  const shapesOf = (username: string, secret: string): Sent[] =>
    bodyShapes(
      dhruBodyLimit,
      [
        ['username', username],
        ['apiaccesskey', secret],
      ],
      randomNumbers(Number(values.seed)),
    ).map((shape) => ({ ...shape, body: shape.body() }))
  const strangers = shapesOf('nobody', 'wrong')
  const known = shapesOf(other.username, other.secret)

  const order = orderer(url, customer, serviceId)
  for (let count = 0; count < 200; count++) await order()

  for (const shapes of [strangers, known]) for (const shape of shapes) await send(url, shape)
  const rows: [name: string, stranger: number, known: number][] = []
  for (const [index, shape] of strangers.entries()) {
    rows.push([shape.name, await delayOf(url, shape), await delayOf(url, known[index] ?? shape)])
  }
  process.stdout.write('slowest answer of another request, in ms        stranger     with a key\n')
  for (const [name, stranger, withKey] of rows.toSorted(
    (a, b) => Math.max(b[1], b[2]) - Math.max(a[1], a[2]),
  )) {
    process.stdout.write(
      `${name.padEnd(48)} ${stranger.toFixed(1).padStart(8)} ${withKey.toFixed(1).padStart(14)}\n`,
    )
  }

  const alone = await timesOf(order, Number(values.seconds))
  const before = memoryOf(url)
  const flood = startFlood(url, strangers)
  const during = await timesOf(order, Number(values.seconds))
  const { sent, peak } = await flood.stop()
  process.stdout.write(`\na customer's order, in ms             median      p99\n`)
  for (const [name, times] of [
    ['alone', alone],
    [`beside ${(sent / MB / Number(values.seconds)).toFixed(0)} MB/s of strangers`, during],
  ] as const) {
    process.stdout.write(
      `${name.padEnd(36)} ${median(times).toFixed(2).padStart(7)} ${percentile(times, 0.99).toFixed(2).padStart(8)}\n`,
    )
  }
  process.stdout.write(`\nresident memory, in MB: ${before.toFixed(0)} before, ${peak.toFixed(0)} at most\n`)
}

/** `send` sends a shape, and gives nothing of the answer but its end. */
function send(url: string, { contentType, body }: Sent, agent?: Agent): Promise<void> {
  return new Promise((resolve) => {
    const request = httpRequest(
      `${url}/api/dhru`,
      {
        method: 'POST',
        headers: { 'content-type': contentType, 'content-length': body.length },
        ...(agent && { agent }),
      },
      (reply) => reply.resume().on('end', resolve).on('error', resolve),
    )
    // The server may close the connection behind an early answer.
    request.on('error', () => resolve())
    request.end(body)
  })
}

/** `delayOf` gives the slowest answer to others while the server reads a shape. */
async function delayOf(url: string, shape: Sent): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let isOver = false
  let slowest = 0
  const asking = (async () => {
    while (!isOver) {
      const began = performance.now()
      await health(url, agent)
      slowest = Math.max(slowest, performance.now() - began)
    }
  })()
  await new Promise((resolve) => setTimeout(resolve, CALM_MS))
  slowest = 0
  await send(url, shape)
  await new Promise((resolve) => setTimeout(resolve, CALM_MS))
  isOver = true
  await asking
  agent.destroy()
  return slowest
}

function health(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    httpRequest(`${url}/healthz`, { agent }, (reply) => reply.resume().on('end', resolve))
      .on('error', reject)
      .end()
  })
}

/** `orderer` gives what places one order, and waits for its answer. */
function orderer(url: string, { username, secret }: { username: string; secret: string }, service: string) {
  let serial = 0
  return async (): Promise<void> => {
    const reply = await fetch(`${url}/api/dhru`, {
      method: 'POST',
      body: new URLSearchParams({
        username,
        apiaccesskey: secret,
        action: 'placeimeiorder',
        ID: service,
        IMEI: nthImei(serial++),
      }),
    })
    const text = await reply.text()
    if (!text.includes('SUCCESS')) throw new Error(text)
  }
}

/** `timesOf` places orders one after another for some seconds; gives how long each took. */
async function timesOf(order: () => Promise<void>, seconds: number): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const began = performance.now()
    await order()
    times.push(performance.now() - began)
  }
  return times
}

/** `startFlood` sends the shapes at the rate of the flood, from 64 connections. */
function startFlood(url: string, shapes: Sent[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const running = new Set<Promise<void>>()
  const began = performance.now()
  let sent = 0
  let peak = 0
  let next = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(url))
    const due = ((performance.now() - began) / 1000) * Number(values.rate) * MB
    while (sent < due && running.size < 64) {
      const shape = shapes[next++ % shapes.length] as Sent
      sent += shape.body.length
      const one: Promise<void> = send(url, shape, agent).finally(() => running.delete(one))
      running.add(one)
    }
  }, 10)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(running)
      agent.destroy()
      return { sent, peak }
    },
  }
}

/** `memoryOf` is the resident memory of the server, in MB; NaN where there is no /proc. */
function memoryOf(url: string): number {
  try {
    const status = readFileSync(`/proc/${pidOf(url)}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
