import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'

let office: OperatorOffice
let shop: Shop
let service: string
let headers: Record<string, string>
let imeis = 0
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '1000' })
  service = await office.server.service()
  ;({ headers } = await office.person('manager'))
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const call = async (method: string, path: string, body?: object, as = headers) => {
  const { status, json } = await ask(office.server, method, path, {
    body,
    headers: { ...as, 'idempotency-key': randomUUID() },
  })
  return { status, ...json }
}

async function done(): Promise<number> {
  const { SUCCESS } = await office.server.place(shop, { ID: service, IMEI: imei(++imeis) })
  await office.server.ended(shop, SUCCESS[0].REFERENCEID)
  return Number(SUCCESS[0].REFERENCEID)
}

async function withSupplier(): Promise<number> {
  const { SUCCESS } = await office.server.place(shop, { ID: service, IMEI: imei(++imeis, '00100105') })
  const id = Number(SUCCESS[0].REFERENCEID)
  await until('it is with its supplier', async () => {
    const { data } = await call('GET', `/orders/${id}`)
    return data.items[0].attempts[0]?.state === 'accepted'
  })
  return id
}

async function applied(plan: number, why = 'the supplier was wrong') {
  expect(await call('POST', `/plans/${plan}/apply`, { why })).toMatchObject({ status: 200 })
  await until('the plan is carried out', async () => {
    const { data } = await call('GET', `/plans/${plan}`)
    return data.state === 'applied' && data.finished_at !== null
  })
  const { data } = await call('GET', `/plans/${plan}/rows?limit=200`)
  return data.page.items.map(({ subject, outcome, reason }: Record<string, Record<string, unknown>>) => [
    ...[subject?.['order'], outcome, reason],
  ])
}

describe('many orders are', () => {
  it('refunded as shown: what does not fit, and what has changed since, is left out', async () => {
    const [one, two, open] = [await done(), await done(), await withSupplier()]
    const { data: plan } = await call('POST', '/plans', {
      kind: 'orders.refund',
      input: { orders: [one, two, open] },
    })
    expect(plan).toMatchObject({
      ...{ rows: 3, verdicts: { fits: 2, nothing_charged: 1 } },
      summary: { action: 'refund', gives_back: { USD: '2.00' } },
    })
    const part = { amount: '0.10', reason: 'late', reference: 'x' }
    expect(await call('POST', `/orders/${two}/refund`, part)).toMatchObject({ status: 200 })
    expect(await applied(plan.id)).toEqual([
      [one, 'done', null],
      [two, 'skipped', 'changed'],
      [open, 'skipped', 'nothing_charged'],
    ])
    const { data } = await call('GET', `/orders/${one}/summary`)
    expect(data.order).toMatchObject({ state: 'failed', refunded: '1.00', charged: '0.00' })
    const { data: life } = await call('GET', `/orders/${one}/timeline`)
    expect(life.items).toContainEqual(
      expect.objectContaining({ kind: 'refunded', text: 'the supplier was wrong', amount: '1.00' }),
    )
  })

  it('asked about, cancelled and verified', async () => {
    const [ended, open] = [await done(), await withSupplier()]
    for (const [action, fits, outcome] of [
      ['ask', open, 'done'],
      ['cancel', open, 'done'],
      ['verify', ended, 'done'],
    ] as const) {
      const { data: plan } = await call('POST', '/plans', {
        kind: 'orders.bulk',
        input: { orders: [ended, open], action },
      })
      expect([action, plan.verdicts.fits]).toEqual([action, 1])
      expect(await applied(plan.id)).toContainEqual([fits, outcome, null])
    }
  })

  it('refused where one is none, and where the role may not', async () => {
    const orders = [await done()]
    expect(
      await call('POST', '/plans', { kind: 'orders.refund', input: { orders: [...orders, 999_999] } }),
    ).toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND_ERROR' })
    const { headers: support } = await office.person('support')
    expect(await call('POST', '/plans', { kind: 'orders.refund', input: { orders } }, support)).toMatchObject(
      { status: 403 },
    )
    expect(
      await call('POST', '/plans', { kind: 'orders.bulk', input: { orders, action: 'ask' } }, support),
    ).toMatchObject({ status: 200 })
  })
})
