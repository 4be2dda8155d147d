import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccountId } from '../../src/lib/ids.ts'
import type { LoggedRequest } from '../../src/request-log/request.ts'
import { selectRequests } from '../../src/request-log/requests.sql.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let service: string
beforeAll(async () => {
  server = await testServer({ DHRU_ALIASES: 'serve' })
  service = await server.service()
})
afterAll(() => server.stop())

/** `logged` waits for so many entries of the shop's own log, and gives them, the oldest first. */
async function logged(shop: Shop, count: number): Promise<LoggedRequest[]> {
  const read = () => selectRequests(server.sql, shop.accountId as AccountId, { limit: 100 })
  await expect.poll(async () => (await read()).length).toBe(count)
  return (await read()).toReversed()
}

test('a reseller sees each request with what came of it, the order that it placed, and the id of its answer', async () => {
  const shop = await server.shop({ deposit: '1' })
  const order = JSON.stringify({ ID: service, IMEI: imei(1) })
  const placed = await server.call(shop, { action: 'placeimeiorder', parameters: order })
  const id = Number(placed.json().SUCCESS[0].REFERENCEID)
  const status = await server.call(shop, { action: 'orderstatus', orderid: String(id) })
  const other = JSON.stringify({ ID: service, IMEI: imei(2) })
  const refused = await server.call(shop, {
    action: 'PlaceImeiOrder',
    parameters: other,
    requestformat: 'XML',
  })
  const unknown = await server.call(shop, { action: 'nonsense' })
  const lines = await logged(shop, 4)
  expect(lines).toMatchObject([
    { action: 'placeimeiorder', outcome: 'ok', detail: null, orderId: id },
    { action: 'orderstatus', outcome: 'ok', orderId: null },
    { action: 'placeimeiorder', outcome: 'insufficient_balance', orderId: null },
    { action: 'nonsense', outcome: 'unsupported_action', detail: 'Unsupported action: nonsense' },
  ])
  expect(lines[2]?.detail).toContain('Not enough credit')
  expect(lines.map(({ requestId }) => requestId)).toEqual(
    [placed, status, refused, unknown].map(({ headers }) => headers['x-request-id']),
  )
  for (const line of lines) {
    expect(line).toMatchObject({ via: 'dhru', status: 200, ip: '127.0.0.1' })
    expect(line.tookUs).toBeGreaterThan(0)
    expect(Math.abs(line.at.getTime() - Date.now())).toBeLessThan(60_000)
  }
})

test('every answer has an id, of nobody too, but a stranger’s request is in nobody’s log', async () => {
  const shop = await server.shop()
  const replies = await Promise.all([
    server.call({ ...shop, secret: 'wrong' }, { action: 'accountinfo' }),
    server.send('', { method: 'GET' }),
    server.send('x', { path: '/api/index.php' }),
    server.send(Buffer.alloc(3_000_000)),
  ])
  const ids = replies.map(({ headers }) => headers['x-request-id'])
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(4)
  await server.call(shop, { action: 'accountinfo' })
  expect(await logged(shop, 1)).toMatchObject([{ action: 'accountinfo' }])
})

test('a secret that a client put elsewhere is not logged', async () => {
  const shop = await server.shop()
  const { secret } = shop
  const dotted = { username: `${shop.securityId}.${secret}`, apiaccesskey: '' }
  await server.call(shop, { action: secret })
  await server.call(shop, { action: `${'x'.repeat(50)}${secret}` })
  await server.call(shop, {
    action: 'placeimeiorder',
    parameters: JSON.stringify({ ID: secret, IMEI: imei(1) }),
  })
  await server.call(shop, { action: secret, ...dotted })
  await server.call(shop, { action: 'nonsense', ...dotted })
  const lines = await logged(shop, 5)
  expect(lines[4]).toMatchObject({ action: 'nonsense', detail: 'Unsupported action: nonsense' })
  expect(lines.map(({ outcome }) => outcome)).toEqual([
    'unsupported_action',
    'unsupported_action',
    'service_not_found',
    'unsupported_action',
    'unsupported_action',
  ])
  // Nor a part of it.
  expect(JSON.stringify(lines)).not.toContain(secret.slice(0, 8))
})
