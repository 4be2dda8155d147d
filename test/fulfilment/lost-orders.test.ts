import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
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
    { order_id: BigInt(second), detail: "what the supplier has under S-1 is another order's" },
  ])
  expect((await shop.order(second)).items[0]?.state).toBe('unknown')
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
