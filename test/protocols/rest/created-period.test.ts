import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let client: RestClient
beforeAll(async () => {
  server = await testServer()
  const shop: Shop = await server.shop({ deposit: '100' })
  const other: Shop = await server.shop()
  client = new RestClient(server, shop)
  await server.place(shop, { ID: await server.service(), IMEI: imei(1) })
  const sent = await client.post(
    '/api/transfer',
    { receiver: other.username, amount: 1 },
    { 'Idempotency-Key': 'period' },
  )
  expect(sent.status, sent.text).toBe(200)
})
afterAll(() => server.stop())

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

/** `lists` are those that can be bounded by time, as the document says. */
const lists = ['/api/order', '/api/mutation', '/api/transactions', '/api/transfer']

test('these are all lists that can be bounded by time', async () => {
  const body = await (await fetch(`${server.url}/docs/json`)).json()
  const { paths } = body as { paths: Record<string, { get?: { parameters?: { name: string }[] } }> }
  const bounded = Object.entries(paths)
    .filter(([, { get }]) => get?.parameters?.some(({ name }) => name === 'created_to'))
    .map(([path]) => path)
  expect(bounded.toSorted()).toEqual(lists.toSorted())
})

describe.each(lists)('%s', (path) => {
  const count = async (query: string): Promise<number> => {
    const reply = await client.get(`${path}?${query}`)
    expect(reply.status, reply.text).toBe(200)
    return reply.body.data.page.items.length
  }
  const newest = async (): Promise<string> => {
    const reply = await client.get(path)
    return reply.body.data.page.items[0].created_at
  }

  test('a day as created_to includes that day, as created_from too', async () => {
    const all = await count('')
    const day = (await newest()).slice(0, 10)
    expect(all).toBeGreaterThan(0)
    expect(await count(`created_to=${day}`)).toBe(all)
    expect(await count(`created_to=${dayAfter(day, 1)}`)).toBe(all)
    expect(await count(`created_to=${dayAfter(day, -2)}`)).toBe(0)
    expect(await count(`created_from=${day}`)).toBeGreaterThan(0)
    expect(await count(`created_from=${day}&created_to=${day}`)).toBeGreaterThan(0)
    expect(await count(`created_from=${dayAfter(day, 1)}`)).toBe(0)
  })

  test('a time as created_to is not included, as created_from it is', async () => {
    const time = encodeURIComponent(await newest())
    const later = encodeURIComponent(new Date(Date.parse(await newest()) + 1).toISOString())
    expect(await count(`created_from=${time}&created_to=${time}`)).toBe(0)
    expect(await count(`created_from=${time}&created_to=${later}`)).toBeGreaterThan(0)
  })

  test.each(['yesterday', '2026-02-31', '2026-13-01', '2026-01-01T00:00:00', '1'])(
    '%s is refused',
    async (text) => {
      for (const name of ['created_from', 'created_to']) {
        const reply = await client.get(`${path}?${name}=${text}`)
        expect(reply).toMatchObject({
          status: 400,
          body: { source: 'query', errors: { [name]: expect.any(Array) } },
        })
      }
    },
  )
})
