import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../src/database/database.ts'
import type { AccountId, KeyId } from '../../src/lib/ids.ts'
import type { RequestEntry } from '../../src/request-log/request.ts'
import { RequestLog } from '../../src/request-log/request-log.ts'
import { requestJobs, SWEEP_REQUESTS } from '../../src/request-log/sweep.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

let lines: string[] = []
const log = pino(
  new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  }),
)
const opened: RequestLog[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop()
  await database.owner`truncate requests`
  lines = []
})

function open({ on = true, sql = database.sql } = {}): RequestLog {
  const requests = new RequestLog({ sql, log, on, refusals: { note: () => {}, mayKeep: () => true } })
  opened.push(requests)
  requests.start()
  return requests
}

const FIRST = 1 as AccountId
const SECOND = 2 as AccountId
const entry = (over: Partial<RequestEntry> = {}): RequestEntry => ({
  accountId: FIRST,
  keyId: 7 as KeyId,
  at: new Date('2030-01-01T12:00:00.123Z'),
  via: 'dhru',
  action: 'accountinfo',
  status: 200,
  outcome: 'ok',
  detail: null,
  orderId: null,
  ip: '192.0.2.1',
  tookUs: 1500,
  requestId: randomUUID(),
  ...over,
})
const count = async (): Promise<number> =>
  (await database.sql<{ count: number }[]>`select count(*)::int as count from requests`)[0]?.count ?? -1

test('what was noted is read back as it was, within a second, however it is written', async () => {
  const requests = open()
  const noted = [
    entry({ orderId: 1001, action: 'placeimeiorder' }),
    entry({
      outcome: 'invalid_imei',
      detail: 'Invalid IMEI: "1\u0000\u001b" {a,b} \\ ü',
      via: 'rest',
      status: 422,
    }),
  ]
  for (const one of noted) requests.note(one)
  await expect.poll(count).toBe(2)
  const read = (await requests.list(FIRST, { limit: 100 })).items
  expect(read.toReversed().map(({ id: _, ...rest }) => rest)).toEqual([
    noted[0],
    { ...noted[1], detail: 'Invalid IMEI: "1\ufffd\ufffd" {a,b} \\ ü' },
  ])
})

test('a stop writes the rest', async () => {
  const requests = open()
  for (let n = 0; n < 6_500; n++) requests.note(entry())
  await requests.stop()
  expect(await count()).toBe(6_500)
})

test('while the database is slow one write waits, 50,000 entries are kept, and the newest are dropped and counted', async () => {
  const requests = open()
  await database.sql.begin(async (transaction) => {
    await transaction`lock table requests in access exclusive mode`
    for (let n = 0; n < 60_000; n++) requests.note(entry({ tookUs: n }))
    const writes = () => database.sql`
      select from pg_stat_activity
       where datname = current_database() and query like '%insert into requests%' and wait_event_type = 'Lock'`
    await expect.poll(async () => (await writes()).length).toBe(1)
    // Longer than the second after which the next write would begin.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(await writes()).toHaveLength(1)
  })
  await requests.stop()
  // A thousand were on their way already.
  expect(await count()).toBe(51_000)
  expect(await database.sql`select max(took_us) as max from requests`).toEqual([{ max: 50_999 }])
  expect(lines.join()).toContain('"dropped":9000')
})

test('what waits while the database is away is written when it is back, and what a stop cannot write is counted', async () => {
  const away = openPool({ host: '/nowhere', port: 1, user: 'nobody', database: 'none' })
  let sql = away
  const requests = open({
    sql: new Proxy(away, { apply: (_, that, given) => Reflect.apply(sql, that, given) }),
  })
  for (let n = 0; n < 1_500; n++) requests.note(entry())
  await requests.stop()
  expect(lines.join()).toContain('"dropped":1500')
  let tries = 0
  const again = open({
    sql: new Proxy(away, {
      apply: (_, that, given) => {
        tries++
        return Reflect.apply(sql, that, given)
      },
    }),
  })
  for (let n = 0; n < 1_500; n++) again.note(entry())
  await expect.poll(() => tries).toBeGreaterThan(0)
  sql = database.sql
  await expect.poll(count).toBe(1_500)
  await away.end()
})

test('an entry that cannot be written holds up none that follow', async () => {
  const requests = open()
  requests.note(entry({ requestId: 'no uuid' }))
  await expect.poll(() => lines.join()).toContain('requests could not be logged')
  requests.note(entry())
  await expect.poll(count).toBe(1)
  expect(lines.join()).toContain('"dropped":1')
})

test('an account reads its own requests, the newest first, page by page, and by what came of them', async () => {
  const requests = open()
  for (let n = 0; n < 5; n++) {
    requests.note(
      entry({ tookUs: n, outcome: n % 2 === 0 ? 'ok' : n === 1 ? 'invalid_imei' : 'key_revoked' }),
    )
    requests.note(entry({ accountId: SECOND }))
  }
  requests.note(entry({ tookUs: 5, via: 'rest', action: 'GET /api/me' }))
  await requests.stop()
  const numbers = async (filter: Partial<Parameters<RequestLog['list']>[1]>, account = FIRST) =>
    (await requests.list(account, { limit: 100, ...filter })).items.map(({ tookUs }) => tookUs)
  const { items, next } = await requests.list(FIRST, { limit: 4 })
  expect(items.map(({ tookUs }) => tookUs)).toEqual([5, 4, 3, 2])
  expect(await requests.list(FIRST, { limit: 4, before: next })).toMatchObject({
    items: [{ tookUs: 1 }, { tookUs: 0 }],
    next: undefined,
  })
  expect(await numbers({ outcome: 'refused' })).toEqual([3, 1])
  expect(await numbers({ outcome: 'invalid_imei' })).toEqual([1])
  expect(await numbers({ outcome: 'ok' })).toEqual([5, 4, 2, 0])
  expect(await numbers({ via: 'rest' })).toEqual([5])
  expect(await numbers({ action: 'accountinfo', limit: 2 })).toEqual([4, 3])
  expect(await numbers({}, SECOND)).toHaveLength(5)
  expect(await numbers({}, 3 as AccountId)).toEqual([])
})

test('entries go when their days are over, however many there are', async () => {
  const clock = new StillClock()
  const now = clock.now()
  await database.sql`
    insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
    select 1, ${now}::timestamptz - interval '30 days' + (n - 25000) * interval '1 ms', 1, 'dhru', 'x', 200, 'ok', '', 0,
           gen_random_uuid() from generate_series(1, 25010) n`
  const sweep = async (days: number) => {
    const task = requestJobs({ sql: database.sql, clock, days: async () => days })[SWEEP_REQUESTS]
    await task?.(null, new AbortController().signal)
  }
  await sweep(30)
  expect(await count()).toBe(11)
  await sweep(0)
  expect(await count()).toBe(0)
})

test('nothing is noted where the log is off', async () => {
  const requests = open({ on: false })
  requests.note(entry())
  await requests.stop()
  expect(await count()).toBe(0)
})
