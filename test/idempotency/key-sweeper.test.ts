import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeySweeper } from '../../src/idempotency/key-sweeper.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { input, newService } from '../orders/orders.fixtures.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let shop: Workshop
let sweeper: KeySweeper
beforeEach(async () => {
  shop = await Workshop.open()
  sweeper = new KeySweeper(shop.sql, shop.clock, pino({ level: 'silent' }))
})
afterEach(async () => {
  await sweeper.stop()
  await shop.close()
})

const keysOf = async (id: OrderId): Promise<string[]> =>
  (
    await shop.sql<{ kind: string }[]>`
      select case when body is null then 'natural' else 'explicit' end as kind from order_keys
       where order_id = ${id} order by 1`
  ).map(({ kind }) => kind)

/** `end` lets the orders end: those of odd IMEIs with success. */
async function end(...ids: OrderId[]): Promise<void> {
  const workers = shop.workers(
    new FakeSupplier(async ({ work }) => (Number(work.input[13]) % 2 === 1 ? SUCCESS : REFUSED)),
  )
  for (const id of ids) await until(async () => (await shop.order(id)).finishedAt !== null)
  await workers.stop(0)
}

test('a natural key goes when its window has passed and its order has ended, not before', async () => {
  const [done, failed, waiting] = [await shop.place(1), await shop.place(2), await shop.place(3)]
  await shop.sql`update items set due_at = due_at + interval '1 year' where order_id = ${waiting}`
  await end(done, failed)
  await sweeper.sweep()
  shop.clock.advance(10 * MINUTE_MS - 1)
  await sweeper.sweep()
  expect(await keysOf(done)).toEqual(['natural'])
  expect(await shop.place(1)).toBe(done)
  shop.clock.advance(2)
  await sweeper.sweep()
  expect([await keysOf(done), await keysOf(failed)]).toEqual([[], []])
  shop.clock.advance(100 * DAY_MS)
  await sweeper.sweep()
  expect(await keysOf(waiting)).toEqual(['natural'])
  expect(await shop.place(3)).toBe(waiting)
})

test("the window is the service's own", async () => {
  const service = await newService(shop.sql, { replayWindowSeconds: 86_400 })
  const id = await shop.place(1, { service })
  await end(id)
  shop.clock.advance(DAY_MS - 1)
  await sweeper.sweep()
  expect(await shop.place(1, { service })).toBe(id)
  shop.clock.advance(2)
  await sweeper.sweep()
  expect(await keysOf(id)).toEqual([])
})

test('an explicit key answers for 30 days, and as long as its order is open', async () => {
  const credits = await newService(shop.sql, { kind: 'server', maxQuantity: 9 })
  const keyed = (idempotencyKey: string) => ({
    service: credits,
    items: [input(credits, '')],
    idempotencyKey,
  })
  const [done, waiting] = [await shop.place(0, keyed('a')), await shop.place(0, keyed('b'))]
  await shop.sql`update items set due_at = due_at + interval '1 year' where order_id = ${waiting}`
  await end(done)
  shop.clock.advance(30 * DAY_MS - 1)
  await sweeper.sweep()
  expect(await shop.place(0, keyed('a'))).toBe(done)
  shop.clock.advance(2)
  await sweeper.sweep()
  expect([await keysOf(done), await keysOf(waiting)]).toEqual([[], ['explicit']])
  expect(await shop.place(0, keyed('b'))).toBe(waiting)
  expect(await shop.place(0, keyed('a'))).not.toBe(done)
})

test('a key that is given to a new order while it is swept stays', async () => {
  const first = await shop.place(1)
  await end(first)
  shop.clock.advance(11 * MINUTE_MS)
  // As placement does it: the key moves to the new order. The sweep leaves it out, and does not wait.
  const second = await shop.place(2)
  await shop.sql.begin(async (transaction) => {
    await transaction`update order_keys set order_id = ${second} where order_id = ${first}`
    await sweeper.sweep()
  })
  expect(await keysOf(second)).toEqual(['natural', 'natural'])
})

test('everything is swept, however much there is', async () => {
  const [id] = await shop.placeMany(1)
  if (id === undefined) throw new Error('nothing was placed')
  await end(id)
  await shop.sql`
    insert into order_keys (account_id, key, order_id, created_at)
    select ${shop.account}, gen_random_uuid(), ${id}, ${shop.clock.now()} from generate_series(1, 20500)`
  shop.clock.advance(DAY_MS)
  await sweeper.sweep()
  expect(await keysOf(id)).toEqual([])
})

test('answers to operators are kept for 30 days', async () => {
  const now = shop.clock.now()
  await shop.sql`
    insert into operator_answers (actor, key, body, answer, created_at)
    select 'staff:1', gen_random_uuid(), gen_random_uuid(), '{}', ${now}::timestamptz - n * interval '1 day'
      from unnest('{29, 31}'::int[]) n`
  await sweeper.sweep()
  const left = await shop.sql<{ age: string }[]>`
    select extract(day from ${now}::timestamptz - created_at)::text as age from operator_answers`
  expect(left.map(({ age }) => age)).toEqual(['29'])
})
