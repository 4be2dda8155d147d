import { expect, it } from 'vitest'
import { addRoute, updateRoute } from '../../src/supplier-routes/routes.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { type Listed, useStore } from '../sync/sync.fixtures.ts'

const used = useStore()
let count = 0

/** `serviceFor` makes a service of ours, and a supplier whose list was read. */
async function serviceFor(services: Listed[], later = services): Promise<[string, ListedSupplier]> {
  const { store } = used
  const supplier = await store.supplier()
  const code = `ours-${++count}`
  await store.routed(await store.supplier(), code, 'elsewhere')
  await store.apply(supplier, services)
  await store.apply(supplier, later, { acceptLoss: true })
  return [code, supplier]
}

const list: Listed[] = [
  { id: '654', type: 'IMEI', cost: '7.99' },
  { id: '654', type: 'SERVER', cost: '85.5' },
  { id: 'free', cost: '0' },
]

it.each([
  ['654', undefined, true, 7_990_000n],
  ['654:SERVER', undefined, true, 85_500_000n],
  ['free', undefined, true, 0n],
  ['654', '3', true, 3_000_000n],
  ['654', '', true, null],
  ['654:REMOTE', undefined, false, null],
  ['655', undefined, false, null],
  ['655', '2', false, 2_000_000n],
])('a new route to %s with cost %j: there %j, cost %s', async (remoteService, cost, available, known) => {
  const [service, supplier] = await serviceFor(list)
  const form = { service, supplier: supplier.name, remoteService, ...(cost !== undefined && { cost }) }
  expect(await addRoute(used.store.sql, form)).toMatchObject({ available, cost: known })
})

it('a new route to what is gone from the list leads nowhere, and one to a list that was not read may', async () => {
  const { sql } = used.store
  const [service, supplier] = await serviceFor(list, list.slice(1))
  const unread = await used.store.supplier()
  const gone = await addRoute(sql, { service, supplier: supplier.name, remoteService: '654' })
  expect(gone).toMatchObject({ available: false, cost: null })
  const open = await addRoute(sql, { service, supplier: unread.name, remoteService: '654' })
  expect(open).toMatchObject({ available: null, cost: null })
  expect(await updateRoute(sql, gone.id, { remoteService: 'free' })).toMatchObject({ available: true })
})
