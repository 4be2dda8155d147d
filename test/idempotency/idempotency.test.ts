import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openPool, type Transaction } from '../../src/database/database.ts'
import { Refusal } from '../../src/errors.ts'
import { Idempotency, type KeyedRequest } from '../../src/idempotency/idempotency.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { nothingDone } from '../../src/lib/undone.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let idempotency: Idempotency
beforeAll(async () => {
  database = await testDatabase()
  idempotency = new Idempotency(database.sql, systemClock)
  await database.owner.unsafe(`
    create table done (what text);
    create table done_once (what int, unique (what) deferrable initially deferred);
    create table done_deadly (what int);
    create function die() returns trigger language plpgsql as $$ begin
      perform pg_terminate_backend(pg_backend_pid());
      return null;
    end $$;
    create constraint trigger dies after insert on done_deadly deferrable initially deferred for each row execute function die();
    grant all on done, done_once, done_deadly to public`)
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

describe('a failure', () => {
  /** `failing` gives the error of a request whose work throws, or has a statement fail. */
  const failing = (over: Partial<KeyedRequest>, work: (sql: Transaction) => Promise<unknown>) =>
    idempotency.once(request(over), work).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    )
  const works: [string, (sql: Transaction) => Promise<unknown>][] = [
    ['a mistake of ours', () => Promise.reject(new TypeError('x is not a function'))],
    ['a statement that the database refuses', (sql) => sql`insert into done values (1 / 0)`],
    ['one whose error is caught', async (sql) => void (await sql`select 1 / 0`.then(null, () => 0))],
    ['a constraint that is looked at with the commit', (sql) => sql`insert into done_once values (1), (1)`],
    ['a connection that ends before the commit', (sql) => sql`select pg_terminate_backend(pg_backend_pid())`],
    ['a disk that is full', () => Promise.reject(Object.assign(new Error('no space'), { code: '53100' }))],
    ['a deadlock', () => Promise.reject(Object.assign(new Error('deadlock'), { code: '40P01' }))],
  ]
  it.each(works)('of the one transaction is a proof that nothing was done: %s', async (what, work) => {
    const writing = async (sql: Transaction) => {
      await sql`insert into done values (${what})`
      return await work(sql)
    }
    for (const key of [what, null]) {
      expect(nothingDone.has(await failing({ key }, writing)), what).toBe(true)
      expect(await timesDone(what)).toBe(0)
    }
    // Of what is done in parts nobody knows how far it has come.
    expect(nothingDone.has(await failing({ key: what, isInParts: true }, work)), what).toBe(false)
  })

  it('before the work has begun is a proof, whatever the work does', async () => {
    const nowhere = openPool({ host: '/nowhere', port: 1, user: 'nobody', database: 'none' })
    const away = new Idempotency(nowhere, systemClock)
    for (const isInParts of [false, true]) {
      const error = await away.once(request({ isInParts }), async () => 1).catch((caught: unknown) => caught)
      expect(nothingDone.has(error)).toBe(true)
    }
    await nowhere.end()
  })

  it('of the commit is none, when the connection ends with it', async () => {
    const error = await failing({ key: 'commit' }, (sql) => sql`insert into done_deadly values (1)`)
    expect(error).toMatchObject({ code: expect.stringMatching(/^57P01|CONNECTION_LOST/) })
    expect(nothingDone.has(error)).toBe(false)
  })
})
