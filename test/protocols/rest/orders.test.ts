import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setPrice } from '../../../src/catalogue/prices.ts'
import { LedgerReader } from '../../../src/ledger/ledger-reader.ts'
import { setCreditLimit } from '../../../src/ledger/wallets.ts'
import type { AccountId, OrderId } from '../../../src/lib/ids.ts'
import { parseMicros, ZERO } from '../../../src/lib/money.ts'
import { brokenPromises, orderReader } from '../../orders/orders.fixtures.ts'
import { RestClient, type RestReply } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let api: RestClient
let check: string
let n = 0
beforeAll(async () => {
  server = await testServer()
  check = await server.service({ code: 'check', price: '0.123457' })
  await server.service({ code: 'warranty', kind: 'serial' })
  await server.service({
    code: 'licence',
    kind: 'server',
    fields: [
      { name: 'EMAIL', required: true },
      { name: 'PLAN', options: ['a', 'b'] },
    ],
  })
})
afterAll(() => server.stop())
beforeEach(async () => {
  shop = await server.shop()
  api = new RestClient(server, shop)
})
afterEach(async () => {
  expect(await brokenPromises(server.sql)).toEqual([])
})

const REFUSED = '00100102'
const imeis = (count: number, tac?: string): string[] => Array.from({ length: count }, () => imei(++n, tac))
const place = (data: object, over: object = {}, headers: Record<string, string> = {}): Promise<RestReply> =>
  api.post('/api/order', { code: check, data, ...over }, headers)
const placed = async (data: object, over: object = {}): Promise<number> => {
  const reply = await place(data, over)
  expect(reply.status, reply.text).toBe(200)
  return reply.body.order_id
}
const ended = (id: number): Promise<RestReply> => api.get(`/api/order/${id}?wait=30`)
const available = async (of = shop): Promise<bigint> =>
  (await new LedgerReader(server.sql).wallet(of.accountId as AccountId)).available
const ordersOf = async (of = shop): Promise<number> => {
  const [row] = await server.sql<
    { count: number }[]
  >`select count(*)::int from orders where account_id = ${of.accountId}`
  return row?.count ?? 0
}

describe('an order', () => {
  it('has many items, and is charged for those that end well, to the micro', async () => {
    const [one, two, three, bad] = [...imeis(3), ...imeis(1, REFUSED)]
    const reply = await place({ imeis: [one, bad, two, three] }, { reference: 'case 7' })
    expect(reply.status, reply.text).toBe(200)
    expect(reply.body).toMatchObject({
      status: 'pending',
      reference_id: null,
      processed: 0,
      processed_success: 0,
      processed_error: 0,
      service_code: 'check',
      total: 4,
      price: 0.123457,
      total_price: 0.493828,
      charged_amount: 0,
      refunded_amount: 0,
      balance_before: 100,
      remaining_balance: 99.506172,
      currency: 'USD',
      reference: 'case 7',
      finished_at: null,
    })
    expect(reply.text).toContain('"total_price":0.493828,')
    const order = (await ended(reply.body.order_id)).body
    expect(order).toMatchObject({
      status: 'partial',
      processed: 4,
      processed_success: 3,
      processed_error: 1,
      charged_amount: 0.370371,
      refunded_amount: 0.123457,
      remaining_balance: 99.629629,
      balance_before: 100,
      result_truncated: false,
    })
    expect(order.result).toEqual(
      [one, bad, two, three].map((imei, index) => ({
        position: index + 1,
        imei,
        quantity: 1,
        status: imei === bad ? 'failed' : 'success',
        result: imei === bad ? null : `Sandbox result, not a real one: ${imei} is clean`,
        error: imei === bad ? expect.any(String) : null,
      })),
    )
    expect(await available()).toBe(99_629_629n)
    const status = (await api.get(`/api/order/${order.order_id}/status`)).body
    expect(status).toEqual(order)
  })

  it('may use the credit that the account has, and no more', async () => {
    const limit = parseMicros('0.2') ?? ZERO
    await server.sql.begin((sql) => setCreditLimit(sql, shop.accountId as AccountId, limit))
    const dear = await server.service({ price: '50.1' })
    expect((await place({ imeis: imeis(2) }, { code: dear })).body).toMatchObject({ remaining_balance: -0.2 })
    const refused = await place({ imeis: imeis(1) })
    expect(refused.status).toBe(402)
    expect(refused.body).toMatchObject({ code: 'INSUFFICIENT_BALANCE_ERROR', source: 'order', errors: {} })
    expect(await ordersOf()).toBe(1)
  })

  it('counts the quantity of a service without inputs', async () => {
    const credits = await server.service({ kind: 'server', minQuantity: 2, maxQuantity: 500, price: '0.01' })
    const id = await placed({ quantity: 30 }, { code: credits })
    expect((await ended(id)).body).toMatchObject({
      status: 'success',
      total: 30,
      total_price: 0.3,
      charged_amount: 0.3,
    })
    const wrong = await place({ quantity: 1 }, { code: credits })
    expect(wrong.status).toBe(422)
    expect(wrong.body).toMatchObject({ source: 'body', errors: { 'data.quantity': ['must be >= 2'] } })
    expect((await place({ quantity: '30' }, { code: credits })).status).toBe(422)
  })

  it('brings its fields to the supplier', async () => {
    const unlock = await server.service({
      fields: [{ name: 'NETWORK', options: ['A', 'B'], required: true }, { name: 'NOTE' }],
    })
    const id = await placed({ imeis: imeis(2), NETWORK: 'A', NOTE: 'é' }, { code: unlock })
    const items = await server.sql`select fields from items where order_id = ${id}`
    expect(items.map((item) => item['fields'])).toEqual(Array(2).fill({ NETWORK: 'A', NOTE: 'é' }))
    const wrong = await place({ imeis: imeis(1), NETWORK: 'C', OTHER: '1' }, { code: unlock })
    expect(wrong.body.errors).toEqual({
      'data.OTHER': ['is not known'],
      'data.NETWORK': ['must be one of A, B'],
    })
  })
})

