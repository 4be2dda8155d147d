import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setPrice } from '../../../src/catalogue/prices.ts'
import { updateService } from '../../../src/catalogue/services.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let api: RestClient
const ids: number[] = []
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  api = new RestClient(server, shop)
  ids.push(
    Number(await server.service({ code: 'zz', group: 'Zone', price: '0.000001', description: 'All of it' })),
    Number(await server.service({ code: 'serial', kind: 'serial', opensAt: '08:00', closesAt: '20:00' })),
    Number(
      await server.service({
        code: 'credits',
        kind: 'server',
        minQuantity: 5,
        maxQuantity: 50,
        fields: [{ name: 'PLAN', options: ['a', 'b'], required: true }],
      }),
    ),
  )
  await server.service({ code: 'euro', currency: 'EUR' })
})
afterAll(() => server.stop())

it('are listed by id, page by page, to whom they are offered', async () => {
  const whole = (await api.get('/api/services')).body.data.page
  expect(whole.items.map(({ id }: { id: number }) => id)).toEqual(ids)
  expect(whole.next_cursor).toBeNull()
  expect(whole.items[0]).toMatchObject({
    code: 'zz',
    description: 'All of it',
    open_time: null,
    close_time: null,
    is_active: true,
    processing_type: 'automatic',
    service_type: { code: 'imei-zone', name: 'Zone', is_active: true },
  })
  expect(Date.now() - Date.parse(whole.items[0].created_at)).toBeLessThan(600_000)
  expect(whole.items[1]).toMatchObject({ description: null, open_time: '08:00', close_time: '20:00' })
  const first = (await api.get('/api/services?limit=2')).body.data.page
  expect(first.next_cursor).toBe(ids[1])
  const last = (await api.get(`/api/services?limit=2&cursor=${first.next_cursor}`)).body.data.page
  expect(last).toMatchObject({ items: [{ code: 'credits' }], next_cursor: null })
  expect((await api.get('/api/services?limit=501')).status).toBe(400)
})

it('say what an order must hold, for any JSON Schema validator', async () => {
  const good = imei(1)
  const cases: [string, object, object[]][] = [
    [
      'zz',
      { imeis: [good] },
      [{}, { imeis: [] }, { imeis: ['1'] }, { imeis: [good, good] }, { imeis: [good], other: 1 }],
    ],
    ['serial', { serials: ['C39'] }, [{ serials: [''] }, { imeis: [good] }]],
    [
      'credits',
      { quantity: 5, PLAN: 'a' },
      [{ quantity: 5 }, { quantity: 4, PLAN: 'a' }, { quantity: 5, PLAN: 'c' }],
    ],
  ]
  for (const [code, right, wrong] of cases) {
    const { input_schema: schema } = (await api.get(`/api/services/${code}`)).body.data.service_type
    const validate = new Ajv2020({ strict: false }).compile(schema)
    expect(validate(right), code).toBe(true)
    for (const data of wrong) expect(validate(data), JSON.stringify(data)).toBe(false)
  }
  const { input_schema: schema } = (await api.get('/api/services/zz')).body.data.service_type
  expect(schema).toMatchObject({
    'x-quantityFrom': '/imeis',
    'x-requestFrom': '/imeis',
    properties: { imeis: { items: { type: 'string', pattern: '^[0-9]{15}$' }, minItems: 1, maxItems: 1000 } },
  })
  expect(JSON.stringify(schema)).not.toContain('"format"')
})

it('have the price and the numbers of the account', async () => {
  const detail = (await api.get(`/api/services/${ids[0]}`)).body.data
  expect(detail).toMatchObject({
    id: ids[0],
    scope: { access_channel: 'api', account_type: 'basic' },
    rule: { unit_price: 0.000001, min_items: 1, max_items: 1000, processing_type: 'automatic' },
    availability: null,
  })
  expect((await api.get('/api/services/CREDITS')).body.data.rule).toMatchObject({
    min_items: 5,
    max_items: 50,
  })
  for (const other of ['euro', 'nothing', '99', '%00']) {
    const reply = await api.get(`/api/services/${other}`)
    expect(reply.status, other).toBe(404)
    expect(reply.body).toMatchObject({ code: 'SERVICE_NOT_FOUND_ERROR', source: 'params' })
  }
})

it('are not sent again while nothing has changed, and are when something has', async () => {
  for (const path of ['/api/services', '/api/services/zz']) {
    const reply = await api.get(path)
    const etag = reply.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    const known = await api.get(path, { 'if-none-match': `"x", W/${etag}` })
    expect(known.status).toBe(304)
    expect(known.text).toBe('')
    expect(known.headers.get('etag')).toBe(etag)
    expect((await api.get(path, { 'if-none-match': '"x"' })).status).toBe(200)
  }
  const before = await api.get('/api/services/zz')
  await setPrice(server.sql, {
    service: 'zz',
    account: shop.accountId as AccountId,
    currency: 'USD',
    price: '2',
    maxItems: 7,
  })
  const etag = before.headers.get('etag') ?? ''
  await expect
    .poll(async () => (await api.get('/api/services/zz', { 'if-none-match': etag })).status)
    .toBe(200)
  const after = (await api.get('/api/services/zz')).body.data
  expect(after.rule).toMatchObject({ unit_price: 2, max_items: 7 })
  expect(after.service_type.input_schema.properties.imeis.maxItems).toBe(7)
  // Everybody else pays what they paid.
  const other = new RestClient(server, await server.shop())
  expect((await other.get('/api/services/zz')).body.data.rule.unit_price).toBe(0.000001)
  await updateService(server.sql, 'zz', { active: false })
  await expect.poll(async () => (await api.get('/api/services/zz')).status).toBe(404)
  expect((await api.get('/api/services')).body.data.page.items).toHaveLength(2)
})
