import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

let database: TestDatabase
let settings: Record<string, string>
const folder = temporaryFolder()
const path = (name: string): string => join(folder, name)

beforeAll(async () => {
  database = await testDatabase()
  const { address, sql } = database
  settings = settingsFor(address)
  await createPriceGroup(sql, '=Gold')
  await createAccount(
    sql,
    { name: 'Anna', email: 'a@example.com', username: 'anna', currency: 'USD', group: '=Gold' },
    'test',
  )
  await createAccount(
    sql,
    { name: 'Binh', email: 'b@example.com', username: 'binh', currency: 'VND' },
    'test',
  )
  await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Panel', 'https://x.example', 'USD')`
  await sql`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    select 's' || n, 'Service ' || n, case when n < 3 then 'Checks' else 'Unlocks' end, 'imei', '{}', 'replay' from generate_series(1, 4) n`
  await sql`
    insert into supplier_routes (service_id, supplier_id, remote_service, cost)
    select v.id, s.id, v.code, 1000000 from services v cross join suppliers s where s.name = 'Panel' and v.code <> 's4'`
})
beforeEach(async () => {
  for (const table of ['price_rules', 'prices']) await database.sql`delete from ${database.sql(table)}`
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})

const run = (...args: string[]): Promise<Run> => imeigate(['price', ...args], settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  return ended.json()
}

const refusal = async (...args: string[]) => {
  const ended = await run(...args, '--json')
  expect(ended.code).not.toBe(0)
  return ended.error()
}

/** `book` gives every price: its service, whom it is for, and the amount; `*` where a rule gives it. */
async function book(): Promise<string[]> {
  const rows = await database.sql<{ line: string }[]>`
    select concat_ws(' ', v.code, coalesce(a.username, g.name), p.currency, (p.unit_price / 1000000.0)::numeric(12, 2), case when rule_id is not null then '*' end) as line
      from prices p join services v on v.id = p.service_id left join accounts a on a.id = p.account_id
      left join price_groups g on g.id = p.price_group_id order by v.code, a.username nulls first, g.name nulls first, p.currency`
  return rows.map(({ line }) => line)
}

function file(name: string, ...lines: string[]): string {
  writeFileSync(path(name), `${lines.join('\n')}\n`)
  return path(name)
}

