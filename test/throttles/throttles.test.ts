import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeKey, createKey } from '../../src/accounts/keys.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { ActionThrottle } from '../../src/throttles/action-throttle.ts'
import { SharedBuckets } from '../../src/throttles/shared-buckets.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Reply, type Shop, type TestServer, testServer } from '../support/server.ts'

/** The limits are so low that it takes a quarter of a minute until one more is let through. */
const FAILURES = 2
const REQUESTS = 4

let server: TestServer
beforeAll(async () => {
  server = await testServer({
    FAILED_LOGINS_PER_MINUTE: String(FAILURES),
    DHRU_REQUESTS_PER_MINUTE: String(REQUESTS),
    REST_REQUESTS_PER_MINUTE: String(REQUESTS),
    TRUST_PROXY: '127.0.0.1',
  })
})
afterAll(() => server?.stop())

const dhru = (shop: Shop, ip: string, secret = shop.secret): Promise<Reply> =>
  server.call({ ...shop, secret }, { action: 'accountinfo' }, { 'x-forwarded-for': ip })
const rest = (shop: Shop, ip: string, secret = shop.secret): Promise<Response> =>
  fetch(`${server.url}/api/me`, {
    headers: { authorization: `Bearer ${shop.username}.${secret}`, 'x-forwarded-for': ip },
  })
/** `codeOf` gives `ok`, or the code that FULL_DESCRIPTION begins with. */
const codeOf = (reply: Reply): string => reply.json().ERROR?.[0].FULL_DESCRIPTION.split(':')[0] ?? 'ok'

