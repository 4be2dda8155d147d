import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { Refusal } from '../../src/errors.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { randomNumbers } from '../support/random.ts'
import { brokenPromises, newAccount, newService, openPlacement, purchase } from './orders.fixtures.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let checks: Service
let credits: Service
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  checks = await newService(sql)
  credits = await newService(sql, { kind: 'server', minQuantity: 1, maxQuantity: 1000 })
})
afterAll(() => database.drop())

/** `killBackends` ends the other sessions that are in or between the statements of a transaction, again and again. */
function killBackends(everyMs: () => number): { killed: () => number; stop: () => Promise<void> } {
  let stopped = false
  let killed = 0
  const killing = (async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, everyMs()))
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
           and query not like '%pg_terminate_backend%'`
      killed += rows.length
    }
  })()
  return {
    killed: () => killed,
    stop: async () => {
      stopped = true
      await killing
    },
  }
}

const ordersOf = async (accountId: AccountId): Promise<number[]> =>
  (await sql<{ id: bigint }[]>`select id from orders where account_id = ${accountId}`).map(({ id }) =>
    Number(id),
  )

test('connections killed in the middle of placing lose no order and charge none twice', async () => {
  const account = await newAccount(sql, 1_000_000n)
  const { placement, close } = openPlacement(database, systemClock)
  const random = randomNumbers(inject('seed'))
  const killer = killBackends(() => 5 + random() * 40)
  const results: PromiseSettledResult<unknown>[] = []
  const acknowledged: number[] = []
  // Waves, so that kills meet batches of many sizes. Half of the orders have no natural key to fall back on.
  for (let wave = 0; wave < 25 || killer.killed() < 5; wave++) {
    const placing = Array.from({ length: 20 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, random() * 20))
      const placed = await placement.place(
        n % 2 === 0 ? purchase(account, checks, wave * 100 + n) : purchase(account, credits, 0),
      )
      if (placed instanceof Refusal) throw placed
      acknowledged.push(placed.orderId)
    })
    results.push(...(await Promise.allSettled(placing)))
  }
  await killer.stop()
  await close()

  expect(new Set(acknowledged).size).toBe(acknowledged.length)
  const stored = await ordersOf(account)
  for (const id of acknowledged) expect(stored).toContain(id)
  // An order whose fate could not be told may exist, once; the database was never away for long, so none is.
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(stored).toHaveLength(results.length)
  const spent = BigInt(results.length) * 10n
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({
    available: 1_000_000n - spent,
    held: spent,
  })
  expect(await brokenPromises(sql)).toEqual([])
})
