import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBreaker } from '../../src/fulfilment/breakers.sql.ts'
import type { OrderId, SupplierId } from '../../src/lib/ids.ts'
import { OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const passedOf = async (id: OrderId) => {
  await until(async () => (await shop.order(id)).finishedAt !== null)
  const found = await new OperatorOrders(shop.sql).find(id)
  return found?.attempts.map(({ supplier, passed }) => [supplier, passed])
}
const doing = (...ids: SupplierId[]) =>
  shop.workers(new Map(ids.map((id) => [id, new FakeSupplier(async () => SUCCESS)])))

test('an order keeps why a preferred route was passed over: off, too dear, paused', async () => {
  const dear = await shop.addSupplier('dear', { position: 0, cost: 11n })
  const off = await shop.addSupplier('off', { position: -1 })
  const paused = await shop.addSupplier('paused', { position: -2 })
  const worse = await shop.addSupplier('worse', { position: 9 })
  await shop.sql`update suppliers set enabled = false where id = ${off}`
  await openBreaker(
    shop.sql,
    {
      supplierId: paused,
      why: 'credit',
      reason: 'no money',
      needed: null,
      wasWell: true,
      probeAfterMs: 3_600_000,
    },
    shop.clock.now(),
  )
  doing(SANDBOX, dear, off, paused, worse)
  expect(await passedOf(await shop.place(1))).toEqual([
    [
      'sandbox',
      [
        { supplier: 'dear', why: 'margin', detail: expect.stringContaining('dear: costs') },
        { supplier: 'off', why: 'off', detail: null },
        { supplier: 'paused', why: 'paused', detail: null },
      ],
    ],
  ])
})

test('a route that has failed with the item is passed over; one that has refused it, and a worse one, are not', async () => {
  const failing = await shop.addSupplier('failing', { position: -2 })
  const refusing = await shop.addSupplier('refusing', { position: -1 })
  shop.workers(
    new Map([
      [failing, new FakeSupplier(async () => ({ kind: 'unavailable', why: 'transport', reason: 'away' }))],
      [refusing, new FakeSupplier(async () => REFUSED)],
      [SANDBOX, new FakeSupplier(async () => SUCCESS)],
    ]),
  )
  expect(await passedOf(await shop.place(1))).toEqual([
    ['failing', null],
    ['refusing', [{ supplier: 'failing', why: 'failed', detail: 'failed with this item once' }]],
    ['sandbox', [{ supplier: 'failing', why: 'failed', detail: 'failed with this item once' }]],
  ])
})

test('where the preferred route is taken nothing is kept', async () => {
  const other = await shop.addSupplier('other', { position: 5 })
  doing(SANDBOX, other)
  expect(await passedOf(await shop.place(1))).toEqual([['sandbox', null]])
  expect(await shop.sql`select 1 from passed_routes`).toEqual([])
})
