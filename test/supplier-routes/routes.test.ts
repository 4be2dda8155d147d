import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createService, showService, updateService } from '../../src/catalogue/services.ts'
import { Refusal } from '../../src/errors.ts'
import type { RouteId } from '../../src/lib/ids.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import {
  addRoute,
  listRoutes,
  type RouteForm,
  removeRoute,
  updateRoute,
} from '../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let count = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  const sealer = new Sealer(randomBytes(32))
  await createSupplier(sql, sealer, {
    kind: 'dhru',
    name: 'panel',
    url: 'https://panel.example',
    currency: 'EUR',
    settings: { username: 'me' },
    secrets: { apiaccesskey: 'secret' },
  })
  await createSupplier(sql, sealer, { kind: 'manual', name: 'Ann' })
})
afterAll(() => database.drop())

const newService = async (supplier?: string): Promise<string> => {
  const input = { name: 'A service', group: 'Checks', price: '1', currency: 'USD', supplier }
  return (await createService(sql, { code: `service-${++count}`, ...input })).code
}
const toPanel = (
  service: string,
  remoteService: string,
  more: Omit<RouteForm, 'service' | 'supplier'> = {},
) => addRoute(sql, { service, supplier: 'panel', remoteService, ...more })

/** `order` gives the remote services of a service's routes in order, with their positions. */
const order = async (service: string): Promise<string[]> =>
  (await listRoutes(sql, { service })).map(({ position, remoteService }) => `${position} ${remoteService}`)

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const result = await work.catch((error: unknown) => error)
  if (result instanceof Refusal) return result
  throw result instanceof Error ? result : new Error('was not refused')
}

