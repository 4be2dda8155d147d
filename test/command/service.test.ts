import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'imeigate-'))
  await database.sql`insert into price_groups (name) values ('Gold')`
  await database.sql`insert into accounts (name, email, username, currency)
                     values ('Shop', 'shop@example.com', 'shop', 'USD')`
  await database.sql`insert into wallets (account_id, currency) values (1, 'USD')`
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const run = (...given: string[]) => imeigate(given, settingsFor(database.address))

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...given: string[]): Promise<any> {
  const { code, stderr, json } = await run(...given, '--json')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return json()
}

const create = (code: string, ...more: string[]) =>
  json(
    'service',
    'create',
    '--code',
    code,
    '--name',
    `The ${code}`,
    '--group',
    'Checks',
    '--price',
    '0.77',
    '--currency',
    'USD',
    ...more,
  )

test.each([
  ['service', 'export'],
  ['price', 'export'],
  ['report', 'sales', '--csv'],
  ['order', 'list', '--csv'],
  ['statement', 'shop', '2026-02', '--out'],
])('%s %s: a file that cannot be written is what is wrong, not the database', async (...words) => {
  const field = words.find((word) => word.startsWith('--'))?.slice(2) ?? 'file'
  const aFolder = join(folder, 'folder.csv')
  await mkdir(aFolder, { recursive: true })
  for (const [file, why] of [
    [join(folder, 'none', 'a.csv'), 'there is no such folder'],
    [aFolder, 'it is a folder'],
  ] as const) {
    const { code, stderr } = await run(...words, file, '--json')
    expect(code).toBe(2)
    const [line, machine = ''] = stderr.trimEnd().split('\n')
    expect(line).toContain(`cannot write ${file} (${why})`)
    expect(JSON.parse(machine)).toMatchObject({ error: { code: 'invalid_input', field } })
  }
})

