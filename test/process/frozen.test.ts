import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chainNext } from '../../src/audit/chain-writer.ts'
import { importServices } from '../../src/catalogue/import.ts'
import { connectionSettings, openSession } from '../../src/database/connection-settings.ts'
import { keepNumbersApart } from '../../src/database/continuity.ts'
import { openPool, type Sql } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { pools } from '../../src/database/pools.ts'
import { StuckSessions } from '../../src/database/stuck-sessions.ts'
import { lockClaims } from '../../src/fulfilment/outcome/outcomes.sql.ts'
import { addJob } from '../../src/jobs/jobs.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { raiseNotices } from '../../src/notices/raise-notices.ts'
import { lockSealed } from '../../src/secret-keys/rotations.sql.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, Program } from '../support/process.ts'
import { until } from '../support/until.ts'
import { Store } from '../sync/sync.fixtures.ts'
import { claimOf } from './frozen/claim.ts'

const holder = fileURLToPath(new URL('frozen/holder.ts', import.meta.url))
const log = pino({ level: 'silent' })

let database: TestDatabase
let account: AccountId
let supplier: ListedSupplier
let frozen: Program
let [hot, cold, long]: Sql[] = []
beforeAll(async () => {
  database = await testDatabase()
  account = await newAccount(database.sql, 1_000_000n)
  supplier = await new Store(database).supplier()
  hot = openPool(database.address, pools.hot)
  cold = openPool(database.address, pools.cold)
  long = openPool(database.address, pools.long)
  frozen = new Program([JSON.stringify([database.address, supplier.id])], {}, { file: holder })
  await frozen.says(/holding/)
  frozen.child.kill('SIGSTOP')
})
afterAll(async () => {
  frozen.child.kill('SIGCONT')
  await Promise.all([hot, cold, long].map((sql) => sql?.end({ timeout: 1 })))
  await cleanUp()
  await database.drop()
})

/** `sessionsOf` gives the sessions of PostgreSQL that a program of ours has, by a condition. */
const sessionsOf = async (which: string): Promise<number> =>
  (await database.sql.unsafe(`select from pg_stat_activity where datname = current_database() and ${which}`))
    .length

test('a frozen process keeps nobody for good', async () => {
  const ways: Record<string, () => Promise<unknown>> = {
    'from money': () =>
      new Adjustments(cold as Sql).deposit(account, micros(1n), { actor: 'test', note: '' }),
    'from recording what suppliers said': () =>
      (hot as Sql).begin((sql) => lockClaims(sql, [claimOf(supplier.id)])),
    'from chaining the ledger': async () => {
      const links = async () => (await database.sql`select id from chain_links`).length
      const before = await links()
      await chainNext(cold as Sql, new Date())
      if ((await links()) === before) throw Object.assign(new Error('nothing was chained'), { code: '55P03' })
    },
    "from reading a supplier's list": () =>
      new Store({ ...database, sql: long as Sql }).preview(supplier, []),
    'from telling people': () => (long as Sql).begin((sql) => raiseNotices(sql, 'balance.low', new Date())),
    'from changing the catalogue': () => importServices(long as Sql, '[]', 'json'),
    'from sealing secrets': () => (long as Sql).begin(lockSealed),
    'from keeping numbers apart': () => keepNumbersApart(database.address),
    'from migrating': () => migrate(database.ownerAddress),
    'from adding jobs': () => addJob(long as Sql, 'nothing', null),
  }
  // Its turn comes: until then each is told at once, or waits for as long as its own time-out lets it.
  const isFree = (work: () => Promise<unknown>): Promise<boolean> =>
    work().then(
      () => true,
      (error: { code?: unknown }) => {
        if (error.code !== '55P03' && error.code !== 'conflict') throw error
        return false
      },
    )
  await Promise.all(Object.entries(ways).map(([name, work]) => until(name, () => isFree(work))))
})

describe('a session whose process takes no answers', () => {
  const stuck = () => sessionsOf(`wait_event = 'ClientWrite'`)

  test('is ended where it listens, or has something locked, and left alone where it only reads', async () => {
    // Each client stops reading, as a frozen process does.
    const frozenClient = async (...statements: string[]): Promise<pg.Client> => {
      const client = new pg.Client(connectionSettings(database.address))
      client.on('error', () => {})
      await client.connect()
      await openSession(client, pools.hot.session)
      for (const statement of statements) await client.query(statement)
      const { connection } = client as unknown as { connection: { stream: { pause(): void } } }
      connection.stream.pause()
      client.query("select repeat('x', 1000000) from generate_series(1, 50)").catch(() => {})
      return client
    }
    const locking = await frozenClient('begin', 'select from accounts for update')
    const reading = await frozenClient()
    const flood =
      "select pg_notify('imeigate_changes', repeat('x', 7900) || n) from generate_series(1, 100) n"
    await until('nothing more goes to any of the three', async () => {
      await database.sql.unsafe(flood)
      return (await stuck()) === 3
    })

    const stuckSessions = new StuckSessions(database.sql, log)
    stuckSessions.start()
    try {
      await stuckSessions.nextRun()
      await stuckSessions.nextRun()
      await until('they are ended', async () => (await stuck()) === 1)
    } finally {
      await stuckSessions.stop()
    }
    expect(await sessionsOf(`query like 'listen imeigate_changes%'`)).toBe(0)
    await database.sql`select from accounts for update`
    for (const client of [locking, reading])
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  })
})

test('every pool whose sessions have transactions ends one that hangs', () => {
  for (const [name, { session }] of Object.entries(pools)) {
    if (name === 'notifications') continue
    const { idle_in_transaction_session_timeout: timeout } = session as Record<string, string>
    expect(Number(timeout), name).toBeGreaterThan(0)
    expect(Number(timeout), name).toBeLessThanOrEqual(60_000)
  }
})
