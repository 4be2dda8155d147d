import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBreaker } from '../../src/fulfilment/breakers.sql.ts'
import { whyOrderWaits } from '../../src/fulfilment/people/why-waiting.ts'
import type { OrderId, SupplierId } from '../../src/lib/ids.ts'
import { OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
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

test('an item that waits because it goes by none of its routes says why of each, as it is now', async () => {
  const dear = await shop.addSupplier('dear', { position: 0, cost: 11n })
  const off = await shop.addSupplier('off', { position: -1 })
  await shop.sql`update suppliers set enabled = false where id = ${off}`
  const pause = (supplierId: SupplierId) =>
    openBreaker(
      shop.sql,
      { supplierId, why: 'login', reason: 'wrong key', needed: null, wasWell: true, probeAfterMs: 3_600_000 },
      shop.clock.now(),
    )
  const waits = async (id: OrderId) => whyOrderWaits(shop.sql, await shop.order(id), shop.clock)
  const id = await shop.place(1)
  const passed = [
    { supplier: 'off', why: 'off', detail: 'the supplier is switched off' },
    { supplier: 'dear', why: 'margin', detail: expect.stringContaining('dear: costs') },
  ]
  expect(await waits(id)).toEqual([{ item: 1, items: 1, why: 'next', routes: passed }])
  await pause(SANDBOX)
  doing(SANDBOX, dear, off)
  const before = await shop.sql`select due_at from items`
  await until(async () => (await shop.sql`select due_at from items`)[0]?.['due_at'] !== before[0]?.['due_at'])
  const paused = { supplier: 'sandbox', why: 'paused', detail: 'login: wrong key' }
  expect(await waits(id)).toEqual([
    { item: 1, items: 1, why: 'routes', routes: expect.arrayContaining([...passed, paused]) },
  ])
  const { stdout } = await imeigate(['order', 'show', String(id)], settingsFor(shop.database.address))
  expect(stdout).toMatch(/\nwaits +not sent to +why +detail\n/)
  expect(stdout).toMatch(/\n1 +sandbox +paused +login: wrong key\n/)
  expect(stdout).toMatch(/\n1 +dear +margin +dear: costs/)
  const { json } = await imeigate(['order', 'show', String(id), '--json'], settingsFor(shop.database.address))
  expect(json().waits).toEqual(await waits(id))
  await shop.sql`update supplier_routes set available = false`
  expect((await waits(id))[0]?.routes).toContainEqual({
    ...{ supplier: 'sandbox', why: 'off', detail: "the supplier's list lacks the service" },
  })
  await shop.sql`update services set processing = 'manual'`
  expect(await waits(id)).toEqual([{ item: 1, items: 1, why: 'by_hand', routes: [] }])
  // What has ended waits for nothing.
  await imeigate(['order', 'cancel', String(id)], settingsFor(shop.database.address))
  expect(await waits(id)).toEqual([])
})

test('where the preferred route is taken nothing is kept', async () => {
  const other = await shop.addSupplier('other', { position: 5 })
  doing(SANDBOX, other)
  expect(await passedOf(await shop.place(1))).toEqual([['sandbox', null]])
  expect(await shop.sql`select 1 from passed_routes`).toEqual([])
})
