import { afterAll, beforeAll, expect, it } from 'vitest'
import { Rates } from '../../../src/ledger/rates.ts'
import { systemClock } from '../../../src/lib/time.ts'
import { rebuildSales } from '../../../src/sales/folder.ts'
import { exchange } from '../../support/dhru.ts'
import { imei } from '../../support/server.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open({ HOME_CURRENCY: 'USD' })
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
    (await ask(server, 'GET', `/reports/sales?${query}`, { headers })).json
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

it('compares with the period before, and writes a file without costs for who may not read them', async () => {
  const { server } = office
  const sql = server.sql
  await sql`update items set finished_at = finished_at - interval '7 days'`
  await sql`update orders set created_at = created_at - interval '7 days'`
  await rebuildSales(sql, {}, systemClock)
  const books = await office.program(['reports.read', 'costs.read'])
  const read = async (query: string) =>
    (await ask(server, 'GET', `/reports/sales?${query}`, { headers: books })).json.data
  const of = async (query: string) => {
    const { rows, totals, before } = await read(query)
    return { rows, totals, before }
  }
  const week = await of('period=14d&by=service&compare=before')
  expect(week.rows).toMatchObject([{ charged: 2, before: null }])
  const none = await of('period=7d&by=service&compare=before')
  expect(none).toMatchObject({ rows: [], totals: [], before: { from: expect.any(String) } })
  const shop = await server.shop()
  const service = await server.service()
  const { SUCCESS } = await server.place(shop, { ID: service, IMEI: imei(7) })
  await server.ended(shop, SUCCESS[0].REFERENCEID)
  await rebuildSales(sql, {}, systemClock)
  const now = await of('period=7d&compare=before')
  expect(now.totals).toMatchObject([{ charged: 1, before: { charged: 2, turnover: '2.00', profit: '2.00' } }])
  const support = await office.program(['reports.read'])
  const fileFor = async (headers: Record<string, string>): Promise<string> => {
    const path = '/api/operator/reports/sales.csv?period=14d&by=service'
    return (await exchange(server.url, { method: 'GET', path, headers })).bytes.toString()
  }
  const file = await fileFor(support)
  expect(file.split('\r\n')[0]).toContain('turnover,refunded,median_seconds')
  const costs = await fileFor(books)
  expect(costs.split('\r\n')[0]).toContain('turnover,refunded,cost,profit,uncosted,median_seconds')
  expect(costs.trim().split('\r\n').length).toBe(3)
})

it('tells how the day goes beside the same weekday, what waits and what is in trouble', async () => {
  const { server } = office
  const { sql } = server
  const shop = await server.shop()
  const service = await server.service()
  for (const n of [21, 22]) {
    const { SUCCESS } = await server.place(shop, { ID: service, IMEI: imei(n) })
    await server.ended(shop, SUCCESS[0].REFERENCEID)
  }
  await rebuildSales(sql, {}, systemClock)
  const read = async (headers: Record<string, string>, path = '/today') =>
    (await ask(server, 'GET', path, { headers })).json
  const all = await office.program([
    ...(['orders.read', 'reports.read', 'costs.read', 'reviews.resolve', 'money.deposits'] as const),
    'backups.run',
  ])
  const { data } = await read(all)
  expect(data.figures).toMatchObject({
    time_zone: 'UTC',
    currencies: [
      {
        currency: 'USD',
        now: { orders: 3, charged: 3, failed: 0, turnover: '3.00', profit: '3.00', success_rate: 1 },
        // The two of a week ago were placed at about this time.
        before: { charged: 2, turnover: '2.00' },
      },
    ],
  })
  expect(data.figures.home).toBeNull()
  // All of it in the home currency: of what has a rate.
  const rupiah = await server.shop({ currency: 'IDR', deposit: '100000' })
  const sold = await server.service({ currency: 'IDR', price: '32000' })
  const placed = await server.place(rupiah, { ID: sold, IMEI: imei(31) })
  await server.ended(rupiah, placed.SUCCESS[0].REFERENCEID)
  await rebuildSales(sql, {}, systemClock)
  expect((await read(all)).data.figures.home).toMatchObject({
    ...{ currency: 'USD', without_rate: ['IDR'], rates: [], now: { turnover: '3.00', orders: 3 } },
  })
  await new Rates(sql).set({ base: 'USD', quote: 'IDR', rate: '16000', actor: 'test' })
  expect((await read(all)).data.figures.home).toMatchObject({
    ...{
      currency: 'USD',
      without_rate: [],
      now: { turnover: '5.00', orders: 4 },
      before: { turnover: '2.00' },
    },
    rates: [{ base: 'USD', quote: 'IDR', rate: '16000' }],
  })
  const { data: report } = await read(all, '/reports/sales?period=30d')
  expect(report.totals).toHaveLength(2)
  expect(report.home).toMatchObject({ currency: 'USD', total: { turnover: '7.00' }, without_rate: [] })
  expect(data.figures.new_accounts.now).toBeGreaterThan(0)
  expect(data.waiting.find(({ kind }: { kind: string }) => kind === 'stray')).toEqual({
    ...{ kind: 'stray', count: 0, oldest: null },
  })
  expect(data.waiting.map(({ kind }: { kind: string }) => kind)).not.toContain('list')
  expect(data.trouble).toMatchObject({ paused: [], late: { count: 0 }, backup: { last: null } })
  await sql`update supplier_health set open = true, why = 'credit', reason = 'no credit', opened_at = now(), probe_at = now() + interval '1 hour'`
  await sql`update suppliers set low_balance = 5000000 where id in (select supplier_id from supplier_health)`
  await sql`update supplier_health set balance = 1000000, balance_at = now()`
  expect(data.trouble.jobs).toBeNull()
  // Nobody knows a job of this name, so nobody takes it.
  await sql`select from graphile_worker.add_job('nobody_does_this', run_at => now() - interval '5 minutes')`
  const owner = await office.program(['orders.read', 'settings.read'])
  expect((await read(owner)).data.trouble.jobs).toEqual({ late: 1, oldest: expect.any(String) })
  const few = await office.program(['orders.read'])
  const support = (await read(few)).data
  expect(support.figures).toBeUndefined()
  expect(support.waiting).toEqual([])
  expect(support.trouble).toMatchObject({ backup: null, jobs: null })
  for (const one of support.trouble.low) expect(Object.keys(one)).not.toContain('balance')
  const { data: quarters } = await read(all, '/reports/quarters?hours=1')
  const sum = (name: string) =>
    quarters.quarters.reduce((sum: number, one: Record<string, number>) => sum + (one[name] ?? 0), 0)
  expect([sum('orders'), sum('charged'), sum('failed')]).toEqual([4, 4, 0])
  const { data: month } = await read(all, '/reports/quarters?hours=840')
  expect(month.quarters.reduce((all: number, { charged }: { charged: number }) => all + charged, 0)).toBe(6)
  expect(await read(all, '/today?in=EUR')).toMatchObject({ errors: { in: [expect.any(String)] } })
  expect(await read(all, '/reports/quarters?hours=841')).toMatchObject({
    errors: { hours: [expect.any(String)] },
  })
})
