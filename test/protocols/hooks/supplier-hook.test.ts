import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeSupplier, startFakeSupplier } from '../../../src/fake-supplier/server.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { addRoute } from '../../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../../src/suppliers/suppliers.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

const KEY = 'd1'.repeat(32)
const SECRET = 'a-secret-of-some-length'
const API_KEY = `hooked.${SECRET}`

let server: TestServer
let fake: FakeSupplier
let shop: Shop
let service: string
let supplierId: number
beforeEach(async () => {
  server = await testServer({
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: KEY,
    UNROUTED_SERVICES: 'wait',
  })
  // It is not there yet when the supplier is told where to say what happened.
  const id = 2
  fake = await startFakeSupplier({
    port: 0,
    finishMs: 300,
    apiaccesskey: SECRET,
    webhook: `${server.url}/hooks/suppliers/${id}`,
  })
  const supplier = await createSupplier(server.sql, new Sealer(Buffer.from(KEY, 'hex')), {
    kind: 'cekceir',
    name: 'hooked',
    url: fake.url,
    secrets: { api_key: API_KEY },
  })
  expect(supplier.id).toBe(id)
  supplierId = supplier.id
  // Without being told it would ask an hour later.
  service = await server.service({ supplier: undefined, minPollSeconds: 3600, maxPollSeconds: 3600 })
  const remote = (await (await fetch(`${fake.url}/api/services`, authorised)).json()) as Listed
  const remoteService = remote.data.page.items[0]?.code ?? ''
  await addRoute(server.sql, { service, supplier: 'hooked', remoteService })
  shop = await server.shop()
})
afterEach(async () => {
  await server.stop()
  await fake.stop()
})

const authorised = { headers: { authorization: `Bearer ${API_KEY}` } }
interface Listed {
  data: { page: { items: { code: string }[] } }
}

test('an order ends as soon as its supplier says that it has news', async () => {
  const placed = await server.place(shop, { ID: service, IMEI: imei(1) })
  const ended = await server.ended(shop, placed.SUCCESS[0].REFERENCEID)
  expect(ended).toMatchObject({ STATUS: '4', COMMENTS: expect.stringContaining(imei(1)) })
})

test.each([
  ['no signature', undefined, undefined],
  ['a wrong signature', '0'.repeat(64), undefined],
  ['a supplier that is not there', undefined, 99],
  ['a supplier of another kind', undefined, 1],
])('%s has nobody asked, and says no more than that', async (_name, signature, id) => {
  const reply = await fetch(`${server.url}/hooks/suppliers/${id ?? supplierId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature && { 'x-signature': signature }) },
    body: JSON.stringify({ order_id: 1, status: 'success', charged_amount: 1 }),
  })
  expect(reply.status).toBe(401)
  expect(await reply.json()).toMatchObject({ error: true, code: 'INVALID_SIGNATURE_ERROR' })
})

test('news of any order, however they are sent and as often as they come, are taken', async () => {
  const send = (order_id: unknown, type: string | null, path = `${supplierId}`) =>
    fetch(`${server.url}/hooks/suppliers/${path}`, {
      method: 'POST',
      headers: {
        ...(type !== null && { 'content-type': type }),
        'x-signature': createHmac('sha256', SECRET)
          .update(`{"orderId":${order_id},"amount":"1"}`)
          .digest('hex'),
      },
      body: Buffer.from(JSON.stringify({ order_id, status: 'success', charged_amount: '1' })),
    })
  // It knows of no such order yet: its answer to ours may be on its way.
  for (const type of ['application/json', 'text/plain; charset=windows-1251', 'multipart/form-data', null]) {
    expect((await send(999_999, type)).status).toBe(204)
  }
  expect((await send(999_999, 'application/json', `${supplierId}/`)).status).toBe(204)
  expect((await send(999_999, 'application/json', `0${supplierId}`)).status).toBe(401)
  const placed = await server.place(shop, { ID: service, IMEI: imei(2) })
  const { REFERENCEID } = placed.SUCCESS[0]
  await server.ended(shop, REFERENCEID)
  const [{ reference } = { reference: '' }] = await server.sql<{ reference: string }[]>`
    select reference from attempts where order_id = ${REFERENCEID}`
  const again = await Promise.all(
    Array.from({ length: 10 }, () => send(Number(reference), 'application/json')),
  )
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([204]))
  expect(await server.ended(shop, REFERENCEID)).toMatchObject({ STATUS: '4' })
  const [captured] =
    await server.sql`select count(*)::int as count from ledger_entries where kind = 'capture'`
  expect(captured).toEqual({ count: 1 })
})

test('bytes of any kind and size get an answer', async () => {
  for (const body of ['', '{', '\0\xff', 'x'.repeat(5_000_000)]) {
    const reply = await fetch(`${server.url}/hooks/suppliers/${supplierId}`, { method: 'POST', body })
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
  }
})