describe('imeigate service create', () => {
  it('asks back where a price may be meant in thousands', async () => {
    const price = ['--price', '1.500', '--currency', 'IDR']
    const { code, stderr } = await run(
      'service',
      'create',
      '--code',
      'rupiah',
      '--name',
      'x',
      '--group',
      'x',
      ...price,
    )
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('--price')])
  })

  it('gives the whole service, with the price as a decimal text', async () => {
    const service = await create('plain', '--supplier', 'sandbox')
    expect(service).toMatchObject({
      id: expect.any(Number),
      code: 'plain',
      name: 'The plain',
      group: 'Checks',
      kind: 'imei',
      price: '0.77',
      currency: 'USD',
      supplier: 'sandbox',
      active: true,
      duplicate_policy: 'replay',
      visible_to: null,
      input_schema: { properties: { imei: { format: 'imei' } }, required: ['imei'] },
    })
    expect(await json('service', 'show', 'PLAIN')).toEqual(service)
    expect(await json('service', 'show', String(service.id))).toEqual(service)
  })

  it('says the price in the home currency, without one in that of most accounts', async () => {
    await create('two')
    await json('price', 'set', '--service', 'two', '--currency', 'EUR', '--price', '0.70')
    const listed = async () =>
      (await json('service', 'list')).find(({ code }: { code: string }) => code === 'two')
    expect(await listed()).toMatchObject({ price: '0.77', currency: 'USD' })
    await database.sql`insert into kept_settings (name, value) values ('HOME_CURRENCY', 'EUR')`
    for (const service of [await listed(), await json('service', 'show', 'two')])
      expect(service).toMatchObject({ price: '0.70', currency: 'EUR', prices: [{}, {}] })
    await database.sql`delete from kept_settings where name = 'HOME_CURRENCY'`
  })

  it('takes every option', async () => {
    const service = await create(
      'full',
      ...['--kind', 'server', '--description', 'x <b>', '--delivery-time', '1 Day'],
      ...['--field', 'Email:required', '--field', 'PLAN:dropdown:required=S|L', '--field', 'note'],
      ...['--min-quantity', '2', '--max-quantity', '9', '--opens', '22:00', '--closes', '06:00'],
      ...['--time-zone', 'Asia/Jakarta', '--duplicates', 'refuse', '--replay-window', '60'],
      ...['--processing', 'manual', '--visible-to', 'gold', '--inactive', '--routing', 'fastest'],
      ...['--failure-message', 'Try another', '--min-poll', '30', '--max-poll', '2h'],
      ...['--expiry-seconds', '3d', '--promised', '24h'],
    )
    expect(service).toMatchObject({
      kind: 'server',
      description: 'x <b>',
      delivery_time: '1 Day',
      promised_seconds: 86_400,
      fields: [
        { name: 'EMAIL', label: 'Email', type: 'text', required: true, options: [] },
        { name: 'PLAN', label: 'PLAN', type: 'dropdown', required: true, options: ['S', 'L'] },
        { name: 'NOTE', label: 'note', type: 'text', required: false, options: [] },
      ],
      min_quantity: 2,
      max_quantity: 9,
      opens_at: '22:00',
      closes_at: '06:00',
      time_zone: 'Asia/Jakarta',
      duplicate_policy: 'refuse',
      replay_window_seconds: 60,
      processing: 'manual',
      visible_to: ['Gold'],
      routing: 'fastest',
      failure_message: 'Try another',
      min_poll_seconds: 30,
      max_poll_seconds: 7200,
      expiry_seconds: 259_200,
      active: false,
    })
    const lenient = await create('lenient', '--imei-format', 'digits')
    expect(lenient.input_schema.properties.imei.format).toBe('imei-digits')
    const own = await create('own', '--input-schema', '{"type":"object"}')
    expect(own.input_schema).toEqual({ type: 'object' })
  })

  it.each([
    [['--min-quantity', 'two'], 'Invalid input: --min-quantity must be a whole number', 'min-quantity'],
    [
      ['--opens', '25:00', '--closes', '9:00'],
      'Invalid input: --opens must be a time such as 09:00',
      'opens',
    ],
    [['--field', 'A B'], /^Invalid input: --field A B: a name is at most/, 'field'],
    [['--field', 'A:number'], /"number" is neither text, dropdown nor required/, 'field'],
    [['--visible-to', 'Bronze'], 'Invalid input: --visible-to there is no price group Bronze', 'visible-to'],
    [['--input-schema', '{'], /^Invalid input: --input-schema is not JSON/, 'input-schema'],
    [['--price', 'cheap'], /^Invalid input: --price must be an amount/, 'price'],
    [['--kind', 'file'], /--kind/, 'kind'],
    [
      ['--promised', '59'],
      'Invalid input: --promised must be a whole number from 60 to 31,622,400',
      'promised',
    ],
    [['--expiry-seconds', 'soon'], /--expiry-seconds must be a whole number of seconds/, 'expiry-seconds'],
  ])('with %o says what is wrong and exits 1', async (options, message, field) => {
    const given = [
      '--code',
      'wrong',
      '--name',
      'W',
      '--group',
      'G',
      '--price',
      '1',
      '--currency',
      'USD',
      ...options,
    ]
    const { code, stdout, stderr } = await run('service', 'create', ...given, '--json')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
    expect(error).toEqual({
      code: 'invalid_input',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      field,
    })
  })
})

describe('imeigate service update', () => {
  it('changes what is given, and an empty text takes away', async () => {
    await create('change', '--opens', '09:00', '--closes', '17:00', '--visible-to', 'Gold', '--field', 'PIN')
    expect(await json('service', 'update', 'change', '--name', 'New', '--inactive')).toMatchObject({
      name: 'New',
      active: false,
      opens_at: '09:00',
    })
    const cleared = ['--opens', '', '--closes', '', '--visible-to', '', '--field', '', '--active']
    expect(await json('service', 'update', 'change', ...cleared)).toMatchObject({
      name: 'New',
      active: true,
      opens_at: null,
      closes_at: null,
      visible_to: null,
      fields: [],
    })
  })

  it('takes the earlier names of options, but not beside the new ones', async () => {
    await create('earlier')
    const earlier = ['--poll-seconds', '1m', '--poll-most-seconds', '2h', '--failure-words', 'Sorry']
    expect(await json('service', 'update', 'earlier', ...earlier)).toMatchObject({
      min_poll_seconds: 60,
      max_poll_seconds: 7200,
      failure_message: 'Sorry',
    })
    const { code, stderr } = await run(
      'service',
      'update',
      'earlier',
      '--poll-seconds',
      '1m',
      '--min-poll',
      '2m',
    )
    expect(code).toBe(2)
    expect(stderr).toContain("'--poll-seconds <value>' cannot be used with option '--min-poll <seconds>'")
  })

  it('of a service that is not there is refused', async () => {
    const { code, stderr } = await run('service', 'update', 'nowhere', '--name', 'x')
    expect({ code, stderr }).toEqual({ code: 4, stderr: 'error: Service not found: nowhere\n' })
  })
})