describe('a service whose orders an operator described', () => {
  const inputSchema = {
    type: 'object',
    required: ['devices'],
    additionalProperties: false,
    properties: {
      devices: {
        type: 'object',
        required: ['list'],
        properties: { list: { type: 'array', items: { type: 'string', format: 'imei' }, maxItems: 3 } },
      },
      level: { type: 'integer', minimum: 1, maximum: 3 },
    },
    'x-quantityFrom': '/devices/list',
    'x-requestFrom': '/devices/list',
  }

  it('is sold by what it says, here and on the Dhru wire', async () => {
    const code = await server.service({ code: 'own', inputSchema, fields: [{ name: 'LEVEL' }] })
    const { input_schema: schema } = (await api.get('/api/services/own')).body.data.service_type
    expect(schema).toMatchObject({ 'x-requestFrom': '/devices/list', required: ['devices'] })
    const [one, two, three] = imeis(3)
    const id = await placed({ devices: { list: [one, two] }, level: 2 }, { code })
    const order = (await ended(id)).body
    expect(order).toMatchObject({ status: 'success', total: 2, charged_amount: 2 })
    expect(order.result).toMatchObject([{ imei: one }, { imei: two }])
    const wrong = await place({ devices: { list: ['1', two, two, one] }, level: 4 }, { code })
    expect(wrong.body.errors).toEqual({
      'data.devices.list': ['must NOT have more than 3 items'],
      'data.devices.list.0': ['an IMEI has 15 digits, this has 1'],
      'data.level': ['must be <= 3'],
    })
    const dhru = await server.place(shop, { ID: code, IMEI: String(three), LEVEL: '3' })
    expect(dhru.SUCCESS, JSON.stringify(dhru)).toBeTruthy()
    const [item] =
      await server.sql`select input, fields from items where order_id = ${dhru.SUCCESS[0].REFERENCEID}`
    expect(item).toEqual({ input: three, fields: { LEVEL: '3' } })
    const refused = await server.place(shop, { ID: code, IMEI: String(three), LEVEL: '4' })
    expect(refused.ERROR[0].FULL_DESCRIPTION).toContain('level')
  })
})