describe('a price rule', () => {
  it('makes prices, is replaced by one for the same, and takes them along', async () => {
    const made = await json('rule', 'set', '--currency', 'usd', '--percent', '25')
    expect(made).toMatchObject({
      rule: { of: 'cost', percent: '25', fixed: '0.00', round: '0.01', min_price: null, prices: 3 },
      ...{ covered: 0, unknown: 1, changed: 3, below_cost: 0, dry_run: false },
    })
    expect(await book()).toEqual(['s1 USD 1.25 *', 's2 USD 1.25 *', 's3 USD 1.25 *'])
    await json('rule', 'set', '--group', '=gold', '--of', 'everyone', '--currency', 'USD', '--percent', '-20')
    await json(
      'rule',
      'set',
      '--service-group',
      'unlocks',
      '--currency',
      'USD',
      '--fixed',
      '2',
      '--round',
      '0.5',
    )
    expect(await book()).toEqual([
      ...['s1 USD 1.25 *', 's1 =Gold USD 1.00 *', 's2 USD 1.25 *', 's2 =Gold USD 1.00 *'],
      ...['s3 USD 3.00 *', 's3 =Gold USD 2.40 *'],
    ])
    const changed = await json('rule', 'set', '--currency', 'USD', '--percent', '50')
    expect(changed).toMatchObject({ rule: { id: made.rule.id }, changed: 4 })
    expect(await json('rule', 'list')).toMatchObject([
      { group: null, service_group: null, prices: 2 },
      { group: null, service_group: 'Unlocks', prices: 1 },
      { group: '=Gold', of: 'everyone', prices: 3 },
    ])
    await json('rule', 'remove', String(made.rule.id))
    expect(await book()).toEqual(['s3 USD 3.00 *', 's3 =Gold USD 2.40 *'])
  })

  it('that is looked at changes nothing, and is set as it was looked at or not at all', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '25')
    const before = await book()
    const wanted = ['rule', 'set', '--group', '=Gold', '--currency', 'USD', '--percent', '10']
    const plan = await json(...wanted, '--dry-run')
    expect(plan).toMatchObject({
      dry_run: true,
      changed: 3,
      moves: [{ old: null, new: '1.10', margin: '9.0%' }, {}, {}],
    })
    expect(await book()).toEqual(before)
    expect(await json('rule', 'list')).toHaveLength(1)
    await database.sql`update supplier_routes set cost = 1100000 where remote_service = 's2'`
    expect(await refusal(...wanted, '--plan', plan.plan)).toMatchObject({ code: 'conflict', field: 'plan' })
    await database.sql`update supplier_routes set cost = 1000000 where remote_service = 's2'`
    expect(await book()).toEqual(before)
    expect(await json(...wanted, '--plan', plan.plan)).toMatchObject({ changed: 3, plan: plan.plan })
  })

  it.each([
    [['--percent', '5', '--currency', 'USD', '--of', 'everyone'], 'of'],
    [['--percent', '5', '--currency', 'XX1'], 'currency'],
    [['--currency', 'USD'], 'percent'],
    [['--percent', '-5', '--currency', 'USD'], 'percent'],
    [['--percent', '5', '--currency', 'USD', '--account', 'binh'], 'currency'],
    [['--percent', '5', '--currency', 'USD', '--account', 'anna', '--group', '=Gold'], 'account'],
    [
      ['--percent', '5', '--currency', 'USD', '--service', 's1', '--service-group', 'Checks'],
      'service-group',
    ],
    [['--percent', '5', '--currency', 'USD', '--service-group', 'None'], 'service-group'],
    [['--percent', '5', '--currency', 'USD', '--service', 'none'], 'service'],
    [['--fixed', '99999999.5', '--currency', 'USD'], 'percent'],
  ])('is refused with %j, and nothing is written', async (options, field) => {
    expect(await refusal('rule', 'set', ...options)).toMatchObject({ field })
    expect(await book()).toEqual([])
    expect(await json('rule', 'list')).toEqual([])
  })

  it('below what it costs is warned of at once, and so is what follows', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '5')
    const text = await run(
      'rule',
      'set',
      '--group',
      '=Gold',
      '--of',
      'everyone',
      '--currency',
      'USD',
      '--percent',
      '-10',
    )
    expect(text.stderr).toMatch(
      /^warning: 3 prices are below their costs: s1 for group =Gold, \$0\.95; s\d for group =Gold, \$[\d.]+; s\d for group =Gold, \$[\d.]+\n$/,
    )
    expect(text.stdout).toContain('prices: 3 made; 3 below the cost\n')
    const set = await run('set', '--service', 's2', '--currency', 'USD', '--price', '1')
    expect(set.stderr).toBe('warning: a price is below its cost: s2 for group =Gold, $0.90\n')
  })
})

