import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillAccount, inputOf } from '../../bench/filled-account.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { RowsRead } from '../support/rows-read.ts'
import { newAccount, newService } from './orders.fixtures.ts'

/** Three accounts have so many orders, month after month, of one service each. */
const ORDERS = 4_000
const MONTHS = ['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01']

let database: TestDatabase
let read: RowsRead
let operator: OperatorOrders
let settings: Record<string, string>
const services: string[] = []
const accounts: string[] = []
beforeAll(async () => {
  database = await testDatabase()
  const { sql } = database
  for (let n = 0; n < 3; n++) {
    const [service, account] = [await newService(sql), await newAccount(sql, 0n)]
    services.push(service.code)
    accounts.push(String(account))
    const [from, to] = [new Date(`${MONTHS[n]}T00:00:00Z`), new Date(`${MONTHS[n + 1]}T00:00:00Z`)]
    await fillAccount(sql, {
      accountId: account,
      serviceId: service.id,
      orders: ORDERS,
      itemsPerOrder: 1,
      from,
      to,
    })
  }
  await sql`insert into suppliers (kind, name) values ('sandbox', 'Rare'), ('sandbox', 'Common')`
  await sql`update items set supplier_id = case when order_id % 1000 = 7 then 2 else 3 end`
  // Few have not gone well, or are open.
  for (const [state, rest] of [
    ['failed', 11],
    ['cancelled', 23],
    ['processing', 31],
    ['pending', 37],
  ] as const) {
    const open = state === 'processing' || state === 'pending'
    await sql`
      update items set state = ${state}::text::item_state, result = null, finished_at = case when not ${open} then finished_at end,
                       due_at = case when ${open} then now() end, supplier_id = case when ${state} <> 'pending' then supplier_id end
       where order_id % 500 = ${rest}`
    await sql`
      update orders set state = ${state}::text::order_state, finished_at = case when not ${open} then finished_at end
       where id % 500 = ${rest}`
  }
  await sql.unsafe('analyze')
  read = await new RowsRead(database).open()
  operator = new OperatorOrders(read.sql)
  settings = settingsFor(database.address)
})
afterAll(async () => {
  await read.sql.end()
  await database.drop()
  await cleanUp()
})

const at = (text: string): Date => new Date(`${text}Z`)

/** `filters` are filters with what they mean, and the rows that one page of 20 may read. */
const filters: [what: string, filter: () => OperatorOrderFilter, means: () => string][] = [
  ['an account', () => ({ account: accounts[0] }), () => `account_id = ${accounts[0]}`],
  [
    'a service',
    () => ({ service: services[1] }),
    () => `service_id = (select id from services where code = '${services[1]}')`,
  ],
  ['a supplier that had few', () => ({ supplier: 'rare' }), () => 'supplier_id = 2'],
  ['a supplier that had most', () => ({ supplier: 'Common' }), () => 'supplier_id = 3'],
  ['failed', () => ({ state: 'failed' }), () => `o.state = 'failed'`],
  ['cancelled', () => ({ state: 'cancelled' }), () => `o.state = 'cancelled'`],
  ['begun', () => ({ state: 'processing' }), () => `o.state = 'processing'`],
  ['waiting', () => ({ state: 'pending' }), () => `o.state = 'pending'`],
  ['done', () => ({ state: 'success' }), () => `o.state = 'success'`],
  ['since', () => ({ from: at('2026-10-30T00:00') }), () => `o.created_at >= '2026-10-30T00:00Z'`],
  [
    'in two days of long ago',
    () => ({ from: at('2026-08-10T00:00'), to: at('2026-08-12T00:00') }),
    () => `o.created_at >= '2026-08-10T00:00Z' and o.created_at < '2026-08-12T00:00Z'`,
  ],
  [
    'failed of a service in a month',
    () => ({ service: services[0], state: 'failed', from: at('2026-08-05T00:00') }),
    () => `service_id = 1000001 and o.state = 'failed' and o.created_at >= '2026-08-05T00:00Z'`,
  ],
  ['a reference', () => ({ reference: 'rEF-17' }), () => `reference = 'Ref-17'`],
  ['an IMEI', () => ({ imei: inputOf(17) }), () => `input = '${inputOf(17)}'`],
  [
    'an IMEI of one account',
    () => ({ imei: inputOf(17), account: accounts[2] }),
    () => `input = '${inputOf(17)}' and account_id = ${accounts[2]}`,
  ],
  ['nothing', () => ({ supplier: 'rare', state: 'cancelled' }), () => 'false'],
]

test.each(filters)(
  '%s: exactly those, newest first, by an index, page by page and all at once',
  async (_what, filter, means) => {
    const expected = await database.sql.unsafe(`
    select o.id from orders o join (select order_id, supplier_id, input from items) i on i.order_id = o.id
     where ${means()} order by o.id desc`)
    const ids = expected.map((row) => Number((row as { id: bigint }).id))
    read.scanned.clear()
    const first: number[] = []
    const rows = await read.of(async () => {
      const { orders } = await operator.list({ ...filter(), limit: 20 })
      first.push(...orders.map(({ order }) => order.id))
    })
    expect(first).toEqual(ids.slice(0, 20))
    expect([...read.scanned].filter((name) => /^(orders|items|attempts)$/.test(name))).toEqual([])
    expect(rows).toBeLessThan(5_000)

    const paged: number[] = []
    for (let before: OrderId | undefined; ; ) {
      const { orders, next } = await operator.list({ ...filter(), limit: 700, before })
      paged.push(...orders.map(({ order }) => order.id))
      if (next === undefined) break
      before = next
    }
    expect(paged).toEqual(ids)
    const every: number[] = []
    for await (const page of operator.every(filter())) every.push(...page.map(({ order }) => order.id))
    expect(every).toEqual(ids)
  },
)

test('a CSV has the items of exactly the filter, and no formula', async () => {
  await database.sql`update items set result = '=HYPERLINK("http://evil")' where order_id = (select max(order_id) from items where supplier_id = 2)`
  const file = join(temporaryFolder(), 'orders.csv')
  const words = ['order', 'list', '--supplier', 'rare', '--from', '2026-09-01', '--csv']
  expect(await imeigate([...words, file], settings)).toMatchObject({
    code: 0,
    stdout: `${file} is written\n`,
  })
  const text = readFileSync(file, 'utf8')
  const lines = parse(text, { columns: true, bom: true }) as Record<string, string>[]
  expect(lines).toHaveLength(8)
  expect(lines[0]).toMatchObject({
    item: '1',
    account: expect.stringMatching(/^buyer/),
    state: 'success',
    price: '1.00',
    refunded: '0.00',
    currency: 'USD',
    answer: `'=HYPERLINK("http://evil")`,
  })
  const shown = await imeigate([...words, '-'], settings)
  expect(shown.stdout).toBe(text)
})

test.each([
  ['--from then', 'from'],
  ['--to 2026-02-30', 'to'],
  ['--account nobody', 'account'],
  ['--service nothing', 'service'],
  ['--supplier nobody', 'supplier'],
])('order list %s is refused, by the name of the option', async (words, field) => {
  const ended = await imeigate(['order', 'list', ...words.split(' '), '--json'], settings)
  expect([2, 4]).toContain(ended.code)
  expect(ended.error().field).toBe(field)
})
