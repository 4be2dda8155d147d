import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { Refusal } from '../../src/errors.ts'
import { systemClock } from '../../src/lib/time.ts'
import { planJobs } from '../../src/plans/jobs.ts'
import { planKinds } from '../../src/plans/kinds/index.ts'
import { type PlanRow, rowKind, type Work } from '../../src/plans/plan-kind.ts'
import type { Role } from '../../src/staff/roles.ts'
import { WRITTEN_PRICES } from '../price-book/written-prices.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { until } from '../support/until.ts'

/** `groupsOf` is a kind of plan that is applied row by row: each row makes a price group. `before` is told of each try. */
let before: (work: Work, row: PlanRow) => Promise<void>
const groups = rowKind({
  name: 'test.groups',
  what: 'Price groups of a test',
  permissions: ['resellers.terms'],
  reading: 'resellers.read',
  input: Type.Object({ count: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  compute: async (_work, { count }) => ({
    rows: Array.from({ length: count }, (_, at) => ({
      ...{ key: String(at), subject: { name: `group ${at}` }, before: null, after: { name: `group ${at}` } },
      ...{ money: null, verdict: at % 2 === 0 ? 'even' : 'odd', warnings: [], own: { at } },
    })),
    summary: { count },
  }),
  async applyRow(work, row) {
    const name = `group ${row.own?.['at']} ${randomUUID()}`
    await work.transaction`insert into price_groups (name) values (${name})`
    await before(work, row)
    return { outcome: 'done' }
  },
})

const log = pino({ level: 'silent' })
let office: OperatorOffice
const people = new Map<Role, Record<string, string>>()

beforeAll(async () => {
  planKinds.push(groups)
  office = await OperatorOffice.open()
  const { sql } = office.server
  await createPriceGroup(sql, 'Gold')
  for (const [username, group] of [['anna', 'Gold'], ['binh']] as const) {
    const account = { name: username, email: `${username}@example.com`, username, currency: 'USD', group }
    await createAccount(sql, account, 'test')
  }
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
afterAll(async () => {
  planKinds.splice(planKinds.indexOf(groups), 1)
  await office.stop()
})
beforeEach(async () => {
  before = async () => {}
  await office.server.sql`delete from prices`
  await office.server.sql`delete from price_rules`
})

const as = async (role: Role, method: string, path: string, body?: object, key: string = randomUUID()) => {
  const headers = { ...people.get(role), 'idempotency-key': key }
  const { status, json } = await ask(office.server, method, path, { body, headers })
  return { status, ...json }
}

const make = async (role: Role, kind: string, input: object) => {
  const { status, data, ...refusal } = await as(role, 'POST', '/plans', { kind, input })
  expect([status, refusal]).toEqual([200, {}])
  return data
}

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what its plan has.
const rowsOf = async (role: Role, id: number, query = ''): Promise<any[]> =>
  (await as(role, 'GET', `/plans/${id}/rows?limit=200${query}`)).data.page.items

const apply = (role: Role, id: number, body: object = {}, key?: string) =>
  as(role, 'POST', `/plans/${id}/apply`, body, key)

/** `book` gives every price of the book as a line. */
const book = async (): Promise<string[]> =>
  (
    await office.server.sql<{ line: string }[]>`
      select concat_ws(' ', v.code, g.name, (unit_price / 1000000.0)::numeric(12, 2)) as line
        from prices p join services v on v.id = p.service_id left join price_groups g on g.id = p.price_group_id
       order by v.code, g.name nulls first`
  ).map(({ line }) => line)

const cells = (...lines: string[]) => ({
  cells: lines.map((line) => {
    const [service, group, price] = line.split(' ')
    return { service, ...(group !== '-' && { group }), currency: 'USD', price: price === 'x' ? null : price }
  }),
})

describe('a plan of prices', () => {
  it('says what it would do, changes nothing, and then does just that, once', async () => {
    await office.server.sql`select 1`
    const plan = await make('catalogue', 'prices', cells('s1 - 2', 's2 - 3', 's1 Gold 1.50'))
    expect(plan).toMatchObject({
      ...{ kind: 'prices', state: 'ready', rows: 3, verdicts: { new: 3 }, needs: [], may_apply: true },
      ...{ summary: { changed: 3, below_cost: 0, services: 2, resellers: 2 }, applied_by: null },
    })
    expect(await book()).toEqual([])
    const [first, , third] = await rowsOf('catalogue', plan.id)
    expect(first).toMatchObject({
      ...{
        position: 1,
        before: null,
        after: { price: '2.00', by_rule: false },
        verdict: 'new',
        outcome: null,
      },
      subject: { service_code: 's1', service_name: 'Service 1', account: null, group: null, currency: 'USD' },
      money: { currency: 'USD', before: null, after: '2.00', cost: '1.00', margin: '50.0%' },
    })
    expect(third).toMatchObject({ subject: { service_code: 's2' } })
    const done = await apply('catalogue', plan.id, { why: 'new year' }, 'once')
    expect(done.data).toMatchObject({
      ...{ state: 'applied', why: 'new year', outcomes: { done: 3, skipped: 0, failed: 0 } },
    })
    expect(await book()).toEqual(['s1 2.00', 's1 Gold 1.50', 's2 3.00'])
    expect((await apply('catalogue', plan.id, { why: 'new year' }, 'once')).status).toBe(200)
    expect(await apply('catalogue', plan.id)).toMatchObject({
      ...{ status: 409, code: 'CONFLICT_ERROR', message: /applied already, by Anna/ },
    })
    const { items } = (await as('manager', 'GET', '/audit?what=price&limit=3')).data.page
    expect(items).toMatchObject(Array.from({ length: 3 }, () => ({ plan: plan.id, why: 'new year' })))
    const trail = (await as('manager', 'GET', `/audit?what=plan&subject=${plan.id}`)).data.page.items
    expect(trail).toMatchObject([{ plan: plan.id, before: { state: 'ready' }, after: { state: 'applied' } }])
  })

  it('is stale as a whole when a price, a cost or a rule has changed since', async () => {
    const { sql } = office.server
    for (const change of [
      () =>
        sql`insert into prices (service_id, currency, unit_price) select id, 'USD', 5 from services where code = 's1'`,
      () => sql`update supplier_routes set cost = 1100000 where remote_service = 's2'`,
      () => as('manager', 'POST', '/prices', { service: 's2', currency: 'USD', price: '3' }),
    ]) {
      const plan = await make('manager', 'prices', cells('s1 - 2', 's2 - 3'))
      await change()
      const was = await book()
      expect(await apply('manager', plan.id)).toMatchObject({ status: 409, code: 'PLAN_STALE_ERROR' })
      expect(await book()).toEqual(was)
      expect((await as('manager', 'GET', `/plans/${plan.id}`)).data).toMatchObject({ state: 'ready' })
      await sql`delete from prices`
      await sql`update supplier_routes set cost = 1000000`
    }
  })

  it('may be applied without some of its rows; what follows from them is left out as well', async () => {
    const wanted = {
      rules: [{ group: 'Gold', currency: 'USD', of: 'everyone', percent: '-10' }],
      ...cells('s1 - 2', 's2 - 3'),
    }
    const plan = await make('manager', 'prices', wanted)
    const rows = await rowsOf('manager', plan.id)
    expect(
      rows.map(({ subject, after }) => [subject.service_code, subject.group, after.price, after.by_rule]),
    ).toEqual([
      ...[
        ['s1', null, '2.00', false],
        ['s1', 'Gold', '1.80', true],
      ],
      ...[
        ['s2', null, '3.00', false],
        ['s2', 'Gold', '2.70', true],
      ],
    ])
    expect(await apply('manager', plan.id, { except: [2] })).toMatchObject({
      ...{ status: 422, problems: [{ field: 'except' }] },
    })
    expect(await apply('manager', plan.id, { except: [99] })).toMatchObject({ status: 422 })
    const done = await apply('manager', plan.id, { except: [1] })
    expect(done.data).toMatchObject({ state: 'applied', outcomes: { done: 2, skipped: 2, failed: 0 } })
    expect(await book()).toEqual(['s2 3.00', 's2 Gold 2.70'])
    expect(await rowsOf('manager', plan.id, '&outcome=skipped')).toMatchObject([
      ...[
        { position: 1, reason: 'it was left out' },
        { position: 2, reason: /follows from/ },
      ],
    ])
  })

  it('below the cost wants its own word and permission', async () => {
    const plan = await make('catalogue', 'prices', cells('s1 - 0.50', 's2 - 3'))
    expect(plan).toMatchObject({
      needs: ['below_cost'],
      may_apply: false,
      verdicts: { below_cost: 1, new: 1 },
    })
    expect(await rowsOf('catalogue', plan.id, '&verdict=below_cost')).toMatchObject([
      { money: { margin: '-100.0%' }, warnings: ['sold for less than it costs'] },
    ])
    expect(await apply('catalogue', plan.id, { confirm: ['below_cost'] })).toMatchObject({ status: 403 })
    expect(await apply('manager', plan.id)).toMatchObject({ status: 422, problems: [{ field: 'confirm' }] })
    expect(await book()).toEqual([])
    expect((await apply('catalogue', plan.id, { except: [1] })).data).toMatchObject({ state: 'applied' })
    const other = await make('manager', 'prices', cells('s1 - 0.50'))
    const done = await apply('manager', other.id, { confirm: ['below_cost'] })
    expect(done.data).toMatchObject({ state: 'applied' })
    expect(await book()).toEqual(['s1 0.50', 's2 3.00'])
  })

  it('changes many, and prices of a file; what is wrong names its place', async () => {
    const csv = 'service,group,currency,price\ns1,,USD,2\ns2,,USD,4\n'
    const file = await make('catalogue', 'prices.csv', { csv })
    expect((await apply('catalogue', file.id)).data).toMatchObject({ outcomes: { done: 2 } })
    const plan = await make('catalogue', 'prices', { change: { service: 's2', percent: '10' } })
    expect(await rowsOf('catalogue', plan.id)).toMatchObject([
      { before: { price: '4.00' }, after: { price: '4.40' }, verdict: 'raised' },
    ])
    await apply('catalogue', plan.id)
    expect(await book()).toEqual(['s1 2.00', 's2 4.40'])
    const several = await make('catalogue', 'prices', {
      changes: [
        { service: 's1', everyone: true, percent: '50' },
        { service: 's2', everyone: true, fixed: '0.60' },
      ],
    })
    await apply('catalogue', several.id)
    expect(await book()).toEqual(['s1 3.00', 's2 5.00'])
    for (const [kind, input, ...fields] of [
      ['prices', { changes: [{ percent: '5' }, { follow: true, round: '1' }] }, 'round'],
      ['prices', cells('s1 - 2', 'no - x'), 'input.cells.1.service'],
      ['prices', cells('s1 - 1.2.3'), 'input.cells.0.price'],
      ['prices', { cells: [{ service: 's1', currency: 'usd', price: '1' }] }, 'input.cells.0.currency'],
      ['prices', {}, 'input'],
      ['prices', { rules: [{ currency: 'USD', percent: '5', service_group: 'None' }] }, 'service_group'],
      ['prices.csv', { csv: 'service,currency,price\nno,USD,1\ns1,USD,x\n' }, '2.service', '3.price'],
    ] as const) {
      const { status, problems } = await as('manager', 'POST', '/plans', { kind, input })
      expect([status, problems.map((one: { field: string }) => one.field)]).toEqual([422, fields])
    }
  })

  it.each(Object.entries(WRITTEN_PRICES))(
    'reads the price of a cell by its currency, %s, and refuses what may be two',
    async (currency, written) => {
      for (const [text, expected] of written) {
        const input = { cells: [{ service: 's1', currency, price: text }] }
        const { status, data, problems } = await as('manager', 'POST', '/plans', { kind: 'prices', input })
        const read = status === 200 ? (await rowsOf('manager', data.id))[0].after.price : undefined
        expect([text, read === undefined ? undefined : Number(read)]).toEqual([
          text,
          expected === undefined ? undefined : Number(expected),
        ])
        if (expected === undefined) expect(problems[0].field).toBe('input.cells.0.price')
      }
    },
  )

  it('says of a price that may be two which ones', async () => {
    const input = { cells: [{ service: 's1', currency: 'USD', price: '1,500' }] }
    const { status, problems } = await as('manager', 'POST', '/plans', { kind: 'prices', input })
    expect([status, problems.length]).toEqual([422, 1])
    expect(JSON.stringify(problems[0])).toContain('may be 1.500 or 1500 USD: write 1.5000 or 1500')
  })

  it('is discarded, and ends after a day', async () => {
    const plan = await make('catalogue', 'prices', cells('s1 - 2'))
    expect((await as('catalogue', 'POST', `/plans/${plan.id}/discard`)).data).toMatchObject({
      state: 'discarded',
    })
    expect(await apply('catalogue', plan.id)).toMatchObject({ status: 409 })
    const old = await make('catalogue', 'prices', cells('s1 - 2'))
    await office.server.sql`update plans set ends_at = now() - interval '1 day' where id = ${old.id}`
    expect((await as('catalogue', 'GET', `/plans/${old.id}`)).data).toMatchObject({ state: 'ended' })
    expect(await apply('catalogue', old.id)).toMatchObject({ status: 409 })
  })

  it('is applied by one of two people', async () => {
    const plan = await make('manager', 'prices', cells('s1 - 2', 's2 - 3'))
    const both = await Promise.all([apply('manager', plan.id), apply('catalogue', plan.id)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const changes = await office.server.sql`select from trail where plan_id = ${plan.id} and what = 'prices'`
    expect(changes).toHaveLength(2)
  })
})

it('a plan of one price group for many leaves out those that are excepted', async () => {
  // Some are named twice.
  const accounts = ['anna', 'binh', 'ANNA', 'Binh']
  const plan = await make('manager', 'accounts.group', { accounts, group: null })
  expect(plan).toMatchObject({ rows: 1, summary: { changed: 1, unchanged: 1 } })
  const gold = await make('manager', 'accounts.group', { accounts: ['binh'], group: 'Gold' })
  expect((await apply('manager', gold.id)).data).toMatchObject({ outcomes: { done: 1 } })
  const none = await make('manager', 'accounts.group', { accounts: ['anna', 'binh'], group: null })
  expect((await apply('manager', none.id, { except: [2] })).data).toMatchObject({
    outcomes: { done: 1, skipped: 1 },
  })
  const groups = await office.server.sql`
    select a.username, g.name from accounts a left join price_groups g on g.id = a.price_group_id order by username`
  expect(groups.map(({ username, name }) => [username, name])).toEqual([
    ['anna', null],
    ['binh', 'Gold'],
  ])
  // All that fit a filter are found by the server.
  const all = await make('manager', 'accounts.group', { filter: { search: 'anna' }, group: 'Gold' })
  expect((await rowsOf('manager', all.id)).map(({ subject }) => subject.username)).toEqual(['anna'])
  for (const input of [{ group: null }, { group: null, accounts: ['anna'], filter: {} }]) {
    const refused = await as('manager', 'POST', '/plans', { kind: 'accounts.group', input })
    expect(refused).toMatchObject({ status: 422, errors: { 'input.accounts': [expect.any(String)] } })
  }
  const back = await make('manager', 'accounts.group', { accounts: ['anna'], group: 'Gold' })
  await apply('manager', back.id)
})

describe('a plan of services', () => {
  it('gives many the same values, and is stale when one of them has changed', async () => {
    const wanted = { filter: { group: 'checks' }, change: { delivery_time: '1 hour' } }
    const plan = await make('catalogue', 'services.bulk', wanted)
    expect(plan).toMatchObject({ rows: 5, verdicts: { changed: 5 }, summary: { changed: 5, unchanged: 0 } })
    expect(await rowsOf('support', plan.id)).toMatchObject([
      { subject: { service_code: 's1' }, before: { delivery_time: '' }, after: { delivery_time: '1 hour' } },
      ...Array(4).fill({}),
    ])
    await office.server.sql`update services set delivery_time = 'never' where code = 's3'`
    expect(await apply('catalogue', plan.id)).toMatchObject({
      ...{ status: 409, code: 'PLAN_STALE_ERROR', message: /s3/ },
    })
    const again = await make('catalogue', 'services.bulk', wanted)
    expect((await apply('catalogue', again.id, { except: [1] })).data).toMatchObject({
      outcomes: { done: 4, skipped: 1 },
    })
    const rows = await office.server
      .sql`select code from services where delivery_time = '1 hour' order by code`
    expect(rows.map(({ code }) => code)).toEqual(['s2', 's3', 's4', 's5'])
    for (const [input, field] of [
      [{ services: ['s1', 'no'], change: { delivery_time: 'x' } }, 'input.services.1'],
      [{ services: ['s1'], change: { code: 'x' } }, 'input.change.code'],
      [{ services: ['s1'], change: { nothing: 1 } }, 'input.change.nothing'],
      [{ services: ['s1'], change: { min_quantity: 5 } }, 'input.change.min_quantity'],
      [{ change: { delivery_time: 'x' } }, 'services'],
    ] as const) {
      const { status, problems } = await as('catalogue', 'POST', '/plans', { kind: 'services.bulk', input })
      expect([field, status, problems[0].field]).toEqual([field, 422, field])
    }
  })

  it('is read from a file, with new services and their prices', async () => {
    const text = 'code,name,group,price,currency\ns1,Renamed,Checks,2,USD\nn1,New,Checks,3,USD\n'
    const plan = await make('catalogue', 'services.csv', { text })
    expect(plan).toMatchObject({ summary: { created: 1, updated: 1, prices: 2 }, rows: 4 })
    const rows = await rowsOf('catalogue', plan.id)
    expect(rows[0]).toMatchObject({
      before: { name: 'Service 1' },
      after: { name: 'Renamed' },
      verdict: 'changed',
    })
    expect(rows[1]).toMatchObject({ before: null, after: { code: 'n1' }, verdict: 'new' })
    expect((await apply('catalogue', plan.id)).data).toMatchObject({ outcomes: { done: 4 } })
    expect(await book()).toEqual(['n1 3.00', 's1 2.00'])
  })

  it('gives many a further route: what is no service is named once, and what they cost is for who reads costs', async () => {
    const { sql } = office.server
    await sql`insert into suppliers (kind, name, url, currency) values ('sandbox', 'Further', 'https://b.example', 'USD')`
    const input = { services: ['s1', 'none', 'S1', 'NONE'], supplier: 'Further' }
    const plan = await make('catalogue', 'services.route', input)
    expect(plan.summary).toMatchObject({ routes: 1, unmatched: 1 })
    expect(await rowsOf('catalogue', plan.id)).toHaveLength(2)
    for (const path of [`/plans/${plan.id}`, `/plans/${plan.id}/rows`])
      expect(await as('support', 'GET', path)).toMatchObject({ status: 403 })
  })
})

describe('who may', () => {
  it('make, read and apply a plan is said by its kind', async () => {
    expect(await as('support', 'POST', '/plans', { kind: 'prices', input: cells('s1 - 2') })).toMatchObject({
      ...{ status: 403, message: 'Permission denied: you may not prices.edit' },
    })
    const plan = await make('catalogue', 'prices', cells('s1 - 2'))
    expect(await apply('support', plan.id)).toMatchObject({ status: 403 })
    expect(await as('support', 'POST', `/plans/${plan.id}/discard`)).toMatchObject({ status: 403 })
    expect((await as('support', 'GET', `/plans/${plan.id}`)).data).toMatchObject({ may_apply: false })
    const [row] = await rowsOf('support', plan.id)
    expect(row.money).toEqual({ currency: 'USD', before: null, after: '2.00' })
    const program = await office.program(['catalogue.read'])
    for (const path of [`/plans/${plan.id}`, `/plans/${plan.id}/rows`])
      expect(await ask(office.server, 'GET', path, { headers: program })).toMatchObject({ status: 403 })
    const listed = await ask(office.server, 'GET', '/plans', { headers: program })
    expect(new Set(listed.json.data.page.items.map(({ kind }: { kind: string }) => kind))).toEqual(
      new Set(['services.bulk', 'services.csv']),
    )
    const kinds = (await as('support', 'GET', '/plan-kinds')).data.items
    expect(kinds[0]).toMatchObject({
      kind: 'prices',
      permissions: ['prices.edit'],
      confirmations: { below_cost: 'prices.below_cost' },
    })
    expect(await as('support', 'GET', '/plans/999999')).toMatchObject({ status: 404 })
  })
})

describe('a plan that is applied row by row', () => {
  const made = async (): Promise<number[]> =>
    (
      await office.server.sql<
        { name: string }[]
      >`select name from price_groups where name like 'group %' order by id`
    ).map(({ name }) => Number(name.split(' ')[1]))
  const applied = async (id: number) => {
    const read = async () => (await as('manager', 'GET', `/plans/${id}`)).data
    await until('the plan is applied', async () => (await read()).state === 'applied', read)
    return await read()
  }
  afterEach(() => office.server.owner`delete from price_groups where name like 'group %'`)

  it('writes of each row what became of it', async () => {
    before = async (_work, { key }) => {
      if (key === '2') throw new Refusal('conflict', 'it has ended')
      if (key === '3') throw new Error('a fault of the program')
    }
    const plan = await make('manager', 'test.groups', { count: 5 })
    expect(plan).toMatchObject({ verdicts: { even: 3, odd: 2 }, summary: { count: 5 } })
    expect((await apply('manager', plan.id, { except: [5], why: 'because' })).data).toMatchObject({
      ...{ applied_by: expect.stringMatching(/^staff:/), why: 'because' },
    })
    expect(await applied(plan.id)).toMatchObject({ outcomes: { done: 2, skipped: 1, failed: 2 } })
    expect((await rowsOf('manager', plan.id)).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ...[
        ['done', null],
        ['done', null],
      ],
      ...[
        ['failed', 'Conflict: it has ended'],
        ['failed', 'Internal error'],
      ],
      ['skipped', 'it was left out'],
    ])
    expect(await made()).toEqual([0, 1])
    const trail = await office.server
      .sql`select actor, role, why from trail where plan_id = ${plan.id} and what = 'price_groups'`
    expect(trail).toMatchObject(Array(2).fill({ role: 'manager', why: 'because' }))
  })

  it('goes on after its connection was lost in the middle of a row, and does none twice', async () => {
    let tries = 0
    before = async ({ transaction }, { key }) => {
      if (key === '3' && tries++ === 0) await transaction`select pg_terminate_backend(pg_backend_pid())`
    }
    const plan = await make('manager', 'test.groups', { count: 6 })
    await apply('manager', plan.id)
    expect(await applied(plan.id)).toMatchObject({ outcomes: { done: 6, skipped: 0, failed: 0 } })
    expect(tries).toBe(2)
    expect(await made()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('goes on after its process has ended, by whoever finds it', async () => {
    const stop = new AbortController()
    const tasks = planJobs({ sql: office.server.sql, clock: systemClock, log })
    const plan = await make('manager', 'test.groups', { count: 6 })
    before = async (_work, { key }) => {
      if (key === '2') stop.abort()
    }
    // The job is taken by nobody else: it is as if its process had ended with it.
    await office.server.sql`
      update plans set state = 'applying', applied_by = 'staff:1', applied_at = now(), changed_at = now() - interval '1 hour' where id = ${plan.id}`
    await tasks['plan_apply']?.({ plan: plan.id }, stop.signal)
    expect(await made()).toEqual([0, 1, 2])
    await office.server.sql`update plans set changed_at = now() - interval '1 hour' where id = ${plan.id}`
    await tasks['plans_tend']?.({}, new AbortController().signal)
    expect(await applied(plan.id)).toMatchObject({ outcomes: { done: 6 } })
    expect(await made()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('is applied by one of two people, and each row by one of two processes', async () => {
    const plan = await make('manager', 'test.groups', { count: 20 })
    const tasks = planJobs({ sql: office.server.sql, clock: systemClock, log })
    const both = await Promise.all([apply('manager', plan.id), apply('manager', plan.id)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const signal = new AbortController().signal
    await Promise.all([1, 2].map(() => tasks['plan_apply']?.({ plan: plan.id }, signal)))
    expect(await applied(plan.id)).toMatchObject({ outcomes: { done: 20 } })
    expect((await made()).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at))
  })
})

it('old plans are removed with their rows', async () => {
  const { sql } = office.server
  const plan = await make('catalogue', 'prices', cells('s1 - 2'))
  await sql`update plans set changed_at = now() - interval '91 days' where id = ${plan.id}`
  await planJobs({ sql, clock: systemClock, log })['plans_tend']?.({}, new AbortController().signal)
  expect((await as('catalogue', 'GET', `/plans/${plan.id}`)).status).toBe(404)
  expect(await sql`select from plan_rows where plan_id = ${plan.id}`).toHaveLength(0)
})

describe('an applied plan is undone', () => {
  it('by a plan that sets back what is still as it was made, and names the rest', async () => {
    const price = (service: string, to: string | null) => ({ service, currency: 'USD', price: to })
    const old = await make('manager', 'prices', { cells: [price('s1', '5'), price('s2', '6')] })
    expect((await apply('manager', old.id)).status).toBe(200)
    const cells = [price('s1', '7'), price('s2', '8'), price('s3', '9')]
    const plan = await make('manager', 'prices', { cells })
    expect(plan.undone_by).toBeNull()
    const ready = await as('manager', 'POST', '/plans', { kind: 'prices.undo', input: { plan: plan.id } })
    expect(ready).toMatchObject({ status: 409, message: `Conflict: plan ${plan.id} was not applied` })
    expect((await apply('manager', plan.id)).data).toMatchObject({ undone_by: 'prices.undo' })
    const later = await make('manager', 'prices', { cells: [price('s2', '8.5')] })
    expect((await apply('manager', later.id)).status).toBe(200)
    const undo = await make('manager', 'prices.undo', { plan: plan.id })
    expect(undo).toMatchObject({ rows: 3, summary: { undoes: plan.id, left: 1 } })
    const rows = await rowsOf('manager', undo.id)
    expect(
      rows.map(({ subject, after, verdict }) => [subject.service_code, after?.price ?? null, verdict]),
    ).toEqual([
      ['s1', '5.00', 'lowered'],
      ['s3', null, 'removed'],
      ['s2', null, 'changed_since'],
    ])
    expect((await apply('manager', undo.id)).data).toMatchObject({
      ...{ state: 'applied', undone_by: null, outcomes: { done: 2, skipped: 1, failed: 0 } },
    })
    expect(await rowsOf('manager', undo.id, '&outcome=skipped')).toMatchObject([
      { verdict: 'changed_since', reason: 'it stays as it is' },
    ])
    expect(await book()).toEqual(['s1 5.00', 's2 8.50'])
    const read = () =>
      office.server
        .sql`select group_name, delivery_time from services where code in ('s4', 's5') order by code`
    const [first] = await read()
    const { data: made } = await as('manager', 'POST', '/plans', {
      kind: 'services.bulk',
      input: { services: ['s4', 's5'], change: { group: 'Other', delivery_time: '2 days' } },
    })
    expect((await apply('manager', made.id)).status).toBe(200)
    await office.server.sql`update services set group_name = 'Mine' where code = 's5'`
    const back = await make('manager', 'services.undo', { plan: made.id })
    expect(back.verdicts).toEqual({ changed: 1, changed_since: 1 })
    expect((await apply('manager', back.id)).status).toBe(200)
    expect([...(await read())]).toEqual([first, { group_name: 'Mine', delivery_time: '2 days' }])
    await office.server.sql`update accounts set price_group_id = null where username = 'binh'`
    const moved = await make('manager', 'accounts.group', { accounts: ['binh'], group: 'Gold' })
    expect((await apply('manager', moved.id)).status).toBe(200)
    const away = await make('manager', 'accounts.undo', { plan: moved.id })
    expect(away).toMatchObject({ rows: 1, verdicts: { changed: 1 } })
    expect((await apply('manager', away.id)).status).toBe(200)
    const [{ group } = { group: 1 }] = await office.server.sql<{ group: number | null }[]>`
      select price_group_id as group from accounts where username = 'binh'`
    expect(group).toBeNull()
    const other = await as('manager', 'POST', '/plans', { kind: 'accounts.undo', input: { plan: plan.id } })
    expect(other).toMatchObject({ status: 409 })
  })

  it('with the counts of items that prices had; what a rule gave comes from it again, also where it was changed twice', async () => {
    const { sql } = office.server
    const read = async () =>
      (
        await sql<{ line: string }[]>`
          select concat_ws(' ', v.code, p.price_group_id is not null, (unit_price / 1000000.0)::numeric(12, 2), min_items, max_items,
                           rule_id is not null) as line
            from prices p join services v on v.id = p.service_id order by v.code, p.price_group_id nulls first`
      ).map(({ line }) => line)
    const rule = { group: 'Gold', service: 's1', currency: 'USD', of: 'everyone', percent: '-10' }
    const first = await make('manager', 'prices', { rules: [rule], ...cells('s1 - 10', 's2 - 6', 's3 - 7') })
    expect((await apply('manager', first.id)).status).toBe(200)
    const old = await read()
    expect(old).toEqual([
      's1 f 10.00 1 1000 f',
      's1 t 9.00 1 1000 t',
      's2 f 6.00 1 1000 f',
      's3 f 7.00 1 1000 f',
    ])
    // The price of the group follows that of everyone, and is fixed then.
    const twice = await make('manager', 'prices', {
      change: { service: 's1', currency: 'USD', everyone: true, price: '20' },
      ...cells('s1 Gold 5'),
    })
    expect((await apply('manager', twice.id, { confirm: twice.needs })).status).toBe(200)
    const file = await make('manager', 'prices.csv', {
      csv: 'service,currency,price,min_items,max_items\ns2,USD,8,5,50\ns3,USD,9,5,50\n',
    })
    expect((await apply('manager', file.id)).status).toBe(200)
    await sql`update prices set max_items = 60 where unit_price = 9000000`
    for (const plan of [twice, file]) {
      const undo = await make('manager', 'prices.undo', { plan: plan.id })
      expect((await apply('manager', undo.id, { confirm: undo.needs })).status).toBe(200)
    }
    expect(await read()).toEqual([...old.slice(0, 3), 's3 f 9.00 5 60 f'])
  })

  it('but for one that replaced the routes of services: it shows what it replaces', async () => {
    const { sql } = office.server
    await sql`insert into suppliers (kind, name) values ('manual', 'Bench')`
    for (const [kind, input] of [
      ['services.bulk', { services: ['s3'], change: { supplier: 'Bench' } }],
      ['services.csv', { text: 'code,supplier\ns4,Bench\n' }],
    ] as const) {
      const plan = await make('manager', kind, input)
      expect(await rowsOf('manager', plan.id)).toMatchObject([
        { before: { supplier: 'Panel' }, after: { supplier: 'Bench' } },
      ])
      expect((await apply('manager', plan.id)).data).toMatchObject({ outcomes: { done: 1 } })
      const undo = await as('manager', 'POST', '/plans', { kind: 'services.undo', input: { plan: plan.id } })
      expect([undo.status, undo.message]).toEqual([
        409,
        `Conflict: plan ${plan.id} has replaced routes of services: they are set back one by one`,
      ])
    }
  })
})
