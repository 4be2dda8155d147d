import { afterAll, beforeAll, expect, test } from 'vitest'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import type { SupplierService } from '../../../src/integrations/suppliers/supplier.ts'
import { type Answer, supplierOf, TestServer } from './http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())

async function list(answer: Answer): Promise<SupplierService[]> {
  server.answer = answer
  server.got.length = 0
  const supplier = supplierOf(cekceir, { url: server.url, secrets: { api_key: 'a.b' } })
  const services: SupplierService[] = []
  try {
    for await (const service of supplier.services?.(AbortSignal.timeout(60_000)) ?? []) services.push(service)
    return services
  } finally {
    await supplier.close?.()
  }
}

const imeiSchema = {
  type: 'object',
  required: ['imeis', 'network'],
  properties: {
    imeis: { type: 'array', items: { type: 'string', pattern: '^[0-9]{15}$' }, minItems: 1 },
    network: { title: 'Network', enum: ['A', 'B'] },
    note: { type: 'string' },
  },
}
const service = (id: number, over: object = {}) => ({
  id,
  code: `S${id}`,
  name: `Service ${id}`,
  description: null,
  is_active: true,
  processing_type: 'automatic',
  service_type: { id: 1, code: 'IMEI', name: 'Checks', is_active: true, input_schema: imeiSchema },
  ...over,
})
const page = (items: object[], next_cursor: number | null = null) => ({
  body: { data: { page: { items, next_cursor } } },
})
const detail = (id: number, unit_price: string, over: object = {}) => ({
  body: JSON.stringify({
    data: { ...service(id, over), rule: { unit_price: 'PRICE', min_items: 1, max_items: null } },
  }).replace('"PRICE"', unit_price),
})

test('the list has every page, with prices from the details, to the digit', async () => {
  const listed = await list(({ path, query }) => {
    if (path !== '/api/services') {
      const id = Number(path.split('/').at(-1))
      return detail(id, id === 1 ? '0.77' : id === 2 ? '"1.5"' : '0.1000001')
    }
    return query.get('cursor') === null ? page([service(1), service(2)], 2) : page([service(3)])
  })
  expect(listed).toHaveLength(3)
  expect(listed[0]).toEqual({
    id: 'S1',
    group: 'Checks',
    name: 'Service 1',
    kind: 'imei',
    cost: 770_000n,
    deliveryTime: '',
    description: '',
    minQuantity: 1,
    maxQuantity: 1,
    fields: [
      { name: 'network', label: 'Network', type: 'dropdown', required: true, options: ['A', 'B'] },
      { name: 'note', label: 'note', type: 'text', required: false, options: [] },
    ],
  })
  expect(listed.slice(1).map(({ id, cost }) => [id, cost])).toEqual([
    ['S2', 1_500_000n],
    ['S3', 100_001n],
  ])
  const pages = server.got.filter(({ path }) => path === '/api/services')
  expect(pages.map(({ query }) => query.toString())).toEqual(['limit=50', 'limit=50&cursor=2'])
})

test('services are of IMEIs, serial numbers, or neither, by what an order of them takes', async () => {
  const type = (properties: object) => ({
    service_type: { name: 'X', input_schema: { type: 'object', properties } },
  })
  const types: object[] = [
    type({ imeis: { type: 'array', items: { type: 'string' } } }),
    type({ imeis: { type: 'array', items: { type: 'string', pattern: '^[A-Z0-9]{8,12}$' } } }),
    type({ quantity: { type: 'integer' }, email: { type: 'string' } }),
  ]
  const rule = { unit_price: 1, min_items: 5, max_items: 50 }
  const listed = await list(() => page(types.map((over, id) => service(id, { ...over, rule }))))
  expect(listed.map(({ kind, minQuantity, maxQuantity }) => ({ kind, minQuantity, maxQuantity }))).toEqual([
    { kind: 'imei', minQuantity: 1, maxQuantity: 1 },
    { kind: 'serial', minQuantity: 1, maxQuantity: 1 },
    { kind: 'server', minQuantity: 5, maxQuantity: 50 },
  ])
  expect(listed[2]?.fields.map(({ name }) => name)).toEqual(['email'])
  expect(server.got).toHaveLength(1)
})

