import { createServer } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { Authenticator } from '../../src/accounts/authenticator.ts'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { ChangeNotifier } from '../../src/database/change-notifier.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import { KeySweeper } from '../../src/idempotency/key-sweeper.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { RequestLog } from '../../src/request-log/request-log.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/** ORDER lists what a process of all roles starts, in that order; services of one group are stopped together. */
const ORDER = [
  ['pools'],
  ['migration'],
  ['change notifications'],
  ['authenticator', 'request log'],
  ['suppliers', 'payment gateways', 'webhooks'],
  ['jobs', 'fulfilment', 'key sweeper', 'http'],
]
/** WORK lists the services that an api process leaves out. */
const WORK = ['jobs', 'fulfilment', 'key sweeper']

/** FAILURES makes the start of each service fail that has a start; the function it gives mends it. */
const FAILURES: Record<string, (database: TestDatabase) => Promise<() => unknown>> = {
  migration: async ({ sql }) => {
    await sql`insert into schema_migrations (number, file) values (9999, 'x')`
    return () => {}
  },
  'change notifications': async () => broken(ChangeNotifier.prototype),
  authenticator: async () => broken(Authenticator.prototype),
  'request log': async () => broken(RequestLog.prototype),
  jobs: async () => broken(Jobs.prototype),
  fulfilment: async () => broken(Fulfilment.prototype),
  'key sweeper': async () => broken(KeySweeper.prototype),
  http: async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    port = (other.address() as { port: number }).port
    return () => other.close()
  },
}
let port = 0

function broken(prototype: { start(): unknown }): () => void {
  const spy = vi.spyOn(prototype, 'start').mockImplementation(() => {
    throw new Error('it is broken')
  })
  return () => spy.mockRestore()
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

const config = (role: string): ReturnType<typeof readConfig> => ({
  ...readConfig({ IMEIGATE_ROLE: role, IMEIGATE_SECRET_KEY: 'ab'.repeat(32) }),
  port,
})

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

let mend: () => unknown = () => {}
afterEach(async () => {
  await mend()
  mend = () => {}
  port = 0
})

test.each([
  ['all', ORDER],
  ['api', ORDER.map((group) => group.filter((name) => !WORK.includes(name)))],
  ['worker', ORDER],
])('role %s starts its list in order and stops it in reverse', async (role, order) => {
  const database = await testDatabase()
  const idle = await connections(database)
  const { log, starting, stopping } = journal()
  const server = await startServer(config(role), database.address, log)
  expect(starting).toEqual(order.flat())
  await server.stop()
  expect(stopping).toEqual(stopsOf(order))
  // PostgreSQL ends a session a moment after its client.
  await expect.poll(() => connections(database), { timeout: 5_000 }).toBe(idle)
  await database.drop()
})

test('each service that has a start has its failure here', () => {
  const passive = ['pools', 'suppliers', 'payment gateways', 'webhooks']
  expect([...Object.keys(FAILURES), ...passive].toSorted()).toEqual(ORDER.flat().toSorted())
})

test.each(Object.keys(FAILURES))('when %s fails to start, all that had started is stopped', async (name) => {
  const database = await testDatabase()
  const idle = await connections(database)
  mend = await (FAILURES[name] as (typeof FAILURES)[string])(database)
  const { log, starting, stopping } = journal()
  await expect(startServer(config('all'), database.address, log)).rejects.toThrow()
  const begun = upTo(name, ORDER)
  expect(starting).toEqual(begun.flat())
  expect(stopping).toEqual(stopsOf(begun))
  // PostgreSQL ends a session a moment after its client.
  await expect.poll(() => connections(database), { timeout: 5_000 }).toBe(idle)
  await database.drop()
})
