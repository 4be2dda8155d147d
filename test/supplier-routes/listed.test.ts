import { expect, it } from 'vitest'
import { Refusal } from '../../src/errors.ts'
import { addRoute, listRoutes, updateRoute } from '../../src/supplier-routes/routes.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
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
  { id: '654', type: 'IMEI', name: 'Carrier <b>check</b>', cost: '7.99' },
  { id: '654', type: 'SERVER', name: 'Credits', cost: '85.5' },
  { id: 'free', name: 'Free', cost: '0' },
]

it.each([
  ['654', undefined, true, 7_990_000n],
  ['654:SERVER', undefined, true, 85_500_000n],
  ['free', undefined, true, 0n],
  ['654', '3', true, 3_000_000n],
  ['654', '', true, null],
  ['654:REMOTE', undefined, null, null],
  ['655', undefined, null, null],
  ['655', '2', null, 2_000_000n],
])('a new route to %s with cost %j: there %j, cost %s', async (remoteService, cost, available, known) => {
  const [service, supplier] = await serviceFor(list)
  const form = { service, supplier: supplier.name, remoteService, ...(cost !== undefined && { cost }) }
  const taken = { available, cost: known, works: true }
  const added = await addRoute(used.store.sql, { ...form, acceptUnlisted: true })
  expect(added).toMatchObject({ ...taken, acceptUnlisted: true })
  if (available !== true) return
  const [other] = await serviceFor(list)
  expect(await addRoute(used.store.sql, { ...form, service: other })).toMatchObject(taken)
})

it.each([
  ['654:REMOTE', 'near are 654 (IMEI: Carrier check), 654:SERVER (SERVER: Credits)'],
  ['server 654', 'near are 654 (IMEI: Carrier check), 654:SERVER (SERVER: Credits)'],
  ['655', 'near are 654 (IMEI: Carrier check)'],
  ['Free', 'near are free (Free)'],
  ['credits', 'near are 654:SERVER (SERVER: Credits)'],
])('a route to %s, which is not there, is refused, and says that %s', async (remoteService, near) => {
  const { sql } = used.store
  const [service, supplier] = await serviceFor(list)
  const refused = await addRoute(sql, { service, supplier: supplier.name, remoteService }).catch((e) => e)
  expect(refused).toBeInstanceOf(Refusal)
  const reason = `${remoteService} is not in the list of ${supplier.name}, as it was last applied; ${near}; `
  expect(refused).toMatchObject({ code: 'invalid_input', field: 'remoteService' })
  expect(refused.detail).toContain(reason)
  expect(refused.detail).toContain('--accept-unlisted')
  expect(await listRoutes(sql, { supplier: supplier.name })).toEqual([])
})

it('a route is not changed to what is not there, or what has gone, and may be to what is', async () => {
  const { sql } = used.store
  const [service, supplier] = await serviceFor(list, list.slice(1))
  const made = await addRoute(sql, { service, supplier: supplier.name, remoteService: 'free' })
  await expect(updateRoute(sql, made.id, { remoteService: '999' })).rejects.toMatchObject({
    field: 'remoteService',
    detail: expect.not.stringContaining('near'),
  })
  await expect(updateRoute(sql, made.id, { remoteService: '654' })).rejects.toMatchObject({
    detail: expect.stringMatching(
      /^remoteService: 654 is not .* \(it was there until 20\d\d-\d\d-\d\d\); near are 654:SERVER /,
    ),
  })
  const moved = await updateRoute(sql, made.id, { remoteService: '654:SERVER' })
  expect(moved).toMatchObject({ available: true, acceptUnlisted: false })
})

it('a route to what need not be there works whatever the list has, until that is taken back', async () => {
  const { store } = used
  const [service, supplier] = await serviceFor(list)
  const form = { service, supplier: supplier.name, remoteService: 'hidden', acceptUnlisted: true }
  const { id } = await addRoute(store.sql, form)
  const state = async () => (await listRoutes(store.sql, { supplier: supplier.name }))[0]
  const report = await store.apply(supplier, list)
  expect(report).toMatchObject({ outcome: 'ok', changes: { routes: 0, deactivated: 0 } })
  expect(report.comparison).toMatchObject({ known: 3, suspicion: null })
  expect(await state()).toMatchObject({ available: null, works: true })
  await store.apply(supplier, [...list, { id: 'hidden', cost: '2' }])
  expect(await state()).toMatchObject({ available: true, cost: 2_000_000n })
  await store.apply(supplier, list, { acceptLoss: true })
  expect(await state()).toMatchObject({ available: null, cost: 2_000_000n, works: true })
  expect(await updateRoute(store.sql, id, { acceptUnlisted: false })).toMatchObject({
    ...{ available: false, works: false, cost: 2_000_000n },
  })
  expect(await updateRoute(store.sql, id, { marginFloor: '1%' })).toMatchObject({ available: false })
  expect(await updateRoute(store.sql, id, { acceptUnlisted: true })).toMatchObject({ works: true })
})

it('people are told of a list that nobody has read, and see what is not in one', async () => {
  const { store } = used
  const run = (...args: string[]) => imeigate(args, settingsFor(store.address))
  const [service, supplier] = await serviceFor(list)
  const unread = await store.supplier()
  const add = (to: string, id: string, ...more: string[]) =>
    run('route', 'add', '--service', service, '--supplier', to, '--remote-service', id, ...more)
  const open = await add(unread.name, '654')
  expect(open.stdout).toContain(`no list of ${unread.name} was applied, so nobody knows whether it has 654\n`)
  const refused = await add(supplier.name, '99')
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(`--remote-service 99 is not in the list of ${supplier.name}, as`)
  const taken = await add(supplier.name, '99', '--accept-unlisted')
  expect(taken).toMatchObject({ code: 0, stderr: '' })
  expect(taken.stdout).not.toContain('nobody knows')
  const { stdout } = await run('route', 'list', '--service', service)
  expect(stdout).toMatch(/ 99 \(unlisted\) .* - +yes\n/)
  const listed = await run('route', 'list', '--supplier', supplier.name, '--json')
  expect(listed.json()).toMatchObject([{ remote_service: '99', accept_unlisted: true, available: null }])
})

it('a cost that may be meant in thousands is refused', async () => {
  const { sql } = used.store
  const [service] = await serviceFor(list)
  const { name: supplier } = await used.store.supplier('IDR')
  const form = { service, supplier, remoteService: '654' }
  const doubt = { field: 'cost', detail: 'cost: may be 15 or 15000 IDR: write it without a point' }
  await expect(addRoute(sql, { ...form, cost: '15.000' })).rejects.toMatchObject(doubt)
  const { id } = await addRoute(sql, { ...form, cost: '15000' })
  await expect(updateRoute(sql, id, { cost: '15.000' })).rejects.toMatchObject(doubt)
})

it('people are asked whether they mean the service that has the id in another type', async () => {
  const [service, supplier] = await serviceFor([
    { id: '7', type: 'SERVER', kind: 'server', name: 'Credits' },
    { id: '7', type: 'IMEI', name: 'Check' },
  ])
  const run = (...args: string[]) => imeigate(args, settingsFor(used.store.address))
  const add = (id: string) =>
    run('route', 'add', '--service', service, '--supplier', supplier.name, '--remote-service', id)
  expect((await add('7')).stdout).not.toContain('of kind')
  const other = await add('7:SERVER')
  expect(other).toMatchObject({ code: 0, stderr: '' })
  expect(other.stdout).toContain(
    `7:SERVER of ${supplier.name} (Credits) is of kind server, and ${service} of kind imei: is that the one that you mean?\n`,
  )
})