describe('what is no order is said by field', () => {
  const good = imei(999_999)
  const wrongDigit = `${good.slice(0, 14)}${(Number(good[14]) + 1) % 10}`
  it.each<[string, object, string, Record<string, string>]>([
    ['no list', {}, 'IMEI_REQUIRED_ERROR', { 'data.imeis': 'is required' }],
    [
      'an empty list',
      { imeis: [] },
      'IMEI_REQUIRED_ERROR',
      { 'data.imeis': 'must NOT have fewer than 1 items' },
    ],
    ['an empty text', { imeis: [''] }, 'IMEI_REQUIRED_ERROR', { 'data.imeis.0': 'is required' }],
    [
      'marks that are not seen',
      { imeis: [' \u200e'] },
      'IMEI_REQUIRED_ERROR',
      { 'data.imeis.0': 'is required' },
    ],
    ['dashes alone', { imeis: [good, '---'] }, 'IMEI_REQUIRED_ERROR', { 'data.imeis.1': 'is required' }],
    ['nothing in the list', { imeis: [null] }, 'IMEI_REQUIRED_ERROR', { 'data.imeis.0': 'is required' }],
    ['nothing for the list', { imeis: null }, 'IMEI_REQUIRED_ERROR', { 'data.imeis': 'is required' }],
    [
      'letters',
      { imeis: [good, '35a'] },
      'INVALID_IMEI_ERROR',
      { 'data.imeis.1': 'an IMEI has 15 digits and nothing else' },
    ],
    ['numbers', { imeis: [Number(good)] }, 'INVALID_INPUT_ERROR', { 'data.imeis.0': 'must be string' }],
    ['a stranger', { imeis: [good], x: 1 }, 'INVALID_INPUT_ERROR', { 'data.x': 'is not known' }],
    [
      'a wrong check digit',
      { imeis: [good, wrongDigit] },
      'INVALID_IMEI_ERROR',
      { 'data.imeis.1': `${wrongDigit}: the check digit should be ${good[14]}` },
    ],
    [
      'one twice',
      { imeis: [good, imei(1), good] },
      'INVALID_INPUT_ERROR',
      { 'data.imeis.2': 'is there twice' },
    ],
  ])('%s', async (_what, data, code, errors) => {
    const reply = await place(data)
    expect(reply.status, reply.text).toBe(422)
    expect(reply.body).toMatchObject({
      code,
      source: 'body',
      errors: Object.fromEntries(Object.entries(errors).map(([field, words]) => [field, [words]])),
    })
    expect(await ordersOf()).toBe(0)
  })

  it.each<[string, string, object, string]>([
    ['an empty serial number', 'warranty', { serials: [''] }, 'IMEI_REQUIRED_ERROR'],
    ['a blank serial number', 'warranty', { serials: [' '] }, 'IMEI_REQUIRED_ERROR'],
    ['no serial number', 'warranty', {}, 'IMEI_REQUIRED_ERROR'],
    ['no field', 'licence', { quantity: 1 }, 'FIELD_MISSING_ERROR'],
    ['an empty field', 'licence', { quantity: 1, EMAIL: '' }, 'FIELD_MISSING_ERROR'],
    ['a blank field', 'licence', { quantity: 1, EMAIL: ' \u200f' }, 'FIELD_MISSING_ERROR'],
    ['nothing for a field', 'licence', { quantity: 1, EMAIL: null }, 'FIELD_MISSING_ERROR'],
    ['another choice', 'licence', { quantity: 1, EMAIL: 'a', PLAN: 'c' }, 'INVALID_FIELD_ERROR'],
    ['another quantity', 'licence', { quantity: 2, EMAIL: 'a' }, 'QUANTITY_OUT_OF_RANGE_ERROR'],
  ])('by the code that the same mistake has over the Dhru endpoint: %s', async (_what, code, data, error) => {
    expect((await place(data, { code })).body).toMatchObject({ code: error, source: 'body' })
    expect(await ordersOf()).toBe(0)
  })

  it('a body that is no order at all is no match', async () => {
    const reply = await api.post('/api/order', { code: check, data: [] })
    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ code: 'REQUEST_NOT_MATCH_SPEC_ERROR', source: 'body' })
    expect((await place({ imeis: imeis(1) }, { reference: 'a\0b' })).body).toMatchObject({
      code: 'INVALID_FIELD_ERROR',
      errors: { reference: ['must not hold control characters'] },
    })
    expect((await place({ imeis: imeis(1) }, { reference: 'a\u202eb' })).body).toMatchObject({
      code: 'INVALID_FIELD_ERROR',
      errors: { reference: ['must not hold characters that turn the direction of text'] },
    })
  })

  it('a service that there is not, is not for the account, or is closed', async () => {
    for (const code of ['nothing', 999_999, 0x7fff_ffff]) {
      const reply = await place({ imeis: imeis(1) }, { code })
      expect(reply.status).toBe(404)
      expect(reply.body).toMatchObject({ code: 'SERVICE_NOT_FOUND_ERROR', errors: { code: [String(code)] } })
    }
    const hour = (later: number): string =>
      new Date(Date.now() + later * 3_600_000).toISOString().slice(11, 16)
    const closed = await server.service({ opensAt: hour(2), closesAt: hour(3) })
    const reply = await place({ imeis: imeis(1) }, { code: closed })
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({ code: 'SERVICE_CLOSED_ERROR', source: 'order' })
  })

  it('more or fewer items than the account’s price is for', async () => {
    const bulk = await server.service({ code: 'bulk' })
    const account = shop.accountId as AccountId
    await setPrice(server.sql, {
      service: bulk,
      currency: 'USD',
      account,
      price: '1',
      minItems: 2,
      maxItems: 3,
    })
    await expect.poll(async () => (await api.get('/api/services/bulk')).body.data.rule.max_items).toBe(3)
    for (const count of [1, 4]) {
      const reply = await place({ imeis: imeis(count) }, { code: 'bulk' })
      expect(reply.status).toBe(422)
      expect(reply.body).toMatchObject({ code: 'QUANTITY_OUT_OF_RANGE_ERROR', source: 'body' })
      expect(Object.keys(reply.body.errors)).toEqual(['data.imeis'])
    }
    await placed({ imeis: imeis(3) }, { code: 'bulk' })
  })
})

