import { afterAll, beforeAll, expect, it } from 'vitest'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import type { Supplier, SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { addRoute } from '../../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../../src/suppliers/suppliers.ts'
import { supplierOf, workOf } from '../../integrations/suppliers/http-server.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

/** `front` sells to resellers, and buys at the other one. */
let front: TestServer
let back: TestServer
/** `account` is the front's at the back. */
let account: Shop
const { signal } = new AbortController()
beforeAll(async () => {
  ;[front, back] = await Promise.all([
    testServer({ OUTBOUND_ALLOW: '127.0.0.0/8', UNROUTED_SERVICES: 'wait' }),
    testServer(),
  ])
  account = await back.shop()
  await back.service({ code: 'deep', price: '0.4' })
  await back.service({
    code: 'credits',
    kind: 'server',
    minQuantity: 2,
    maxQuantity: 9,
    fields: [{ name: 'PLAN' }],
  })
})
afterAll(async () => {
  expect(await brokenPromises(front.sql)).toEqual([])
  expect(await brokenPromises(back.sql)).toEqual([])
  await Promise.all([front.stop(), back.stop()])
})

const secrets = () => ({ api_key: `${account.securityId}.${account.secret}` })
async function withSupplier<Result>(use: (supplier: Supplier) => Promise<Result>): Promise<Result> {
  const supplier = supplierOf(cekceir, { url: back.url, settings: {}, secrets: secrets() })
  try {
    return await use(supplier)
  } finally {
    await supplier.close?.()
  }
}

it('another imeigate has its services listed', async () => {
  const listed = await withSupplier(async (supplier) => {
    const services = []
    for await (const service of supplier.services?.(signal) ?? []) services.push(service)
    return services
  })
  expect(listed).toMatchObject([
    { id: 'deep', kind: 'imei', group: 'Checks', cost: 400_000n, fields: [] },
    {
      id: 'credits',
      kind: 'server',
      minQuantity: 2,
      maxQuantity: 9,
      fields: [{ name: 'PLAN', required: false }],
    },
  ])
})

it('another imeigate does an order of many items, each for itself', async () => {
  await createSupplier(front.sql, new Sealer(Buffer.from('ab'.repeat(32), 'hex')), {
    kind: 'cekceir',
    name: 'behind',
    url: back.url,
    currency: 'USD',
    secrets: secrets(),
  })
  const code = await front.service({ price: '1.000001', supplier: undefined, minPollSeconds: 1 })
  await addRoute(front.sql, { service: code, supplier: 'behind', remoteService: 'deep', cost: '0.4' })
  const buyer = await front.shop()
  const api = new RestClient(front, buyer)
  const imeis = Array.from({ length: 40 }, (_, n) => imei(n, n % 10 === 3 ? '00100102' : '35000000'))
  const placed = await api.post('/api/order', { code, data: { imeis } })
  expect(placed.status, placed.text).toBe(200)
  const path = `/api/order/${placed.body.order_id}`
  await expect.poll(async () => (await api.get(`${path}/status?wait=30`)).body.processed).toBe(40)
  const order = (await api.get(path)).body
  expect(order).toMatchObject({
    status: 'partial',
    processed_success: 36,
    processed_error: 4,
    charged_amount: 36.000036,
    refunded_amount: 4.000004,
    remaining_balance: 63.999964,
  })
  for (const row of order.result) {
    const isGood = !row.imei.startsWith('00100102')
    expect(row).toMatchObject({ status: isGood ? 'success' : 'failed' })
    if (isGood) expect(row.result).toContain(row.imei)
  }
  // Many travelled in one order.
  const behind = await back.sql<
    { item_count: number }[]
  >`select item_count from orders where account_id = ${account.accountId}`
  expect(behind.length).toBeLessThan(40)
  expect(behind.reduce((sum, row) => sum + row.item_count, 0)).toBe(40)
})

it('an order whose answer was lost is found at another imeigate', async () => {
  const input = imei(500)
  const work = workOf({ remoteService: 'deep', input, sentAt: new Date() })
  const api = new RestClient(back, account)
  const { body } = await api.post('/api/order', { code: 'deep', data: { imeis: [imei(501), input] } })
  const outcome = await withSupplier(
    async (supplier) => (await supplier.ask([work], signal))[0] as SupplierOutcome,
  )
  expect(outcome).toMatchObject({ kind: 'accepted', reference: String(body.order_id) })
})
