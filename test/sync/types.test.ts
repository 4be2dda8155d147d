import { expect, it } from 'vitest'
import { selectRoutesOf } from '../../src/fulfilment/dispatch/dispatch.sql.ts'
import type { ServiceId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { type Listed, useStore, wish } from './sync.fixtures.ts'

const used = useStore()

const imei: Listed = { id: '654', type: 'IMEI', name: 'Carrier unlock', cost: '7.99' }
const server: Listed = { id: '654', type: 'SERVER', kind: 'server', name: 'Credits', cost: '85.50' }
const far: Listed = { id: '654', type: 'REMOTE', kind: 'server', name: 'By remote', cost: '3' }
const other: Listed = { id: '655', type: 'IMEI', cost: '5' }

/** `costs` gives each service's name with its route, and what it costs there. */
async function costs(supplier: ListedSupplier): Promise<Record<string, string>> {
  const rows = await used.store.sql<{ name: string; remote: string; cost: bigint }[]>`
    select v.name, r.remote_service as remote, r.cost from supplier_routes r join services v on v.id = r.service_id
     where r.supplier_id = ${supplier.id} and r.available order by r.id`
  return Object.fromEntries(rows.map(({ name, remote, cost }) => [name, `${remote} ${micros(cost)}`]))
}

it.each([
  ['in another order', [imei, other, server, far]],
  ['backwards', [far, server, other, imei]],
  ['as it was', [server, far, imei, other]],
])('services of one id in several types stay apart in a list that comes %s', async (_, later) => {
  const { store } = used
  const supplier = await store.supplier()
  const first = await store.apply(supplier, [server, far, imei, other], { importing: wish() })
  expect(first.changes).toMatchObject({ imported: 4, skipped: [] })
  const apart = {
    Credits: '654:SERVER 85500000',
    'By remote': '654:REMOTE 3000000',
    'Carrier unlock': '654 7990000',
    'Service 655': '655 5000000',
  }
  expect(await costs(supplier)).toEqual(apart)
  const { comparison, changes } = await store.apply(supplier, later)
  expect(comparison?.counts).toMatchObject({ new: 0, cost: 0, details: 0, gone: 0, unchanged: 4 })
  expect(changes).toMatchObject({ routes: 0, repriced: 0 })
  expect(await costs(supplier)).toEqual(apart)
})

/** `remotes` are the remote services that items are sent to, and their suppliers are asked about. */
async function remotes(supplier: ListedSupplier): Promise<string[]> {
  const { sql } = used.store
  const rows = await sql<{ id: ServiceId }[]>`
    select service_id as id from supplier_routes where supplier_id = ${supplier.id} order by id`
  const services = await selectRoutesOf(
    sql,
    rows.map(({ id }) => id),
  )
  return [...services.values()].flatMap(({ routes }) => routes.map(({ remoteService }) => remoteService))
}

it.each([
  ['server', 'IMEI', [server], [imei, server], '654:SERVER'],
  ['server', 'remote', [server], [far, server], '654:SERVER'],
  ['remote', 'server', [far], [server, far], '654:REMOTE'],
  ['IMEI', 'server', [imei], [server, imei], '654:IMEI'],
])('a %s service keeps its id when the list gets a %s service of the same', async (...args) => {
  const [, , first, later, typed] = args
  const { store } = used
  const supplier = await store.supplier()
  await store.apply(supplier, first, { importing: wish() })
  const before = await costs(supplier)
  expect(await remotes(supplier)).toEqual(['654'])
  const { comparison } = await store.apply(supplier, later)
  expect(comparison?.counts).toMatchObject({ new: 1, unchanged: 1 })
  expect(await costs(supplier)).toEqual(before)
  // The supplier is told which of the two is meant, as long as there are two.
  expect(await remotes(supplier)).toEqual([typed])
  await store.apply(supplier, first, { acceptLoss: true })
  expect(await remotes(supplier)).toEqual(['654'])
})

it.each([
  ['the one with the id by itself', [server], '654'],
  ['the one with its type', [imei], '654:SERVER'],
])('a list that has lost %s of two leaves the other as it is', async (_, later, gone) => {
  const { store } = used
  const supplier = await store.supplier()
  await store.apply(supplier, [server, imei], { importing: wish() })
  await store.apply(supplier, later, { acceptLoss: true })
  const lost = await store.routes(supplier)
  expect(lost.filter(({ available }) => !available).map((route) => route.remote_service)).toEqual([gone])
  const { comparison } = await store.apply(supplier, [server, imei])
  expect(comparison?.counts).toMatchObject({ new: 1, unchanged: 1 })
  expect(await costs(supplier)).toEqual({ Credits: '654:SERVER 85500000', 'Carrier unlock': '654 7990000' })
})

it('a list with a service twice in one type has its first', async () => {
  const { store } = used
  const { counts, changes } = await store.preview(await store.supplier(), [
    imei,
    { ...imei, name: 'Again' },
    server,
  ])
  expect(counts.new).toBe(2)
  expect(changes.map((change) => change.remoteId)).toEqual(['654', '654:SERVER'])
})
