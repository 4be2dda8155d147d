import { afterAll, beforeAll, expect, test } from 'vitest'
import { AccountReads } from '../../src/database/account-reads.ts'
import { Refusal } from '../../src/errors.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let reads: AccountReads
beforeAll(async () => {
  database = await testDatabase()
  reads = new AccountReads(database.address)
})
afterAll(async () => {
  await reads.end({ timeout: 2 })
  await database.drop()
})

const [ONE, OTHER] = [1 as AccountId, 2 as AccountId]

/** `sleepers` gives how many statements sleep in PostgreSQL. */
const sleepers = async (): Promise<number> => {
  const [row] = await database.sql<{ count: bigint }[]>`
    select count(*) from pg_stat_activity
     where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`
  return Number(row?.count)
}

test('what runs is cancelled in PostgreSQL when nobody waits for it, and its connection serves the next', async () => {
  const gone = new AbortController()
  const sql = reads.of(ONE, gone.signal)
  const ended = Promise.allSettled([
    sql`select pg_sleep(60)`.execute(),
    reads.of(OTHER, gone.signal).begin('read only', async (inside) => await inside`select pg_sleep(60)`),
  ])
  await expect.poll(sleepers).toBe(2)
  const why = new Refusal('key_revoked')
  gone.abort(why)
  for (const one of await ended) expect(one).toEqual({ status: 'rejected', reason: why })
  await expect.poll(sleepers).toBe(0)
  await expect(sql`select 1`).rejects.toBe(why)
  // Nothing of the cancellation hits what comes next on the same connections.
  const next = Array.from({ length: 20 }, () => reads.of(ONE)`select 1 as one`.execute())
  for (const rows of await Promise.all(next)) expect(rows).toEqual([{ one: 1 }])
})

test('a transaction whose caller has gone between two of its statements sends nothing more', async () => {
  const gone = new AbortController()
  const transaction = reads.of(ONE, gone.signal).begin('read only', async (inside) => {
    await inside`select 1`
    gone.abort()
    return await inside`select pg_sleep(60)`
  })
  await expect(transaction).rejects.toMatchObject({ name: 'AbortError' })
})

test('each account takes its own few turns, and what has too many waiting is refused', async () => {
  const gone = new AbortController()
  const slow = Array.from({ length: 49 }, () =>
    reads.of(ONE, gone.signal)`select pg_sleep(60)`.execute().catch((error) => error.name),
  )
  await expect.poll(sleepers).toBe(1)
  await expect(reads.of(ONE)`select 1`).rejects.toMatchObject({ code: 'too_many_requests' })
  // The neighbour waits for nobody.
  expect(await reads.of(OTHER)`select 1 as one`).toEqual([{ one: 1 }])
  expect(await sleepers()).toBe(1)
  gone.abort()
  expect(new Set(await Promise.all(slow))).toEqual(new Set(['AbortError']))
  expect(await reads.of(ONE)`select 1 as one`).toEqual([{ one: 1 }])
})
