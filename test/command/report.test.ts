import { afterAll, beforeAll, expect, it } from 'vitest'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
  const { sql } = database
  await sql`insert into kept_settings (name, value) values ('HOME_CURRENCY', 'USD')`
  await sql`
    insert into exchange_rates (base, quote, rate, valid_from, actor)
    values ('EUR', 'USD', 1.10, '2026-01-01', 'test')`
  await sql`
    insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                       cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
    select 'all', 'day', day, 0, 0, 0, currency, '', 1, 1, 1, 0, 0, 0, 0, 0, turnover, 0, 0, 0
      from (values ('EUR', 10000000), ('USD', 20000000), ('XAF', 5000000)) v (currency, turnover),
           (values ('2026-03-04'::date), (now()::date), (now()::date + 1)) d (day)`
  // The test may begin before midnight and end after it.
  await sql`
    insert into sale_quarters (at, currency, cost_currency, orders, placed, charged, failed, cancelled, rejected, corrected, uncosted, turnover,
                               refunded, cost, times)
    select (now() at time zone 'UTC')::date::timestamp at time zone 'UTC' + days * interval '1 day', currency, '', 1, 1, 1, 0, 0, 0, 0, 0,
           turnover, 0, 0, 0
      from (values ('EUR', 10000000), ('USD', 20000000), ('XAF', 5000000)) v (currency, turnover), generate_series(0, 1) days`
})
afterAll(() => database.drop())

const run = (...given: string[]) => imeigate(['report', ...given], settingsFor(database.address))

it('shows the sum of all currencies in the home currency, by which rates, and what has none', async () => {
  const made = { currency: 'USD', rates: [{ base: 'EUR', quote: 'USD', rate: '1.1' }], without_rate: ['XAF'] }
  const sales = ['sales', '--from', '2026-03-04', '--to', '2026-03-04']
  const report = await run(...sales, '--json')
  expect(report.json()).toMatchObject({
    totals: [{ currency: 'USD' }, { currency: 'EUR' }, { currency: 'XAF' }],
    home: { ...made, total: { currency: 'USD', turnover: '31.00', before: null } },
  })
  const note =
    /in USD by the rates at the end of each day, lately 1 EUR = 1\.1 USD\n *without a rate to USD, and so not in it: XAF/
  const text = (await run(...sales)).stdout
  expect(text).toMatch(/all of it:\n.*\n *USD .* 31\.00/)
  expect(text).toMatch(note)
  const one = await run(...sales, '--currency', 'USD', '--json')
  expect(one.json()).toMatchObject({ home: null })
  const today = await run('today', '--json')
  expect(today.json().figures.home).toMatchObject({
    ...made,
    now: { turnover: '31.00' },
    before: { turnover: '0.00' },
  })
  const day = (await run('today')).stdout
  expect(day).toContain('all of it: $31.00 turnover')
  expect(day).toMatch(note)
})
