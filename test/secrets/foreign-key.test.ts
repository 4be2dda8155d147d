import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sealer } from '../../src/secrets/sealer.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { sealedKinds } from './sealed.fixtures.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.drop())

describe.each(sealedKinds)('%s', (what, table, make) => {
  const count = async (): Promise<number> => {
    const { sql } = database
    const rows = await sql`select 1 from ${sql(table)} where secrets is not null`
    return rows.length
  }

  test('are not sealed with another key than those that are there', async () => {
    const [ours, foreign] = [new Sealer(randomBytes(32)), new Sealer(randomBytes(32))]
    await make(database.sql, ours, 'first')
    await expect(make(database.sql, foreign, 'second')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`other ${what}' secrets do not open with the secret key at hand`),
    })
    expect(await count()).toBe(1)
    await make(database.sql, ours, 'third')
    expect(await count()).toBe(2)
  })
})
