import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../src/lib/time.ts'
import { rebuildSales } from '../../../src/sales/folder.ts'
import { imei } from '../../support/server.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open()
})
afterAll(() => office.stop())

it('gives figures of a period, and costs only to who may read them', async () => {
  const { server } = office
  const shop = await server.shop()
  const service = await server.service()
  for (const n of [1, 2]) {
    const { SUCCESS } = await server.place(shop, { ID: service, IMEI: imei(n) })
    await server.ended(shop, SUCCESS[0].REFERENCEID)
  }
  await rebuildSales(server.sql, {}, systemClock)
  const books = await office.program(['reports.read', 'costs.read'])
  const read = async (query: string, headers = books) =>
    (await ask(server, 'GET', `/figures?${query}`, { headers })).json
  const { data } = await read('period=7d&by=service,day')
  expect(data).toMatchObject({ time_zone: 'UTC', as_of: expect.any(String), more: false })
  const of = data.rows.find(({ service: one }: { service: { id: number } }) => String(one.id) === service)
  expect(of).toMatchObject({
    orders: 2,
    charged: 2,
    failed: 0,
    success_rate: 1,
    turnover: '2.00',
    refunded: '0.00',
    profit: '2.00',
    uncosted: 2,
  })
  expect(of.median_seconds).toBeGreaterThan(0)
  expect(data.totals).toMatchObject([{ currency: 'USD', charged: 2, turnover: '2.00' }])
  const fewer = (await read('period=7d&by=service', await office.program(['reports.read']))).data.rows[0]
  expect(['cost', 'profit', 'uncosted'].filter((name) => name in fewer)).toEqual([])
  expect((await read(`by=account&account=${shop.username}`)).data.rows).toMatchObject([
    { account: { username: shop.username }, orders: 2 },
  ])
  for (const [query, field] of [
    ['by=colour', 'by'],
    ['by=day,month', 'by'],
    ['period=week', 'period'],
    ['from=2026-02-30', 'from'],
    ['in=dollars', 'in'],
    ['account=nobody', 'account'],
    ['limit=0', 'limit'],
  ] as const) {
    expect(await read(query), query).toMatchObject({ errors: { [field]: [expect.any(String)] } })
  }
})
