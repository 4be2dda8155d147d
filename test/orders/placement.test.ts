import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { Refusal } from '../../src/errors.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { ServiceId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { systemClock } from '../../src/lib/time.ts'
import type { Placement } from '../../src/orders/place/placement.ts'
import type { Placed, Purchase } from '../../src/orders/place/purchase.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { TestClock } from '../support/server.ts'
import { brokenPromises, input, newAccount, newService, openPlacement, purchase } from './orders.fixtures.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let checks: Service
let refusing: Service
let credits: Service
const open: ReturnType<typeof openPlacement>[] = []

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  checks = await newService(sql)
  refusing = await newService(sql, { duplicatePolicy: 'refuse' })
  credits = await newService(sql, { kind: 'server', minQuantity: 1, maxQuantity: 1000 })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
  expect(await brokenPromises(sql)).toEqual([])
})
afterAll(() => database.drop())

const aProcess = (clock = systemClock): ReturnType<typeof openPlacement> => {
  const opened = openPlacement(database, clock)
  open.push(opened)
  return opened
}
const placeAll = (placements: Placement[], purchases: Purchase[]): Promise<Placed[]> =>
  Promise.all(purchases.map((one, index) => (placements[index % placements.length] as Placement).place(one)))
const codeOf = (placed: Placed): string =>
  placed instanceof Refusal ? placed.code : placed.replayed ? 'replayed' : 'placed'
const count = (placed: Placed[]): Record<string, number> =>
  Object.fromEntries(
    Map.groupBy(placed, codeOf)
      .entries()
      .map(([code, all]) => [code, all.length]),
  )
const orderIds = (placed: Placed[]): number[] =>
  placed.flatMap((one) => (one instanceof Refusal ? [] : [one.orderId]))
const ordersOf = async (accountId: number): Promise<number[]> =>
  (await sql<{ id: bigint }[]>`select id from orders where account_id = ${accountId} order by id`).map(
    (row) => Number(row.id),
  )

test('two processes that race with the same purchases make one order and one charge of each', async () => {
  const account = await newAccount(sql, 1_000_000n)
  const both = [aProcess().placement, aProcess().placement]
  const placed: Placed[] = []
  for (let round = 0; round < 20; round++) {
    const same = Array.from({ length: 10 }, (_, n) => purchase(account, checks, 10 * round + n))
    placed.push(...(await placeAll(both, [...same, ...same.toReversed(), ...same])))
  }
  expect(count(placed)).toEqual({ placed: 200, replayed: 400 })
  expect(new Set(orderIds(placed)).size).toBe(200)
  expect(await ordersOf(account)).toHaveLength(200)
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 998_000n, held: 2_000n })
})

test('two processes that race with one idempotency key make one order and one charge', async () => {
  const account = await newAccount(sql, 1_000_000n)
  const both = [aProcess().placement, aProcess().placement]
  for (let round = 0; round < 20; round++) {
    const keyed = purchase(account, credits, 0, { idempotencyKey: `key ${round}` })
    const placed = await placeAll(both, Array<Purchase>(20).fill(keyed))
    expect(count(placed)).toEqual({ placed: 1, replayed: 19 })
    expect(new Set(orderIds(placed)).size).toBe(1)
  }
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 999_800n, held: 200n })
})

test('one idempotency key with two contents buys one of them, in whichever process it came', async () => {
  const account = await newAccount(sql, 1_000_000n)
  const both = [aProcess().placement, aProcess().placement]
  for (let round = 0; round < 20; round++) {
    const key = { idempotencyKey: `key ${round}` }
    const placed = await placeAll(both, [
      purchase(account, credits, 0, { ...key, items: [input(credits, '', 1)] }),
      purchase(account, credits, 0, { ...key, items: [input(credits, '', 2)] }),
    ])
    expect(placed.map(codeOf).toSorted()).toEqual(['idempotency_conflict', 'placed'])
  }
  expect(await ordersOf(account)).toHaveLength(20)
})

test('where duplicates are refused, one of those that race is placed and the others name it', async () => {
  const account = await newAccount(sql, 1_000_000n)
  const both = [aProcess().placement, aProcess().placement]
  for (let round = 0; round < 10; round++) {
    const placed = await placeAll(both, Array<Purchase>(6).fill(purchase(account, refusing, round)))
    expect(count(placed)).toEqual({ placed: 1, duplicate_order: 5 })
    const [id] = orderIds(placed)
    for (const one of placed) if (one instanceof Refusal) expect(one.detail).toContain(String(id))
  }
})

test('a key of one account means nothing to another', async () => {
  const [one, other] = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const { placement } = aProcess()
  const key = { idempotencyKey: 'the same', reference: 'the same' }
  const placed = await placeAll(
    [placement],
    [one, other, one, other].map((account) => purchase(account, checks, 1, key)),
  )
  expect(placed.map(codeOf)).toEqual(['placed', 'placed', 'replayed', 'replayed'])
  expect(orderIds(placed).slice(2)).toEqual(orderIds(placed).slice(0, 2))
})

test('money for k of n orders that race buys exactly k', async () => {
  const account = await newAccount(sql, 370n, 35n)
  const both = [aProcess().placement, aProcess().placement]
  const placed = await placeAll(
    both,
    Array.from({ length: 300 }, (_, n) => purchase(account, checks, n)),
  )
  expect(count(placed)).toEqual({ placed: 40, insufficient_balance: 260 })
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: -30n, held: 400n })
})

test('what cannot be paid leaves nothing behind, and is bought once there is money', async () => {
  const account = await newAccount(sql, 5n)
  const { placement } = aProcess()
  const keyed = purchase(account, checks, 1, { idempotencyKey: 'k' })
  expect(codeOf(await placement.place(keyed))).toBe('insufficient_balance')
  expect(codeOf(await placement.place({ ...keyed, unitPrice: micros(5n) }))).toBe('placed')
})

