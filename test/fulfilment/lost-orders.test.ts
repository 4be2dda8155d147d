import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { brokenPromises, input, newService } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
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

const LOST: SupplierOutcome = { kind: 'unknown', reason: 'no answer', askable: true }

test('a number that another item of the same input has does not settle a lost order: a person is asked', async () => {
  const service = await newService(shop.sql, { duplicatePolicy: 'allow' })
  const supplier = new FakeSupplier(async ({ call, work }) => {
    if (call === 'send' && work.attemptKey === `${first}-1-1`) return { kind: 'accepted', reference: 'S-1' }
    if (work.reference === 'S-1') return { kind: 'accepted', reference: 'S-1', askAgainAfterMs: 3_600_000 }
    return call === 'send' ? LOST : { kind: 'accepted', reference: 'S-1' }
  })
  const items = [input(service, imei(1))]
  const first = await shop.place(1, { service, items })
  shop.workers(supplier)
  await until(async () => (await shop.sql`select from attempts where reference = 'S-1'`).length === 1)
  const second = await shop.place(2, { service, items })
  await until(async () => (await shop.order(second)).items[0]?.state === 'unknown')
  shop.clock.advance(30_000)
  const open = async () => await shop.sql`select order_id, detail from reviews where resolved_at is null`
  await until(async () => (await open()).length === 1)
  expect([...(await open())]).toEqual([
    {
      order_id: BigInt(second),
      detail: `the supplier's number S-1 for our order ${second} is that of our order ${first}`,
    },
  ])
  expect((await shop.order(second)).items[0]?.state).toBe('unknown')
})

test('a number that another order has is no acceptance, and no success: the money stays held, a person is shown both', async () => {
  const answers: SupplierOutcome[] = [
    { kind: 'accepted', reference: 'S-1', askAgainAfterMs: 3_600_000 },
    { kind: 'accepted', reference: 'S-1' },
    { kind: 'success', result: 'clean', reference: 'S-1' },
    { kind: 'accepted', reference: 'S-2', askAgainAfterMs: 3_600_000 },
  ]
  const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? (answers.shift() ?? LOST) : LOST))
  shop.workers(supplier)
  const orders: OrderId[] = []
  for (let n = 1; n <= 4; n++) {
    orders.push(await shop.place(n))
    await until(() => supplier.calls.length === n && supplier.underWay === 0)
    await shop.idle()
  }
  const states = await Promise.all(orders.map(async (id) => (await shop.order(id)).items[0]?.state))
  expect(states).toEqual(['processing', 'unknown', 'unknown', 'processing'])
  const [first] = orders
  const reviews = await shop.sql`select order_id, kind, detail from reviews order by order_id`
  expect([...reviews]).toEqual(
    orders.slice(1, 3).map((id) => ({
      order_id: BigInt(id),
      kind: 'unknown',
      detail: `the supplier's number S-1 for our order ${id} is that of our order ${first}`,
    })),
  )
})

test('a number that two items get in one answer is of neither', async () => {
  const supplier = Object.assign(new FakeSupplier(async () => ({ kind: 'accepted', reference: 'S-1' })), {
    sendAtOnce: 10,
  })
  const orders = [await shop.place(1), await shop.place(2)]
  shop.workers(supplier)
  await until(() => supplier.calls.length === 2)
  await shop.idle()
  expect(await shop.sql`select 1 from attempts where reference is not null`).toHaveLength(0)
  const reviews = await shop.sql<{ order_id: bigint }[]>`select order_id from reviews order by order_id`
  expect(reviews.map(({ order_id }) => order_id)).toEqual(orders.map(BigInt))
})

test("an order that holds many items is each one's where they were sent together, and nobody else's", async () => {
  const supplier = Object.assign(
    new FakeSupplier(async () => ({ kind: 'accepted', reference: 'S-1', askAgainAfterMs: 3_600_000 })),
    { sendAtOnce: 10, ordersHoldMany: true },
  )
  const together = [await shop.place(1), await shop.place(2)]
  shop.workers(supplier)
  await until(() => supplier.calls.length === 2)
  await shop.idle()
  shop.clock.advance(1_000)
  const later = await shop.place(3)
  await until(() => supplier.calls.length === 3)
  await shop.idle()
  const items = await Promise.all(
    [...together, later].map(async (id) => (await shop.order(id)).items[0]?.state),
  )
  expect(items).toEqual(['processing', 'processing', 'unknown'])
})

test('a number is not shared by what travels alone: without an input, or of many units', async () => {
  const supplier = Object.assign(
    new FakeSupplier(async () => ({ kind: 'accepted', reference: 'S-1', askAgainAfterMs: 3_600_000 })),
    { sendAtOnce: 10, ordersHoldMany: true },
  )
  const many = [{ ...input(shop.service, imei(1)), quantity: 2 }]
  const orders = [await shop.place(1, { items: many }), await shop.place(2)]
  shop.workers(supplier)
  await until(() => supplier.calls.length === 2)
  await shop.idle()
  const items = await Promise.all(orders.map(async (id) => (await shop.order(id)).items[0]?.state))
  expect(items.toSorted()).not.toEqual(['processing', 'processing'])
})

test("another phone's result is not sold, whatever the kind of the supplier", async () => {
  const text = `Model: X\nIMEI: ${imei(2)}\nLock: off`
  const supplier = new FakeSupplier(async ({ work }) => ({
    kind: 'success',
    result: work.input === imei(1) ? text : `IMEI: ${imei(2)}\nIMEI2: ${imei(1)}`,
    reference: null,
  }))
  shop.workers(supplier)
  const [wrong, right] = [await shop.place(1), await shop.place(2)]
  await until(() => supplier.calls.length === 2)
  await shop.idle()
  expect((await shop.order(wrong)).items[0]).toMatchObject({ state: 'unknown' })
  expect((await shop.order(right)).state).toBe('success')
  const [review] = await shop.sql`select detail from reviews`
  expect(review?.['detail']).toBe(`asked about IMEI ${imei(1)}, answered about IMEI ${imei(2)}`)
})

test('a supplier gets fields under the names that its route has for them, also when it is asked', async () => {
  const service = await newService(shop.sql, { fields: [{ name: 'EMAIL' }, { name: 'NOTE' }] })
  await shop.sql`
    insert into supplier_route_fields (route_id, ours, theirs)
    select id, 'EMAIL', 'Email Address' from supplier_routes where service_id = ${service.id}`
  const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? LOST : SUCCESS))
  shop.workers(supplier)
  const [one] = [input(service, imei(1))]
  const id = await shop.place(1, { service, items: [{ ...one, fields: { EMAIL: 'a@b.co', NOTE: 'x' } }] })
  await until(async () => (await shop.order(id)).items[0]?.state === 'unknown')
  shop.clock.advance(30_000)
  await until(async () => (await shop.order(id)).state === 'success')
  const fields = { 'Email Address': 'a@b.co', NOTE: 'x' }
  expect(supplier.calls.map(({ work }) => work.fields)).toEqual([fields, fields])
})

test('a supplier that this process cannot call is passed over', async () => {
  await shop.addSupplier('secrets do not open', { position: 0 })
  const supplier = new FakeSupplier(async () => SUCCESS)
  shop.workers(new Map([[SANDBOX, supplier]]))
  const id = await shop.place(1)
  await until(async () => (await shop.order(id)).state === 'success')
  expect(supplier.history).toEqual(['send'])
})
