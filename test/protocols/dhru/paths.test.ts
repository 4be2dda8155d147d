import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../../../src/protocols/dhru/actions/index.ts'
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
  it.each(ways)('%s places an order once, and answers 200 in place (%s)', async (path, words) => {
    shop = await server.shop()
    for (const format of ['JSON', 'XML'] as const) {
      const before = await orders(shop)
      const reply = await exchange(server.url, { ...encoded(words, order(shop, [], format)), path })
      expect(readDhru(reply).says.SUCCESS).toHaveLength(1)
      expect(reply.headers['location']).toBeUndefined()
      expect(await orders(shop)).toBe(before + 1)
    }
  })

  const placing = [
    'placeimeiorder',
    'placeorder',
    'placeserverorder',
    'placeimeiorderbulk',
    'placeorderbulk',
    'placebulkorder',
  ]
  const reading = [...actions.keys()].filter((action) => !placing.includes(action))

  it.each(placing)('answers %s with 200, whatever it comes to', async (action) => {
    shop = await server.shop({ deposit: '0.5' })
    for (const path of OTHER_PATHS) {
      for (const of of [shop, { ...shop, secret: 'wrong' }]) {
        for (const parameters of ['', JSON.stringify([{ ID: service, IMEI: imei(++n) }]), '{']) {
          const request = urlencoded([
            ...login(of),
            ['action', ` ${action.toUpperCase()} `],
            ['parameters', parameters],
          ])
          const reply = await exchange(server.url, { ...request, path })
          expect([reply.status, reply.headers['location']], `${path} ${parameters}`).toEqual([200, undefined])
        }
      }
    }
  })

  it.each([...reading, 'cancelorder', ''])(
    'answers "%s", which only reads, with 308 and the whole answer, and with the same one when it is followed',
    async (action) => {
      shop = await server.shop()
      const [path] = OTHER_PATHS as [string]
      const request = urlencoded([...login(shop), ['action', action], ['orderid', '1']])
      const reply = await exchange(server.url, { ...request, path })
      const location = String(reply.headers['location'])
      expect(location).toBe('/api/dhru')
      const followed = await exchange(server.url, { ...request, path: location })
      expect(readDhru(followed)).toEqual(readDhru(reply, 308))
      const panel = await server.shop({ dialect: 'panel' })
      const inPlace = urlencoded([...login(panel), ['action', action], ['orderid', '1']])
      expect((await exchange(server.url, { ...inPlace, path })).status).toBe(200)
    },
  )

  it.each(OTHER_PATHS)('%s is followed by a client that follows redirects, with its form', async (path) => {
    shop = await server.shop()
    for (const Body of [FormData, URLSearchParams]) {
      const body = new Body()
      for (const [name, value] of [...login(shop), ['action', 'accountinfo']] as Pairs)
        body.append(name, value)
      const reply = await fetch(`${server.url}${path}`, { method: 'POST', body })
      expect([reply.status, reply.redirected]).toEqual([200, true])
      expect(await reply.json()).toHaveProperty('SUCCESS')
    }
  })

  it.each([
    ['its header', '', { 'idempotency-key': 'own & key' }, []],
    ['its form', '', {}, [['idempotency_key', 'own & key']]],
    ['its query', '?idempotency_key=own%20%26%20key', {}, []],
  ] as [where: string, path: string, headers: Record<string, string>, fields: Pairs][])(
    "goes by the client's own idempotency key that stands in %s",
    async (_where, query, headers, fields) => {
      shop = await server.shop()
      const request = urlencoded(order(shop, fields))
      const send = (path: string) =>
        exchange(server.url, { ...request, path, headers: { ...request.headers, ...headers } })
      const first = readDhru(await send(`/api/index.php${query}`)).says.SUCCESS
      for (const path of ['/api/dhru', ...OTHER_PATHS]) {
        expect(readDhru(await send(`${path}${query}`)).says.SUCCESS).toEqual(first)
      }
      expect(await orders(shop)).toBe(1)
    },
  )

  it.each(OTHER_PATHS)('%s answers 200 in place where the operator chose that', async (path) => {
    shop = await serving.shop()
    for (const encode of Object.values(encodings)) {
      const request = encode([...login(shop), ['action', 'accountinfo']])
      const reply = await exchange(serving.url, { ...request, path })
      expect(readDhru(reply).says.SUCCESS).toHaveLength(1)
      expect(reply.headers['location']).toBeUndefined()
    }
  })
})

describe('a path that clients make of the base URL that was typed in', () => {
  const bases = ['', '/', '/api', '/api/', '/api/dhru', '/api/dhru/', '/api/dhru/index.php', '/api/index.php']
  const more = ['/index.php', '/dhru', '/public', '/public/', '/public/api', '/shop/panel', '/API']
  const built = [...bases, ...more].flatMap((base) =>
    ['/api/index.php', '/index.php', '/api/dhru', '/dhru/api/index.php', ''].map((end) => `${base}${end}`),
  )
  it.each(built.filter((path) => !/^\/shop.*(?<!php)$/.test(path)))('"%s" is served', async (path) => {
    const panel = await server.shop({ dialect: 'panel' })
    const sent = path === '' ? '/' : path
    const read = urlencoded([...login(panel), ['action', 'accountinfo']])
    const { says } = readDhru(await exchange(server.url, { ...read, path: sent }))
    expect(says.SUCCESS[0].AccountInfo.username).toBe(panel.username)
    const placed = await exchange(server.url, { ...urlencoded(order(panel)), path: sent })
    expect(readDhru(placed).says.SUCCESS).toHaveLength(1)
    expect(await orders(panel)).toBe(1)
  })

  it.each(['/api/dhruu', '/index.php.bak', '/api/orders', '/wp-login.php', '/publicapi', '/api/dhru/x'])(
    '"%s" is not one',
    async (path) => {
      shop = await server.shop()
      const reply = await exchange(server.url, {
        ...urlencoded([...login(shop), ['action', 'accountinfo']]),
        path,
      })
      expect(reply.status).toBeGreaterThanOrEqual(400)
    },
  )

  it('is one for a POST only', async () => {
    // A bare GET is the start page of people.
    expect((await fetch(`${server.url}/`)).status).toBe(200)
    for (const path of ['/index.php', '/dhru', '/public/api/index.php']) {
      expect((await fetch(`${server.url}${path}`)).status, path).toBe(404)
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
