import { expect, it } from 'vitest'
import { selectRoutesOf } from '../../src/fulfilment/dispatch/dispatch.sql.ts'
import type { ServiceId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { type Listed, many, useStore, wish } from './sync.fixtures.ts'

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

const promo: Listed = { ...imei, name: 'Carrier unlock, promo', cost: '5.00' }
it.each([
  ['the dearer one first', [imei, server, promo]],
  ['the dearer one last', [promo, server, imei]],
  ['many between them', [promo, ...many(1200, {}, 5000), server, imei]],
])('of an id that a type has twice the dearer is taken, and the other one named: %s', async (_, services) => {
  const { store } = used
  const supplier = await store.supplier()
  const preview = await store.preview(supplier, services)
  expect(preview.listed).toBe(services.length - 1)
  const reason = 'its id stands there twice, and Carrier unlock is taken'
  expect(preview.leftOut).toEqual([{ id: '654', group: 'Unlocks', name: 'Carrier unlock, promo', reason }])
  await store.apply(supplier, services, {
    importing: wish({}, { selection: { all: false, groups: [], ids: ['654'] } }),
  })
  expect(await costs(supplier)).toEqual({ 'Carrier unlock': '654 7990000' })
})

it('a service that stands in several groups is one, and none is left out', async () => {
  const preview = await used.store.preview(await used.store.supplier(), [
    imei,
    server,
    { ...imei, group: 'Popular' },
  ])
  expect(preview).toMatchObject({ listed: 2, leftOut: [], counts: { new: 2 } })
  expect(preview.changes.map(({ remoteId, group }) => `${remoteId} ${group}`)).toEqual([
    '654 Unlocks',
    '654:SERVER Unlocks',
  ])
})

it.each([
  ['turns the direction', 'iPhone \u202eevil\u202c 14', 'iPhone evil 14'],
  ['hides a character', 'Carr\u200bier\ufeff unl\u00adock', 'Carrier unlock'],
  ['hides one in markup', 'a<\u200bscript>alert(1)</\u200bscript>b', 'a'],
  ['hides one in escaped markup', 'a&lt;&#8203;img src=x onerror=go()&gt;b', 'ab'],
  ['hides words in tags', 'Unlock\u{e0041}\u{e0042}\u{e007f} 14', 'Unlock 14'],
  [
    'has the flag of a country',
    'UK \u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
    'UK \u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
  ],
  ['is nothing but markup', '<img src=x onerror=go()>', ''],
  ['has letters that are joined', 'می\u200cخواهم', 'می\u200cخواهم'],
  ['has an emoji of several', 'ok 👩\u200d🔧', 'ok 👩\u200d🔧'],
])('a name that %s', async (_, name, seen) => {
  const { changes } = await used.store.preview(await used.store.supplier(), [{ id: '1', name }])
  expect(changes.map((change) => change.name)).toEqual([seen])
})