describe('one purchase is bought once', () => {
  const key = (text: string) => ({ 'idempotency-key': text })

  it('however often it is asked for at the same time', async () => {
    const data = { imeis: imeis(3) }
    const before = await available()
    const replies = await Promise.all(
      Array.from({ length: 1000 }, () => place(data, {}, key('11111111-1111-4111-8111-111111111111'))),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
    const first = replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)
    expect(first).toHaveLength(1)
    expect(await ordersOf()).toBe(1)
    const order = await ended(replies[0]?.body.order_id)
    expect(before - (await available())).toBe(370_371n)
    // Also when it has ended.
    const again = await place(data, {}, key('11111111-1111-4111-8111-111111111111'))
    expect(again.text).toBe(replies[0]?.text)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(order.body.status).toBe('success')
  })

  it('a key stands for one request only', async () => {
    const data = { imeis: imeis(1) }
    const id = (await place(data, {}, key('k'))).body.order_id
    for (const other of [{ imeis: imeis(1) }, { imeis: ['1'] }]) {
      const reply = await place(other, {}, key('k'))
      expect(reply.status).toBe(409)
      expect(reply.body).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT_ERROR' })
      expect(reply.text).toContain(String(id))
    }
    // Another account's key is another key.
    const other = new RestClient(server, await server.shop())
    expect((await other.post('/api/order', { code: check, data }, key('k'))).body.order_id).not.toBe(id)
    expect(await ordersOf()).toBe(1)
  })

  it('the same input is the same purchase, unless the service or the reference says otherwise', async () => {
    const data = { imeis: imeis(2) }
    const first = await place(data, {}, key('a'))
    const second = await place(data, {}, key('b'))
    expect(second.text).toBe(first.text)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect((await place(data, { reference: 'again' })).body.order_id).not.toBe(first.body.order_id)
    const free = await server.service({ duplicatePolicy: 'allow' })
    const ids = [await placed(data, { code: free }), await placed(data, { code: free })]
    expect(new Set(ids).size).toBe(2)
    const once = await server.service({ duplicatePolicy: 'refuse' })
    await placed(data, { code: once })
    expect(await place(data, { code: once })).toMatchObject({
      status: 409,
      body: { code: 'DUPLICATE_ORDER_ERROR' },
    })
  })
})

