import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'

let office: OperatorOffice
let manager: Record<string, string>
let support: Record<string, string>

beforeAll(async () => {
  office = await OperatorOffice.open()
  const { sql } = office.server
  await createPriceGroup(sql, 'Gold')
  for (const [username, currency, group] of [
    ['anna', 'USD', 'Gold'],
    ['binh', 'USD'],
    ['citra', 'IDR'],
  ] as const) {
    const account = { name: username, email: `${username}@example.com`, username, currency, group }
    await createAccount(sql, account, 'test')
  }
  await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Panel', 'https://x.example', 'USD')`
  await sql`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    select 's' || n, 'Service ' || n, case when n < 4 then 'Checks' else 'Unlocks' end, 'imei', '{}', 'replay' from generate_series(1, 5) n`
  await sql`
    insert into supplier_routes (service_id, supplier_id, remote_service, cost)
    select v.id, s.id, v.code, 1000000 from services v cross join suppliers s where s.name = 'Panel' and v.code <> 's5'`
  manager = (await office.person('manager')).headers
  support = (await office.person('support')).headers
  const input = {
    rules: [
      { currency: 'USD', percent: '25' },
      { group: 'Gold', currency: 'USD', of: 'everyone', percent: '-4' },
    ],
    cells: [
      { service: 's1', currency: 'USD', price: '0.50' },
      { service: 's2', group: 'Gold', currency: 'USD', price: '1.01' },
      { service: 's2', account: 'anna', currency: 'USD', price: '3' },
      { service: 's3', currency: 'IDR', price: '20000' },
    ],
  }
  const { json } = await ask(office.server, 'POST', '/plans', {
    headers: manager,
    body: { kind: 'prices', input },
  })
  const body = { confirm: ['below_cost'] }
  const done = await ask(office.server, 'POST', `/plans/${json.data.id}/apply`, { headers: manager, body })
  expect(done.status).toBe(200)
})
afterAll(() => office.stop())

const read = async (path: string, headers = manager) =>
  (await ask(office.server, 'GET', path, { headers })).json

// biome-ignore lint/suspicious/noExplicitAny: a grid as it comes.
const lines = ({ data }: any): string[] =>
  data.rows.map(
    // biome-ignore lint/suspicious/noExplicitAny: the same.
    ({ code, cells }: any) =>
      `${code} ${cells
        // biome-ignore lint/suspicious/noExplicitAny: the same.
        .map((one: any) =>
          one ? `${one.p}${one.r ? '%' : '='}${one.i ? ` of ${one.i}` : ''}${one.b ? '!' : ''}` : '-',
        )
        .join(' | ')}`,
  )

const all = '/prices/grid?audiences=everyone,group:gold,account:anna&currencies=USD'

it('says what each audience pays, whose price that is, and what is earned', async () => {
  const grid = await read(all)
  expect(grid.data).toMatchObject({
    ...{ currencies: ['USD'], is_cut: false },
    columns: [
      { account: null, group: null, currency: 'USD' },
      { account: null, group: 'Gold', currency: 'USD' },
      { username: 'anna', group: 'Gold', currency: 'USD' },
    ],
  })
  expect(lines(grid)).toEqual([
    's1 0.50=! | 0.48%! | 0.48% of group!',
    's2 1.25% | 1.01= | 3.00=',
    's3 1.25% | 1.20% | 1.20% of group',
    's4 1.25% | 1.20% | 1.20% of group',
    's5 - | - | -',
  ])
  expect(grid.data.rows[1]).toMatchObject({
    costs: ['1.00'],
    cells: [{ m: '20.0%' }, { m: '0.9%' }, { m: '66.6%' }],
  })
  expect(grid.data.rows[4].costs).toEqual([null])
})

it('several currencies are columns of their own; without a rate there is no cost', async () => {
  expect((await read('/prices/grid?audiences=everyone')).data).toMatchObject({
    ...{ currencies: ['IDR', 'USD'], used_currencies: ['IDR', 'USD'] },
  })
  const grid = await read('/prices/grid?audiences=everyone,account:citra&currencies=USD,IDR')
  expect(grid.data.currencies).toEqual(['USD', 'IDR'])
  expect(lines(grid)[2]).toBe('s3 1.25% | 20000= | 20000= of everyone')
  expect(grid.data.rows[2]).toMatchObject({ costs: ['1.00', null], no_rate: true })
  expect(grid.data.rows[4]).not.toHaveProperty('no_rate')
})

