import { expect, it } from 'vitest'
import { setPrice } from '../../src/catalogue/prices.ts'
import { scheduleSync } from '../../src/sync/schedule.ts'
import { findWaitingLists } from '../../src/sync/waiting.ts'
import { waitingListText } from '../../src/sync/waiting-text.ts'
import { type Listed, many, useStore, wish } from './sync.fixtures.ts'

const used = useStore()

/** `imported` gives a supplier whose services were imported for 25% more than they cost. */
async function imported(services: Listed[], currency = 'USD') {
  const supplier = await used.store.supplier(currency)
  await used.store.apply(supplier, services, { importing: wish({ currency }) })
  const state = async () => {
    const [row] = await used.store.sql<{ cost: bigint; waiting: bigint | null; price: bigint }[]>`
      select r.cost, k.waiting_cost as waiting, p.unit_price as price
        from supplier_routes r join prices p using (service_id)
        join supplier_services k on k.supplier_id = r.supplier_id and k.remote_id = r.remote_service
       where r.supplier_id = ${supplier.id} order by r.id limit 1`
    return row && { cost: row.cost, waiting: row.waiting, price: row.price }
  }
  return { supplier, state }
}

const million = (decimal: string): bigint => BigInt(Math.round(Number(decimal) * 1_000_000))

it.each([
  ['a little more', '1.00', '1.10', 30, false],
  ['just the bound more', '1.00', '1.30', 30, false],
  ['a micro above the bound', '1.00', '1.300001', 30, true],
  ['twice as much', '0.05', '0.10', 30, true],
  ['a slip of the decimal point upwards', '0.80', '8.00', 30, true],
  ['a thousandfold, as of a misread separator', '1.5', '1500', 30, true],
  ['a little less', '1.00', '0.90', 30, false],
  ['just the bound less', '1.00', '0.70', 30, false],
  ['a micro below the bound', '1.00', '0.699999', 30, true],
  ['a slip of the decimal point downwards', '8.00', '0.80', 30, true],
  ['nothing at all', '2.00', '0', 30, true],
  ['something that was free', '0', '0.01', 30, true],
  ['what it was', '0', '0', 0, false],
  ['any change where none is believed', '1.00', '1.000001', 0, true],
  ['twice as much where that is usual', '1.00', '2.00', 100, false],
  ['eleven times as much at most', '1.00', '11.00', 1000, false],
  ['more than eleven times as much', '1.00', '11.01', 1000, true],
  ['a large amount', '70000000', '20000000', 30, true],
])(
  'a cost that becomes %s: %s to %s with a bound of %i percent',
  async (_, before, after, maxJump, waits) => {
    const { store } = used
    const { supplier, state } = await imported([{ id: '1', cost: before }])
    await scheduleSync(store.sql, supplier.id, { maxJump, now: new Date() })
    const priced = (cost: bigint): bigint => (((cost * 125n) / 100n + 9_999n) / 10_000n) * 10_000n
    const [old, now] = [million(before), million(after)]
    const preview = await store.preview(supplier, [{ id: '1', cost: after }])
    expect(preview.jumps).toEqual(
      waits ? [{ remoteId: '1', name: 'Service 1', cost: old, newCost: now }] : [],
    )
    expect(preview.changes.map(({ waits, newCost }) => ({ waits, newCost }))).toEqual(
      before === after ? [] : [{ waits, newCost: now }],
    )
    const report = await store.apply(supplier, [{ id: '1', cost: after }])
    expect(report.outcome).toBe('ok')
    expect(report.comparison?.jumps).toHaveLength(waits ? 1 : 0)
    expect(await state()).toEqual(
      waits
        ? { cost: old, waiting: now, price: priced(old) }
        : { cost: now, waiting: null, price: priced(now) },
    )
  },
)

it('costs beside one that has jumped are taken over, and the history has only these', async () => {
  const { store } = used
  const { supplier } = await imported(many(3))
  const later = [{ id: '1', cost: '9' }, { id: '2', cost: '1.10' }, { id: '3' }]
  expect((await store.apply(supplier, later)).changes).toMatchObject({ routes: 1, repriced: 1 })
  const history = await store.sql`
    select remote_id, new_cost from cost_history where supplier_id = ${supplier.id} order by id`
  expect([...history]).toEqual([{ remote_id: '2', new_cost: 1_100_000n }])
  expect((await store.runs(supplier)).at(-1)).toMatchObject({
    outcome: 'ok',
    counts: { jumps: 1, cost: 2, unchanged: 1 },
  })
})

it('a cost that has jumped waits until a person accepts it or the list takes it back', async () => {
  const { store } = used
  const { supplier, state } = await imported(many(2))
  const jumped = many(2, { cost: '4' })
  await store.apply(supplier, jumped)
  await store.apply(supplier, jumped)
  expect(await state()).toEqual({ cost: 1_000_000n, waiting: 4_000_000n, price: 1_250_000n })
  const back = await store.apply(supplier, many(2, { cost: '1.20' }))
  expect(back.comparison?.jumps).toEqual([])
  expect(await state()).toEqual({ cost: 1_200_000n, waiting: null, price: 1_500_000n })

  await store.apply(supplier, jumped)
  const accepted = await store.apply(supplier, jumped, { acceptJumps: ['1'] })
  expect(accepted.changes).toMatchObject({ routes: 1, repriced: 1 })
  expect(accepted.comparison?.jumps.map(({ remoteId }) => remoteId)).toEqual(['2'])
  expect(await state()).toEqual({ cost: 4_000_000n, waiting: null, price: 5_000_000n })
  expect((await store.apply(supplier, jumped, { acceptJumps: 'all' })).comparison?.jumps).toEqual([])
  // From here on the accepted cost is the known one.
  expect((await store.apply(supplier, many(2))).comparison?.jumps).toHaveLength(2)
})