describe('imeigate service list', () => {
  it('shows people a table and machines an array', async () => {
    await create('listed-a')
    await create('listed-b', '--inactive')
    const codes = async (...more: string[]) =>
      (await json('service', 'list', '--search', 'listed', ...more)).map(({ code }: { code: string }) => code)
    expect(await codes()).toEqual(['listed-a'])
    expect(await codes('--all')).toEqual(['listed-a', 'listed-b'])
    expect(await codes('--group', 'Other')).toEqual([])
    const { stdout } = await run('service', 'list', '--search', 'listed')
    expect(stdout).toMatch(/^ *id +code +name +group +kind +price +active +routed\n/)
    expect(stdout).toMatch(/listed-a +The listed-a +Checks +imei +0\.77 USD +yes/)
  })
})

describe('imeigate service import', () => {
  it('writes a file, CSV or JSON, and says how much', async () => {
    const csv = join(folder, 'services.csv')
    await writeFile(csv, 'code,name,group,price,currency\nfrom-csv,C,G,1,USD\n')
    const counts = { created: 1, updated: 0, unchanged: 0, prices: 1 }
    expect(await json('service', 'import', csv, '--dry-run')).toEqual({ ...counts, dry_run: true })
    expect(await json('service', 'import', csv)).toEqual({ ...counts, dry_run: false })
    const file = join(folder, 'services.json')
    await writeFile(file, JSON.stringify([{ code: 'from-csv', name: 'J' }]))
    expect((await run('service', 'import', file)).stdout).toBe(
      '0 new, 1 changed, 0 unchanged services; 0 prices set\n',
    )
    // What one command prints, another takes.
    const exported = await json('service', 'show', 'from-csv')
    expect(exported).toMatchObject({ name: 'J', price: '1.00' })
  })

  it('gives machines every problem, people the first 50, and writes nothing', async () => {
    const file = join(folder, 'wrong.csv')
    const rows = Array.from({ length: 60 }, (_, n) => `wrong-${n},W,G,free,USD`)
    await writeFile(file, ['code,name,group,price,currency', 'right,R,G,1,USD', ...rows].join('\r\n'))
    const forMachines = await run('service', 'import', file, '--json')
    expect(forMachines.code).toBe(2)
    expect(JSON.parse(forMachines.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'invalid_input', field: 'file' },
    })
    const { problems } = JSON.parse(forMachines.stdout)
    expect(problems).toHaveLength(60)
    expect(problems[0]).toEqual({
      line: 3,
      field: 'price',
      value: 'free',
      reason: 'must be an amount such as 0.77, with at most 6 decimals',
    })
    const { code, stdout, stderr } = await run('service', 'import', file)
    expect(code).toBe(2)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(51)
    expect(lines[0]).toBe('line 3: price "free" must be an amount such as 0.77, with at most 6 decimals')
    expect(lines[50]).toBe('and 10 more')
    expect(stderr).toBe(`error: Invalid input: 60 problems in ${file}, nothing was written\n`)
    expect((await run('service', 'show', 'right')).code).toBe(4)
  })

  it.each<[what: string, file: string, content: string | Buffer, problem: string]>([
    [
      'an amount',
      'a.csv',
      'code,price\nx,15rb\n',
      'line 2: price "15rb" must be an amount such as 0.77, with',
    ],
    [
      'an amount with two commas',
      'a.csv',
      'code;price\nx;1,5,0\n',
      'line 2: price "1,5,0" must be an amount',
    ],
    [
      'a currency',
      'a.csv',
      'code,price,currency\nx,1,Rupiah\n',
      'line 2: currency "Rupiah" must be a currency',
    ],
    ['a choice', 'a.csv', 'code,kind\nx,vin\n', 'line 2: kind "vin" must be one of imei, serial, server'],
    ['yes or no', 'a.csv', 'code\tactive\nx\tmaybe\n', 'line 2: active "maybe" must be yes or no'],
    ['a time of day', 'a.csv', 'code,opens_at\nx,25:00\n', 'line 2: opens_at "25:00" must be'],
    ['a number', 'a.csv', 'code,min_quantity\nx,many\n', 'line 2: min_quantity "many" must be'],
    ['JSON', 'a.csv', 'code,fields\nx,"[{"\n', 'line 2: fields "[{" is not JSON'],
    ['a code', 'a.csv', 'code,name\n4711,N\n', 'line 2: code "4711" must not be all digits'],
    ['a name', 'a.csv', 'code,supplier\nx,nobody\n', 'line 2: supplier there is no supplier nobody'],
    [
      'a value below a cell of two lines',
      'a.csv',
      'code,name\nx,"a\nb"\ny,N,Z\n',
      'line 4: "y,N,Z" has 3 values, the',
    ],
    ['a long text', 'a.csv', `code,kind\nx,${'k'.repeat(90)}\n`, `line 2: kind "${'k'.repeat(57)}`],
    [
      'what would steer a terminal',
      'a.csv',
      'code,kind\nx,"a\u001b[2Jb"\n',
      'line 2: kind "a [2Jb" must be one of',
    ],
    ['a value of JSON', 'a.json', '[{"code":"x","price":true}]', 'index 0: price "true" must be'],
    ['what is no object', 'a.json', '["x"]', 'index 0: "x" must be an object'],
  ])(
    'names the line, the column and the value of %s that it could not read',
    async (_what, name, content, problem) => {
      const file = join(folder, name)
      await writeFile(file, content)
      const { code, stdout } = await run('service', 'import', file)
      expect(code).toBe(2)
      expect(stdout).toContain(problem)
    },
  )

  it('shows the line that is in no encoding that it knows', async () => {
    const file = join(folder, 'latin.csv')
    await writeFile(file, Buffer.from('code,name\nx,Caf\xe9\n', 'latin1'))
    const { stderr } = await run('service', 'import', file)
    expect(stderr).toContain('is neither UTF-8 nor UTF-16, line 2: "x,Caf\ufffd"; nothing was written')
  })

  it('says that a file is not there', async () => {
    const { code, stderr } = await run('service', 'import', join(folder, 'none.csv'))
    expect(code).toBe(2)
    expect(stderr).toContain('none.csv (ENOENT)')
  })
})