describe('orders are read', () => {
  it('by their account only', async () => {
    const id = await placed({ imeis: imeis(1) }, { reference: 'mine' })
    const other = new RestClient(server, await server.shop())
    for (const path of ['', '/status', '/items', '?wait=30']) {
      const reply = await other.get(`/api/order/${id}${path}`)
      expect(reply.status, path).toBe(404)
      expect(reply.body).toMatchObject({
        code: 'ORDER_NOT_FOUND_ERROR',
        source: 'params',
        errors: { id: [String(id)] },
      })
    }
    const lines = await other.get(`/api/order/${id}/items`, { accept: 'application/x-ndjson' })
    expect(lines.status).toBe(404)
    for (const what of ['cancel', 'verify']) {
      expect((await other.post(`/api/order/${id}/${what}`, undefined)).status).toBe(404)
    }
    expect((await other.get('/api/order?q=mine')).body.data.page.items).toEqual([])
    expect((await api.get('/api/order?q=mine')).body.data.page.items).toHaveLength(1)
  })

  it('in lists, newest first, page by page, by what is looked for', async () => {
    const waiting = await server.service({ code: 'waiting', supplier: undefined, processing: 'manual' })
    const [one, two] = imeis(2)
    const first = await placed({ imeis: [one] }, { reference: 'AB-1' })
    const second = await placed({ imeis: [two] }, { code: waiting })
    const third = await placed({ imeis: imeis(1, REFUSED) })
    await Promise.all([first, third].map(ended))
    const list = async (query: string): Promise<number[]> => {
      const reply = await api.get(`/api/order?${query}`)
      expect(reply.status, reply.text).toBe(200)
      return reply.body.data.page.items.map((order: { order_id: number }) => order.order_id)
    }
    expect(await list('')).toEqual([third, second, first])
    const page = (await api.get('/api/order?limit=2')).body.data.page
    expect(page.next_cursor).toBe(second)
    const last = (await api.get(`/api/order?limit=2&cursor=${page.next_cursor}`)).body.data.page
    expect(last).toMatchObject({ items: [{ order_id: first, result_truncated: false }], next_cursor: null })
    expect(await list('status=pending')).toEqual([second])
    expect(await list('status=failed')).toEqual([third])
    expect(await list('processing_type=manual')).toEqual([second])
    expect(await list('service_code=WAITING')).toEqual([second])
    expect(await list(`service_code=${check}`)).toEqual([third, first])
    expect(await list(`q=${one}`)).toEqual([first])
    expect(await list(`q=${String(two).slice(3)}`)).toEqual([second])
    expect(await list('q=ab-')).toEqual([first])
    expect(await list(`q=${third}`)).toContain(third)
    expect(await list('q=%00')).toEqual([])
    const past = new Date(Date.now() - 60_000).toISOString()
    expect(await list(`created_from=${past}`)).toHaveLength(3)
    expect(await list(`created_to=${past}`)).toEqual([])
    expect(await list('created_from=2020-01-01&created_to=0000-01-01')).toEqual([])
    expect((await api.get('/api/order?created_from=yesterday')).status).toBe(400)
  })

  it('in pages that end early rather than look through a whole history', async () => {
    const ids = []
    for (let times = 0; times < 5; times++)
      ids.push(await placed({ imeis: imeis(1) }, { reference: `r${times}` }))
    const orders = orderReader(server.sql, { maxScanned: 2 }).forBuyer(shop.accountId as AccountId)
    const seen = []
    const pages = []
    for (let before: OrderId | undefined; ; ) {
      const { items, next } = await orders.list({ search: 'R0', limit: 20, before })
      seen.push(...items.map(({ order }) => order.id))
      pages.push(next)
      if (next === null) break
      before = next
    }
    expect(seen).toEqual([ids[0]])
    expect(pages).toEqual([ids[3], ids[1], null])
    expect((await orders.list({ limit: 20 })).items).toHaveLength(5)
  })

  it('with a part of their items in lists, and item by item', async () => {
    const many = imeis(1100)
    const large = await server.service({
      code: 'large',
      price: '0.01',
      supplier: undefined,
      processing: 'manual',
    })
    await setPrice(server.sql, { service: large, currency: 'USD', price: '0.01', maxItems: 20_000 })
    await expect
      .poll(async () => (await api.get('/api/services/large')).body.data.rule.max_items)
      .toBe(10_000)
    const order = await place({ imeis: many }, { code: large })
    expect(order.body).toMatchObject({ total: 1100, total_price: 11 })
    expect(order.body.result).toHaveLength(1100)
    const path = `/api/order/${order.body.order_id}`
    expect((await api.get(path)).body.result).toHaveLength(1100)
    const status = (await api.get(`${path}/status`)).body
    expect(status).toMatchObject({ total: 1100, result_truncated: true })
    expect(status.result).toHaveLength(100)
    // What was looked for is there.
    const found = (await api.get(`/api/order?q=${many[1050]}`)).body.data.page.items
    expect(found).toHaveLength(1)
    expect(found[0].result).toContainEqual(expect.objectContaining({ imei: many[1050], position: 1051 }))

    const seen: string[] = []
    for (let cursor: number | null = 0; cursor !== null; ) {
      const reply: RestReply = await api.get(`${path}/items?limit=500&cursor=${cursor}`)
      const { page } = reply.body.data
      seen.push(...page.items.map((item: { imei: string }) => item.imei))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(many)
    expect((await api.get(`${path}/items?status=success`)).body.data.page.items).toEqual([])
    expect((await api.get(`${path}/items?cursor=99999`)).body.data.page.items).toEqual([])
    const lines = await api.get(`${path}/items?status=pending`, { accept: 'application/x-ndjson' })
    expect(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).imei),
    ).toEqual(many)
  })
})

