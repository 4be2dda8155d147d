import { afterAll, beforeAll, expect, test } from 'vitest'
import { RestClient } from '../../support/rest.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
})
afterAll(() => server.stop())

test('a key learns whose it is', async () => {
  const reply = await new RestClient(server, shop).get('/api/me')
  expect(reply.status, reply.text).toBe(200)
  expect(reply.body).toMatchObject({
    user_id: shop.accountId,
    username: shop.username,
    role: 'user',
    currency: 'USD',
  })
  expect(reply.headers.get('ratelimit-limit')).toBe('300000')
})

test('without a key there is nothing but the error object', async () => {
  const reply = await new RestClient(server).get('/api/me')
  expect(reply.status).toBe(401)
  expect(reply.body).toMatchObject({ error: true, code: 'INVALID_CREDENTIALS_ERROR', source: 'headers' })
})