test('a guesser is refused after a few failures, in both protocols, with the time to wait', async () => {
  const shop = await server.shop()
  const from = '198.51.100.1'
  for (let n = 0; n < FAILURES; n++) {
    expect(codeOf(await dhru(shop, from, `wrong${n}`))).toBe('invalid_credentials')
  }
  const refused = await dhru(shop, from, 'wrong')
  expect(refused.status).toBe(200)
  const wait = Number(refused.headers['retry-after'])
  expect(refused.json()).toEqual({
    ERROR: [
      {
        MESSAGE: `Too many failed logins: wait ${wait} s`,
        FULL_DESCRIPTION: `too_many_failed_logins: wait ${wait} s`,
      },
    ],
    apiversion: '8.2',
  })
  // The right one is not told apart there; its name in the other protocol is the user name.
  expect(codeOf(await dhru(shop, from))).toBe('too_many_failed_logins')
  for (let n = 0; n < FAILURES; n++) expect((await rest(shop, from, 'wrong')).status).toBe(401)
  const reply = await rest(shop, from)
  expect(reply.status).toBe(429)
  expect(await reply.json()).toMatchObject({ code: 'TOO_MANY_FAILED_LOGINS_ERROR', source: 'headers' })
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('strangers who guess at a name keep nobody out who did not fail, and nobody at an address of his own', async () => {
  const shop = await server.shop()
  const [home, shared] = ['192.0.2.10', '192.0.2.20']
  expect(codeOf(await dhru(shop, shared))).toBe('ok')
  for (let n = 0; n < FAILURES * 30; n++) await dhru(shop, `203.0.113.${n}`, 'wrong')
  const last = `203.0.113.${FAILURES * 30 - 1}`
  expect(codeOf(await dhru(shop, last, 'wrong')), 'has failed once').toBe('too_many_failed_logins')
  expect(codeOf(await dhru(shop, home)), 'has never been seen').toBe('ok')

  // Somebody guesses from behind the address that the shop shares with him.
  for (let n = 0; n < FAILURES * 10; n++) await dhru(shop, shared, `wrong${n}`)
  expect(codeOf(await dhru(shop, shared, 'wrong'))).toBe('too_many_failed_logins')
  expect(codeOf(await dhru(shop, shared))).toBe('ok')
  // Another of its keys was never used from there.
  const key = await createKey(server.sql, shop.accountId as AccountId)
  expect(codeOf(await dhru({ ...shop, secret: key.secret }, shared))).not.toBe('ok')
  // What is in memory is forgotten with every change of an account; the address is known again all the same.
  await server.shop()
  expect(codeOf(await dhru(shop, shared))).toBe('ok')
})

test('an IPv6 caller is all of its 64 bits, and an address is what the proxy says', async () => {
  const shop = await server.shop()
  for (let n = 0; n < FAILURES; n++) await dhru(shop, `2001:db8:1:2:${n}::${n}`, 'wrong')
  expect(codeOf(await dhru(shop, '2001:db8:1:2:ffff::1'))).toBe('too_many_failed_logins')
  expect(codeOf(await dhru(shop, '2001:db8:1:3::1'))).toBe('ok')
  for (let n = 0; n < FAILURES; n++) await dhru(shop, '::ffff:203.0.113.77', 'wrong')
  expect(codeOf(await dhru(shop, '203.0.113.77'))).toBe('too_many_failed_logins')
})

test('a key asks each protocol as often as the setting says, or as it says itself', async () => {
  const shop = await server.shop()
  const from = '192.0.2.30'
  for (let n = 0; n < REQUESTS; n++) expect(codeOf(await dhru(shop, from))).toBe('ok')
  const refused = await dhru(shop, from)
  expect(codeOf(refused)).toBe('too_many_requests')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  for (let n = REQUESTS - 1; n >= 0; n--) {
    const reply = await rest(shop, from)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('ratelimit-limit')).toBe(String(REQUESTS))
    expect(reply.headers.get('ratelimit-remaining')).toBe(String(n))
    expect(Number(reply.headers.get('ratelimit-reset'))).toBeGreaterThan(0)
  }
  const reply = await rest(shop, from)
  expect(await reply.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS_ERROR' })
  expect(reply.headers.get('ratelimit-remaining')).toBe('0')

  // A key that may ask more often asks at once; nobody else's requests count for it.
  const own = await createKey(server.sql, shop.accountId as AccountId)
  await changeKey(server.sql, own.id, { requestsPerMinute: 1_000 })
  for (let n = 0; n < REQUESTS * 3; n++) {
    expect(codeOf(await dhru({ ...shop, securityId: own.securityId, secret: own.secret }, from))).toBe('ok')
  }
})

test('an order is cancelled or verified ten times a minute at most, and as many deposits are begun as people begin', async () => {
  const shop = await server.shop()
  await server.sql`update api_keys set requests_per_minute = 1000 where account_id = ${shop.accountId}`
  const client = new RestClient(server, shop)
  const code = await server.service({ supplier: undefined, processing: 'manual' })
  const place = async (n: number): Promise<number> =>
    (await client.post('/api/order', { code, data: { imeis: [imei(n)] } })).body.order_id
  const [one, other] = [await place(1), await place(2)]
  const seen: number[] = []
  for (let times = 0; times < 10; times++) {
    const what = times % 2 === 0 ? 'cancel' : 'verify'
    seen.push((await client.post(`/api/order/${one}/${what}`, {})).status)
  }
  expect(seen).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  const refused = await client.post(`/api/order/${one}/verify`, {})
  expect(refused.body).toMatchObject({ code: 'TOO_MANY_REQUESTS_ERROR' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await client.post(`/api/order/${other}/cancel`, {})).status).toBe(200)
  const begin = async (): Promise<number> =>
    (await client.post('/api/deposit', { amount: 1, provider_code: 'none' })).status
  const cancel = async (): Promise<number> => (await client.post('/api/deposit/1/cancel', {})).status
  // One flows back each second, so that a slow machine comes further.
  let answered = 0
  while ((await begin()) === 404 && (await cancel()) === 404 && answered < 500) answered++
  expect(answered).toBeGreaterThanOrEqual(29)
  expect(answered).toBeLessThan(500)
})

test('processes limit these requests together, for each order and for the account', async () => {
  const { accountId } = await server.shop()
  const process = () => {
    const buckets = new SharedBuckets({ sql: server.sql, log: pino({ level: 'silent' }), now: () => 0 })
    return { buckets, throttle: new ActionThrottle(buckets) }
  }
  const [one, other] = [process(), process()]
  const ask = ({ throttle }: typeof one, orderId: number) =>
    throttle.countOrderRequest(accountId as AccountId, orderId as OrderId)
  for (let times = 0; times < 10; times++) ask(one, 1)
  expect(() => ask(one, 1)).toThrow('Too many requests')
  await one.buckets.share()
  // A process hears of what the others have spent with what it spends itself.
  ask(other, 1)
  await other.buckets.share()
  expect(() => ask(other, 1)).toThrow('Too many requests')
  for (let order = 2; order < 592; order++) ask(one, order)
  expect(() => ask(one, 600)).toThrow('Too many requests')
  await one.buckets.share()
  for (let order = 700; order < 730; order++) ask(other, order)
  await other.buckets.share()
  expect(() => ask(other, 800)).toThrow('Too many requests')
})
