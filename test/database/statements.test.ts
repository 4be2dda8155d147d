import { readFileSync } from 'node:fs'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase, typesFile } from '../../scripts/database-types.ts'
import { connectionSettings, queueSettings } from '../../src/database/connection-settings.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { describeStatement, kindOf } from './describe.ts'
import { type Column, readRawStatements } from './raw-statements.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  // The job queue keeps its tables itself.
  const pool = new pg.Pool({ ...queueSettings(database.address), max: 1 })
  pool.on('error', () => {}).on('connect', (one) => one.on('error', () => {}))
  await runMigrations({ pgPool: pool, schema: 'graphile_worker' })
  await pool.end()
  client = new pg.Client({ ...connectionSettings(database.address), pipeline: false })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

test('the types of the tables are those of the migrated schema', async () => {
  expect(await describeDatabase(database.address)).toBe(readFileSync(typesFile, 'utf8'))
})

describe('every raw statement fits the schema, and its row is what its caller declares', () => {
  const statements = readRawStatements()
  test.each(statements)('$where', async ({ text, columns }) => {
    const described = await describeStatement(client, text)
    const given = new Map(described.columns.map((column) => [column.name, kindOf(column.dataTypeID)]))
    expect(columns.filter((column) => !fits(column, given))).toEqual([])
  })
})

function fits({ name, kind }: Column, given: ReadonlyMap<string, string | undefined>): boolean {
  if (!given.has(name)) return false
  const actual = given.get(name)
  if (kind === undefined || actual === undefined) return true
  return kind === 'id' ? actual === 'bigint' || actual === 'number' : kind === actual
}