it('a jump that there is not cannot be accepted, and nothing is changed', async () => {
  const { store } = used
  const { supplier } = await imported(many(2))
  const before = await store.everything()
  const services = [{ id: '1', cost: '5' }, { id: '2' }]
  for (const id of ['2', '77']) {
    await expect(store.apply(supplier, services, { acceptJumps: ['1', id] })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'acceptJump',
    })
  }
  expect(await store.everything()).toEqual(before)
})

it('only costs that something is sold by wait: of others the new one is known at once', async () => {
  const { store } = used
  const supplier = await store.supplier()
  await store.routed(supplier, 'jump-routed', '1')
  await store.apply(supplier, many(3))
  const { comparison } = await store.apply(supplier, many(3, { cost: '5' }))
  expect(comparison?.jumps.map(({ remoteId }) => remoteId)).toEqual(['1'])
  const { changes } = await store.apply(supplier, many(3, { cost: '5' }), { importing: wish() })
  expect(changes).toMatchObject({ imported: 2 })
  expect(await store.routes(supplier)).toMatchObject([
    { remote_service: '1', cost: 1_000_000n },
    { remote_service: '2', cost: 5_000_000n },
    { remote_service: '3', cost: 5_000_000n },
  ])
})

it('a service that was gone comes back with a jump, which waits; one that goes takes its jump along', async () => {
  const { store } = used
  const { supplier, state } = await imported(many(3))
  await store.apply(supplier, many(2, {}, 2), { acceptLoss: true })
  expect((await store.apply(supplier, many(3, { cost: '5' }))).comparison).toMatchObject({
    counts: { new: 1, cost: 2 },
    jumps: [{ remoteId: '1' }, { remoteId: '2' }, { remoteId: '3' }],
  })
  expect(await state()).toMatchObject({ cost: 1_000_000n, waiting: 5_000_000n })
  await store.apply(supplier, many(2, {}, 2), { acceptLoss: true })
  expect(await state()).toMatchObject({ cost: 1_000_000n, waiting: null })
})

it('a new currency of a supplier is an operator’s word, and no jump', async () => {
  const { store } = used
  const { supplier, state } = await imported([{ id: '1', cost: '1' }])
  await store.sql`update suppliers set currency = 'IDR' where id = ${supplier.id}`
  const rupiah = { ...supplier, currency: 'IDR' }
  expect((await store.apply(rupiah, [{ id: '1', cost: '16000' }])).comparison?.jumps).toEqual([])
  expect(await state()).toMatchObject({ cost: 16_000_000_000n, waiting: null })
})

it('a cost and a price that a person wrote by hand stand while another waits', async () => {
  const { store } = used
  const { supplier, state } = await imported(many(1))
  await store.sql`update supplier_routes set cost = 2000000 where supplier_id = ${supplier.id}`
  const [service] = await store.sql`select service_id from supplier_routes where supplier_id = ${supplier.id}`
  await setPrice(store.sql, { service: String(service?.['service_id']), currency: 'USD', price: '3' })
  await store.apply(supplier, many(1, { cost: '4' }))
  expect(await state()).toEqual({ cost: 2_000_000n, waiting: 4_000_000n, price: 3_000_000n })
})

it('a cost that waits only because a fixed price would be below it is told apart from one that has jumped', async () => {
  const { store } = used
  const { supplier } = await imported(many(3))
  const told = async () =>
    (await findWaitingLists(store.sql))
      .filter(({ supplierId }) => supplierId === supplier.id)
      .map((list) => waitingListText({ ...list, name: 'Panel' }))
  const routes = await store.sql<{ service: string }[]>`
    select service_id::text as service from supplier_routes where supplier_id = ${supplier.id} order by remote_service`
  for (const { service } of routes.slice(0, 2))
    await setPrice(store.sql, { service, currency: 'USD', price: '1.05' })
  const listed = (...costs: string[]): Listed[] => costs.map((cost, at) => ({ id: String(at + 1), cost }))
  await store.apply(supplier, listed('1.10', '1', '1'))
  expect(await told()).toEqual(['Panel: 1 cost would be above a fixed price and waits'])
  await store.apply(supplier, listed('1.10', '1.20', '9'))
  expect(await told()).toEqual([
    'Panel: 1 cost has jumped and waits; Panel: 2 costs would be above fixed prices and wait',
  ])
  // Where ten percent are too much already, both have jumped.
  await scheduleSync(store.sql, supplier.id, { maxJump: 5, now: new Date() })
  expect(await told()).toEqual(['Panel: 3 costs have jumped and wait'])
  await store.apply(supplier, listed('1', '1', '1'))
  expect(await told()).toEqual([])
})
