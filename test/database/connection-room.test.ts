import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectionsOf, OF_A_COMMAND } from '../../src/database/pools.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let name: string
beforeAll(async () => {
  database = await testDatabase()
  const [row] = await database.sql<{ name: string }[]>`select quote_ident(current_database()) as name`
  name = row?.name ?? ''
})
afterAll(() => database.drop())

const found = async (role = 'all') => {
  const settings = { ...settingsFor(database.address), PLACEMENT_QUEUES: '2', IMEIGATE_ROLE: role }
  const { checks } = (await imeigate(['doctor', '--json'], settings)).json()
  return checks.find((one: { name: string }) => one.name === 'connections')
}

it('the doctor compares the connections that PostgreSQL gives with those that processes need', async () => {
  const need = connectionsOf('all', 2) + OF_A_COMMAND
  expect(need).toBe(58)
  expect(await found()).toMatchObject({
    status: 'ok',
    detail: expect.stringMatching(
      /^enough for \d+ processes: max_connections is \d+, of which \d+ are for others$/,
    ),
  })
  await database.owner.unsafe(`alter database ${name} connection limit ${need - 1}`)
  expect(await found()).toEqual({
    name: 'connections',
    status: 'fail',
    detail: `the database ${name} takes 57; 1 process of 53 and a command of 5 need up to 58`,
    advice: `alter database ${name} connection limit 58; or run fewer processes`,
  })
  // Who works on no jobs opens no connections for them.
  expect(await found('api')).toMatchObject({ status: 'ok' })
  await database.owner.unsafe(`alter database ${name} connection limit -1`)
})
