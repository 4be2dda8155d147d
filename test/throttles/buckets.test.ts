import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openPool, type Sql } from '../../src/database/database.ts'
import { Bucket } from '../../src/throttles/bucket.ts'
import { FailedLogins } from '../../src/throttles/failed-logins.ts'
import { SharedBuckets } from '../../src/throttles/shared-buckets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

let now = 0
beforeEach(async () => {
  now = 1_000_000
  await database.owner`truncate throttles`
})

const SILENT = pino({ level: 'silent' })
/** `processOn` is what one process has; nothing is shared but when a test says so. */
const processOn = (sql: Sql = database.sql): SharedBuckets =>
  new SharedBuckets({ sql, log: SILENT, now: () => now })

test('a bucket lets a minute’s number through at once, then as many as flow in, and says when the next comes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 1, max: 50 })), {
        maxLength: 30,
      }),
      (perMinute, steps) => {
        const bucket = new Bucket('x', () => {})
        let at = 1e6
        let taken = 0
        for (const [pause, tries] of steps) {
          at += pause
          for (let n = 0; n < tries; n++) {
            const left = bucket.left(perMinute, at)
            const wait = bucket.take(perMinute, at)
            expect(wait === 0).toBe(left > 0)
            if (wait === 0) taken++
            else expect(bucket.left(perMinute, at + wait)).toBe(1)
          }
          expect(taken).toBeLessThanOrEqual(perMinute + ((at - 1e6) * perMinute) / 60_000 + 0.01)
        }
      },
    ),
  )
})

test('what one process has spent is missing in the others, and the table holds no more than it must', async () => {
  const [first, second] = [processOn(), processOn()]
  const [here, there] = [first.open('key 1'), second.open('key 1')]
  for (let n = 0; n < 100; n++) expect(here.take(100, now)).toBe(0)
  expect(here.take(100, now)).toBeGreaterThan(0)
  // So much is owed that it makes no difference how long the database takes, by whose clock the table goes.
  for (let n = 0; n < 90; n++) here.spend(100, now)
  await first.share()
  // A twentieth is let through before the others are heard of.
  for (let n = 0; n < 5; n++) expect(there.take(100, now)).toBe(0)
  await second.share()
  expect(there.take(100, now)).toBeGreaterThan(0)
  // Little that is spent is not told of: an idle key costs no row.
  first.open('key 2').take(100, now)
  await first.share()
  expect(await database.sql`select subject from throttles`).toEqual([{ subject: 'key 1' }])
})

test('processes that each keep below the limit do not pass it together', async () => {
  const LIMIT = 600
  const processes = [processOn(), processOn(), processOn()].map((buckets) => ({
    buckets,
    bucket: buckets.open('key 3'),
  }))
  // The table goes by the clock of the database, the processes by one that stands still.
  const began = performance.now()
  let passed = 0
  for (let round = 0; round < 40; round++) {
    for (const { buckets, bucket } of processes) {
      for (let n = 0; n < 20; n++) if (bucket.take(LIMIT, now) === 0) passed++
      await buckets.share()
    }
  }
  expect(passed).toBeGreaterThanOrEqual(LIMIT)
  // What the buckets hold and what flows in; each process may be ahead by a twentieth and one round.
  const minutes = (performance.now() - began) / 60_000
  expect(passed).toBeLessThanOrEqual(LIMIT * (1 + minutes) + 3 * (LIMIT / 20 + 20) + 1)
})

test('while the database is away each process counts for itself, and owes nothing afterwards', async () => {
  const away = openPool({ host: '/nowhere', port: 1, user: 'nobody', database: 'none' })
  let sql = away
  const buckets = processOn(
    new Proxy(away, { apply: (_, that, given) => Reflect.apply(sql, that, given) }) as Sql,
  )
  const bucket = buckets.open('key 4')
  for (let minute = 0; minute < 10; minute++) {
    for (let n = 0; n < 100; n++) expect(bucket.take(100, now)).toBe(0)
    expect(bucket.take(100, now)).toBeGreaterThan(0)
    await buckets.share()
    now += 60_000
  }
  sql = database.sql
  for (let n = 0; n < 10; n++) expect(bucket.take(100, now)).toBe(0)
  await buckets.share()
  expect(bucket.take(100, now)).toBe(0)
  await away.end()
})

test('failures are counted by name and address; who has not failed is let in, however many strangers guess', () => {
  const failed = new FailedLogins(processOn(), { perMinute: 10 })
  const [HOME, STRANGER, SHOP] = ['192.0.2.1', '198.51.100.1', 'shop']
  for (let n = 0; n < 9; n++) failed.count(SHOP, STRANGER)
  expect(failed.waitMs(SHOP, STRANGER)).toBe(0)
  failed.count(SHOP, STRANGER)
  expect(failed.waitMs(SHOP, STRANGER)).toBeGreaterThan(0)
  // Another name from there, and this one from elsewhere, are other matters.
  expect(failed.waitMs('other', STRANGER)).toBe(0)
  expect(failed.waitMs(SHOP, HOME)).toBe(0)

  for (let n = 0; n < 100; n++) failed.count(`name ${n}`, STRANGER)
  expect(failed.waitMs('new', STRANGER), 'an address that tries every name').toBeGreaterThan(0)

  for (let n = 0; n < 500; n++) failed.count(SHOP, `198.51.${n >> 8}.${n & 255}`)
  expect(failed.waitMs(SHOP, HOME), 'strangers without number').toBe(0)
  expect(failed.waitMs(SHOP, '198.51.0.7'), 'has failed once').toBeGreaterThan(0)
  failed.count('other', HOME)
  expect(failed.waitMs(SHOP, HOME), 'has failed with another name').toBe(0)
  now += 60_000
  expect(failed.waitMs(SHOP, STRANGER)).toBe(0)
})

test('a flood of names and addresses fills no memory, and one that goes on stays refused', () => {
  const failed = new FailedLogins(processOn(), { perMinute: 10 })
  for (let n = 0; n < 20_000; n++) failed.count(`name ${n}`, `2001:db8:${n.toString(16)}::/64`)
  for (let n = 0; n < 10; n++) failed.count('shop', '192.0.2.9')
  expect(failed.waitMs('shop', '192.0.2.9')).toBeGreaterThan(0)
})
