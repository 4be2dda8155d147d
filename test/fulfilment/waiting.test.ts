import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { updateService } from '../../src/catalogue/services.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { brokenPromises, newService } from '../orders/orders.fixtures.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const lookedAt = async (id: OrderId): Promise<number | undefined> =>
  (await shop.order(id)).items[0]?.dueAt?.getTime()

const cases: [string, () => Promise<Service>, object][] = [
  ['without a route', () => newService(shop.sql, { supplier: undefined }), { supplier: 'sandbox' }],
  ['that people process', () => newService(shop.sql, { processing: 'manual' }), { processing: 'automatic' }],
]
test.each(cases)(
  'an item of a service %s stays pending, is looked at again, and goes once it can',
  async (_name, make, change) => {
    const supplier = new FakeSupplier(async () => SUCCESS)
    shop.workers(supplier)
    const service = await make()
    const id = await shop.place(1, { service })
    for (let looks = 0; looks < 3; looks++) {
      const next = shop.clock.now().getTime() + 30_000
      await until(async () => (await lookedAt(id)) === next)
      expect(await shop.order(id)).toMatchObject({ state: 'pending', items: [{ state: 'pending' }] })
      if (looks < 2) shop.clock.advance(30_000)
    }
    await updateService(shop.sql, String(service.id), change)
    shop.clock.advance(29_999)
    await shop.idle()
    expect(supplier.calls).toEqual([])
    shop.clock.advance(1)
    await until(async () => (await shop.order(id)).state === 'success')
    expect(supplier.history).toEqual(['send'])
    expect(supplier.calls[0]?.work.attemptKey).toBe(`${id}-1-1`)
  },
)

test('many items that must wait do not hold up those that need not', async () => {
  const unrouted = await newService(shop.sql, { supplier: undefined })
  await Promise.all(Array.from({ length: 1200 }, (_, n) => shop.place(n, { service: unrouted })))
  const id = await shop.place(1)
  const supplier = new FakeSupplier(async () => SUCCESS)
  shop.workers(supplier)
  await until(async () => (await shop.order(id)).state === 'success')
  expect(supplier.history).toEqual(['send'])
})

test('the first of several routes is taken', async () => {
  const better = await shop.addSupplier('better', { position: 0 })
  const suppliers = [SANDBOX, better].map((id) => [id, new FakeSupplier(async () => SUCCESS)] as const)
  shop.workers(new Map(suppliers))
  const id = await shop.place(1)
  await until(async () => (await shop.order(id)).state === 'success')
  const attempts = await shop.sql`select supplier_id from attempts where order_id = ${id}`
  expect([...attempts]).toEqual([{ supplier_id: better }])
})