describe('an order that is not done yet', () => {
  const manual = () => server.service({ supplier: undefined, processing: 'manual' })

  it('is waited for until it ends, or for so many seconds', async () => {
    const id = await placed({ imeis: imeis(2) }, { code: await manual() })
    expect((await api.get(`/api/order/${id}/status?wait=1`)).body.status).toBe('pending')
    const waiting = Promise.all(
      ['', '/status'].flatMap((path) =>
        Array.from({ length: 20 }, () => api.get(`/api/order/${id}${path}?wait=30`)),
      ),
    )
    // Those that wait were read before this one is answered.
    await api.get(`/api/order/${id}/status`)
    await api.post(`/api/order/${id}/cancel`, undefined)
    expect(new Set((await waiting).map(({ body }) => body.status))).toEqual(new Set(['cancelled']))
  })

  it('is cancelled, once', async () => {
    const id = await placed({ imeis: imeis(2) }, { code: await manual() })
    const key = { 'idempotency-key': 'stop it' }
    const first = await api.post(`/api/order/${id}/cancel`, {}, key)
    expect(first.body).toEqual({ data: { order_id: id, cancelled: 2, requested: 0, ended: 0 } })
    const again = await api.post(`/api/order/${id}/cancel`, {}, key)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const other = await api.post(`/api/order/${id}/cancel`, {})
    expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT_ERROR', source: 'order' } })
    expect((await ended(id)).body).toMatchObject({
      status: 'cancelled',
      charged_amount: 0,
      refunded_amount: 2,
    })
    expect(await available()).toBe(100_000_000n)
  })

  it('is cancelled by many at once without waiting for itself', async () => {
    const code = await manual()
    const ids = await Promise.all(Array.from({ length: 30 }, () => placed({ imeis: imeis(1) }, { code })))
    const replies = await Promise.all(
      ids.map((id) => api.post(`/api/order/${id}/cancel`, {}, { 'idempotency-key': `c${id}` })),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('cannot be verified; one that has ended can', async () => {
    const open = await placed({ imeis: imeis(1) }, { code: await manual() })
    expect((await api.post(`/api/order/${open}/verify`, {})).status).toBe(409)
    const done = await placed({ imeis: imeis(2) })
    await ended(done)
    const reply = await api.post(`/api/order/${done}/verify`, {})
    expect(reply.body).toEqual({ data: { order_id: done, requested: 2, open: 0 } })
  })
})