it('is narrowed and put in order', async () => {
  const codes = async (query: string) => lines(await read(`${all}${query}`)).map((line) => line.split(' ')[0])
  expect(await codes('&service_group=unlocks')).toEqual(['s4', 's5'])
  expect(await codes('&q=SERVICE%203')).toEqual(['s3'])
  expect(await codes('&supplier=Panel')).toEqual(['s1', 's2', 's3', 's4'])
  expect(await codes('&active=no')).toEqual([])
  expect(await codes('&below_cost=yes')).toEqual(['s1'])
  expect(await codes('&no_price=yes')).toEqual(['s5'])
  expect(await codes('&no_cost=yes')).toEqual(['s5'])
  expect(await codes('&margin_lte=1')).toEqual(['s1', 's2'])
  expect(await codes('&rule=fixed')).toEqual(['s1', 's2'])
  expect(await codes('&changed_since=2999-01-01')).toEqual([])
  expect(await codes('&sort=margin')).toEqual(['s1', 's2', 's3', 's4', 's5'])
  expect((await codes('&sort=-margin')).at(-1)).toBe('s5')
  expect(await codes('&sort=name')).toEqual(['s1', 's2', 's3', 's4', 's5'])
  for (const [query, field] of [
    ['audiences=nobody&currencies=USD', 'audiences.0'],
    ['audiences=everyone&currencies=dollars', 'currencies'],
    ['audiences=everyone&currencies=USD&service_group=None', 'service_group'],
    ['audiences=everyone&currencies=USD&rule=x', 'rule'],
  ] as const) {
    const { problems } = await read(`/prices/grid?${query}`)
    expect([query, problems?.[0]?.field]).toEqual([query, field])
  }
})

it('costs are for those who may read them', async () => {
  const { data } = await read(all, support)
  expect(data.rows[1]).toMatchObject({ code: 's2', cells: [{ p: '1.25' }, {}, {}] })
  expect(JSON.stringify(data)).not.toMatch(/"costs"|"m"/)
  expect((await ask(office.server, 'GET', '/prices.csv', { headers: support })).status).toBe(403)
})

it('what an account pays is one column, beside another', async () => {
  const grid = await read('/prices/for/anna?compare=group:Gold')
  expect(lines(grid)[1]).toBe('s2 3.00= | 1.01=')
  expect((await read('/prices/for/nobody')).code).toBe('NOT_FOUND_ERROR')
})

it('a file of prices is what a plan takes, and then changes nothing', async () => {
  const csv = await read('/prices.csv')
  expect(csv.split('\n')[0]).toBe(
    'service,account,group,currency,price,min_items,max_items,rule,name,cost,margin',
  )
  const { json } = await ask(office.server, 'POST', '/plans', {
    headers: manager,
    body: { kind: 'prices.csv', input: { csv } },
  })
  expect(json.data).toMatchObject({ rows: 0, summary: { changed: 0 } })
})

it('a file of prices with audiences has what their grid has, by every filter', async () => {
  const rows = async (query: string): Promise<string[]> => {
    const csv: string = await read(`/prices.csv?audiences=everyone,group:Gold&currencies=USD${query}`)
    const lines = csv.trim().split('\n').slice(1)
    return lines.map((line) => line.split(',').slice(0, 4).join(','))
  }
  const all = await rows('')
  expect(all).toContain('s2,,Gold,USD')
  // Neither the price of an account, nor another currency.
  expect(all.filter((row) => !/^s\d,,(Gold)?,USD$/.test(row))).toEqual([])
  for (const query of [
    '&q=s3',
    '&below_cost=yes',
    '&no_price=yes',
    '&margin_lte=1',
    '&rule=fixed',
    '&sort=-margin',
  ]) {
    const { data } = await read(`/prices/grid?audiences=everyone,group:Gold&currencies=USD${query}`)
    const shown = data.rows.flatMap(({ code, cells }: { code: string; cells: ({ i?: string } | null)[] }) =>
      cells.some((cell) => cell && !cell.i) ? [code] : [],
    )
    const inFile = [...new Set((await rows(query)).map((row) => row.split(',')[0]))]
    expect([query, ...inFile]).toEqual([query, ...shown])
  }
  for (const [query, field] of [
    ['q=s3', 'audiences'],
    ['audiences=everyone&currency=USD', 'currency'],
  ] as const) {
    const { problems } = await read(`/prices.csv?${query}`)
    expect([query, problems?.[0]?.field]).toEqual([query, field])
  }
})
