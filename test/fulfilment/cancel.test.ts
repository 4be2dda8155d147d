import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { requestCancel } from '../../src/fulfilment/people/cancel-verify.ts'
import { itemsOfOrder } from '../../src/fulfilment/people/reviews.sql.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { brokenPromises, input, newAccount, newService } from '../orders/orders.fixtures.ts'
import { randomNumbers } from '../support/random.ts'
import { imei } from '../support/server.ts'
import { takePending } from './fixed-directory.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

/** `cancel` gives how many items were cancelled. */
const cancel = async (orderId: OrderId, accountId: AccountId = shop.account): Promise<number> =>
  (await requestCancel(shop.sql, shop.outcomes, { accountId, orderId }, 'test')).cancelled

test('cancelling gives back what was not sent', async () => {
  const id = await shop.place(1, { items: [input(shop.service, imei(1)), input(shop.service, imei(2))] })
  expect(await cancel(id)).toBe(2)
  expect(await shop.order(id)).toMatchObject({
    state: 'cancelled',
    finishedAt: shop.clock.now(),
    items: [{ state: 'cancelled', reason: 'Cancelled before it was sent' }, { state: 'cancelled' }],
  })
  expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({
    available: 1_000_000n,
    held: 0n,
  })
  expect(await cancel(id)).toBe(0)
})

test('nobody cancels the order of another account', async () => {
  const other = await newAccount(shop.sql, 10n)
  const id = await shop.place(1)
  await expect(cancel(id, other)).rejects.toMatchObject({ code: 'order_not_found' })
  expect((await shop.order(id)).state).toBe('pending')
})

test('of two that cancel the same item one does it', async () => {
  for (let n = 0; n < 10; n++) {
    const id = await shop.place(n)
    const done = await Promise.all(Array.from({ length: 3 }, () => cancel(id)))
    expect(done.toSorted()).toEqual([0, 0, 1])
  }
  expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({
    available: 1_000_000n,
    held: 0n,
  })
})

test('a cancel that races the dispatcher cancels or does not, but what it gave back was never sent', async () => {
  const supplier = new FakeSupplier(async () => SUCCESS)
  const workers = shop.workers(supplier)
  const cancelled = new Set<string>()
  const random = randomNumbers(inject('seed'))
  for (let round = 0; round < 15; round++) {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => shop.place(round * 20 + n)))
    const cancelling = ids.map(async (id, n) => {
      await new Promise((resolve) => setTimeout(resolve, random() * n))
      if ((await cancel(id)) === 1) cancelled.add(`${id}-1-1`)
    })
    setTimeout(() => workers.wake(), random() * 10)
    await Promise.all(cancelling)
  }
  await until(async () => (await new LedgerReader(shop.sql).wallet(shop.account)).held === 0n)
  const sent = supplier.calls.map(({ work }) => work.attemptKey)
  expect(sent.filter((key) => cancelled.has(key))).toEqual([])
  expect(new Set([...sent, ...cancelled]).size).toBe(300)
  expect(sent.length + cancelled.size).toBe(300)
  const available = 1_000_000n - 10n * BigInt(sent.length)
  expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({ available, held: 0n })
})

test('an order that was sent in part is cancelled in part', async () => {
  const items = [1, 2, 3].map((n) => input(shop.service, imei(n)))
  const id = await shop.place(1, { items })
  const now = shop.clock.now()
  const taken = await takePending(shop.sql, { limit: 1, now })
  expect(await cancel(id)).toBe(2)
  expect(await shop.order(id)).toMatchObject({ state: 'processing', finishedAt: null })
  expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({
    available: 999_990n,
    held: 10n,
  })
  const done = {
    number: 1,
    state: 'succeeded' as const,
    reference: null,
    detail: null,
    asked: 0,
    fault: null,
    recheckAt: null,
  }
  const [item] = taken
  if (!item) throw new Error('nothing was taken')
  await shop.outcomes.record({
    item,
    itemState: 'success',
    attempt: done,
    result: '',
    reason: null,
    dueAt: null,
    review: null,
    claim: null,
  })
  expect((await shop.order(id)).state).toBe('partial')
})

test('a dispatcher that only looks at an item does not get in the way of a cancel', async () => {
  const manual = await newService(shop.sql, { processing: 'manual' })
  const id = await shop.place(1, { service: manual })
  const now = shop.clock.now()
  const [found] = await itemsOfOrder(shop.sql, shop.account, id, shop.clock.now())
  const item = found && { ...found, accountId: shop.account, orderId: id }
  if (!item) throw new Error('nothing is pending')
  await takePending(shop.sql, { limit: 1, now })
  const cancelled = { attempt: null, result: null, reason: null, dueAt: null, review: null, claim: null }
  expect(await shop.outcomes.record({ item, itemState: 'cancelled', ...cancelled })).toBe(true)
})