describe('a new route', () => {
  it("is the last one, with a cost in the supplier's currency and a margin floor", async () => {
    const service = await newService('sandbox')
    const route = await toPanel(service, ' 1382 ', { cost: '0.80', marginFloor: '2.5%' })
    expect(route).toMatchObject({
      serviceCode: service,
      supplierName: 'panel',
      remoteService: '1382',
      cost: 800_000n,
      currency: 'EUR',
      position: 2,
      marginFloor: 250,
      available: null,
    })
    expect(await listRoutes(sql, { service, supplier: 'PANEL' })).toEqual([route])
    expect((await showService(sql, service)).suppliers).toEqual(['sandbox', 'panel'])
  })

  it('to a supplier that has but one service needs to name none', async () => {
    const service = await newService()
    const { id: _, ...route } = await addRoute(sql, { service, supplier: 'Ann' })
    expect(route).toMatchObject({ remoteService: '', cost: null, position: 1, marginFloor: 0 })
  })

  it('takes the place that it is given, and the others move back', async () => {
    const service = await newService()
    for (const remote of ['a', 'b', 'c']) await toPanel(service, remote)
    await toPanel(service, 'first', { position: 1 })
    await toPanel(service, 'third', { position: 3 })
    await toPanel(service, 'last', { position: 99 })
    expect(await order(service)).toEqual(['1 first', '2 a', '3 third', '4 b', '5 c', '6 last'])
  })

  it('is refused where there is the same already', async () => {
    const service = await newService()
    await toPanel(service, '7')
    await toPanel(service, '8')
    expect(await refusal(toPanel(service, '7'))).toMatchObject({ code: 'conflict' })
  })

  it.each<[string, string, Partial<RouteForm & { service: string; supplier: string }>]>([
    ['service_not_found', 'service', { service: 'nowhere' }],
    ['not_found', 'supplier', { supplier: 'nobody' }],
    ['invalid_input', 'remoteService', { remoteService: undefined }],
    ['invalid_input', 'remoteService', { remoteService: ' ' }],
    ['invalid_input', 'remoteService', { remoteService: 'a\0' }],
    ['invalid_input', 'cost', { cost: '-1' }],
    ['invalid_input', 'cost', { cost: '0.1234567' }],
    ['invalid_input', 'cost', { cost: 'cheap' }],
    ['invalid_input', 'marginFloor', { marginFloor: '5.555%' }],
    ['invalid_input', 'marginFloor', { marginFloor: '101' }],
    ['invalid_input', 'marginFloor', { marginFloor: 'half' }],
    ['invalid_input', 'position', { position: 0 }],
  ])('is refused with %s naming %s for %o', async (code, field, over) => {
    const service = await newService()
    const route = { service, supplier: 'panel', remoteService: '1', ...over }
    expect(await refusal(addRoute(sql, route))).toMatchObject({ code, field })
    expect(await listRoutes(sql, { service })).toEqual([])
  })

  it('added by many at once gets a place of its own', async () => {
    const service = await newService()
    await Promise.all(Array.from({ length: 8 }, (_, n) => toPanel(service, String(n))))
    const positions = (await listRoutes(sql, { service })).map(({ position }) => position)
    expect(positions).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('changing a route', () => {
  it('changes what is given and leaves the rest', async () => {
    const service = await newService()
    const route = await toPanel(service, '1', { cost: '1', marginFloor: '-3.2' })
    await sql`update supplier_routes set available = true where id = ${route.id}`
    const dearer = await updateRoute(sql, route.id, { cost: '1.5' })
    expect(dearer).toEqual({ ...route, cost: 1_500_000n, available: true, marginFloor: -320 })
    expect(await updateRoute(sql, route.id, { cost: null, marginFloor: '0' })).toMatchObject({
      cost: null,
      marginFloor: 0,
    })
    // Whether the list has the other one, nobody knows yet.
    expect(await updateRoute(sql, route.id, { remoteService: '2' })).toMatchObject({
      remoteService: '2',
      available: null,
    })
    await toPanel(service, '3')
    expect(await refusal(updateRoute(sql, route.id, { remoteService: '3' }))).toMatchObject({
      code: 'conflict',
    })
  })

  it('moves it, and removing one closes the gap', async () => {
    const service = await newService()
    const ids: RouteId[] = []
    for (const remote of ['a', 'b', 'c', 'd']) ids.push((await toPanel(service, remote)).id)
    const [a, , c] = ids as [RouteId, RouteId, RouteId]
    await updateRoute(sql, c, { position: 1 })
    expect(await order(service)).toEqual(['1 c', '2 a', '3 b', '4 d'])
    await updateRoute(sql, c, { position: 3 })
    expect(await order(service)).toEqual(['1 a', '2 b', '3 c', '4 d'])
    await removeRoute(sql, a)
    expect(await order(service)).toEqual(['1 b', '2 c', '3 d'])
    expect(await refusal(removeRoute(sql, a))).toMatchObject({ code: 'not_found' })
    expect(await refusal(updateRoute(sql, a, {}))).toMatchObject({ code: 'not_found' })
  })
})

describe('the one supplier of a service', () => {
  it('takes the place of all routes', async () => {
    const service = await newService('sandbox')
    await toPanel(service, '1')
    await toPanel(service, '2')
    await updateService(sql, service, { supplier: 'ann' })
    expect(await listRoutes(sql, { service })).toMatchObject([{ supplierName: 'Ann', position: 1 }])
    await updateService(sql, service, { supplier: 'Ann' })
    expect(await listRoutes(sql, { service })).toHaveLength(1)
  })

  it('is none that has services of its own: such a one needs a route', async () => {
    const refused = await refusal(newService('panel'))
    expect(refused).toMatchObject({ code: 'invalid_input', field: 'supplier' })
    expect(refused.message).toContain('route add')
    const service = await newService('sandbox')
    expect(await refusal(updateService(sql, service, { supplier: 'panel' }))).toMatchObject({
      field: 'supplier',
    })
    expect((await showService(sql, service)).suppliers).toEqual(['sandbox'])
  })
})
