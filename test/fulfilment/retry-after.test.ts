import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const later = (retryAfterMs?: number): SupplierOutcome => ({
  kind: 'unavailable',
  why: 'busy',
  reason: 'too many requests',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})
const attempts = () => shop.sql`select number, state, fault from attempts order by number`

/** `sent` waits for the next call, second by second. */
const sent = (supplier: FakeSupplier, times: number): Promise<void> =>
  until(async () => {
    await shop.idle()
    if (supplier.calls.length >= times && supplier.underWay === 0) return true
    shop.clock.advance(1_000)
    return false
  })

test('an item that the supplier puts off is sent again when it says, uses up no attempt, and is shown to nobody', async () => {
  const at: number[] = []
  const supplier = new FakeSupplier(async () => {
    at.push(shop.clock.now().getTime())
    return at.length < 4 ? later(37_000) : SUCCESS
  })
  shop.workers(supplier)
  const id = await shop.place(1)
  for (let times = 1; times < 4; times++) {
    await sent(supplier, times)
    expect([...(await attempts())]).toEqual([{ number: 1, state: 'refused', fault: 'wait' }])
    shop.clock.advance(36_000)
  }
  await sent(supplier, 4)
  await until(async () => (await shop.order(id)).state === 'success')
  const pauses = at.slice(1).map((time, index) => time - (at[index] as number))
  expect(pauses.filter((ms) => ms < 37_000)).toEqual([])
  expect([...(await attempts())]).toEqual([{ number: 1, state: 'succeeded', fault: null }])
  expect(new Set(supplier.calls.map(({ work }) => work.attemptKey))).toEqual(new Set([`${id}-1-1`]))
  expect(await shop.sql`select from reviews`).toHaveLength(0)
})

test('a question that the supplier puts off counts for nothing either', async () => {
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'send' ? { kind: 'accepted', reference: 'S-1', askAgainAfterMs: 1_000 } : later(60_000),
  )
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1 && supplier.underWay === 0)
  await shop.idle()
  shop.clock.advance(1_000)
  for (let times = 2; times <= 7; times++) {
    await sent(supplier, times)
    shop.clock.advance(59_000)
  }
  expect((await shop.order(id)).items[0]).toMatchObject({ state: 'processing' })
  expect(await shop.sql`select from reviews`).toHaveLength(0)
})

test('an item that goes to the same supplier again has the same key, until the supplier has refused it or taken it', async () => {
  let answer = later()
  const supplier = new FakeSupplier(async () => answer)
  shop.workers(supplier)
  const id = await shop.place(1)
  await sent(supplier, 3)
  answer = SUCCESS
  await sent(supplier, 4)
  await until(async () => (await shop.order(id)).state === 'success')
  expect(new Set(supplier.calls.map(({ work }) => work.attemptKey))).toEqual(new Set([`${id}-1-1`]))
  expect((await attempts()).map(({ number }) => number).length).toBeGreaterThan(2)
})
