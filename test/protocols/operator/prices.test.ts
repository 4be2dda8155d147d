import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPriceGroup } from '../../../src/accounts/accounts.ts'
import type { Role } from '../../../src/staff/roles.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
const people = new Map<Role, Record<string, string>>()

beforeAll(async () => {
  office = await OperatorOffice.open()
  const { sql } = office.server
  await createPriceGroup(sql, 'Gold')
  await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Panel', 'https://x.example', 'USD')`
  await sql`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    select 's' || n, 'Service ' || n, 'Checks', 'imei', '{}', 'replay' from generate_series(1, 5) n`
  await sql`
    insert into supplier_routes (service_id, supplier_id, remote_service, cost)
    select v.id, s.id, v.code, 1000000 from services v cross join suppliers s where s.name = 'Panel'`
  for (const role of ['manager', 'catalogue', 'support'] as const)
    people.set(role, (await office.person(role)).headers)
})
afterAll(() => office.stop())

const as = async (role: Role, method: string, path: string, body?: object) => {
  const { status, json } = await ask(office.server, method, path, { body, headers: people.get(role) ?? {} })
  return { status, ...json }
}

it('prices follow a rule that is looked at first, and are read by pages', async () => {
  const wanted = { currency: 'USD', percent: '25' }
  const plan = await as('catalogue', 'POST', '/price-rules', { ...wanted, dry_run: true })
  expect(plan).toMatchObject({
    ...{ status: 200, data: { dry_run: true, changed: 5, below_cost: 0, unknown: 0, covered: 0 } },
  })
  expect(plan.data.moves[0]).toMatchObject({
    service_code: 's1',
    old: null,
    new: '1.25',
    cost: '1.00',
    margin: '20.0%',
  })
  expect((await as('catalogue', 'GET', '/prices')).data.page.items).toEqual([])
  expect(await as('catalogue', 'POST', '/price-rules', { ...wanted, plan: 'other' })).toMatchObject({
    status: 409,
  })
  const made = await as('catalogue', 'POST', '/price-rules', { ...wanted, plan: plan.data.plan })
  expect(made.data.rule).toMatchObject({ of: 'cost', percent: '25', prices: 5, min_price: null })
  const ids: number[] = []
  for (let cursor = ''; ; ) {
    const { page } = (await as('support', 'GET', `/prices?limit=2&currency=USD${cursor}`)).data
    ids.push(...page.items.map(({ id }: { id: number }) => id))
    if (page.next_cursor === null) break
    cursor = `&cursor=${page.next_cursor}`
  }
  expect(new Set(ids).size).toBe(5)
  expect((await as('support', 'GET', '/price-rules')).data.rules).toHaveLength(1)
})

it('costs and margins are for those who may read them', async () => {
  const [own] = (await as('catalogue', 'GET', '/prices?service=s1')).data.page.items
  expect(own).toMatchObject({ price: '1.25', cost: '1.00', margin: '20.0%', below_cost: false })
  const [theirs] = (await as('support', 'GET', '/prices?service=s1')).data.page.items
  expect(theirs).toMatchObject({ price: '1.25' })
  expect(theirs).not.toHaveProperty('cost')
  const why = (await as('support', 'GET', '/prices/explained?service=s1&currency=USD')).data
  expect(why).toMatchObject({ price: '1.25', candidates: [{ chosen: true, scope: 'all' }] })
  expect(JSON.stringify(why)).not.toContain('1.00')
  const seen = (await as('catalogue', 'GET', '/prices/explained?service=s1&currency=USD')).data
  expect(seen).toMatchObject({
    cost: '1.00',
    candidates: [{ base: '1.00' }],
    routes: [{ supplier: 'Panel' }],
  })
})

it('prices are set, changed, imported and taken away, and the trail has who did it', async () => {
  const gold = { service: 's1', group: 'Gold', currency: 'USD' }
  expect(
    (await as('catalogue', 'POST', '/prices', { ...gold, price: '1.10', min_items: 2 })).data,
  ).toMatchObject({
    changed: 1,
    moves: [{ group: 'Gold', old: null, new: '1.10', rule: null }],
  })
  const changed = await as('catalogue', 'POST', '/prices/change', {
    group: 'Gold',
    percent: '10',
    round: '0.01',
  })
  expect(changed.data).toMatchObject({ fit: 1, ruled: 0, moves: [{ old: '1.10', new: '1.21' }] })
  const csv = 'service,group,currency,price\ns1,Gold,USD,1.30\ns2,,USD,2\n'
  expect((await as('catalogue', 'POST', '/prices/import', { csv })).data).toMatchObject({
    written: 2,
    changed: 2,
  })
  const wrong = await as('catalogue', 'POST', '/prices/import', {
    csv: 'service,currency,price\nno,USD,1\ns1,USD,x\n',
  })
  expect(wrong).toMatchObject({ status: 422, problems: [{ field: '2.service' }, { field: '3.price' }] })
  expect((await as('catalogue', 'POST', '/prices/remove', gold)).data).toMatchObject({
    moves: [{ old: '1.30', new: null }],
  })
  expect((await as('catalogue', 'POST', '/prices/remove', gold)).status).toBe(404)
  const { items } = (await as('manager', 'GET', '/audit?what=price')).data.page
  expect(items.length).toBeGreaterThan(3)
  for (const { actor } of items) expect(actor).not.toMatch(/^(imeigate|role )/)
})

it('a price below the cost is for those who may set one', async () => {
  const below = { service: 's3', currency: 'USD', price: '0.50' }
  const refused = await as('catalogue', 'POST', '/prices', below)
  expect(refused).toMatchObject({ status: 403, code: 'PERMISSION_DENIED_ERROR' })
  expect((await as('catalogue', 'GET', '/prices?below_cost=yes')).data.page.items).toEqual([])
  expect((await as('catalogue', 'POST', '/prices', { ...below, dry_run: true })).data).toMatchObject({
    below_cost: 1,
  })
  expect((await as('manager', 'POST', '/prices', below)).data).toMatchObject({ below_cost: 1 })
  expect((await as('catalogue', 'GET', '/prices?below_cost=yes')).data.page.items).toMatchObject([
    { service_code: 's3' },
  ])
  expect(await as('support', 'POST', '/prices', below)).toMatchObject({ status: 403 })
})

it('what is wrong names the field of the body', async () => {
  for (const [path, body, field] of [
    ['/price-rules', { currency: 'USD', percent: '5', of: 'everyone' }, 'of'],
    ['/price-rules', { currency: 'USD', percent: '5', service_group: 'None' }, 'service_group'],
    ['/price-rules', { currency: 'USD', percent: '5', min_price: 'x' }, 'min_price'],
    ['/prices/change', { percent: '5', price: '1' }, 'percent'],
    ['/prices', { service: 's1', currency: 'USD', price: 'x' }, 'price'],
    ['/prices', { service: 's1', currency: 'usd', price: '1' }, 'currency'],
  ] as const) {
    const { problems } = await as('manager', 'POST', path, body)
    expect([path, problems?.map((one: { field: string }) => one.field)]).toEqual([path, [field]])
  }
})

it('a rule is taken away', async () => {
  const [{ id }] = (await as('manager', 'GET', '/price-rules')).data.rules
  expect((await as('manager', 'DELETE', `/price-rules/${id}?dry_run=yes`)).data).toMatchObject({
    dry_run: true,
    changed: 3,
  })
  expect((await as('manager', 'DELETE', `/price-rules/${id}`)).data).toMatchObject({
    dry_run: false,
    changed: 3,
  })
  expect((await as('manager', 'DELETE', `/price-rules/${id}`)).status).toBe(404)
})
