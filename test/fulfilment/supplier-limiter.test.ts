import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SupplierLimiter, SupplierLimiters } from '../../src/fulfilment/supplier-limiter.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { ConnectedSupplier } from '../../src/suppliers/directory.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { directoryOf, SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const supplier = (sendAtOnce = 1, askAtOnce = 1): FakeSupplier =>
  Object.assign(new FakeSupplier(async () => SUCCESS), { sendAtOnce, askAtOnce })

async function limiter(over: Partial<ConnectedSupplier>, one = supplier()): Promise<SupplierLimiter> {
  const live = (await directoryOf(new Map([[SANDBOX, one]]), over).current()).get(SANDBOX)
  return new SupplierLimiter(live as ConnectedSupplier)
}

describe('a limiter', () => {
  afterEach(() => void vi.useRealTimers())

  test('has room for so many calls at a time, and for as many items as go into them', async () => {
    const one = await limiter({ concurrency: 3 }, supplier(10, 4))
    expect([one.sendRoom(), one.askRoom()]).toEqual([30, 8])
    const ends = [one.begin('send'), one.begin('send')]
    expect([one.sendRoom(), one.askRoom()]).toEqual([10, 4])
    ends.push(one.begin('send'))
    expect([one.sendRoom(), one.askRoom()]).toEqual([0, 0])
    for (const end of ends) end()
    expect([one.sendRoom(), one.askRoom()]).toEqual([30, 8])
  })

  test('keeps half of its calls for sending', async () => {
    const one = await limiter({ concurrency: 5 })
    for (let asks = 0; asks < 3; asks++) one.begin('ask')
    expect([one.sendRoom(), one.askRoom()]).toEqual([2, 0])
    const narrow = await limiter({ concurrency: 1 })
    expect([narrow.sendRoom(), narrow.askRoom()]).toEqual([1, 1])
  })

  test('begins no more calls in a second than its rate, a quarter of them at once', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const one = await limiter({ ratePerSecond: 20 })
    let begun = 0
    for (let times = 0; times < 100; times++) {
      while (one.sendRoom() > 0) {
        one.begin('send')()
        begun++
      }
      if (times === 0) expect(begun).toBe(5)
      vi.advanceTimersByTime(100)
    }
    expect(begun).toBeGreaterThanOrEqual(200)
    expect(begun).toBeLessThanOrEqual(205)
  })

  test('at a rate of one a second begins one each second, and saves none up', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const one = await limiter({ ratePerSecond: 1 })
    one.begin('ask')()
    expect(one.askRoom()).toBe(0)
    vi.advanceTimersByTime(999)
    expect(one.askRoom()).toBe(0)
    vi.advanceTimersByTime(2)
    expect(one.askRoom()).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(one.askRoom()).toBe(1)
  })

  test('is the same one when its supplier has changed, with the new limits at once', async () => {
    let live = await directoryOf(new Map([[SANDBOX, supplier()]]), { concurrency: 4 }).current()
    const limiters = new SupplierLimiters({ current: async () => live })
    const first = (await limiters.current()).get(SANDBOX) as SupplierLimiter
    first.begin('send')
    live = await directoryOf(new Map([[SANDBOX, supplier()]]), { concurrency: 2 }).current()
    expect((await limiters.current()).get(SANDBOX)).toBe(first)
    expect(first.sendRoom()).toBe(1)
    live = new Map()
    expect((await limiters.current()).size).toBe(0)
  })

  test('begins calls at a rate from the moment that it is set, however many calls there were before', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const one = await limiter({ concurrency: 4 })
    for (let calls = 0; calls < 1_000; calls++) one.begin('send')()
    vi.advanceTimersByTime(1_000)
    one.connected = { ...one.connected, ratePerSecond: 8 }
    expect([one.sendRoom(), one.askRoom()]).toEqual([2, 2])
  })

  test('knows when its supplier wants to be asked once more', async () => {
    const config = { ...(await limiter({})).connected.config, settings: { recheck: [86_400, 60] } }
    expect((await limiter({ config })).recheck()).toEqual([60, 86_400])
    expect((await limiter({})).recheck()).toEqual([])
  })
})

describe('workers', () => {
  let shop: Workshop
  beforeEach(async () => {
    shop = await Workshop.open()
  })
  afterEach(async () => {
    expect(await brokenPromises(shop.sql)).toEqual([])
    await shop.close()
  })
  const allEnded = (): Promise<void> =>
    until(async () => {
      shop.clock.advance(1_000)
      return (await new LedgerReader(shop.sql).wallet(shop.account)).held === 0n
    })

  /** `counting` gives a supplier, and the most calls that were under way with it at a time. */
  function counting(): { supplier: FakeSupplier; most: () => number } {
    let now = 0
    let most = 0
    const one = new FakeSupplier(async ({ call, work }) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 3))
      now--
      return call === 'send' && Number(work.orderId) % 2 === 0
        ? { kind: 'accepted', reference: `R${work.orderId}`, askAgainAfterMs: 1_000 }
        : SUCCESS
    })
    return { supplier: one, most: () => most }
  }

  test.each([1, 2, 7])(
    'have at most %i calls under way with a supplier that takes no more',
    async (concurrency) => {
      const { supplier: one, most } = counting()
      await shop.placeMany(60)
      shop.workers(one, { concurrency })
      await allEnded()
      expect(most()).toBeLessThanOrEqual(concurrency)
      expect(one.calls).toHaveLength(90)
    },
  )

  test('write no intent for what there is no room for: it goes where its routes say when there is', async () => {
    const gate = Promise.withResolvers<typeof SUCCESS>()
    const slow = new FakeSupplier(() => gate.promise)
    const quick = new FakeSupplier(async () => SUCCESS)
    const first = await shop.addSupplier('first', { position: 0 })
    await shop.placeMany(5)
    const suppliers = new Map([[first, slow]])
    shop.workers(suppliers.set(SANDBOX, quick), { concurrency: 2 })
    await until(() => slow.calls.length === 2)
    expect(await shop.sql`select from attempts`).toHaveLength(2)
    await shop.sql`update supplier_routes set position = 9 where supplier_id = ${first}`
    await until(() => quick.calls.length === 3)
    gate.resolve(SUCCESS)
    await allEnded()
    expect(slow.calls).toHaveLength(2)
  })
})