describe('a file of prices', () => {
  it('that was exported changes nothing, and is written again where its prices were edited', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '25')
    await json(
      'set',
      '--service',
      's1',
      '--group',
      '=Gold',
      '--currency',
      'USD',
      '--price',
      '1.10',
      '--min-items',
      '2',
    )
    await json('set', '--service', 's1', '--account', 'binh', '--currency', 'VND', '--price', '30000')
    await json('export', path('all.csv'))
    const text = readFileSync(path('all.csv'), 'utf8')
    const lines = text.trimEnd().split('\n')
    expect(lines[0]).toBe('service,account,group,currency,price,min_items,max_items,rule,name,cost,margin')
    expect(lines).toContain("s1,,'=Gold,USD,1.10,2,1000,,Service 1,1.00,9.0%")
    expect(lines).toContain('s1,binh,,VND,30000,1,1000,,Service 1,,')
    expect(await json('import', path('all.csv'))).toMatchObject({
      rows: 5,
      written: 0,
      unchanged: 5,
      changed: 0,
    })
    const edited = file('edited.csv', ...lines.map((line) => line.replace('1.10,2', '1.2,3')))
    const before = await book()
    const looked = await json('import', edited, '--dry-run')
    expect(looked.moves).toMatchObject([
      { service_code: 's1', group: '=Gold', old: '1.10', new: '1.20', margin: '16.6%' },
    ])
    expect(await book()).toEqual(before)
    expect(await json('import', edited, '--plan', looked.plan)).toMatchObject({ written: 1, changed: 1 })
    expect(await json('list', '--service', 's1')).toContainEqual(
      expect.objectContaining({ group: '=Gold', price: '1.20', min_items: 3 }),
    )
    expect((await run('export', '-', '--group', '=Gold')).stdout.split('\n')).toHaveLength(3)
  })

  it('may be written by any spreadsheet, and takes fixed prices away', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '25')
    const wide = file('wide.csv', 'service;currency;price', 's1;USD;1,5', 's2;USD;2,25', 'S3;USD;1,25')
    expect(await json('import', wide)).toMatchObject({ written: 2, unchanged: 1 })
    expect(await book()).toEqual(['s1 USD 1.50', 's2 USD 2.25', 's3 USD 1.25 *'])
    const less = file('less.csv', 'service,currency,price', 's1,USD,-', 's3,USD,-')
    expect(await json('import', less)).toMatchObject({ removed: 1, unchanged: 1, changed: 1 })
    expect(await book()).toEqual(['s1 USD 1.25 *', 's2 USD 2.25', 's3 USD 1.25 *'])
  })

  it('is refused whole, with every fault by line and column', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '25')
    const before = await book()
    const wrong = file(
      'wrong.csv',
      'service,account,group,currency,price,min_items,max_items,rule',
      's4,,,USD,9,,,',
      'none,,,USD,1,,,',
      's1,nobody,,USD,1,,,',
      's1,anna,=Gold,USD,1,,,',
      's1,,Tin,USD,1,,,',
      's1,binh,,USD,1,,,',
      's1,,,US,1,,,',
      's1,,,USD,cheap,,,',
      's2,,,USD,,,,',
      's2,,,EUR,-1,0,5000000,',
      's2,binh,,VND,15.000,,,',
      's3,,,USD,2,,,7',
      's3,,,USD,2,5,2,',
      ',,,USD,1,,,',
    )
    const ended = await run('import', wrong, '--json')
    expect(ended.code).not.toBe(0)
    const problems = ended
      .json()
      .problems.map(({ line, field }: { line: number; field: string }) => `${line} ${field}`)
    expect(problems.sort()).toEqual(
      [
        ...[
          '3 service',
          '4 account',
          '5 account',
          '6 group',
          '7 currency',
          '8 currency',
          '9 price',
          '10 price',
        ],
        ...[
          '11 price',
          '11 min_items',
          '11 max_items',
          '13 rule',
          '14 service',
          '14 max_items',
          '15 service',
        ],
      ].sort(),
    )
    expect(await book()).toEqual(before)
  })
})

