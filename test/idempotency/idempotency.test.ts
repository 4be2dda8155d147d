import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refusal } from '../../src/errors.ts'
import { Idempotency, type KeyedRequest } from '../../src/idempotency/idempotency.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let idempotency: Idempotency
beforeAll(async () => {
  database = await testDatabase()
  idempotency = new Idempotency(database.sql, systemClock)
  await database.owner.unsafe('create table done (what text); grant all on done to public')
})
afterAll(() => database.drop())

const request = (over: Partial<KeyedRequest> = {}): KeyedRequest => ({
  accountId: 1 as AccountId,
  key: 'k',
  action: 'POST /api/thing',
  body: { amount: '1' },
  ...over,
})

const doing = (over: Partial<KeyedRequest>, what: string, answer: unknown = { what }) =>
  idempotency.once(request(over), async (sql) => {
    await sql`insert into done values (${what})`
    return answer
  })

const timesDone = async (what: string): Promise<number> =>
  (await database.sql`select from done where what = ${what}`).length

test('fifty requests under one key at once do it once, and all get the one answer', async () => {
  const key = 'fifty'
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => doing({ key }, 'fifty', { n, price: 12_500_000n })),
  )
  expect(await timesDone('fifty')).toBe(1)
  expect(new Set(answers.map(({ json }) => json)).size).toBe(1)
  expect(answers[0]?.json).toMatch(/^\{"n":\d+,"price":12\.5\}$/)
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
})

test('the key for something else is a conflict', async () => {
  await doing({ key: 'other' }, 'other')
  await expect(doing({ key: 'other', body: { amount: '2' } }, 'other')).rejects.toMatchObject({
    code: 'idempotency_conflict',
  })
  expect(await timesDone('other')).toBe(1)
})

test('under another action, or of another account, it is another key', async () => {
  await doing({ key: 'own' }, 'own')
  await doing({ key: 'own', action: 'POST /api/other' }, 'own')
  await doing({ key: 'own', accountId: 2 as AccountId }, 'own')
  expect(await timesDone('own')).toBe(3)
})

test('what is refused leaves nothing, and is tried again', async () => {
  const refuse = idempotency.once(request({ key: 'refused' }), async (sql) => {
    await sql`insert into done values ('refused')`
    throw new Refusal('conflict')
  })
  await expect(refuse).rejects.toMatchObject({ code: 'conflict' })
  expect(await timesDone('refused')).toBe(0)
  expect(await doing({ key: 'refused' }, 'refused')).toMatchObject({ replayed: false })
})

test('without a key it is done each time', async () => {
  await doing({ key: null }, 'each')
  await doing({ key: null }, 'each')
  expect(await timesDone('each')).toBe(2)
})
