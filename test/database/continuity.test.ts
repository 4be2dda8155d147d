import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepNumbersApart } from '../../src/database/continuity.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.drop())

const next = async (): Promise<number> => {
  const [row] = await database.sql<{ id: bigint }[]>`select nextval('order_ids') as id`
  return Number(row?.id)
}
const at = (day: string) => ({ now: new Date(`${day}T00:00:00Z`) })
/** `restoreElsewhere` makes the database that of a backup, of another server. */
const restoreElsewhere = () => database.sql`update installation set server = '123-00000001'`

test('a database that stays where it is goes on counting', async () => {
  expect(await next()).toBe(1001)
  for (const day of ['2030-01-01', '2030-01-02']) {
    expect(await keepNumbersApart(database.address, at(day))).toBeUndefined()
  }
  expect(await next()).toBe(1002)
})

test('a database of another server, or of another timeline, gives no number that may have been given', async () => {
  await next()
  await keepNumbersApart(database.address, at('2030-01-01'))
  await restoreElsewhere()
  const first = (await keepNumbersApart(database.address, at('2030-02-01'))) as number
  expect(await next()).toBe(first + 1)
  expect(String(first)).toHaveLength(12)
  expect(await keepNumbersApart(database.address, at('2030-02-02'))).toBeUndefined()
  expect(await next()).toBe(first + 2)

  const [row] = await database.sql<{ server: string }[]>`select server from installation`
  const promoted = row?.server.replace(/\d{8}$/, '0000FFFF') as string
  await database.sql`update installation set server = ${promoted}`
  expect(await keepNumbersApart(database.address, at('2030-02-02'))).toBeGreaterThan(first + 2)
})

test('the same backup restored twice gives other numbers each time, and so does a clock that goes back', async () => {
  await keepNumbersApart(database.address, at('2030-01-01'))
  const numbers: number[] = []
  for (const day of ['2030-02-01', '2030-03-01', '2029-01-01']) {
    if (day !== '2029-01-01') await database.sql`select setval('order_ids', 1001)`
    await restoreElsewhere()
    await keepNumbersApart(database.address, at(day))
    numbers.push(await next())
  }
  expect(new Set(numbers).size).toBe(3)
  expect(numbers[2]).toBeGreaterThan(numbers[1] as number)
  expect(Math.max(...numbers)).toBeLessThan(2 ** 53)
})

test('a copy of the files, which cannot be told, is one where a person says so', async () => {
  await keepNumbersApart(database.address, at('2030-01-01'))
  const first = await keepNumbersApart(database.address, { ...at('2030-01-01'), restored: true })
  expect(first).toBe(189_345_600_000)
  expect(await next()).toBe(189_345_600_001)
})
