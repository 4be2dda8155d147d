import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillAccount, inputOf } from '../../bench/filled-account.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import { filterOf } from '../../src/orders/read/order-filter.ts'
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
  await sql`insert into suppliers (kind, name) values ('sandbox', 'Rare'), ('sandbox', 'Common, and Sons')`
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
  // Some are unknown, one is asked of a person and one is done by one, some were refunded, one service is fast, and one account is Gold.
  await sql`update items set state = 'unknown' where order_id % 1000 = 531`
  await sql`
    insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
    select account_id, id, 1, 'unknown', 'x', 'imeigate', now() from orders where id % 1000 = 31`
  await sql`insert into suppliers (kind, name) values ('manual', 'People')`
  await sql`update orders set state = 'processing', finished_at = null where id % 1000 = 537`
  await sql`update items set state = 'processing', finished_at = null, due_at = now(), result = null, supplier_id = 4 where order_id % 1000 = 537`
  await sql`update orders set via = 'dhru' where id % 1500 = 3`
  await sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, created_at)
    select account_id, 100000 + id, 'refund', 400000, 0, id, 1, 'test', 'late', now() from orders where id % 1000 = 5`
  await sql`
    insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                       cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
    values ('service', 'day', now()::date, 0, 1000001, 0, 'USD', '', 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 100 * '1e960'::numeric)`
  await sql`insert into price_groups (name) values ('Gold')`
  await sql`update accounts set price_group_id = 1 where id = ${accounts[1] ?? ''}::int`
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

/** `filters` are filters with what they mean, and the rows that one page of 20 may read: more where it goes through all orders of an account. */
const filters: [what: string, filter: () => OperatorOrderFilter, means: () => string, most?: number][] = [
  ['an account', () => ({ account: accounts[0] }), () => `account_id = ${accounts[0]}`],
  [
    'a service',
    () => ({ service: services[1] }),
    () => `service_id = (select id from services where code = '${services[1]}')`,
  ],
  ['a supplier that had few', () => ({ supplier: 'rare' }), () => 'supplier_id = 2'],
  ['a supplier with a comma', () => ({ supplier: 'common, and Sons' }), () => 'supplier_id = 3'],
  [
    'suppliers, one with a comma',
    () => filterOf({ supplier: 'Rare, Common, and Sons,sandbox' }),
    () => 'supplier_id in (1, 2, 3)',
  ],
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
  [
    'some accounts, failed or cancelled',
    () => ({ account: [accounts[0] ?? '', accounts[2] ?? ''], state: ['failed', 'cancelled'] }),
    () => `account_id in (${accounts[0]}, ${accounts[2]}) and o.state in ('failed', 'cancelled')`,
    20_000,
  ],
  [
    'some services, some suppliers',
    () => ({ service: [services[0] ?? '', services[1] ?? ''], supplier: ['rare', 'sandbox'] }),
    () => 'service_id in (1000001, 1000002) and supplier_id in (1, 2)',
  ],
  [
    'some numbers of an account',
    () => ({ ids: [1500, 1700, 9000].map((id) => id as OrderId), account: accounts[0] }),
    () => 'o.id in (1500, 1700)',
  ],
  ['unknown', () => ({ state: 'unknown' }), () => `i.state = 'unknown'`],
  ['a person is waited for', () => ({ state: 'waiting_person' }), () => 'o.id % 1000 in (31, 537)'],
  [
    'unknown or failed of an account',
    () => ({ state: ['unknown', 'failed'], account: accounts[1] }),
    () => `(i.state = 'unknown' or o.state = 'failed') and account_id = ${accounts[1]}`,
    20_000,
  ],
  ['late', () => ({ state: 'late' }), () => `o.state in ('pending', 'processing') and service_id = 1000001`],
  ['refunded', () => ({ refunded: true }), () => 'i.refunded > 0'],
  [
    'over Dhru of an account',
    () => ({ via: 'dhru', account: accounts[0] }),
    () => `o.via = 'dhru' and account_id = ${accounts[0]}`,
    20_000,
  ],
  ['of a price group', () => ({ group: 'Gold' }), () => `account_id = ${accounts[1]}`],
  [
    'of a group of services since a day',
    () => ({ serviceGroup: 'checks', from: at('2026-10-30T00:00') }),
    () => `o.created_at >= '2026-10-30T00:00Z'`,
  ],
  [
    'ended in two days of an account',
    () => ({ endedFrom: at('2026-09-10T00:00'), endedTo: at('2026-09-12T00:00'), account: accounts[1] }),
    () => `o.finished_at >= '2026-09-10T00:00Z' and o.finished_at < '2026-09-12T00:00Z'`,
  ],
  ['nothing', () => ({ supplier: 'rare', state: 'cancelled' }), () => 'false'],
]

test.each(filters)(
  '%s: exactly those, newest first, by an index, page by page and all at once',
  async (_what, filter, means, most = 5_000) => {
    const expected = await database.sql.unsafe(`
    select o.id from orders o join (select order_id, supplier_id, input, state, refunded from items) i on i.order_id = o.id
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
    expect(rows).toBeLessThan(most)

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

