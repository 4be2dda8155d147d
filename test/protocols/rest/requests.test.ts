import { afterAll, beforeAll, expect, test } from 'vitest'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let client: RestClient
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  client = new RestClient(server, shop)
})
afterAll(() => server.stop())

test('a reseller reads what its keys asked for over both protocols, and nobody else does', async () => {
  const service = await server.service()
  const placed = await server.place(shop, { ID: service, IMEI: imei(1) })
  const ordered = await client.post('/api/order', { code: service, data: { imeis: [imei(2)] } })
  const refused = await client.get('/api/services/nothing')
  const list = () => client.get('/api/requests')
  await expect.poll(async () => (await list()).body.data.page.items.length).toBeGreaterThanOrEqual(3)
  const { items } = (await list()).body.data.page
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        protocol: 'dhru',
        action: 'placeimeiorder',
        status: 200,
        outcome: 'ok',
        order_id: Number(placed.SUCCESS[0].REFERENCEID),
      }),
      expect.objectContaining({
        protocol: 'rest',
        action: 'POST /api/order',
        status: 200,
        order_id: ordered.body.order_id,
        trace_id: ordered.headers.get('x-request-id'),
        ip: '127.0.0.1',
      }),
      expect.objectContaining({
        action: 'GET /api/services/{idOrCode}',
        status: 404,
        outcome: 'service_not_found',
        message: refused.body.message,
        trace_id: refused.body.traceId,
      }),
    ]),
  )
  const some = await client.get('/api/requests?outcome=refused&protocol=rest')
  expect(some.body.data.page.items.map((one: { outcome: string }) => one.outcome)).toEqual([
    'service_not_found',
  ])
  const stranger = new RestClient(server, await server.shop())
  expect((await stranger.get('/api/requests')).body.data.page.items).toEqual([])
})

test('no secret is in it, wherever a client put it', async () => {
  const { secret } = shop
  await client.get(`/api/services/${secret}`)
  await client.post(`/api/order?key=${secret}`, { code: secret, data: { imeis: [secret] } })
  await client.get(`/api/requests?action=${secret}`)
  const refused = async () => (await client.get('/api/requests?outcome=refused')).text
  await expect.poll(refused).toContain('POST /api/order')
  expect(await refused()).not.toContain(secret)
  const rows = await server.sql`select to_jsonb(r)::text as row from requests r`
  expect(JSON.stringify(rows)).not.toContain(secret)
})
