import { afterEach, beforeEach, expect, test } from 'vitest'
import { chainNext } from '../../src/audit/chain-writer.ts'
import type { Sql } from '../../src/database/database.ts'
import { correctResult } from '../../src/fulfilment/after/corrections.ts'
import { deliverAfterAll } from '../../src/fulfilment/after/late-results.ts'
import { refund, refundWithin } from '../../src/fulfilment/after/refunds.ts'
import { requestCancel } from '../../src/fulfilment/people/cancel-verify.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { DAY_MS } from '../../src/lib/time.ts'
import { checkSales } from '../../src/sales/check.ts'
import { foldNext, rebuildSales } from '../../src/sales/folder.ts'
import { readSales } from '../../src/sales/report.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { folded } from './recount.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  await fold()
  expect((await checkSales(shop.sql)).filter(({ ok }) => !ok)).toEqual([])
  const before = await folded(shop.sql)
  await rebuildSales(shop.sql)
  expect(await folded(shop.sql)).toEqual(before)
  await shop.close()
})

const ANN = 'cli:ann'
const fold = async (): Promise<void> => {
  while (await foldNext(shop.sql, shop.clock)) {}
}
const days = async () =>
  (
    await readSales(shop.sql, { by: ['day'], from: '2029-12-31', to: '2030-02-01', limit: 100 }, shop.clock)
  ).rows.map(({ day, orders, charged, failed, rejected, corrected, turnover, refunded, successRate }) => ({
    ...{ day, orders, charged, failed, rejected, corrected, turnover, refunded, successRate },
  }))
const nameOf = (orderId: OrderId) => ({ accountId: shop.account, orderId })
const ended = async (ids: OrderId[]): Promise<void> => {
  for (const id of ids) await until(async () => (await shop.order(id)).finishedAt !== null)
}
const why = { reason: 'it was late' }

test('what has ended counts on its day, and what becomes of it later changes that day', async () => {
  let sent = 0
  shop.workers(new FakeSupplier(async () => (sent++ === 0 ? REFUSED : SUCCESS)))
  const ids = [await shop.place(1)]
  await ended(ids)
  ids.push(await shop.place(2), await shop.place(3), await shop.place(4))
  await ended(ids)
  await fold()
  const first = {
    day: '2030-01-01',
    orders: 4,
    charged: 3,
    failed: 1,
    rejected: 0,
    corrected: 0,
    turnover: 30n,
    refunded: 0n,
    successRate: 0.75,
  }
  expect(await days()).toEqual([first])
  shop.clock.advance(10 * DAY_MS)
  const [refused, second, third, fourth] = ids as [OrderId, OrderId, OrderId, OrderId]
  await refund(shop.sql, nameOf(second), { ...why, amount: micros(4n), reference: 'a part' }, ANN, shop.clock)
  await correctResult(
    shop.sql,
    nameOf(third),
    { result: 'another', why: 'they sent it again' },
    ANN,
    shop.clock,
  )
  await fold()
  expect(await days()).toEqual([{ ...first, refunded: 4n, corrected: 1 }])
  await refund(shop.sql, nameOf(second), why, ANN, shop.clock)
  await refund(shop.sql, nameOf(fourth), why, ANN, shop.clock)
  await fold()
  expect(await days()).toEqual([{ ...first, refunded: 20n, corrected: 1, rejected: 2, successRate: 0.25 }])
  const late = { result: 'clean', why: 'it came' }
  await deliverAfterAll(shop.sql, nameOf(refused), late, ANN, shop.clock)
  await deliverAfterAll(shop.sql, nameOf(second), late, ANN, shop.clock)
  await fold()
  expect(await days()).toEqual([
    {
      ...first,
      charged: 4,
      failed: 0,
      turnover: 40n,
      refunded: 10n,
      corrected: 1,
      rejected: 1,
      successRate: 0.75,
    },
  ])
})

test('a route that was chosen and never sent to is not who gave the result', async () => {
  const other = await shop.addSupplier('Other')
  const id = await shop.place(1)
  await shop.sql`
    insert into attempts (account_id, order_id, position, number, supplier_id, route_id, state, fault, detail, created_at)
    values (${shop.account}, ${id}, 1, 1, ${other}, (select id from supplier_routes where supplier_id = ${other}), 'given_up', 'chosen', 'x',
            ${shop.clock.now()})`
  await requestCancel(shop.sql, shop.outcomes, nameOf(id), 'test', shop.clock)
  await deliverAfterAll(shop.sql, nameOf(id), { result: 'clean', why: 'it came' }, ANN, shop.clock)
  await fold()
  const charged =
    await shop.sql`select supplier_id from sales where cut = 'each' and unit = 'day' and charged > 0`
  expect(charged.map(({ supplier_id }) => supplier_id)).toEqual([0])
})

test('an entry that is committed late is in no figures before, and counts once', async () => {
  shop.workers(new FakeSupplier(async () => SUCCESS))
  const id = await shop.place(1)
  await ended([id])
  const refunded = async () => (await days()).reduce((all, day) => all + day.refunded, 0n)
  const asOf = async () => (await readSales(shop.sql, { by: [], limit: 1 }, shop.clock)).asOf
  await shop.sql.begin(async (transaction) => {
    await refundWithin(transaction, nameOf(id), why, ANN, shop.clock)
    // Others of the account wait for its wallet, and nothing of them can get a number behind this one.
    await fold()
    expect(await refunded()).toBe(0n)
    shop.clock.advance(1000)
    await fold()
    expect(await asOf()).toEqual(shop.clock.now())
  })
  await fold()
  expect(await refunded()).toBe(10n)
  await fold()
  expect(await refunded()).toBe(10n)
})

test('several folders at once, some of which are cut off, count each entry once, beside orders and the chain', async () => {
  shop.workers(
    new FakeSupplier(async ({ work }) => (Number(work.input.at(-2)) % 3 === 0 ? REFUSED : SUCCESS)),
  )
  let going = true
  const cutOff = (work: (...given: never[]) => Promise<unknown>) =>
    shop.sql.begin(async (transaction) => {
      await work(...([transaction] as never[]))
      throw new Error('cut off')
    })
  const dying = { begin: cutOff } as unknown as Sql
  let folds = 0
  const folders = [shop.sql, shop.sql, dying].map(async (sql) => {
    while (going) {
      await foldNext(sql, shop.clock, 3).then(
        () => folds++,
        () => {},
      )
    }
  })
  // One writes the chain: of two at once one would be refused by the database, and the server tries that again.
  const chaining = (async () => {
    while (going) await chainNext(shop.sql, shop.clock.now())
  })()
  const ids = await shop.placeMany(60)
  await ended(ids)
  for (const id of ids.slice(0, 10)) await refund(shop.sql, nameOf(id), why, ANN, shop.clock).catch(() => {})
  going = false
  await Promise.all([...folders, chaining])
  expect(folds).toBeGreaterThan(5)
  await fold()
  const [day] = await days()
  expect(day?.orders).toBe(60)
  expect((day?.charged ?? 0) + (day?.failed ?? 0)).toBe(60)
})

test('figures that were never made are said to be of no time', async () => {
  const report = await readSales(shop.sql, { by: ['day'], limit: 10 }, shop.clock)
  expect(report).toMatchObject({
    asOf: null,
    rows: [],
    totals: [],
    from: '2029-12-03',
    to: '2030-01-01',
    more: false,
  })
})
