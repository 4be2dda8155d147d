import { readFileSync } from 'node:fs'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase, typesFile } from '../../scripts/database-types.ts'
import { connectionSettings, openSession, queueSettings } from '../../src/database/connection-settings.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { compileBuilt } from './built-statements.ts'
import { type Described, describeStatement, kindOf, takes } from './describe.ts'
import { type Column, type RawStatement, readStatements } from './source-statements.ts'
import { CONFIGURATION, HOT, OF_ACCOUNTS, tablesIn } from './tables.ts'

let database: TestDatabase
let client: pg.Client
/** The ids of the array types. */
let arrays: Set<number>
/** Columns of tables that may be null, as table.column, by the ids of table and column. */
let nullables: Map<string, string>
beforeAll(async () => {
  database = await testDatabase()
  // The job queue keeps its tables itself.
  const pool = new pg.Pool({ ...queueSettings(database.address), max: 1 })
  pool.on('error', () => {}).on('connect', (one) => one.on('error', () => {}))
  await runMigrations({ pgPool: pool, schema: 'graphile_worker' })
  await pool.end()
  client = new pg.Client({ ...connectionSettings(database.address), pipeline: false })
  await client.connect()
  await openSession(client)
  const types = await database.sql<{ oid: number }[]>`select oid from pg_type where typcategory = 'A'`
  arrays = new Set(types.map(({ oid }) => oid))
  const columns = await database.sql<{ id: string; name: string }[]>`
    select attrelid || '.' || attnum as id, relname || '.' || attname as name
      from pg_attribute a join pg_class t on t.oid = a.attrelid and t.relkind = 'r'
     where not attnotnull and attnum > 0`
  nullables = new Map(columns.map(({ id, name }) => [id, name]))
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

test('the types of the tables are those of the migrated schema', async () => {
  expect(await describeDatabase(database.address)).toBe(readFileSync(typesFile, 'utf8'))
})

const { raw: statements, built } = readStatements()
describe('every raw statement fits the schema, its parameters, and the row that its caller declares', () => {
  test.each(statements)('$where', isFitting)
})

const compiled = await compileBuilt(built)
describe('every built statement does, too', () => {
  test.each(compiled)('$where', isFitting)

  test('every place that sends one has sent it', () => {
    const sent = new Set(compiled.map(({ where }) => where))
    expect(built.filter(({ where }) => !sent.has(where)).map(({ where }) => where)).toEqual([])
  })
})

/** `unquoted`: names in built statements are quoted. */
const unquoted = (text: string): string => text.replaceAll('"', '')

async function isFitting({ text, parameters, columns }: RawStatement): Promise<void> {
  const described = await describeStatement(client, text)
  expect(described.parameters).toHaveLength(parameters.length)
  const misfits = parameters.map((kind, at) => ({
    parameter: at + 1,
    kind,
    type: described.parameters[at] as number,
  }))
  expect(misfits.filter(({ kind, type }) => !takes(type, arrays.has(type), kind))).toEqual([])
  const given = new Map(described.columns.map((column) => [column.name, column]))
  expect(columns.filter((column) => !fits(column, given.get(column.name), unquoted(text)))).toEqual([])
}

/** The rooms whose statements run for every order, poll or request. */
const HOT_ROOMS = /^src\/(orders|fulfilment|ledger\/(wallets|transfers)|idempotency|request-log)\b/
/** What people read now and then, with the names of the configuration, and what is swept every minute. */
const COLD =
  /^src\/(orders\/(read\/operator-(orders|margins)|desk\/)|fulfilment\/people\/|idempotency\/key-sweeper)/

test('no hot statement joins configuration', () => {
  const hot = [...statements, ...compiled.map(({ where, text }) => ({ where, text: unquoted(text) }))].filter(
    ({ where, text }) => HOT_ROOMS.test(where) && !COLD.test(where) && tablesIn(text, HOT).length > 0,
  )
  // One of each way in which orders are placed, read, followed, dispatched, polled, rechecked and written.
  for (const room of [
    'place/placement',
    'read/orders',
    'read/summaries',
    'read/order-details',
    'read/order-items',
    'read/order-list',
    'follow/order-feed',
    'dispatch/dispatch',
    'dispatch/route-stats',
    'ask/poll',
    'ask/rechecks',
    'outcome/outcomes',
  ]) {
    expect(
      hot.some(({ where }) => where.includes(`${room}.sql.ts`)),
      room,
    ).toBe(true)
  }
  const joined = hot.map(({ where, text }) => ({
    where,
    tables: tablesIn(text, [...CONFIGURATION, ...OF_ACCOUNTS]),
  }))
  expect(joined.filter(({ tables }) => tables.length > 0)).toEqual([])
})

/** What of a statement shows that a column is not null, by checks of the schema or by a comparison. */
const NOT_NULL_WHERE: Record<string, RegExp> = {
  'accounts.low_balance': /< a\.low_balance/,
  'attempts.finished_at': /state in \('succeeded', 'refused'\)/,
  'supplier_health.balance': /h\.balance < /,
  'supplier_health.opened_at': /\bopen\b/,
  'supplier_health.probe_at': /\bopen\b/,
  'supplier_health.why': /\bopen\b/,
  'suppliers.low_balance': /< s\.low_balance/,
  'webhooks.paused_at': /status = ('paused'|\$1)/,
}

function mayBeNull(text: string, { tableID, columnID }: Described['columns'][number]): boolean {
  // Whether an expression, or a column of an outer join, may be null, PostgreSQL does not tell.
  const name = nullables.get(`${tableID}.${columnID}`)
  if (name === undefined || NOT_NULL_WHERE[name]?.test(text)) return false
  return !new RegExp(`\\b${name.split('.')[1]} is not null`).test(text)
}

function fits(
  { kind, nullable }: Column,
  given: Described['columns'][number] | undefined,
  text: string,
): boolean {
  if (!given || (!nullable && mayBeNull(text, given))) return false
  const actual = kindOf(given.dataTypeID)
  if (kind === undefined || actual === undefined) return true
  return kind === 'id' ? actual === 'bigint' || actual === 'number' : kind === actual
}