test('the same purchase twice in one batch is one order, also after earlier ones of the batch were refused', async () => {
  const account = await newAccount(sql, 25n)
  const { placement } = aProcess()
  const dear = purchase(account, checks, 1, { unitPrice: micros(26n) })
  const cheap = purchase(account, checks, 1)
  const placed = await placeAll([placement], [dear, cheap, dear, cheap, purchase(account, checks, 2), cheap])
  expect(placed.map(codeOf)).toEqual([
    'insufficient_balance',
    'placed',
    'replayed',
    'replayed',
    'placed',
    'replayed',
  ])
  expect(new Set(orderIds(placed)).size).toBe(2)
})

test('order ids are unique and lead every item, hold and key of their order', async () => {
  const accounts = [await newAccount(sql, 100_000n), await newAccount(sql, 100_000n)]
  const both = [aProcess().placement, aProcess().placement]
  const placed = await placeAll(
    both,
    Array.from({ length: 600 }, (_, n) =>
      purchase(accounts[n % 2] as (typeof accounts)[0], checks, n, {
        items: [input(checks, '490154203237518'), input(checks, '004401000000014')],
        reference: `row ${n}`,
      }),
    ),
  )
  expect(count(placed)).toEqual({ placed: 600 })
  expect(new Set(orderIds(placed)).size).toBe(600)
  const stored = (await Promise.all(accounts.map(ordersOf))).flat()
  expect(stored.toSorted()).toEqual(orderIds(placed).toSorted())
})

test('a row that PostgreSQL refuses fails alone', async () => {
  const account = await newAccount(sql, 100_000n)
  const { placement } = aProcess()
  const bad: Purchase[] = [
    purchase(account, { ...checks, id: 3_000_000_000 as ServiceId }, 1),
    purchase(account, checks, 2, { reference: 'a\0b' }),
    purchase(account, checks, 3, { items: [{ ...input(checks, '490154203237518'), quantity: 0 }] }),
  ]
  const good = Array.from({ length: 60 }, (_, n) => purchase(account, checks, 100 + n))
  const mixed = [...good.slice(0, 20), ...bad.slice(0, 2), ...good.slice(20), ...bad.slice(2)]
  const results = await Promise.allSettled(mixed.map((one) => placement.place(one)))
  for (const [index, result] of results.entries()) {
    const one = mixed[index] as Purchase
    expect(result.status, JSON.stringify(one.items)).toBe(bad.includes(one) ? 'rejected' : 'fulfilled')
  }
  expect(await ordersOf(account)).toHaveLength(60)
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 99_400n, held: 600n })
})

test('an account without a wallet fails alone', async () => {
  const account = await newAccount(sql, 100_000n)
  const { placement } = aProcess()
  const results = await Promise.allSettled(
    [account, 999_999 as typeof account, account].map((id, n) => placement.place(purchase(id, checks, n))),
  )
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('whatever the texts are, they come out as they went in', async () => {
  const account = await newAccount(sql, 100_000n)
  const { placement } = aProcess()
  const texts = [
    'null',
    'NULL',
    '',
    ' ',
    '{}',
    '"',
    '\\',
    '\\"',
    'a,b',
    "'",
    '{"a":1}',
    'é\u{1f600}',
    '\t\n',
    '\\N',
  ]
  const placed = await placeAll(
    [placement],
    texts.map((text) =>
      purchase(account, checks, 1, {
        reference: text,
        items: [{ input: text, quantity: 1, fields: { NOTE: text, [text]: '1' }, canonical: text }],
      }),
    ),
  )
  const rows = await sql<{ reference: string; input: string; fields: Record<string, string> }[]>`
    select o.reference, i.input, i.fields from orders o join items i on i.order_id = o.id
     where o.id = any(${orderIds(placed)}) order by o.id`
  expect(rows).toEqual(
    texts.map((text) => ({ reference: text, input: text, fields: { NOTE: text, [text]: '1' } })),
  )
})

test('orders keep the instant that the clock gave, and a repeated one keeps its first', async () => {
  const clock = new TestClock()
  const account = await newAccount(sql, 100_000n)
  const { placement } = aProcess(clock)
  clock.advance(-86_400_000)
  const before = clock.now()
  const placed = await placement.place(purchase(account, checks, 1))
  const after = clock.now()
  clock.advance(3_600_000)
  await placement.place(purchase(account, checks, 1))
  const [row] = await sql<Record<string, Date>[]>`
    select o.created_at, i.due_at, t.created_at as held_at, k.created_at as key_at
      from orders o join items i on i.order_id = o.id join ledger_entries t on t.order_id = o.id
      join order_keys k on k.order_id = o.id where o.id = ${orderIds([placed])[0] ?? 0}`
  expect(Number(row?.['created_at'])).toBeGreaterThanOrEqual(+before)
  expect(Number(row?.['created_at'])).toBeLessThanOrEqual(+after)
  expect(new Set(Object.values(row ?? {}).map(Number)).size).toBe(1)
})

test('stop waits for everything that was accepted', async () => {
  const account = await newAccount(sql, 100_000n)
  const { placement } = aProcess()
  let answered = 0
  const placing = Array.from({ length: 1500 }, (_, n) =>
    placement.place(purchase(account, checks, n)).then(() => answered++),
  )
  await placement.stop()
  // What was resolved before `stop` was is told in the same turn.
  await Promise.resolve()
  expect(answered).toBe(1500)
  await Promise.all(placing)
  expect(await ordersOf(account)).toHaveLength(1500)
})
