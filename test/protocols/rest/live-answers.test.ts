import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeAccount } from '../../../src/accounts/accounts.ts'
import { changeKey, listKeys, revokeKey } from '../../../src/accounts/keys.ts'
import type { AccountId, KeyId } from '../../../src/lib/ids.ts'
import { MINUTE_MS } from '../../../src/lib/time.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'

const clock = new TestClock()
const lines: string[] = []
const log = pino(
  { level: 'warn' },
  new Writable({
    write(line, _encoding, done) {
      lines.push(String(line))
      done()
    },
  }),
)
let server: TestServer
let service: string
let n = 0
beforeAll(async () => {
  server = await testServer({}, clock, log)
  service = await server.service({ supplier: undefined, processing: 'manual' })
})
afterAll(() => server.stop())

const bearer = ({ securityId, secret }: Shop) => ({ authorization: `Bearer ${securityId}.${secret}` })

/** `follow` opens an event stream; `text` resolves with all of it when it has ended, and `begun` once it has begun. */
function follow(shop: Shop, signal?: AbortSignal) {
  const begun = Promise.withResolvers<void>()
  const read = async (): Promise<string> => {
    const reply = await fetch(`${server.url}/api/order/events`, {
      headers: bearer(shop),
      signal: signal ?? null,
    })
    let text = ''
    for await (const bytes of reply.body ?? []) {
      text += new TextDecoder().decode(bytes)
      begun.resolve()
    }
    return text
  }
  return { text: read(), begun: begun.promise }
}

interface Buyer {
  shop: Shop
  client: RestClient
  keyId: KeyId
  order: number
}

/** `buyer` gives a shop with an order that does not end. */
async function buyer(): Promise<Buyer> {
  const shop = await server.shop()
  const client = new RestClient(server, shop)
  const placed = await client.post('/api/order', { code: service, data: { imeis: [imei(++n)] } })
  const [key] = await listKeys(server.sql, { accountId: shop.accountId as AccountId })
  return { shop, client, keyId: key?.id as KeyId, order: placed.body.order_id }
}

/** `endings` has each way in which a right ends, and what a long poll is answered then. */
const endings: [name: string, code: string, end: (of: Buyer) => Promise<unknown>][] = [
  ['the key is revoked', 'KEY_REVOKED_ERROR', ({ keyId }) => revokeKey(server.sql, keyId)],
  [
    'the account is closed',
    'ACCOUNT_CLOSED_ERROR',
    ({ shop }) => closeAccount(server.sql, shop.accountId as AccountId),
  ],
  [
    'the addresses are others',
    'IP_NOT_ALLOWED_ERROR',
    ({ keyId }) => changeKey(server.sql, keyId, { allowedIps: ['203.0.113.7'] }),
  ],
  [
    'the permission is taken',
    'PERMISSION_DENIED_ERROR',
    ({ keyId }) => changeKey(server.sql, keyId, { permissions: ['order.create'] }),
  ],
  [
    'a change is made in the database',
    'KEY_REVOKED_ERROR',
    ({ keyId }) => server.sql`update api_keys set revoked_at = now() where id = ${keyId}`,
  ],
  [
    'its time is over',
    'KEY_EXPIRED_ERROR',
    async ({ keyId }) => {
      const expiresAt = new Date(clock.now().getTime() + MINUTE_MS)
      await changeKey(server.sql, keyId, { expiresAt })
      clock.advance(MINUTE_MS)
    },
  ],
]

test.each(endings)('when %s, streams end and long polls are refused', async (_name, code, end) => {
  const [one, other] = await Promise.all([buyer(), buyer()])
  const gone = new AbortController()
  const [stream, others] = [follow(one.shop), follow(other.shop, gone.signal)]
  await Promise.all([stream.begun, others.begun])
  const polls = ['/status?wait=30', '?wait=30'].map((path) =>
    one.client.get(`/api/order/${one.order}${path}`),
  )
  await end(one)
  for (const { status, body } of await Promise.all(polls)) {
    expect(body.code).toBe(code)
    expect(status).toBe(code === 'IP_NOT_ALLOWED_ERROR' || code === 'PERMISSION_DENIED_ERROR' ? 403 : 401)
  }
  await stream.text
  // The neighbour's goes on: it hears of its next order.
  const placed = await other.client.post('/api/order', { code: service, data: { imeis: [imei(++n)] } })
  expect(placed.status).toBe(200)
  gone.abort()
  await expect(others.text).rejects.toThrow()
})

test('a client that leaves makes no line of the log', async () => {
  const { shop, client, order } = await buyer()
  const gone = new AbortController()
  const reads = [
    '/api/order/events',
    `/api/order/${order}?wait=30`,
    `/api/order/${order}/status?wait=30`,
  ].map(async (path) => {
    const reply = await fetch(`${server.url}${path}`, { headers: bearer(shop), signal: gone.signal })
    await reply.text()
  })
  const left = Promise.allSettled(reads)
  // They have arrived: their connections are busy.
  await client.get(`/api/order/${order}/status?wait=1`)
  gone.abort()
  for (const { status } of await left) expect(status).toBe('rejected')
  // What the stream would tell of.
  await client.post('/api/order', { code: service, data: { imeis: [imei(++n)] } })
  await client.get(`/api/order/${order}/status?wait=1`)
  expect(lines).toEqual([])
})

test('a list whose client has gone is cancelled in PostgreSQL, and more than may wait are refused', async () => {
  const { shop } = await buyer()
  const waiting = async (): Promise<number> => {
    const [row] = await server.sql<{ count: bigint }[]>`
      select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    return Number(row?.count)
  }
  const gone = new AbortController()
  await server.owner.begin(async (transaction) => {
    await transaction`lock table transfers in access exclusive mode`
    const lists = Array.from({ length: 50 }, () =>
      fetch(`${server.url}/api/transfer`, { headers: bearer(shop), signal: gone.signal }),
    )
    const refused = (await Promise.race(lists)) as Response
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS_ERROR', source: 'headers' })
    await expect.poll(waiting).toBe(1)
    gone.abort()
    // The lock is still held: only a cancellation ends them without a line of the log.
    await expect.poll(waiting).toBe(0)
    await Promise.allSettled(lists)
  })
  // The one that was refused has its line, as every refusal; so has one that waited, on a slow machine, for as long as a list may.
  const expected = /"reason":"too_many_requests"|"code":"55P03"/
  expect(lines.filter((line) => !expected.test(line))).toEqual([])
})