test('what is not active or went away meanwhile is left out, and what has no price with the reason', async () => {
  const listed = await list(({ path }) => {
    if (path === '/api/services')
      return page([service(1, { is_active: false }), service(2), service(3), service(4)])
    if (path.endsWith('/2')) return detail(2, '"on request"')
    return path.endsWith('/3')
      ? { status: 404, body: { error: true, code: 'NOT_FOUND', message: 'gone' } }
      : detail(4, '2')
  })
  expect(listed.map(({ id, leftOut }) => [id, leftOut])).toEqual([
    ['S2', 'its price cannot be read: on request'],
    ['S4', undefined],
  ])
})

test('a service without a code is given without an id, also where its details cannot be asked for', async () => {
  const listed = await list(({ path }) => {
    if (path === '/api/services') {
      return page([service(1, { code: '' }), service(2, { id: null, code: null, name: 'Lost' }), service(3)])
    }
    const id = Number(path.split('/').at(-1))
    return detail(id, '2', id === 1 ? { code: '' } : {})
  })
  expect(listed.map(({ id, name, group }) => [id, name, group])).toEqual([
    ['', 'Service 1', 'Checks'],
    ['', 'Lost', 'Checks'],
    ['S3', 'Service 3', 'Checks'],
  ])
})

test.each([
  [{ unit_price: '5', currency: 'USD' }, undefined],
  [{ unit_price: 5, currency: 'usd' }, undefined],
  [
    { unit_price: '15000', currency: 'IDR' },
    "its price is in another currency than the supplier's USD: 15000 IDR",
  ],
  [{ unit_price: '€5', currency: 'USD' }, "its price is in another currency than the supplier's USD: €5 USD"],
  [{ unit_price: 5, currency: '' }, undefined],
])('a price of %j is that of a supplier in USD, or it is left out', async (rule, leftOut) => {
  const [first] = await list(() => page([service(1, { rule })]))
  expect(first?.leftOut).toBe(leftOut)
})

test.each([
  [['small', 'large'], [], 'its quantities cannot be read: small\nlarge'],
  [[0.5], [], 'its quantities cannot be read: 0.5'],
  [[10, '20', 'many'], [10, 20], undefined],
  [[], [], undefined],
])('quantities that are one of %j are %j, or it is left out', async (choices, quantityOptions, leftOut) => {
  const type = { input_schema: { properties: { quantity: { enum: choices } } } }
  const [first] = await list(() =>
    page([service(1, { rule: { unit_price: 5, currency: 'USD' }, service_type: type })]),
  )
  expect(first).toMatchObject({ kind: 'server', quantityOptions })
  expect(first?.leftOut).toBe(leftOut)
})

test('a server that is busy is asked again', async () => {
  let busy = 2
  const listed = await list(({ path }) => {
    if (path !== '/api/services') return detail(1, '1')
    if (busy-- > 0) {
      return {
        status: 429,
        headers: { 'retry-after': '0' },
        body: { error: true, code: 'SLOW', message: 'slow' },
      }
    }
    return page([service(1)])
  })
  expect(listed).toHaveLength(1)
})

test.each<[string, Answer]>([
  ['a page fails', ({ query }) => (query.has('cursor') ? { status: 500, body: '' } : page([], 1))],
  ['pages go round', ({ query }) => page([], query.get('cursor') === '1' ? 2 : 1)],
  ['a page is no list', () => ({ body: { data: [] } })],
  ['details fail', ({ path }) => (path === '/api/services' ? page([service(1)]) : { status: 403, body: '' })],
  ['it is cut short', () => ({ body: '{"data":{"page":{"items":[' })],
])('the list is no list where %s', async (_, answer) => {
  await expect(list(answer)).rejects.toThrow()
})
