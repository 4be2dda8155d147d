import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../src/database/database.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { cleanUp, Program, shopOn, start } from '../support/process.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'

let postgres: OperatorPostgres
beforeAll(async () => {
  postgres = await OperatorPostgres.start()
})
afterAll(async () => {
  await cleanUp()
  await postgres.kill()
})

test('a standby is said to be one; a server that runs meets it takes no orders, and goes on once it is promoted', async () => {
  const where = { DATABASE_URL: await postgres.create('standby') }
  const running = start(where)
  const server = await shopOn(running, where.DATABASE_URL)
  const shop = await server.shop()
  const service = await server.service()
  const placed = async (n: number) => await server.place(shop, { ID: service, IMEI: imei(n) })
  expect(await placed(1)).toMatchObject({ SUCCESS: [{}] })
  const readiness = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status

  await postgres.kill()
  postgres.becomeStandby()
  await postgres.start()
  await until('it is not ready', async () => (await readiness()) === 503)
  expect((await placed(2)).ERROR[0].FULL_DESCRIPTION).toMatch(/^temporarily_unavailable/)
  const another = new Program(['start'], where)
  const doctor = new Program(['doctor', '--json'], where)
  await doctor.ended
  expect((await another.ended).code).toBe(1)
  expect(another.stderr).toContain('the database is a standby, which takes no changes')
  expect(JSON.parse(doctor.stdout).checks).toContainEqual(
    expect.objectContaining({ name: 'database', detail: expect.stringContaining('takes no changes') }),
  )

  const admin = openPool(postgres.url(), { max: 1 })
  await admin`select pg_promote()`
  await admin.end()
  await until('it is ready', async () => (await readiness()) === 200)
  expect(await placed(2)).toMatchObject({ SUCCESS: [{}] })
  expect([...(await server.sql`select count(*)::int as orders from orders`)]).toEqual([{ orders: 2 }])
})
