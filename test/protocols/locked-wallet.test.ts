import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { lockWallets } from '../support/lock.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let service: string
let locked: Shop
let others: Shop[]
beforeAll(async () => {
  server = await testServer({ PLACEMENT_QUEUES: '2' })
  service = await server.service({ code: 'check' })
  locked = await server.shop()
  // One for each placement queue, whichever the locked account is in.
  others = [await server.shop(), await server.shop(), await server.shop()]
})
afterAll(() => server.stop())

let number = 0
const byDhru = (shop: Shop) => server.place(shop, { ID: service, IMEI: imei(++number) })
const byRest = (shop: Shop) =>
  new RestClient(server, shop).post('/api/order', { code: 'check', data: { imeis: [imei(++number)] } })

test('an account whose wallet is locked is told by Dhru and REST to try again, and all other accounts are served', async () => {
  const unlock = await lockWallets(server.sql, locked.accountId)
  const unavailable = { error: true, code: 'TEMPORARILY_UNAVAILABLE_ERROR' }
  const [dhru, rest, transfer, ...placed] = await Promise.all([
    byDhru(locked),
    byRest(locked),
    new RestClient(server, locked).post(
      '/api/transfer',
      { receiver: others[0]?.username, amount: 1 },
      { 'idempotency-key': 'locked' },
    ),
    ...others.map(byDhru),
    ...others.map(byRest),
  ])
  expect(dhru).toEqual({
    ERROR: [{ MESSAGE: 'Temporarily unavailable, try again', FULL_DESCRIPTION: 'temporarily_unavailable' }],
    apiversion: '8.2',
  })
  for (const reply of [rest, transfer]) {
    expect([reply.status, reply.body]).toMatchObject([503, unavailable])
    expect(reply.headers.get('retry-after')).toBe('2')
  }
  for (const one of placed) {
    const orderId = 'status' in one ? one.body.order_id : one.SUCCESS?.[0].REFERENCEID
    expect(Number(orderId), JSON.stringify(one)).toBeGreaterThan(0)
  }
  await unlock()
  expect((await byDhru(locked)).SUCCESS).toHaveLength(1)
  expect(await byRest(locked)).toMatchObject({ status: 200 })
  expect(await new RestClient(server, locked).get('/api/wallet/snap')).toMatchObject({
    body: { balance: 98 },
  })
  expect(await brokenPromises(server.sql)).toEqual([])
})
