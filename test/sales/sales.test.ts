import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { percentile } from '../../bench/figures.ts'
import { fillSales } from '../../bench/filled-sales.ts'
import { Rates } from '../../src/ledger/rates.ts'
import { systemClock } from '../../src/lib/time.ts'
import { ERROR } from '../../src/sales/buckets.ts'
import { checkSales } from '../../src/sales/check.ts'
import { foldNext, rebuildSales } from '../../src/sales/folder.ts'
import { everySale, type Grouping, readSales, type SalesRow } from '../../src/sales/report.ts'
import { readQuarters, readToday } from '../../src/sales/today.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { randomNumbers } from '../support/random.ts'
import { folded, recount, tookOf } from './recount.ts'

/** ORDERS are some by default; `SALES_ORDERS=200000` takes the whole. */
const ORDERS = Number(process.env['SALES_ORDERS'] ?? 4_000)
const ZONE = 'America/New_York'
const FROM = new Date('2026-01-20T00:00:00Z')
const TO = new Date('2026-04-10T00:00:00Z')

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  const seed = Math.floor(inject('seed')) % 1_000_000
  await rebuildSales(database.sql, { timeZone: ZONE })
  await fillSales(database.owner, { accounts: 10, services: 15, orders: ORDERS, from: FROM, to: TO, seed })
}, 600_000)
afterAll(() => database.drop())

const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

const foldAll = async (most?: number): Promise<number> => {
  let turns = 1
  while (await foldNext(database.sql, systemClock, most)) turns++
  return turns
}
const broken = async () => (await checkSales(database.sql)).filter(({ ok }) => !ok)
const columns = async () =>
  (
    await database.sql<{ name: string }[]>`
      select column_name::text as name from information_schema.columns where table_name = 'sales' order by ordinal_position`
  ).map(({ name }) => name)
const everything = async (sql = database.sql) => [
  await sql`select * from sales order by 1, 2, 3, 4, 5, 6, 7, 8`,
  await sql`select * from sale_quarters order by 1, 2, 3`,
]

it('folds a bounded part at a time, and says as of when only when nothing is left', async () => {
  const asOf = async () => (await readSales(database.sql, { by: [], limit: 1, period: '2026' })).asOf
  const before = await asOf()
  expect(await foldNext(database.sql, systemClock, 777)).toBe(true)
  expect(await asOf()).toEqual(before)
  const [taken] = await database.sql<{ count: bigint }[]>`select sum(last_id) as count from folded_ledgers`
  expect(Number(taken?.count)).toBe(777)
  expect(await broken()).toEqual([])
  expect(await foldAll(5_003)).toBeGreaterThan(1)
  expect((await asOf())?.getTime()).toBeGreaterThan(before?.getTime() as number)
})

it('is what SQL counts from orders, items and attempts, and what it is made anew', async () => {
  const counted = await recount(database.sql, ZONE, { placed: false })
  expect(counted.length).toBeGreaterThan(1_000)
  expect(await folded(database.sql)).toEqual(counted)
  expect(await broken()).toEqual([])
  const before = await everything()
  await rebuildSales(database.sql)
  expect(await everything()).toEqual(before)
}, 600_000)

it('is found wrong by the check when a figure, a time or a whole row is another', async () => {
  const spoil = (change: string) =>
    database.owner
      .begin(async (transaction) => {
        await transaction.unsafe(change)
        await transaction`set local role none`
        const found = await checkSales(
          Object.assign(transaction, {
            begin: (_mode: string, work: never) => (work as (t: unknown) => unknown)(transaction),
          }) as never,
        )
        throw new Undone(found.filter(({ ok }) => !ok).map(({ name }) => name))
      })
      .catch((error) => {
        if (error instanceof Undone) return error.found
        throw error
      })
  const figures = ['the sales figures are those of the ledger']
  const quarters = ['the sales figures of quarters of an hour are those of the ledger']
  const some = (table: string, of = 'true') => `where ctid = (select ctid from ${table} where ${of} limit 1)`
  expect(
    await spoil(`update sales set turnover = turnover + 1 ${some('sales', "cut = 'service_supplier'")}`),
  ).toEqual(figures)
  expect(await spoil(`update sales set times = times + 1 ${some('sales', "cut = 'service'")}`)).toEqual(
    figures,
  )
  expect(await spoil(`delete from sales ${some('sales', "cut = 'each'")}`)).toEqual(figures)
  expect(
    await spoil(`insert into sales (${(await columns()).join(', ')})
                 select ${(await columns()).map((name) => (name === 'account_id' ? '99999' : name)).join(', ')}
                   from sales where cut = 'account' limit 1`),
  ).toEqual(figures)
  expect(await spoil(`update sale_quarters set failed = failed + 1 ${some('sale_quarters')}`)).toEqual(
    quarters,
  )
  expect(await spoil(`update folded_ledgers set last_id = last_id / 2`)).toEqual([...figures, ...quarters])
})

