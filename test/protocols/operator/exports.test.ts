import { parse } from 'csv-parse/sync'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import type { Shop } from '../../support/server.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** Lists are counted, and leave the house as files, within limits. */
let office: OperatorOffice
let shop: Shop
let api: Documented
const DEPOSITS = 10_001
beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  api = await Documented.open(server, (await office.person('owner')).headers)
  const made = { name: '=HYPERLINK("x")', email: 'f@example.com', currency: 'USD' }
  expect((await api.post('/accounts', made)).status).toBe(200)
  await api.post(`/accounts/${shop.username}/adjust`, { amount: '-2.50', note: '-1;=2' })
  await server.sql`
    insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
    values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now()),
           ('other', 'Other', 'bank-transfer', 'USD', 1000000, now(), now())`
  await server.sql`
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, check_at, created_at)
    select ${shop.accountId}, case when n > 3 then 1 else 2 end, 'review', 'USD', 1000000, 0, 1000000,
           now() + interval '1 day', null, now() from generate_series(1, ${DEPOSITS}::int) n`
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => office.stop())

const fileOf = async (path: string, as?: Record<string, string>) => {
  const { status, json, headers } = await api.ask(`GET ${path}`, as ? { as } : {})
  expect([path, status]).toEqual([path, 200])
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': expect.stringMatching(/^attachment; filename="\w+\.csv"$/),
  })
  return parse(json, { columns: true, bom: true }) as Record<string, string>[]
}

const textOf = async (path: string): Promise<string> => String((await api.ask(`GET ${path}`)).json)

describe('a count', () => {
  it('is of the filter, up to 10,000', async () => {
    expect(await api.read('/accounts/count')).toMatchObject({ value: 2, capped: false })
    expect(await api.read(`/accounts/count?search=${shop.username}`)).toMatchObject({
      value: 1,
      capped: false,
    })
    expect(await api.read('/deposits/count?provider=other')).toMatchObject({ value: 3, capped: false })
    vi.spyOn(performance, 'now').mockReturnValue(performance.now())
    expect(await api.read('/deposits/count')).toMatchObject({ value: 10_000, capped: true })
    expect(await api.read(`/accounts/${shop.username}/ledger/count`)).toMatchObject({ capped: false })
    expect((await api.ask('GET /deposits/count?state=odd')).status).toBe(400)
    expect((await api.ask('GET /accounts/nobody/ledger/count')).status).toBe(404)
  })

  it('is given up after 0.3 seconds', async () => {
    const real = performance.now.bind(performance)
    let passed = 0
    vi.spyOn(performance, 'now').mockImplementation(() => {
      passed += 400
      return real() + passed
    })
    const { value, capped } = await api.read('/deposits/count')
    vi.restoreAllMocks()
    expect([capped, value > 0, value < 10_000]).toEqual([true, true, true])
  })
})