describe('a change of many prices', () => {
  beforeEach(async () => {
    await json('set', '--service', 's1', '--currency', 'USD', '--price', '2')
    await json('set', '--service', 's2', '--currency', 'USD', '--price', '3')
    await json('set', '--service', 's3', '--currency', 'USD', '--price', '4')
    await json('set', '--service', 's1', '--group', '=Gold', '--currency', 'USD', '--price', '1.50')
    await json('rule', 'set', '--currency', 'EUR', '--service', 's1', '--percent', '0')
  })

  it.each<[string[], string[]]>([
    [
      ['--percent', '5'],
      ['s1 USD 2.10', 's1 =Gold USD 1.58', 's2 USD 3.15', 's3 USD 4.20'],
    ],
    [
      ['--everyone', '--percent', '-10'],
      ['s1 USD 1.80', 's1 =Gold USD 1.50', 's2 USD 2.70', 's3 USD 3.60'],
    ],
    [
      ['--group', '=Gold', '--fixed', '0.25'],
      ['s1 USD 2.00', 's1 =Gold USD 1.75', 's2 USD 3.00', 's3 USD 4.00'],
    ],
    [
      ['--service-group', 'Unlocks', '--price', '9'],
      ['s1 USD 2.00', 's1 =Gold USD 1.50', 's2 USD 3.00', 's3 USD 9.00'],
    ],
    [
      ['--service', 's1', '--percent', '10', '--round', '0.5'],
      ['s1 USD 2.50', 's1 =Gold USD 2.00', 's2 USD 3.00', 's3 USD 4.00'],
    ],
    [
      ['--supplier', 'Panel', '--fixed', '1', '--service', 's2'],
      ['s1 USD 2.00', 's1 =Gold USD 1.50', 's2 USD 4.00', 's3 USD 4.00'],
    ],
    [
      ['--currency', 'EUR', '--percent', '5'],
      ['s1 USD 2.00', 's1 =Gold USD 1.50', 's2 USD 3.00', 's3 USD 4.00'],
    ],
  ])('with %j changes what fits, and no more', async (options, expected) => {
    const before = await book()
    await json('change', ...options, '--dry-run')
    expect(await book()).toEqual(before)
    await json('change', ...options)
    expect(await book()).toEqual(expected)
  })

  it('gives fixed prices up for what rules give, and fixes what rules give', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '100')
    expect(await json('change', '--currency', 'USD', '--everyone', '--follow')).toMatchObject({
      fit: 3,
      changed: 2,
    })
    expect(await book()).toEqual(['s1 USD 2.00 *', 's1 =Gold USD 1.50', 's2 USD 2.00 *', 's3 USD 2.00 *'])
    expect(await json('change', '--currency', 'USD', '--everyone', '--percent', '50')).toMatchObject({
      fit: 0,
      ruled: 3,
    })
    expect(await json('change', '--currency', 'USD', '--everyone', '--percent', '50', '--fix')).toMatchObject(
      { fit: 3 },
    )
    expect(await book()).toEqual(['s1 USD 3.00', 's1 =Gold USD 1.50', 's2 USD 3.00', 's3 USD 3.00'])
  })

  it('is refused whole where a price would be none, and each is named', async () => {
    const before = await book()
    const ended = await run('change', '--fixed', '-1.75', '--json')
    expect(ended.code).not.toBe(0)
    expect(ended.json().problems).toEqual([
      { service: 's1', of: 'group =Gold', currency: 'USD', reason: '$1.50 would be less than nothing' },
    ])
    expect(await book()).toEqual(before)
  })

  it.each([
    [['--percent', '5', '--price', '1'], 'percent'],
    [[], 'percent'],
    [['--percent', 'x'], 'percent'],
    [['--price', 'x'], 'price'],
    [['--follow', '--round', '1'], 'round'],
    [['--percent', '5', '--service-group', 'None'], 'service-group'],
    [['--percent', '5', '--currency', 'XX1'], 'currency'],
  ])('is refused with %j', async (options, field) => {
    expect(await refusal('change', ...options)).toMatchObject({ code: 'invalid_input', field })
  })
})

describe('price explain', () => {
  it('names what was asked in its order, what each gives, and the one that is paid', async () => {
    await json('rule', 'set', '--currency', 'USD', '--percent', '25')
    await json('rule', 'set', '--service', 's1', '--currency', 'USD', '--percent', '50')
    await json('rule', 'set', '--group', '=Gold', '--of', 'everyone', '--currency', 'USD', '--percent', '-20')
    const found = await json('explain', 's1', '--account', 'anna')
    expect(found).toMatchObject({
      ...{ account: expect.any(Number), group: '=Gold', currency: 'USD' },
      ...{ price: '1.20', cost: '1.00', margin: '16.6%' },
      candidates: [
        { of: 'group =Gold', scope: 'all', base: '1.50', price: '1.20', chosen: true },
        { of: 'everyone', scope: 'service', base: '1.00', price: '1.50', chosen: false },
        { of: 'everyone', scope: 'all', base: '1.00', price: '1.25', chosen: false },
      ],
      routes: [{ supplier: 'Panel', works: true, cost: '1.00', converted: '1.00' }],
    })
    expect(found.history.slice(0, 3).map(({ new: to }: { new: string }) => to)).toEqual([
      '1.20',
      '1.50',
      '1.25',
    ])
    await json('set', '--service', 's1', '--account', 'anna', '--currency', 'USD', '--price', '1')
    expect((await json('explain', 's1', '--account', 'anna')).candidates[0]).toMatchObject({
      rule: null,
      price: '1.00',
      chosen: true,
    })
    const { stdout } = await run('explain', 's4', '--currency', 'USD')
    expect(stdout).toMatch(/price +none: it is not offered\n/)
    expect(await refusal('explain', 's1')).toMatchObject({ field: 'currency' })
  })
})