test('sorted by the placing from the oldest, and by the end, page by page', async () => {
  const ids = async (order: string, where = 'true'): Promise<number[]> =>
    (await database.sql.unsafe(`select id from orders where ${where} order by ${order}`)).map((row) =>
      Number((row as { id: bigint }).id),
    )
  const paged = async (filter: OperatorOrderFilter): Promise<number[]> => {
    const found: number[] = []
    for (let before: OrderId | undefined; ; ) {
      const { names, next } = await operator.names({ ...filter, limit: 300, before })
      found.push(...names.map(({ id }) => id))
      if (next === undefined) return found
      before = next
    }
  }
  const failed = `state = 'failed'`
  expect(await paged({ sort: 'placed', state: 'failed' })).toEqual(await ids('id', failed))
  expect(await paged({ sort: 'placed', account: accounts[1] })).toEqual(
    await ids('id', `account_id = ${accounts[1]}`),
  )
  const since = { endedFrom: at('2026-10-20T00:00'), endedTo: at('2026-10-28T00:00') }
  const ended = `finished_at >= '2026-10-20T00:00Z' and finished_at < '2026-10-28T00:00Z'`
  expect(await paged({ sort: '-ended', ...since })).toEqual(await ids('finished_at desc, id desc', ended))
  expect(await paged({ sort: 'ended', ...since })).toEqual(await ids('finished_at, id', ended))
  // So many that they are looked for among all that were placed before.
  const all = { endedFrom: at('2026-08-02T00:00'), endedTo: at('2026-10-30T00:00') }
  const many = `finished_at >= '2026-08-02T00:00Z' and finished_at < '2026-10-30T00:00Z'`
  const expected = await ids('id desc', many)
  expect(expected.length).toBeGreaterThan(10_000)
  expect(await paged(all)).toEqual(expected)
  expect(await paged({ ...all, sort: '-ended', state: 'failed' })).toEqual(
    await ids('finished_at desc, id desc', `${many} and ${failed}`),
  )
  await expect(paged({ sort: 'ended' })).rejects.toMatchObject({ code: 'invalid_input', field: 'sort' })
})

test('a page ends when its time is over, and the next ones have the rest', async () => {
  for (const filter of [
    { refunded: true },
    { state: 'success' as const, sort: 'placed' as const },
    { search: '0017' },
  ]) {
    const found: OrderId[] = []
    let pages = 0
    for (let before: OrderId | undefined; ; pages++) {
      const page = await operator.names({ ...filter, limit: 20_000, ms: 0, before })
      found.push(...page.names.map(({ id }) => id))
      if (page.next === undefined) break
      before = page.next
    }
    const whole = await operator.names({ ...filter, limit: 20_000 })
    expect(found).toEqual(whole.names.map(({ id }) => id))
    if (!('refunded' in filter)) expect(pages).toBeGreaterThanOrEqual(10)
  }
})

test("a key's orders are looked for in its account alone", async () => {
  const [key] = await database.sql<{ id: number }[]>`
    insert into api_keys (account_id, security_id, secret_hash, name)
    select ${accounts[0] ?? ''}::int, 'listed00', sha256('x'), 'Website' returning id`
  const id = key?.id ?? 0
  const placed = await database.sql<{ id: bigint }[]>`
    update orders set key_id = ${id} where account_id = ${accounts[0] ?? ''}::int and id % 400 = 3 returning id`
  const found: OrderId[] = []
  const rows = await read.of(async () => {
    found.push(...(await operator.names({ key: 'listed00', limit: 50 })).names.map((one) => one.id))
  })
  expect(found).toEqual(placed.map((one) => Number(one.id)).sort((a, b) => b - a))
  expect(found.length).toBeGreaterThanOrEqual(10)
  // Of all accounts it would be three times as many.
  expect(rows).toBeLessThan(4 * ORDERS)
  for (const key of [String(id), ' WEBSITE '])
    expect((await operator.names({ key, limit: 50 })).names.map((one) => one.id)).toEqual(found)
  // Two may have the same name. One that is called as another one's security id is not meant by it.
  await database.sql`
    insert into api_keys (account_id, security_id, secret_hash, name)
    select ${accounts[1] ?? ''}::int, s, sha256('x'), n from (values ('listed01', 'website'), ('listed02', 'listed00')) v (s, n)`
  const [other] = await database.sql<{ id: bigint }[]>`
    update orders set key_id = (select id from api_keys where security_id = 'listed01')
     where account_id = ${accounts[1] ?? ''}::int and id = (select max(id) from orders where account_id = ${accounts[1] ?? ''}::int)
    returning id`
  await database.sql`
    update orders set key_id = (select id from api_keys where security_id = 'listed02')
     where account_id = ${accounts[1] ?? ''}::int and id = (select min(id) from orders where account_id = ${accounts[1] ?? ''}::int)`
  const called = (await operator.names({ key: 'website', limit: 50 })).names.map((one) => one.id)
  expect(called).toEqual([...found, Number(other?.id)].sort((a, b) => b - a))
  const own = await operator.names({ key: 'website', account: [accounts[0] ?? ''], limit: 50 })
  expect(own.names.map((one) => one.id)).toEqual(found)
  expect((await operator.names({ key: 'listed00', limit: 50 })).names.map((one) => one.id)).toEqual(found)
  await expect(operator.names({ key: '999999', limit: 50 })).rejects.toThrow('there is no API key 999999')
})

test('counted up to a number, and no longer than a time and one part more', async () => {
  expect(await operator.count({ state: 'failed' }, { max: 10_000, ms: 60_000 })).toEqual({
    value: 24,
    capped: false,
  })
  expect(await operator.count({}, { max: 2_500, ms: 60_000 })).toEqual({ value: 2_500, capped: true })
  expect(await operator.count({}, { max: 10_000, ms: 0 })).toEqual({ value: 2_000, capped: true })
})

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