describe('a file', () => {
  it('has all of the list that fit its filter, with amounts as they are and no formula', async () => {
    const accounts = await fileOf('/accounts.csv')
    expect(accounts.map(({ name }) => name)).toContain('\'=HYPERLINK("x")')
    expect(accounts[0]).toMatchObject({ username: shop.username, available: '47.50' })
    expect(Object.keys(accounts[0] ?? {})).not.toContain('version')
    const ledger = await fileOf(`/accounts/${shop.username}/ledger.csv`)
    const listed = (await api.read(`/accounts/${shop.username}/ledger`)).page.items
    expect(ledger.map(({ amount }) => amount)).toEqual(listed.map(({ amount }: { amount: string }) => amount))
    expect(JSON.stringify(ledger)).toContain("'-1;'=2")
    expect(await fileOf('/deposits.csv?provider=other')).toHaveLength(3)
    expect((await fileOf('/audit.csv?what=account')).every(({ what }) => what === 'account')).toBe(true)
    const some = await fileOf('/deposits.csv?provider=other&columns=id,state')
    expect(some.map((row) => Object.keys(row))).toEqual(some.map(() => ['id', 'state']))
    const { columns } = await api.read('/deposits/count?provider=other')
    expect(Object.keys((await fileOf('/deposits.csv?provider=other'))[0] ?? {})).toEqual(columns)
    const semicolons = await textOf('/deposits.csv?provider=other&separator=semicolon')
    expect(semicolons.split('\r\n')[0]).toBe(`\uFEFF${columns.join(';')}`)
    const lines = (await textOf('/deposits.ndjson?provider=other')).trimEnd().split('\n')
    const { items } = (await api.read('/deposits?provider=other')).page
    expect(lines.map((line) => JSON.parse(line))).toEqual(items)
    const unknown = await api.ask('GET /deposits.csv?columns=id,nothing')
    expect([unknown.status, unknown.json.errors]).toEqual([422, { columns: ['there is no column nothing'] }])
    const all = await fileOf('/deposits.csv')
    expect(new Set(all.map(({ id }) => id)).size).toBe(DEPOSITS)
  })

  it('shows nobody what the list does not show', async () => {
    const [first] = await fileOf('/accounts.csv', await office.program(['resellers.read']))
    expect(Object.keys(first ?? {})).not.toContain('available')
    const refused = await api.ask('GET /audit.csv', { as: await office.program(['resellers.read']) })
    expect([refused.status, refused.json.message]).toEqual([403, 'Permission denied: you may not audit.read'])
  })

  it('of suppliers has those that fit the filter, and balances for those alone who may see them', async () => {
    const { sql } = office.server
    await sql`
      insert into suppliers (kind, name, url, currency, enabled, low_balance)
      values ('dhru', 'Big Panel', 'https://x.example', 'USD', true, 5000000), ('manual', 'By Hand', null, 'USD', true, null),
             ('dhru', 'Old Panel', 'https://y.example', 'USD', false, null)`
    await sql`
      insert into supplier_health (supplier_id, open, why, opened_at, probe_at, balance, balance_at)
      select id, false, null, null, null, 1250000, now() from suppliers where name = 'Big Panel'
      on conflict (supplier_id) do update set balance = excluded.balance, balance_at = excluded.balance_at`
    const namesOf = async (query: string) =>
      (await fileOf(`/suppliers.csv?${query}`)).map(({ name }) => name).sort()
    expect(await namesOf('')).toEqual(['Big Panel', 'By Hand', 'Old Panel', 'sandbox'])
    expect(await namesOf('state=off,paused')).toEqual(['Old Panel'])
    expect(await namesOf('kind=dhru&state=in_use')).toEqual(['Big Panel'])
    expect(await namesOf('low=yes')).toEqual(['Big Panel'])
    expect(await namesOf('q=%20pANEL')).toEqual(['Big Panel', 'Old Panel'])
    expect((await fileOf('/suppliers.csv?low=yes'))[0]).toMatchObject({
      ...{
        enabled: 'true',
        low: 'true',
        low_balance: '5.00',
        'health.open': 'false',
        'health.balance': '1.25',
      },
    })
    const { items } = await api.read('/suppliers')
    expect(
      items.filter(({ low }: { low: boolean }) => low).map(({ name }: { name: string }) => name),
    ).toEqual(['Big Panel'])
    expect(await api.read('/suppliers/count?state=in_use')).toMatchObject({ value: 3, capped: false })
    const lines = (await textOf('/suppliers.ndjson?kind=manual')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual((await api.read('/suppliers?kind=manual')).items)
    const odd = await api.ask('GET /suppliers.csv?state=odd')
    expect([odd.status, Object.keys(odd.json.errors)]).toEqual([422, ['state']])
    // Who does not see costs has the file without what is there, and cannot find out by the filter either.
    const as = await office.program(['suppliers.read'])
    const [first] = await fileOf('/suppliers.csv?q=big', as)
    expect(first).toMatchObject({ name: 'Big Panel', 'health.open': 'false' })
    expect(JSON.stringify(Object.keys(first ?? {}))).not.toMatch(/balance|days_left|"low"/)
    for (const path of ['/suppliers?low=yes', '/suppliers.csv?low=yes', '/suppliers/count?low=yes'])
      expect([path, (await api.ask(`GET ${path}`, { as })).status]).toEqual([path, 403])
    const refused = await api.ask('GET /suppliers.csv', { as: await office.program(['money.read']) })
    expect(refused.status).toBe(403)
  })

  it('of more than 10,000 rows needs a proof, of a person', async () => {
    const { headers } = await office.person('finance')
    office.office.clock.advance(10 * 60_000)
    expect(await fileOf('/deposits.csv?provider=other', headers)).toHaveLength(3)
    const refused = await api.ask('GET /deposits.csv', { as: headers })
    expect([refused.status, refused.json.code]).toEqual([403, 'STEP_UP_REQUIRED_ERROR'])
    expect(await fileOf('/deposits.csv', await office.program(['money.read']))).toHaveLength(DEPOSITS)
  })

  it('of prices, services or sales needs a proof for so many rows, too', async () => {
    const { sql } = office.server
    await office.server.service({ code: 'sold' })
    await sql`
      insert into services (code, name, group_name, kind, input_schema, fields, duplicate_policy)
      select 'many' || n, 'Many', 'Many', kind, input_schema, fields, duplicate_policy
        from services, generate_series(1, ${DEPOSITS}::int) n where code = 'sold'`
    await sql`insert into prices (service_id, currency, unit_price) select id, 'USD', 1000000 from services where code like 'many%'`
    await sql`
      insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                         cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
      select 'service', 'day', '2026-11-02', 0, id, 0, 'USD', '', 1, 1, 1, 0, 0, 0, 0, 1, 1000000, 0, 0, 0 from services where code like 'many%'`
    await office.server.owner.unsafe('analyze')
    const { headers } = await office.person('owner')
    office.office.clock.advance(10 * 60_000)
    vi.spyOn(performance, 'now').mockReturnValue(performance.now())
    const month = 'from=2026-11-02&to=2026-11-02&by=service'
    for (const path of ['/prices.csv', '/services.csv', `/reports/sales.csv?${month}`]) {
      const refused = await api.ask(`GET ${path}`, { as: headers })
      expect([path, refused.status, refused.json.code]).toEqual([path, 403, 'STEP_UP_REQUIRED_ERROR'])
    }
    expect(await fileOf('/prices.csv?service_group=Checks', headers)).toHaveLength(1)
    expect(await fileOf('/prices.csv', await office.program(['costs.read']))).toHaveLength(DEPOSITS + 1)
  })

  it('leaves lines in the trail: who had which list, with which filter, and how many rows', async () => {
    const as = await office.program(['money.read', 'resellers.read', 'orders.read'])
    expect(await fileOf('/deposits.csv?provider=other', as)).toHaveLength(3)
    await fileOf(`/accounts/${shop.username}/ledger.csv`, as)
    await fileOf('/orders.csv?state=failed', as)
    const { page } = await api.read('/audit?what=export&limit=6')
    const lines = page.items
      .toReversed()
      .map((line: { actor: string; before: unknown; after: unknown }) => line)
    const about = [
      { list: '/deposits', filter: { provider: 'other' }, row_count: 3 },
      { list: '/accounts/:account/ledger', filter: { account: shop.username }, row_count: 2 },
      { list: '/orders', filter: { state: 'failed' }, row_count: 0 },
    ]
    expect(lines).toMatchObject(
      about.flatMap(({ row_count, ...asked }) => [
        { what: 'export', before: null, after: { ...asked, row_count: null } },
        { what: 'export', before: { row_count: null }, after: { ...asked, row_count } },
      ]),
    )
    const [{ id }] = (await office.server.sql`select max(id)::int as id from operator_tokens`) as unknown as [
      { id: number },
    ]
    expect(new Set(lines.map(({ actor }: { actor: string }) => actor))).toEqual(new Set([`token:${id}`]))
    // A decision that is refused is sent to nobody.
    await api.ask('GET /accounts/nobody/ledger.csv', { as })
    expect((await api.read('/audit?what=export&limit=1')).page.items[0].id).toBe(lines.at(-1)?.id)
  })

  it('may be had 60 times an hour, by each person and program, from all processes together', async () => {
    const as = await office.program(['resellers.read', 'orders.read'])
    const { sql } = office.server
    const spent = async () => {
      const [row] = await sql<{ count: number }[]>`
        select round(extract(epoch from max(full_at) - now()) / 60)::int as count from throttles where subject like 'exports %'`
      return row?.count
    }
    await sql`delete from throttles where subject like 'exports %'`
    for (const path of ['/accounts.csv', '/orders.csv', '/accounts.csv'])
      expect((await api.ask(`GET ${path}`, { as })).status).toBe(200)
    expect(await spent()).toBe(3)
    // As if other processes had sent the rest of the hour's.
    await sql`update throttles set full_at = now() + interval '1 hour' where subject like 'exports %'`
    const refused = await api.ask('GET /keys.csv', { as })
    expect([refused.status, refused.json.code]).toEqual([429, 'TOO_MANY_REQUESTS_ERROR'])
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    expect((await api.ask('GET /accounts', { as })).status).toBe(200)
    const other = await office.program(['resellers.read'])
    expect((await api.ask('GET /accounts.csv', { as: other })).status).toBe(200)
    // A minute later there is one again.
    await sql`update throttles set full_at = now() + interval '59 minutes' where subject like 'exports %' and full_at > now() + interval '50 minutes'`
    expect((await api.ask('GET /accounts.csv', { as })).status).toBe(200)
  })

  it('is one of every list that is said to have one, and each counts as one', () => {
    const files = routesOf({} as OperatorDeps).filter(({ path }) => path.endsWith('.csv'))
    expect(files.filter(({ isExport }) => !isExport).map(({ path }) => path)).toEqual([])
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        ...['/orders.csv', '/accounts.csv', '/deposits.csv', '/audit.csv', '/accounts/:account/ledger.csv'],
      ]),
    )
  })
})