describe('imeigate price', () => {
  it('sets, lists and removes the prices of everyone, a group and an account', async () => {
    const { id } = await create('priced')
    const set = (...more: string[]) => json('price', 'set', '--service', 'priced', ...more)
    expect(await set('--currency', 'EUR', '--price', '0.123456')).toEqual({
      service: id,
      account: null,
      group: null,
      currency: 'EUR',
      price: '0.123456',
      min_items: 1,
      max_items: 1000,
    })
    await set(
      '--currency',
      'USD',
      '--price',
      '0.5',
      '--group',
      'gold',
      '--min-items',
      '2',
      '--max-items',
      '5',
    )
    await set('--currency', 'USD', '--price', '0', '--account', 'shop')
    const prices = async () => {
      const list: { account: number; group: string; currency: string; price: string }[] = await json(
        ...['price', 'list', '--service', String(id)],
      )
      return list.map(({ account, group, currency, price }) => [account, group, currency, price])
    }
    expect(await prices()).toEqual([
      [null, null, 'EUR', '0.123456'],
      [null, null, 'USD', '0.77'],
      [null, 'Gold', 'USD', '0.50'],
      [1, null, 'USD', '0.00'],
    ])
    const removed = await json(
      'price',
      'remove',
      '--service',
      'priced',
      '--currency',
      'USD',
      '--group',
      'Gold',
    )
    expect(removed).toEqual({ removed: true, price: null })
    expect(await prices()).toHaveLength(3)
    const again = await run('price', 'remove', '--service', 'priced', '--currency', 'USD', '--group', 'Gold')
    expect(again).toMatchObject({ code: 4, stderr: 'error: Not found: there is no such price\n' })
  })

  it('is for an account or for a group, not for both', async () => {
    const key = ['--service', 'plain', '--currency', 'USD', '--account', '1', '--group', 'Gold']
    const { code, stderr } = await run('price', 'set', ...key, '--price', '1')
    expect(code).toBe(2)
    expect(stderr).toContain('--account')
  })
})
