import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AccountId, OrderId, ServiceId } from '../../../src/lib/ids.ts'
import { micros } from '../../../src/lib/money.ts'
import type { FormerOrder } from '../../../src/orders/former/former-order.ts'
import { writeFormer } from '../../../src/orders/former/former-orders.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let rest: RestClient
let other: RestClient
let service: string
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop({ deposit: '12.50' })
  rest = new RestClient(server, shop)
  other = new RestClient(server, await server.shop())
  service = await server.service({ code: 'blacklist' })
  const order = (id: number, over: Partial<FormerOrder>): FormerOrder => ({
    ...{ accountId: shop.accountId as AccountId, id: id as OrderId, type: 'imei', serviceId: null },
    ...{ input: imei(id), state: 'success', answer: 'Clean', price: micros(750_000n) },
    ...{ placedAt: new Date('2026-03-01T08:00:00Z'), endedAt: new Date('2026-03-01T09:00:00Z') },
    ...over,
  })
  await writeFormer(server.sql, [
    order(501, { serviceId: Number(service) as ServiceId }),
    order(502, { state: 'failed', answer: 'Not found' }),
    order(503, { state: 'processing', answer: '', endedAt: null }),
    order(504, { type: 'server', input: '', state: 'cancelled', answer: 'Out of stock' }),
  ])
})
afterAll(() => server?.stop())

it('an order of a former panel is read by its number, as one that holds no money here', async () => {
  const { status, body } = await rest.get('/api/order/501')
  expect(status).toBe(200)
  expect(body).toEqual({
    ...{ order_id: 501, status: 'success', reference_id: null, message: 'Order completed' },
    ...{ processed: 1, processed_success: 1, processed_error: 0, remaining_balance: 12.5 },
    result: [{ position: 1, imei: imei(501), quantity: 1, status: 'success', result: 'Clean', error: null }],
    ...{ result_truncated: false, error_message: null, transaction_id: null, service_code: 'blacklist' },
    ...{
      total: 1,
      price: 0.75,
      total_price: 0.75,
      charged_amount: 0.75,
      refunded_amount: 0,
      balance_before: null,
    },
    ...{ created_at: '2026-03-01T08:00:00.000Z', finished_at: '2026-03-01T09:00:00.000Z' },
    ...{ currency: 'USD', reference: null, former: true },
  })
  expect((await rest.get('/api/order/501/status')).body).toEqual(body)
})

it('it says what became of it: failed, cancelled, or still open', async () => {
  const status = async (id: number) => (await rest.get(`/api/order/${id}/status?wait=30`)).body
  expect(await status(502)).toMatchObject({
    ...{
      status: 'failed',
      error_message: 'Not found',
      charged_amount: 0,
      refunded_amount: 0.75,
      service_code: '',
    },
    result: [{ status: 'failed', result: null, error: 'Not found' }],
  })
  // It ends only by being moved in again: nobody waits for it.
  expect(await status(503)).toMatchObject({
    ...{ status: 'pending', processed: 0, charged_amount: 0, refunded_amount: 0, finished_at: null },
    result: [{ imei: imei(503), status: 'pending', result: null, error: null }],
  })
  const cancelled = await status(504)
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    result: [{ status: 'cancelled', error: 'Out of stock' }],
  })
  expect(cancelled.result[0]).not.toHaveProperty('imei')
})

it("another account's is not there, and an order that was placed here goes before it", async () => {
  expect((await other.get('/api/order/501')).body.code).toBe('ORDER_NOT_FOUND_ERROR')
  expect((await rest.get('/api/order/505')).body.code).toBe('ORDER_NOT_FOUND_ERROR')
  const placed = await rest.post('/api/order', {
    code: 'blacklist',
    data: { imeis: [imei(1)] },
    reference: '502',
  })
  expect((await rest.get('/api/order/502')).body.order_id).toBe(placed.body.order_id)
})

it('it is neither listed nor cancelled nor verified: nothing of it is done here', async () => {
  const { items } = (await rest.get('/api/order?limit=50')).body.data.page
  expect(items.map((one: { order_id: number }) => one.order_id)).not.toContain(501)
  for (const what of ['cancel', 'verify']) {
    expect((await rest.post(`/api/order/503/${what}`, {})).body.code).toBe('ORDER_NOT_FOUND_ERROR')
  }
})
