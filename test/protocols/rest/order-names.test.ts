import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RestClient } from '../../support/rest.ts'
import { imei, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let api: RestClient
let other: RestClient
let n = 0
beforeAll(async () => {
  server = await testServer()
  await server.service({ code: 'check', price: '1' })
  api = new RestClient(server, await server.shop())
  other = new RestClient(server, await server.shop())
})
afterAll(() => server.stop())

async function placed(reference: string | null, client = api): Promise<number> {
  const reply = await client.post('/api/order', { code: 'check', data: { imeis: [imei(++n)] }, reference })
  expect(reply.status, reply.text).toBe(200)
  return reply.body.order_id
}
const idsOf = async (query: string, client = api): Promise<number[]> => {
  const reply = await client.get(`/api/order?${query}`)
  expect(reply.status, reply.text).toBe(200)
  return reply.body.data.page.items.map((order: { order_id: number }) => order.order_id)
}
const missing = async (name: string, client = api) => {
  for (const way of ['', '/status', '/items']) {
    const reply = await client.get(`/api/order/${name}${way}`)
    expect([reply.status, reply.body.code], `${name}${way}`).toEqual([404, 'ORDER_NOT_FOUND_ERROR'])
  }
  for (const way of ['cancel', 'verify']) {
    expect((await client.ask(`/api/order/${name}/${way}`, { method: 'POST' })).status, way).toBe(404)
  }
}

describe("an order's name in a path", () => {
  it.each([
    'cart-78',
    'cart 78',
    'INV/2026/11',
    '100%',
    'a?b#c',
    'ürün №7',
    'طلب ٧',
    'заказ_9',
    '订单十一',
    'x=1&y=2',
    '007',
    '9999999999999999999999',
    '-1',
    "'; drop table orders; --",
    '  spaces round  ',
    '😀'.repeat(127),
    'é'.repeat(255),
  ])('may be the reference of its buyer: %s', async (reference) => {
    const id = await placed(reference)
    const name = encodeURIComponent(reference)
    for (const way of ['', '/status', '?wait=30', '/status?wait=1']) {
      const reply = await api.get(`/api/order/${name}${way}`)
      expect(reply.body, `${name}${way}`).toMatchObject({ order_id: id, reference })
    }
    expect((await api.get(`/api/order/${name}/items`)).body.data.page.items).toHaveLength(1)
    const lines = await api.get(`/api/order/${name}/items`, { accept: 'application/x-ndjson' })
    expect(lines.text.trim().split('\n')).toHaveLength(1)
    expect((await api.ask(`/api/order/${name}/cancel`, { method: 'POST' })).status).toBe(409)
    const doubted = await api.ask(`/api/order/${name}/verify`, { method: 'POST' })
    expect(doubted.body).toMatchObject({ data: { order_id: id } })
    expect(await idsOf(`reference=${name}`)).toEqual([id])
    await missing(name, other)
    expect(await idsOf(`reference=${name}`, other)).toEqual([])
  })

  it('may be the reference of the supplier, as it is shown, and then the list finds it by trx_id', async () => {
    const id = await placed('mine')
    const shown = (await api.get(`/api/order/${id}?wait=30`)).body
    expect(shown.reference_id).toEqual(expect.any(String))
    const name = encodeURIComponent(shown.reference_id)
    expect((await api.get(`/api/order/${name}`)).body).toEqual(shown)
    expect(await idsOf(`trx_id=${name}`)).toEqual([id])
    expect(await idsOf(`trx_id=${shown.transaction_id}`)).toContain(id)
    expect(await idsOf(`trx_id=${name}&status=failed`)).toEqual([])
    expect(await idsOf(`reference=${name}`)).toEqual([])
    await missing(name, other)
    expect(await idsOf(`trx_id=${name}`, other)).toEqual([])
    // Transactions of two accounts may have one number, and each sees its own.
    expect(await idsOf(`trx_id=${shown.transaction_id}`, other)).not.toContain(id)
    // A reference of the buyer's own goes before the supplier's.
    const own = await placed(shown.reference_id)
    expect((await api.get(`/api/order/${name}`)).body.order_id).toBe(own)
  })

  it('is a number before it is a reference that looks the same', async () => {
    const first = await placed('plain')
    const second = await placed(String(first))
    expect((await api.get(`/api/order/${first}`)).body.order_id).toBe(first)
    expect(await idsOf(`reference=${first}`)).toEqual([second])
    // A number of somebody else's order is no number here.
    const foreign = await placed('theirs', other)
    const mine = await placed(String(foreign))
    expect((await api.get(`/api/order/${foreign}/status`)).body.order_id).toBe(mine)
  })

  it("is of the account's own order, also where another account has an order of that reference", async () => {
    const [mine, theirs] = [await placed('shared'), await placed('shared', other)]
    for (const [client, id] of [
      [api, mine],
      [other, theirs],
    ] as const) {
      expect((await client.get('/api/order/shared')).body.order_id).toBe(id)
      expect(await idsOf('reference=shared', client)).toEqual([id])
    }
  })

  it('is of the newest of several orders, and the list has all of them, page by page', async () => {
    const ids = [await placed('twice'), await placed('twice'), await placed('twice')]
    await placed('twice or not')
    expect((await api.get('/api/order/twice')).body.order_id).toBe(ids[2])
    expect(await idsOf('reference=twice')).toEqual(ids.toReversed())
    const { items, next_cursor } = (await api.get('/api/order?reference=twice&limit=2')).body.data.page
    expect(items).toHaveLength(2)
    expect(await idsOf(`reference=twice&limit=2&cursor=${next_cursor}`)).toEqual([ids[0]])
    expect(await idsOf('reference=twice&service_code=none')).toEqual([])
    expect(await idsOf('reference=twice&q=twice')).toHaveLength(3)
  })

  it.each(['nothing', '0', '1', 'TWICE', 'events%2F', '9007199254740993', '%20', '%00'])(
    'that no order has is not found: %s',
    async (name) => {
      await missing(name)
      expect(await idsOf(`reference=${name}`)).toEqual([])
      expect(await idsOf(`trx_id=${name}x`)).toEqual([])
    },
  )

  it('means the same order to a repeated request, whichever has it by then', async () => {
    const first = await placed('again')
    await api.get(`/api/order/${first}?wait=30`)
    const headers = { 'idempotency-key': 'doubt' }
    const doubt = () => api.ask('/api/order/again/verify', { method: 'POST', headers })
    const before = await doubt()
    await placed('again')
    const after = await doubt()
    expect(after.body).toEqual(before.body)
    expect(after.body.data.order_id).toBe(first)
  })
})
