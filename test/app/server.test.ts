import dns from 'node:dns'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { startServer } from '../../src/app/server.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { type RuntimeService, RuntimeServices } from '../../src/runtime/runtime-service.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/** ORDER lists what a process of all roles starts, in that order; services of one group are stopped together. */
const ORDER = [
  ['pools'],
  ['migration'],
  ['change notifications'],
  ['throttles', 'authenticator', 'refusals', 'request log', 'live answers', 'live rights'],
  ['suppliers', 'payment gateways', 'webhooks'],
  [
    'jobs',
    'fulfilment',
    'key sweeper',
    'hash chain',
    'sales figures',
    'stuck sessions',
    'clock watch',
    'http',
  ],
]
/** NO_WORK is what is left of the list in an api process, which does no work: of the last group only `http`. */
const NO_WORK = [...ORDER.slice(0, -1), ['http']]

/** `fails` makes the start of one service fail, after all that it starts has started. */
function fails(name: string): void {
  const start = RuntimeServices.prototype.start
  vi.spyOn(RuntimeServices.prototype, 'start').mockImplementation(function (this: RuntimeServices, groups) {
    const failing = (service: RuntimeService): RuntimeService => ({
      name,
      start: async () => {
        await service.start?.()
        throw new Error('it is broken')
      },
      stop: () => service.stop?.(),
    })
    return start.call(
      this,
      groups.map((group) => group.map((one) => (one.name === name ? failing(one) : one))),
    )
  })
}

/** `journal` gives a log, and what it was told about services. */
function journal(): { log: pino.Logger; starting: string[]; stopping: string[] } {
  const starting: string[] = []
  const stopping: string[] = []
  const write = (line: string): void => {
    const { msg, service } = JSON.parse(line) as { msg: string; service: string }
    if (msg === 'starting') starting.push(service)
    if (msg === 'stopping') stopping.push(service)
  }
  return { log: pino({ level: 'debug' }, { write }), starting, stopping }
}

const config = (role: string): Config =>
  readConfig({ IMEIGATE_ROLE: role, IMEIGATE_SECRET_KEY: 'ab'.repeat(32), PORT: '0' })

/** `connections` counts what is connected to the database beside this test. */
async function connections({ sql }: TestDatabase): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name not like '%test%' and pid <> pg_backend_pid()`
  return row?.count ?? 0
}

const upTo = (name: string, groups: string[][]): string[][] => {
  const at = groups.findIndex((group) => group.includes(name))
  const last = groups[at] as string[]
  return [...groups.slice(0, at), last.slice(0, last.indexOf(name) + 1)]
}

const stopsOf = (groups: string[][]): string[] => groups.toReversed().flat()

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  ['all', ORDER],
  ['api', NO_WORK],
  ['worker', ORDER],
])('role %s starts its list in order and stops it in reverse', async (role, order) => {
  const database = await testDatabase()
  const idle = await connections(database)
  const { log, starting, stopping } = journal()
  const server = await startServer(config(role), database.access, log)
  expect(starting).toEqual(order.flat())
  await server.stop()
  expect(stopping).toEqual(stopsOf(order))
  // PostgreSQL ends a session a moment after its client.
  await expect.poll(() => connections(database)).toBe(idle)
  await database.drop()
})

test('localhost is one address, at which callers are counted as at any other', async () => {
  const found = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  const lookup = (name: string, _options: object, done: (error: null, found: object[]) => void): void =>
    done(null, name === 'localhost' ? found : found.filter(({ address }) => address === name))
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup)
  const database = await testDatabase()
  const settings = {
    HOST: 'localhost',
    PORT: '0',
    IMEIGATE_SECRET_KEY: 'ab'.repeat(32),
    IMEIGATE_ROLE: 'api',
  }
  const server = await startServer(readConfig(settings), database.access, pino({ level: 'silent' }))
  const { port } = new URL(server.url)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  await expect(fetch(`http://[::1]:${port}/healthz`)).rejects.toThrow()
  await server.stop()
  await database.drop()
})

test.each(ORDER.flat())('when %s fails to start, all that had started is stopped', async (name) => {
  const database = await testDatabase()
  const idle = await connections(database)
  fails(name)
  const { log, starting, stopping } = journal()
  await expect(startServer(config('all'), database.access, log)).rejects.toThrow()
  const begun = upTo(name, ORDER)
  expect(starting).toEqual(begun.flat())
  expect(stopping).toEqual(stopsOf(begun))
  // PostgreSQL ends a session a moment after its client.
  await expect.poll(() => connections(database)).toBe(idle)
  await database.drop()
})