it('has the same in every cut, in days as in months and quarters of the year, and in quarters of an hour', async () => {
  const sums = database.sql`
    to_json(array[sum(charged), sum(failed), sum(cancelled), sum(rejected), sum(corrected), sum(uncosted), sum(turnover), sum(refunded),
                  sum(cost), sum(times)])::text`
  const found = await database.sql<{ cut: string; unit: string; orders: bigint; sums: string }[]>`
    select cut::text, unit::text, sum(orders) as orders, ${sums} as sums from sales group by 1, 2
    union all
    select 'quarters', 'day', sum(orders), ${sums} from sale_quarters`
  expect(found).toHaveLength(8 * 2 + 5 + 1)
  expect(new Set(found.map((one) => one.sums)).size).toBe(1)
  const counted = found.filter(({ orders }) => orders > 0n)
  expect(new Set(counted.map(({ cut }) => cut))).toEqual(new Set(['account', 'service', 'all', 'quarters']))
  expect(new Set(counted.map(({ orders }) => orders))).toEqual(new Set([BigInt(ORDERS)]))
})

class Undone extends Error {
  readonly found: string[]
  constructor(found: string[]) {
    super('undone')
    this.found = found
  }
}

it('tells of a day what SQL counts of it up to the same time a week before', async () => {
  const { sql } = database
  // 17:30 in New York, in the week in which its clocks went forward.
  const now = new Date('2026-03-12T21:30:00Z')
  const figures = await readToday(sql, {}, { now: () => now })
  expect(figures).toMatchObject({ day: '2026-03-12', dayBefore: '2026-03-05', timeZone: ZONE })
  const units = {
    now: ['2026-03-12T04:00:00Z', '2026-03-12T21:45:00Z'],
    before: ['2026-03-05T05:00:00Z', '2026-03-05T22:45:00Z'],
  } as const
  for (const name of ['now', 'before'] as const) {
    const [from, to] = units[name]
    const counted = await sql<{ currency: string; charged: number; turnover: bigint; orders: number }[]>`
      with ended as (
        select a.currency, i.price from items i join accounts a on a.id = i.account_id
         where (i.state = 'success' or i.refunded > 0)
           and i.finished_at >= ${from}::text::timestamptz and i.finished_at < ${to}::text::timestamptz
      ), placed as (
        select a.currency from orders o join accounts a on a.id = o.account_id
         where o.created_at >= ${from}::text::timestamptz and o.created_at < ${to}::text::timestamptz
      )
      select c.currency, (select count(*)::int from ended e where e.currency = c.currency) as charged,
             (select coalesce(sum(price), 0)::bigint from ended e where e.currency = c.currency) as turnover,
             (select count(*)::int from placed p where p.currency = c.currency) as orders
        from unnest(${figures.currencies.map(({ currency }) => currency)}::text[]) as c (currency)`
    expect(counted.some(({ charged, orders }) => charged > 0 && orders > 0)).toBe(true)
    expect(
      figures.currencies.map(({ currency, [name]: { charged, turnover, orders } }) => ({
        ...{ currency, charged, turnover, orders },
      })),
    ).toEqual(counted)
  }
  const { quarters } = await readQuarters(sql, 24, { now: () => now })
  const [counted] = await sql<{ orders: number; failed: number }[]>`
    select (select count(*)::int from orders where created_at >= '2026-03-11T21:45:00Z' and created_at < '2026-03-12T21:45:00Z') as orders,
           (select count(*)::int from items where state = 'failed' and refunded = 0 and finished_at >= '2026-03-11T21:45:00Z'
               and finished_at < '2026-03-12T21:45:00Z') as failed`
  const sum = (name: 'orders' | 'failed') => quarters.reduce((all, one) => all + one[name], 0)
  expect({ orders: sum('orders'), failed: sum('failed') }).toEqual(counted)
})

