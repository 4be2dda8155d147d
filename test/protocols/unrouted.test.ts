import { afterAll, beforeAll, expect, it } from 'vitest'
import { createService } from '../../src/catalogue/services.ts'
import { addRoute } from '../../src/supplier-routes/routes.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let shop: Shop
let api: RestClient
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  api = new RestClient(server, shop)
})
afterAll(() => server?.stop())

/** `listed` tells whether each protocol's list has the service. */
async function listed(id: string): Promise<boolean[]> {
  const dhru = (await server.call(shop, { action: 'imeiservicelist' })).text
  const rest = (await api.get('/api/services')).body.data.page.items as { id: number }[]
  return [dhru.includes(`"SERVICEID":"${id}"`), rest.some((one) => `${one.id}` === id)]
}

it('what has lost its working route is in no list, is refused by name, and is told of to who asks what changed', async () => {
  const id = await server.service({ code: 'lone' })
  const other = await server.service()
  expect(await listed(id)).toEqual([true, true])
  const [{ at } = { at: new Date() }] = await server.sql<{ at: Date }[]>`select clock_timestamp() as at`

  await server.sql`delete from supplier_routes where service_id = ${Number(id)}`
  await expect.poll(() => listed(id)).toEqual([false, false])
  const changed = (await api.get(`/api/services?updated_since=${at.toISOString()}`)).body.data.page
  expect(changed).toMatchObject({ items: [], withdrawn: [Number(id)] })
  expect((await api.get(`/api/services/${id}`)).status).toBe(404)

  expect((await server.place(shop, { ID: id, IMEI: imei(1) })).ERROR[0]).toEqual({
    MESSAGE: 'Service not available at present',
    FULL_DESCRIPTION: 'service_paused',
  })
  const refused = await api.post('/api/order', { code: 'lone', data: { imeis: [imei(1)] } })
  expect(refused.status).toBe(409)
  expect(refused.body).toMatchObject({ code: 'SERVICE_PAUSED_ERROR' })
  // Its neighbours are sold, and what nobody may see is not there.
  expect((await server.place(shop, { ID: other, IMEI: imei(1) })).SUCCESS).toBeDefined()
  const stranger = await server.shop({ currency: 'EUR' })
  expect((await server.place(stranger, { ID: id, IMEI: imei(1) })).ERROR[0].MESSAGE).toMatch(
    'Service not found',
  )

  await addRoute(server.sql, { service: id, supplier: 'sandbox' })
  await expect.poll(() => listed(id)).toEqual([true, true])
  const found = (await api.get(`/api/services?updated_since=${at.toISOString()}`)).body.data.page
  expect(found).toMatchObject({ items: [{ id: Number(id) }], withdrawn: [] })
  expect((await server.place(shop, { ID: id, IMEI: imei(1) })).SUCCESS).toBeDefined()
})

it('a server hears of a supplier that is disabled', async () => {
  const id = await server.service()
  await server.sql`update suppliers set enabled = false`
  await expect.poll(() => listed(id)).toEqual([false, false])
  await server.sql`update suppliers set enabled = true`
  await expect.poll(() => listed(id)).toEqual([true, true])
})

it('with UNROUTED_SERVICES=wait it is sold, and its orders wait for a route', async () => {
  const patient = await testServer({ UNROUTED_SERVICES: 'wait' })
  try {
    const buyer = await patient.shop()
    const row = { code: 'lone', name: 'Lone', group: 'G', kind: 'imei', price: '1', currency: 'USD' } as const
    const { id } = await createService(patient.sql, row)
    const order = { ID: `${id}`, IMEI: imei(1) }
    await expect.poll(async () => (await patient.place(buyer, order)).SUCCESS).toBeDefined()
    const { REFERENCEID } = (await patient.place(buyer, order)).SUCCESS[0]
    expect(await patient.status(buyer, REFERENCEID)).toMatchObject({ STATUS: '0' })
  } finally {
    await patient.stop()
  }
})
