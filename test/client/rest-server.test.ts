import { afterAll, beforeAll, expect, it } from 'vitest'
import { ImeigateClient, microsOf } from '../../src/client/index.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let shop: Shop
let client: ImeigateClient
let code: string
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  code = await server.service({ price: '0.12' })
  client = clientOf({})
})
afterAll(() => server.stop())

const clientOf = <Exact extends boolean = false>(more: { exactAmounts?: Exact; key?: string }) =>
  new ImeigateClient({ url: server.url, key: `${shop.securityId}.${shop.secret}`, ...more })

it('the client buys from a server, once each, and hears what becomes of it', async () => {
  const wanted = { code, data: { imeis: [imei(1), imei(2, '00100102')] } }
  const { order_id } = await client.createOrder(wanted, { idempotencyKey: 'cart-1' })
  const again = await client.response('createOrder', wanted, { idempotencyKey: 'cart-1' })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.json()).toMatchObject({ order_id })

  const ended = await client.waitForOrder(order_id)
  expect(ended).toMatchObject({ status: 'partial', charged_amount: 0.12, refunded_amount: 0.12 })
  const exact = await clientOf({ exactAmounts: true }).getOrder({ id: order_id })
  expect([exact.price, exact.total_price, exact.charged_amount]).toEqual(['0.12', '0.24', '0.12'])

  let news: { id: string; order: { order_id: number } } | undefined
  for await (news of client.followOrders({ after: '0' })) if (news.order.order_id === order_id) break
  expect(news).toMatchObject({
    id: expect.stringMatching(/^\d+$/),
    order: { status: 'partial', price: 0.12 },
  })
})

it('the client reads lists to their end, files as they are, and refusals', async () => {
  for (const n of [11, 12, 13]) await client.createOrder({ code, data: { imeis: [imei(n)] } })
  const ids: number[] = []
  for await (const { order_id } of client.each('listOrders', { limit: 2 })) ids.push(order_id)
  expect(ids.length).toBeGreaterThanOrEqual(3)
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))

  const { balance, reserved } = await client.getBalance()
  expect(microsOf(balance) + microsOf(reserved)).toBeLessThan(100_000_000n)
  const month = new Date().toISOString().slice(0, 7)
  const statement = await client.response('getStatement', { month, format: 'pdf' })
  expect(statement.headers.get('content-type')).toBe('application/pdf')
  expect(
    Buffer.from(await statement.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  await expect(client.getStatement({ month, format: 'csv' })).rejects.toMatchObject({
    code: 'UNREADABLE_ANSWER_ERROR',
  })

  await expect(client.createOrder({ code, data: { imeis: ['1'] } })).rejects.toMatchObject({
    name: 'ImeigateError',
    status: 422,
    errors: { 'data.imeis.0': [expect.any(String)] },
    traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  await expect(clientOf({ key: 'no.body' }).getMe()).rejects.toMatchObject({
    code: 'INVALID_CREDENTIALS_ERROR',
    status: 401,
  })
})
