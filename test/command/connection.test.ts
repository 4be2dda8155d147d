import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionAnswer } from '../../src/database/connection-answers.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { OperatorPostgres, PASSWORD } from '../support/operator-postgres.ts'
import { asAdmin, type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp } from '../support/process.ts'

describe('why there is no connection to the database', () => {
  const crowded = `crowded_${process.pid}`
  let database: TestDatabase
  let own: OperatorPostgres
  beforeAll(async () => {
    database = await testDatabase()
    own = await OperatorPostgres.start()
    await asAdmin((admin) => admin`create role ${admin(crowded)} login connection limit 0`)
  })
  afterAll(async () => {
    await database.drop()
    await own.kill()
    await asAdmin((admin) => admin`drop role ${admin(crowded)}`)
    await cleanUp()
  })

  const ways: [
    what: string,
    settings: () => Record<string, string>,
    says: RegExp,
    advice: RegExp,
    code: number,
  ][] = [
    [
      'too many connections',
      () => ({ ...settingsFor(database.address), PGUSER: crowded }),
      /^PostgreSQL at .+ has no connection left \(too many connections for role "crowded_\d+", 53300\)$/,
      /max_connections.+connection limit/,
      5,
    ],
    [
      'no such database',
      () => ({ ...settingsFor(database.address), DATABASE_URL: 'postgres:///no_such_one' }),
      /^PostgreSQL answers, but the database \/no_such_one does not exist \(3D000\)$/,
      /create it/,
      2,
    ],
    [
      'a wrong password',
      () => ({ DATABASE_URL: own.url('postgres', `${PASSWORD}-not`) }),
      /^PostgreSQL at 127.0.0.1:\d+\/postgres refuses the role or its password \(password authentication failed for user "operator", 28P01\)$/,
      /correct the role and the password/,
      2,
    ],
    [
      'no such role',
      () => ({ ...settingsFor(database.address), PGUSER: 'no_such_role' }),
      /^PostgreSQL at .+ does not let the role in \(role "no_such_role" does not exist, 28000\)$/,
      /create it/,
      2,
    ],
    [
      'a name that is not found',
      () => ({ DATABASE_URL: 'postgres://x@database.invalid/shop' }),
      /^the name of the database's host is not found \(database.invalid\/shop\) \((ENOTFOUND|EAI_AGAIN)\)$/,
      /correct the host/,
      5,
    ],
    [
      'a port at which nothing listens',
      () => ({ DATABASE_URL: 'postgres://x@127.0.0.1:1/shop' }),
      /^nothing listens for connections to the database at 127.0.0.1:1\/shop \(ECONNREFUSED\)$/,
      /PostgreSQL runs/,
      5,
    ],
  ]

  test.each(ways)('%s', async (_, settings, says, advice, code) => {
    const doctor = await imeigate(['doctor', '--json'], settings())
    expect(doctor.code).toBe(6)
    const found = doctor.json().checks.find(({ name }: { name: string }) => name === 'database')
    expect(found).toEqual({
      name: 'database',
      status: 'fail',
      detail: expect.stringMatching(says),
      advice: expect.stringMatching(advice),
    })
    const list = await imeigate(['account', 'list'], settings())
    expect([list.code, list.stderr]).toEqual([code, `error: ${found.detail}: ${found.advice}\n`])
  })

  test.each([
    ['42501', false, /does not let the role into this database \(permission denied, 42501\)/],
    ['57P03', true, /is starting or stopping/],
    ['EHOSTUNREACH', true, /does not answer \(db:5432\/shop\) \(EHOSTUNREACH\)$/],
    ['CONNECTION_LOST', true, /^cannot reach the database at db:5432\/shop \(CONNECTION_LOST\)$/],
  ])('%s, another try may help: %s', (code, again, says) => {
    const answer = connectionAnswer(code, 'db:5432/shop', 'permission denied')
    expect(answer).toEqual({ sentence: expect.stringMatching(says), advice: expect.any(String), again })
  })
})