describe('a report', () => {
  type Key = (row: {
    day: string
    account_id: number
    service_id: number
    supplier_id?: number
    currency: string
  }) => string
  const keys: [Grouping[], Key, (row: SalesRow) => string][] = [
    [[], ({ currency }) => currency, ({ currency }) => currency],
    [['day'], (r) => `${r.day} ${r.currency}`, (r) => `${r.day} ${r.currency}`],
    [['month'], (r) => `${r.day.slice(0, 7)} ${r.currency}`, (r) => `${r.month} ${r.currency}`],
    [['account'], (r) => `${r.account_id} ${r.currency}`, (r) => `${r.account?.id} ${r.currency}`],
    [['service'], (r) => `${r.service_id} ${r.currency}`, (r) => `${r.service?.id} ${r.currency}`],
    [
      ['service', 'day'],
      (r) => `${r.day} ${r.service_id} ${r.currency}`,
      (r) => `${r.day} ${r.service?.id} ${r.currency}`,
    ],
    [
      ['account', 'service'],
      (r) => `${r.account_id} ${r.service_id} ${r.currency}`,
      (r) => `${r.account?.id} ${r.service?.id} ${r.currency}`,
    ],
    [
      ['month', 'account', 'service'],
      (r) => `${r.day.slice(0, 7)} ${r.account_id} ${r.service_id} ${r.currency}`,
      (r) => `${r.month} ${r.account?.id} ${r.service?.id} ${r.currency}`,
    ],
  ]
  it.each(keys)(
    'by %j adds up to what SQL counts, with times within their bound',
    async (by, keyOf, keyOfRow) => {
      const { from, to } = { from: '2026-01-25', to: '2026-03-31' }
      const isOfEach = by.includes('account') && by.includes('service')
      const cells = (await recount(database.sql, ZONE, { placed: !isOfEach })).filter(
        ({ day }) => day >= from && day <= to,
      )
      const took = Map.groupBy(
        (await tookOf(database.sql, ZONE)).filter(({ day }) => day >= from && day <= to),
        keyOf,
      )
      const report = await readSales(database.sql, { by, from, to, limit: 100_000 })
      const expected = Map.groupBy(cells, keyOf)
      expect(new Set(report.rows.map(keyOfRow))).toEqual(new Set(expected.keys()))
      for (const row of report.rows) {
        const of = expected.get(keyOfRow(row)) ?? []
        const sum = (name: 'turnover' | 'refunded') => of.reduce((all, cell) => all + cell[name], 0n)
        const count = (name: 'orders' | 'charged' | 'failed' | 'cancelled' | 'rejected' | 'corrected') =>
          of.reduce((all, cell) => all + cell[name], 0)
        expect(row).toMatchObject({
          ...{
            turnover: sum('turnover'),
            refunded: sum('refunded'),
            orders: isOfEach ? null : count('orders'),
            charged: count('charged'),
          },
          ...{
            failed: count('failed'),
            cancelled: count('cancelled'),
            rejected: count('rejected'),
            corrected: count('corrected'),
          },
        })
        const times = took.get(keyOfRow(row))?.map(({ ms }) => ms / 1000) ?? []
        for (const [share, said] of [
          [0.5, row.medianSeconds],
          [0.95, row.p95Seconds],
        ] as const) {
          if (times.length === 0) expect(said).toBeNull()
          else
            expect(Math.abs((said as number) / percentile(times, share) - 1)).toBeLessThanOrEqual(
              ERROR + 1e-9,
            )
        }
      }
    },
    600_000,
  )

  it('narrows by account, service, supplier and currency', async () => {
    const { sql } = database
    const cells = await recount(sql, ZONE)
    const whole = { from: '2026-01-01', to: '2026-12-31', limit: 1_000 }
    const some = cells.find(
      ({ supplier_id, charged }) => supplier_id > 0 && charged > 0,
    ) as (typeof cells)[number]
    const filters = {
      account: String(some.account_id),
      service: String(some.service_id),
      supplier: String(some.supplier_id),
    }
    for (const names of [
      ['account'],
      ['service'],
      ['supplier'],
      ['account', 'service'],
      ['service', 'supplier'],
      ['account', 'service', 'supplier'],
    ] as const) {
      const filter = Object.fromEntries(names.map((name) => [name, filters[name]]))
      const { totals } = await readSales(sql, { ...whole, ...filter, by: [], currency: some.currency })
      const of = cells.filter(
        (cell) =>
          cell.currency === some.currency && names.every((name) => cell[`${name}_id`] === some[`${name}_id`]),
      )
      expect(totals.map(({ turnover, charged }) => ({ turnover, charged }))).toEqual([
        {
          turnover: of.reduce((all, cell) => all + cell.turnover, 0n),
          charged: of.reduce((all, cell) => all + cell.charged, 0),
        },
      ])
    }
  })

  it('answers any question as a recount does, the largest turnover first, however many rows are wanted', async () => {
    const { sql } = database
    const random = randomNumbers(inject('seed'))
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
    const groupOf = new Map(
      (await sql<{ id: number; group: string }[]>`select id, group_name as group from services`).map(
        ({ id, group }) => [id, group],
      ),
    )
    const [withPlaced, ended] = [
      await recount(sql, ZONE),
      await recount(sql, ZONE, { placed: false }),
    ] as const
    const days = [...new Set(ended.map(({ day }) => day))].sort()
    for (let round = 0; round < 40; round++) {
      const by = [one<Grouping | undefined>([undefined, 'day', 'month'])]
        .concat((['account', 'service', 'group', 'supplier'] as const).filter(() => random() < 0.5))
        .filter((name) => name !== undefined)
      const [from = '', to = ''] = [one(days), one(days)].sort()
      const some = one(ended.filter(({ supplier_id }) => supplier_id > 0))
      const filter = {
        ...(random() < 0.2 && { account: String(some.account_id) }),
        ...(random() < 0.2 && { service: String(some.service_id) }),
        ...(random() < 0.2 && { supplier: String(some.supplier_id) }),
        ...(random() < 0.2 && { currency: some.currency }),
      }
      const limit = one([1, 7, 60, 100_000])
      const told = new Set(
        [...by, ...Object.keys(filter)].map((name) => (name === 'group' ? 'service' : name)),
      )
      const things = ['account', 'service', 'supplier'].filter((name) => told.has(name))
      const cells = things.length > 1 || told.has('supplier') ? ended : withPlaced
      const fitting = cells.filter(
        (cell) =>
          cell.day >= from &&
          cell.day <= to &&
          (filter.account === undefined || cell.account_id === some.account_id) &&
          (filter.service === undefined || cell.service_id === some.service_id) &&
          (filter.supplier === undefined || cell.supplier_id === some.supplier_id) &&
          (filter.currency === undefined || cell.currency === some.currency),
      )
      const time = by.includes('day') ? 10 : by.includes('month') ? 7 : 0
      const summed = [
        ...Map.groupBy(fitting, (cell) =>
          JSON.stringify([
            cell.day.slice(0, time),
            by.includes('account') ? cell.account_id : null,
            by.includes('service') ? cell.service_id : null,
            by.includes('group') ? groupOf.get(cell.service_id) : null,
            by.includes('supplier') ? cell.supplier_id || null : null,
            cell.currency,
          ]),
        ),
      ].map(([key, of]) => ({
        key,
        charged: of.reduce((all, { charged }) => all + charged, 0),
        failed: of.reduce((all, { failed }) => all + failed, 0),
        turnover: of.reduce((all, { turnover }) => all + turnover, 0n),
        refunded: of.reduce((all, { refunded }) => all + refunded, 0n),
      }))
      const timeOf = (key: string): string => JSON.parse(key)[0]
      const expected = summed.toSorted((a, b) =>
        timeOf(a.key) === timeOf(b.key)
          ? Number(b.turnover - a.turnover)
          : timeOf(a.key) < timeOf(b.key)
            ? -1
            : 1,
      )
      const what = JSON.stringify({ by, from, to, filter, limit })
      const { rows, more } = await readSales(sql, { by, from, to, ...filter, limit })
      const answered = rows.map((row) => ({
        key: JSON.stringify([
          row.day ?? row.month ?? '',
          row.account?.id ?? null,
          row.service?.id ?? null,
          row.group,
          row.supplier?.id ?? null,
          row.currency,
        ]),
        charged: row.charged,
        failed: row.failed,
        turnover: row.turnover,
        refunded: row.refunded,
      }))
      expect(
        answered.map(({ key, turnover }) => [timeOf(key), turnover]),
        what,
      ).toEqual(expected.slice(0, limit).map(({ key, turnover }) => [timeOf(key), turnover]))
      const right = new Map(expected.map((row) => [row.key, row]))
      expect(
        answered.filter((row) => JSON.stringify(row, text) !== JSON.stringify(right.get(row.key), text)),
        what,
      ).toEqual([])
      expect(new Set(answered.map(({ key }) => key)).size, what).toBe(answered.length)
      expect(more, what).toBe(expected.length > limit)
    }
  }, 600_000)

  it('converts costs, and with `in` everything, by the rates at the end of each day', async () => {
    const { sql } = database
    const rates = new Rates(sql)
    await expect(readSales(sql, { by: [], period: '2026', into: 'usd', limit: 10 })).rejects.toMatchObject({
      field: 'in',
    })
    // What has no rate is named, and left out of the sum.
    const dollars = (await readSales(sql, { by: [], period: '2026', currency: 'USD', limit: 10 })).totals[0]
    const unrated = await readSales(sql, { by: [], period: '2026', home: 'USD', limit: 10 })
    expect(unrated.home).toMatchObject({
      withoutRate: ['EUR', 'IDR'],
      rates: [],
      total: { turnover: dollars?.turnover },
    })
    expect((await readSales(sql, { by: [], period: '2026', home: 'JPY', limit: 10 })).home).toEqual({
      ...{ currency: 'JPY', total: null, withoutRate: ['EUR', 'IDR', 'USD'], rates: [] },
    })
    const at = (day: string) => new Date(`${day}T15:00:00Z`)
    for (const [base, quote, rate, day] of [
      ...[
        ['USD', 'IDR', '16000', '2025-06-01'],
        ['USD', 'EUR', '0.9', '2025-06-01'],
      ],
      ...[
        ['USD', 'IDR', '17000', '2026-02-10'],
        ['USD', 'EUR', '0.8', '2026-03-01'],
      ],
    ] as [string, string, string, string][]) {
      await rates.set({ base, quote, rate, validFrom: at(day), actor: 'test' })
    }
    const inUsd = (day: string): Record<string, number> => ({
      USD: 1,
      IDR: 1 / (day >= '2026-02-10' ? 17_000 : 16_000),
      EUR: 1 / (day >= '2026-03-01' ? 0.8 : 0.9),
    })
    const cells = await recount(sql, ZONE)
    const { totals, rows } = await readSales(sql, { by: ['month'], period: '2026', into: 'usd', limit: 100 })
    expect(totals).toHaveLength(1)
    const sum = (of: typeof cells, name: 'turnover' | 'cost', currency: 'currency' | 'cost_currency') =>
      of.reduce(
        (all, cell) =>
          all +
          Number(cell[name]) * (cell[currency] === '' ? 0 : (inUsd(cell.day)[cell[currency]] as number)),
        0,
      )
    for (const { month, turnover, cost, profit, refunded } of [...rows, ...totals]) {
      const of = cells.filter(({ day }) => month === null || day.startsWith(month))
      expect(Number(turnover) / sum(of, 'turnover', 'currency')).toBeCloseTo(1, 7)
      expect(Number(cost) / sum(of, 'cost', 'cost_currency')).toBeCloseTo(1, 7)
      expect(profit).toBe(turnover - refunded - cost)
    }
    // The same beside the sums by currency, with the period before.
    const asked = { by: [], period: '2026', limit: 100, compare: true } as const
    const { home, totals: each } = await readSales(sql, { ...asked, home: 'USD' })
    expect(each.map(({ currency }) => currency).sort()).toEqual(['EUR', 'IDR', 'USD'])
    const { totals: converted } = await readSales(sql, { ...asked, into: 'usd' })
    expect(home).toEqual({
      ...{ currency: 'USD', total: converted[0], withoutRate: [] },
      rates: [
        { base: 'EUR', quote: 'USD', rate: '1.25' },
        { base: 'USD', quote: 'IDR', rate: '17000' },
      ],
    })
    expect((await readSales(sql, { ...asked, home: 'USD', into: 'usd' })).home).toBeNull()
    expect((await readSales(sql, { ...asked, home: 'USD', currency: 'USD' })).home).toBeNull()
    const { totals: own } = await readSales(sql, { by: [], period: '2026', limit: 100 })
    const euros = cells.filter(({ currency }) => currency === 'EUR')
    const cost = euros.reduce(
      (all, { day, cost, cost_currency }) =>
        all +
        (cost_currency === ''
          ? 0
          : (Number(cost) * (inUsd(day)[cost_currency] as number)) / (inUsd(day)['EUR'] as number)),
      0,
    )
    expect(Number(own.find(({ currency }) => currency === 'EUR')?.cost) / cost).toBeCloseTo(1, 7)
  })

  it('gives every row in parts that make the whole', async () => {
    const question = { by: ['day', 'account'] as Grouping[], from: '2026-01-25', to: '2026-03-31' }
    const parts: SalesRow[][] = []
    for await (const part of everySale(database.sql, question)) parts.push(part)
    expect(parts).toHaveLength(3)
    const { rows } = await readSales(database.sql, { ...question, limit: 100_000 })
    expect(parts.flat().map((row) => ({ ...row, before: null }))).toEqual(rows)
  })

  it('refuses what would be summed up from too much, and nothing of one thing', async () => {
    const { sql } = database
    const ask = (by: Grouping[], more: object = {}) =>
      readSales(sql, { by, period: '2026-03', limit: 10, mostCells: 200, ...more })
    await expect(ask(['account', 'service'])).rejects.toMatchObject({ code: 'invalid_input', field: 'by' })
    await expect(ask(['account', 'service', 'supplier'])).rejects.toMatchObject({ field: 'by' })
    const [{ id }] = (await sql`select min(account_id)::text as id from orders`) as unknown as [
      { id: string },
    ]
    await expect(ask(['service'], { account: id })).resolves.toMatchObject({ more: true })
    await expect(ask(['service', 'day'])).resolves.toMatchObject({ more: true })
  })

  it('looks at the first days alone where they have enough rows, and gives the same', async () => {
    const question = { by: ['day', 'account', 'service'] as Grouping[], from: '2026-01-25', to: '2026-03-31' }
    const all = await readSales(database.sql, { ...question, limit: 100_000 })
    for (const limit of [1, 50, 333]) {
      const { rows, more } = await readSales(database.sql, { ...question, limit })
      expect(more).toBe(true)
      expect(rows).toEqual(all.rows.slice(0, limit))
    }
    const first = await readSales(database.sql, { ...question, limit: 20, mostCells: 1_000 })
    expect(first.rows).toEqual(all.rows.slice(0, 20))
  })

  it('takes the currency that a supplier had when the item was sent', async () => {
    const { sql } = database
    const before = await folded(sql)
    await sql`update suppliers set currency = 'GBP' where name like 'upstream%'`
    expect(await broken()).toEqual([])
    await rebuildSales(sql)
    expect(await folded(sql)).toEqual(before)
  }, 600_000)

  it('has days of another time zone once it is made anew with it', async () => {
    await rebuildSales(database.sql, { timeZone: 'Asia/Jakarta' })
    await database.sql`update suppliers set currency = c.currency from (
      select distinct on (subject) subject::int as id, before ->> 'currency' as currency from trail
       where what = 'suppliers' and before ? 'currency' order by subject, id) c where c.id = suppliers.id`
    expect(await folded(database.sql)).toEqual(await recount(database.sql, 'Asia/Jakarta', { placed: false }))
    await expect(rebuildSales(database.sql, { timeZone: 'Mars/Olympus' })).rejects.toMatchObject({
      field: 'time_zone',
    })
  }, 600_000)
})
