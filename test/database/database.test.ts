import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../src/database/build.ts'
import { isConnectionLoss, openPool, type Sql } from '../../src/database/database.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Relay } from '../support/relay.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let one: Sql
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  one = openPool(database.address, { max: 1 })
  await database.owner.unsafe(
    'create table things (id bigint, owner_id bigint, amount bigint, "order" text, seen jsonb); grant all on things to public',
  )
  await sql`insert into things values (1, 2, 3, 'x', '{"first_seen": 1}')`
})
afterAll(async () => {
  await one.end()
  await database.drop()
})

test('records have names in camel case and ids that are numbers; amounts are bigints, and json is left alone', async () => {
  const raw = await sql<Record<string, unknown>[]>`select * from things where id = ${1n}`
  expect([...raw]).toEqual([{ id: 1n, owner_id: 2n, amount: 3n, order: 'x', seen: { first_seen: 1 } }])
  const records = await sql<Record<string, unknown>[]>`select * from things where id = ${1n}`.records()
  expect([...records]).toEqual([{ id: 1, ownerId: 2, amount: 3n, order: 'x', seen: { first_seen: 1 } }])
  expect(records.count).toBe(1)
})

test('a NUL in a parameter throws, and nothing that is sent beside it suffers', async () => {
  for (const pool of [sql, one]) {
    const sent = ['a\0b', 'c'].map((text) => pool<{ text: string }[]>`select ${text}::text as text`.execute())
    const [wrong, right] = await Promise.allSettled(sent)
    expect(wrong).toMatchObject({ status: 'rejected', reason: { code: '22021' } })
    expect(right).toMatchObject({ status: 'fulfilled', value: [{ text: 'c' }] })
    await expect(pool`select ${['a\0b']}::text[]`).rejects.toMatchObject({ code: '22021' })
  }
})

test('what was built is sent inside of the transaction that sends it', async () => {
  const group = { name: 'of the transaction' }
  const rolledBack = sql.begin(async (transaction) => {
    const [made] = await transaction.run(build.insertInto('priceGroups').values(group).returningAll())
    expect(made).toMatchObject({ id: expect.any(Number), name: group.name })
    throw new Error('changed my mind')
  })
  await expect(rolledBack).rejects.toThrow('changed my mind')
  const found = await sql.run(build.selectFrom('priceGroups').selectAll().where('name', '=', group.name))
  expect(found.count).toBe(0)
})

test.each([
  ['a pool', () => sql],
  ['one connection', () => one],
])(
  'on %s a commit that PostgreSQL answers with a rollback is an error (promise 1, acknowledged is durable)',
  async (_, pool) => {
    const swallowed = pool().begin(async (transaction) => {
      await transaction`insert into things (id) values (99)`
      await transaction`select 1 / 0`.catch(() => {})
    })
    await expect(swallowed).rejects.toThrow('rolled back')
    expect(await sql`select from things where id = 99`).toHaveLength(0)
  },
)

test.each([
  ['a pool', () => openPool(database.address, { max: 2 })],
  ['one connection', () => openPool(database.address, { max: 1 })],
])('%s whose idle session is ended goes on with a new one', async (_, open) => {
  const pool = open()
  try {
    for (let round = 0; round < 3; round++) {
      const [session] = await pool<{ pid: number }[]>`select pg_backend_pid() as pid`
      await sql`select pg_terminate_backend(${session?.pid ?? 0}::int)`
      const alive = await pool`select 1`.catch((error) => {
        // The statement may have been sent before the end was known.
        expect(isConnectionLoss(error)).toBe(true)
        return pool`select 1`
      })
      expect(alive).toHaveLength(1)
    }
  } finally {
    await pool.end()
  }
})

test.each([1, 2])(
  'a statement that the network swallows without a sign is lost after a while, and the next has another connection (pool of %i)',
  async (max) => {
    const relay = await Relay.open(database.address)
    const pool = openPool(relay.address, { max, session: { statement_timeout: '200' } })
    const ways = [() => pool`select 1`.execute(), () => pool.begin(async (inside) => await inside`select 1`)]
    // A machine that pauses for as long loses a statement, too.
    const isThere = (): Promise<boolean> =>
      pool`select 1`.then(
        () => true,
        () => false,
      )
    for (const ask of ways) {
      await until('a connection works', isThere)
      relay.cut()
      await expect(ask()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    }
    await until('the next works', isThere)
    await pool.end({ timeout: 0 })
    await relay.close()
  },
)
