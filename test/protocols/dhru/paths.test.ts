import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  exchange,
  login,
  multipart,
  type Pairs,
  type RawRequest,
  readDhru,
  urlencoded,
} from '../../support/dhru.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

const OTHER_PATHS = ['/api/dhru/index.php', '/api/index.php']
const encodings = { urlencoded, multipart }
const ways = OTHER_PATHS.flatMap((path) => Object.keys(encodings).map((words) => [path, words] as const))

let server: TestServer
let serving: TestServer
let shop: Shop
/** `service` buys again whatever is sent again, unless an idempotency key says otherwise. */
let service: string
let n = 0

beforeAll(async () => {
  server = await testServer()
  serving = await testServer({ DHRU_ALIASES: 'serve' })
  service = await server.service({ duplicatePolicy: 'allow' })
})
afterAll(async () => {
  await server?.stop()
  await serving?.stop()
})

const order = (of: Shop, more: Pairs = [], format: 'JSON' | 'XML' = 'JSON'): Pairs => [
  ...login(of, format),
  ['action', 'placeimeiorder'],
  ['ID', service],
  ['IMEI', imei(++n)],
  ...more,
]
const encoded = (words: string, fields: Pairs): RawRequest =>
  encodings[words as keyof typeof encodings](fields)

const orders = async (of: Shop): Promise<number> => {
  const [row] = await server.sql<{ orders: number }[]>`
    select count(*)::integer as orders from orders where account_id = ${of.accountId}`
  return row?.orders ?? 0
}

describe('another path', () => {
  it.each(ways)(
    '%s answers 308 with the whole answer, and gives the same order when it is followed (%s)',
    async (path, words) => {
      shop = await server.shop()
      for (const format of ['JSON', 'XML'] as const) {
        const before = await orders(shop)
        const request = encoded(words, order(shop, [], format))
        const reply = await exchange(server.url, { ...request, path })
        const first = readDhru(reply, 308)
        expect(first.format).toBe(format)
        const location = String(reply.headers['location'])
        expect(location).toMatch(/^\/api\/dhru\?idempotency_key=[0-9a-f-]{36}$/)
        expect(await orders(shop)).toBe(before + 1)
        for (let again = 0; again < 3; again++) {
          const followed = readDhru(await exchange(server.url, { ...request, path: location }))
          expect(followed).toEqual(first)
        }
        expect(await orders(shop)).toBe(before + 1)
        // Sent anew and not followed: an order of its own.
        const anew = await exchange(server.url, { ...request, path })
        expect(readDhru(anew, 308).says).not.toEqual(first.says)
        expect(await orders(shop)).toBe(before + 2)
      }
    },
  )

  it.each(OTHER_PATHS)('%s is followed by a client that follows redirects, with its form', async (path) => {
    shop = await server.shop()
    for (const Body of [FormData, URLSearchParams]) {
      const body = new Body()
      for (const [name, value] of order(shop)) body.append(name, value)
      const before = await orders(shop)
      const reply = await fetch(`${server.url}${path}`, { method: 'POST', body })
      expect([reply.status, reply.redirected]).toEqual([200, true])
      const says = (await reply.json()) as { SUCCESS?: { REFERENCEID: string }[] }
      expect(says.SUCCESS?.[0]?.REFERENCEID).toMatch(/^\d+$/)
      expect(await orders(shop)).toBe(before + 1)
    }
  })

  it('places the rows of a bulk request once when it is followed', async () => {
    shop = await server.shop()
    const rows = [1, 2, 3].map(() => ({ ID: service, IMEI: imei(++n) }))
    const request = urlencoded([
      ...login(shop),
      ['action', 'placeimeiorderbulk'],
      ['parameters', JSON.stringify(rows)],
    ])
    const reply = await exchange(server.url, { ...request, path: '/api/index.php' })
    const followed = await exchange(server.url, { ...request, path: String(reply.headers['location']) })
    expect(readDhru(followed).says).toEqual(readDhru(reply, 308).says)
    expect(await orders(shop)).toBe(3)
  })

  const keyed: [where: string, path: string, headers: Record<string, string>, fields: Pairs][] = [
    ['its header', '', { 'idempotency-key': 'own & key' }, []],
    ['its form', '', {}, [['idempotency_key', 'own & key']]],
    ['its query', '?idempotency_key=own%20%26%20key', {}, []],
  ]
  it.each(keyed)(
    "keeps the client's own idempotency key that stands in %s",
    async (_where, query, headers, fields) => {
      shop = await server.shop()
      const request = urlencoded(order(shop, fields))
      const send = (path: string) =>
        exchange(server.url, { ...request, path, headers: { ...request.headers, ...headers } })
      const reply = await send(`/api/index.php${query}`)
      const first = readDhru(reply, 308).says.SUCCESS
      const location = String(reply.headers['location'])
      if (query) expect(location).toBe('/api/dhru?idempotency_key=own%20%26%20key')
      for (const path of [location, `/api/dhru${query}`, `/api/dhru/index.php${query}`]) {
        const again = await send(path)
        expect(readDhru(again, path.includes('.php') ? 308 : 200).says.SUCCESS).toEqual(first)
      }
      expect(await orders(shop)).toBe(1)
    },
  )

  it('answers a refusal with 308 too, and the same refusal when it is followed', async () => {
    shop = await server.shop({ deposit: '0.5' })
    const request = urlencoded(order(shop))
    const reply = await exchange(server.url, { ...request, path: '/api/index.php' })
    const first = readDhru(reply, 308).says
    expect(first.ERROR[0].FULL_DESCRIPTION).toMatch(/^insufficient_balance: /)
    const followed = await exchange(server.url, { ...request, path: String(reply.headers['location']) })
    expect(readDhru(followed).says).toEqual(first)
  })

  it.each(OTHER_PATHS)('%s answers 200 in place where the operator chose that', async (path) => {
    shop = await serving.shop()
    const id = await serving.service()
    for (const encode of Object.values(encodings)) {
      const request = encode([...login(shop), ['action', 'placeimeiorder'], ['ID', id], ['IMEI', imei(++n)]])
      const reply = await exchange(serving.url, { ...request, path })
      expect(readDhru(reply).says.SUCCESS).toHaveLength(1)
      expect(reply.headers['location']).toBeUndefined()
    }
  })
})

describe('a path', () => {
  it.each([
    ['/api/dhru/', 200],
    ['//api/dhru', 200],
    ['/api//dhru', 200],
    ['///api///dhru///', 200],
    ['/api/dhru?', 200],
    ['/api/dhru/?a=//b&%zz=%', 200],
    ['//api/index.php', 308],
    ['/api/index.php/', 308],
    ['//api//dhru//index.php', 308],
  ])('%s is forgiven its slashes and its query (%i)', async (path, status) => {
    shop = await server.shop()
    const request = multipart([...login(shop), ['action', 'accountinfo'], ['parameters', '\n']])
    const { says } = readDhru(await exchange(server.url, { ...request, path }), status)
    expect(says.SUCCESS[0].AccountInfo.username).toBe(shop.username)
  })
})
