import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ImportFormat, type ImportOptions, importServices } from '../../src/catalogue/import.ts'
import { setPrice } from '../../src/catalogue/prices.ts'
import { createService, listServices, showService } from '../../src/catalogue/services.ts'
import { formatMicros } from '../../src/lib/money.ts'
import { testDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let sql: typeof database.sql
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  await sql`insert into price_groups (name) values ('Gold'), ('Silver')`
})
afterAll(() => database.drop())

/** `load` gives what was imported, or everything that is wrong with the file. */
async function load(text: string, format: ImportFormat = 'csv', options: ImportOptions = {}) {
  const result = await importServices(sql, text, format, options)
  if (result.ok) return result.value
  return result.faults.map(({ path: [at, field = ''], message: reason }) => ({ at, field, reason }))
}
const everything = async () => (await listServices(sql, { limit: 10_000 })).services
const head = 'code,name,group,price,currency'

let sheets = 0

describe('importing services', () => {
  it('makes those that are new and says how many', async () => {
    const text = `\ufeff${head},kind,description,delivery_time,supplier,fields,min_quantity,max_quantity,opens_at,closes_at,time_zone,active,duplicate_policy,processing,visible_to\r
full,"Full, of it","Group ""A""",1.25,USD,server,"two\r\nlines",1-2 days,sandbox,"[{""name"":""pin"",""required"":true}]",2,9,9:00,17:30:00,Asia/Jakarta,no,refuse,manual,Gold; silver\r
\r
bare,Bare,Group B,0,EUR,,,,,,,,,,,,,,\r
`
    expect(await load(text)).toEqual({ created: 2, updated: 0, unchanged: 0, prices: 2 })
    const full = await showService(sql, 'full')
    expect(full.service).toMatchObject({
      name: 'Full, of it',
      group: 'Group "A"',
      kind: 'server',
      description: 'two\nlines',
      deliveryTime: '1-2 days',
      fields: [{ name: 'PIN', label: 'pin', type: 'text', required: true, options: [] }],
      minQuantity: 2,
      maxQuantity: 9,
      opensAt: '09:00',
      closesAt: '17:30',
      timeZone: 'Asia/Jakarta',
      active: false,
      duplicatePolicy: 'refuse',
      processing: 'manual',
    })
    expect(full).toMatchObject({ suppliers: ['sandbox'], visibleTo: ['Gold', 'Silver'] })
    expect(full.prices).toMatchObject([{ currency: 'USD', unitPrice: 1_250_000n }])
    expect((await showService(sql, 'bare')).service).toMatchObject({ kind: 'imei', active: true })
  })

  it('changes those that are there, by code in any case, and leaves what the file does not say', async () => {
    await createService(sql, {
      code: 'old',
      name: 'Old',
      group: 'G',
      description: 'd',
      price: '1',
      currency: 'USD',
    })
    expect(await load('code,name\nOLD,New')).toEqual({ created: 0, updated: 1, unchanged: 0, prices: 0 })
    expect(await load('code,price,currency\nOLD,2,USD')).toEqual({
      created: 0,
      updated: 1,
      unchanged: 0,
      prices: 1,
    })
    const sheet = await showService(sql, 'old')
    expect(sheet.service).toMatchObject({ code: 'OLD', name: 'New', group: 'G', description: 'd' })
    expect(sheet.prices).toMatchObject([{ unitPrice: 2_000_000n }])
  })

  it('takes how a service is routed, and seconds also as durations', async () => {
    const text = `${head},routing,failure_message,min_poll_seconds,max_poll_seconds,expiry_seconds,promised_seconds
routed,Routed,G,1,USD,best,"Sorry, no",45s,10m,2w,3d`
    expect(await load(text)).toMatchObject({ created: 1 })
    expect((await showService(sql, 'routed')).service).toMatchObject({
      routing: 'best',
      failureMessage: 'Sorry, no',
      minPollSeconds: 45,
      maxPollSeconds: 600,
      expirySeconds: 1_209_600,
      promisedSeconds: 259_200,
    })
    expect(await load(text)).toMatchObject({ unchanged: 1 })
    expect(await load('code,routing,expiry_seconds\nrouted,luck,2 weeks')).toEqual([
      {
        at: 2,
        field: 'expiry_seconds',
        reason: 'must be a whole number of seconds, or a duration such as 10m, 6h, 7d',
      },
      { at: 2, field: 'routing', reason: 'must be one of fixed, cheapest, fastest, best' },
    ])
  })

  it('takes the earlier names of columns', async () => {
    const earlier = 'poll_seconds,poll_most_seconds,failure_words'
    expect(await load(`${head},${earlier}\nearlier,Earlier,G,1,USD,30s,1h,Sorry`)).toMatchObject({
      created: 1,
    })
    expect((await showService(sql, 'earlier')).service).toMatchObject({
      minPollSeconds: 30,
      maxPollSeconds: 3600,
      failureMessage: 'Sorry',
    })
  })

  it('gives no service to a supplier that has services of its own', async () => {
    await sql`insert into suppliers (kind, name, url) values ('dhru', 'panel', 'https://panel.example')`
    expect(await load(`${head},supplier\nhalf,Half,G,1,USD,panel`)).toMatchObject([
      { at: 2, field: 'supplier', reason: expect.stringContaining('route add') },
    ])
  })

  it('a second time changes nothing', async () => {
    const text = `${head},supplier,fields\nsame,Same,G,1,USD,sandbox,"[{""name"":""A""}]"\nsame,,,9,EUR,,`
    expect(await load(text)).toEqual({ created: 1, updated: 0, unchanged: 0, prices: 2 })
    expect(await load(text)).toEqual({ created: 0, updated: 0, unchanged: 1, prices: 0 })
  })

  it.each([
    [
      'a semicolon',
      `code;name;group;price;currency\r\nSEP1;"Uno; dos";G;1,50;EUR\r\nSEP2;Dos;G;1.234,5;EUR\r\n`,
    ],
    ['a tab', `code\tname\tgroup\tprice\tcurrency\nSEP1\tUno; dos\tG\t1,50\tEUR\nSEP2\tDos\tG\t1234,5\tEUR`],
    ['a bar', `code|name|group|price|currency\nSEP1|Uno; dos|G|1.50|EUR\nSEP2|Dos|G|1234.5|EUR`],
    ['sep=;', `sep=;\ncode;name;group;price;currency\nSEP1;"Uno; dos";G;1.50;EUR\nSEP2;Dos;G;1234.5;EUR`],
    [
      '"sep=;" and a mark',
      `\ufeff"sep=;"\r\ncode;name;group;price;currency\r\nSEP1;"Uno; dos";G;1,5;EUR\r\nSEP2;Dos;G;1234,50;EUR`,
    ],
    [
      'a comma, round prices in quotes,',
      `code,name,group,price,currency\nSEP1,"Uno; dos",G,"1,50",EUR\nSEP2,Dos,G,"1234,5",EUR`,
    ],
    [
      'sep=; behind a blank line',
      `\n\nsep=;\ncode;name;group;price;currency\nSEP1;"Uno; dos";G;1,5;EUR\nSEP2;Dos;G;1234,5;EUR`,
    ],
    [
      'a semicolon behind blank lines',
      `\ufeff\n\ncode;name;group;price;currency\nSEP1;"Uno; dos";G;1,5;EUR\nSEP2;Dos;G;1234,5;EUR`,
    ],
    [
      'a semicolon, also behind the last one,',
      `code;name;group;price;currency;;\nSEP1;"Uno; dos";G;1,5;EUR;;\nSEP2;Dos;G;1234,5;EUR;;`,
    ],
    [
      'a semicolon, blanks in thousands',
      `code;name;group;price;currency\nSEP1;"Uno; dos";G;1,5;EUR\nSEP2;Dos;G;1 234,5;EUR`,
    ],
    [
      'a semicolon, apostrophes in thousands',
      `code;name;group;price;currency\nSEP1;"Uno; dos";G;1,5;EUR\nSEP2;Dos;G;1'234,5;EUR`,
    ],
    [
      'quoted names',
      `"code";"name";"group";"price";"currency"\n"SEP1";"Uno; dos";"G";"1,50";"EUR"\n"SEP2";"Dos";"G";"1234,5";"EUR"`,
    ],
  ])('takes %s between the columns', async (_words, file) => {
    const codes = [`sheet-${++sheets}`, `sheet-${++sheets}`] as const
    const text = file.replace('SEP1', codes[0]).replace('SEP2', codes[1])
    expect(await load(text)).toEqual({ created: 2, updated: 0, unchanged: 0, prices: 2 })
    const [one, two] = [await showService(sql, codes[0]), await showService(sql, codes[1])]
    expect([one.service.name, one.prices[0]?.unitPrice]).toEqual(['Uno; dos', 1_500_000n])
    expect(two.prices[0]?.unitPrice).toBe(1_234_500_000n)
  })

  it('does not guess what a comma means', async () => {
    const rows = (...prices: string[]) =>
      `code;name;group;price;currency\n${prices.map((price, n) => `guess${n};Guess;G;${price};EUR`).join('\n')}`
    for (const text of [rows('1,500'), rows('1,500', '2,000'), rows('1,50', '2.5')]) {
      expect(await load(text)).toContainEqual(expect.objectContaining({ field: 'price' }))
    }
  })

  it.each([
    ['IDR', 'Rp 15.000', '15000'],
    ['IDR', '15.000', '15000'],
    ['IDR', '1.250.000', '1250000'],
    ['IDR', '"Rp15.000,-"', '15000'],
    ['VND', '15.000 ₫', '15000'],
    ['KRW', '"₩12,000"', '12000'],
    ['JPY', '"1,200"', '1200'],
    ['USD', '"$1,000.50"', '1000.50'],
    ['EUR', '"1.234,50"', '1234.50'],
    ['EUR', '"1 234,50 €"', '1234.50'],
    ['BRL', '"R$ 1.234,56"', '1234.56'],
    ['CHF', "1'234.50", '1234.50'],
    ['KWD', '1.500', '1.500'],
    ['EUR', '1.234', '1.234'],
    ['USD', 'Rp 15.000', null],
    ['IDR', '15rb', null],
    ['EUR', '"€ 1.234"', null],
    ['EUR', '"1,234"', null],
    ['USD', '1e3', null],
    ['USD', '50 cents', null],
  ])('reads a price in %s as it is written there: %s', async (currency, price, right) => {
    const code = `written-${++sheets}`
    const loaded = await load(`${head}\n${code},W,G,${price},${currency}`)
    if (right === null) {
      expect(loaded).toEqual([
        { at: 2, field: 'price', reason: expect.stringContaining('must be an amount') },
      ])
    } else {
      expect(loaded).toMatchObject({ created: 1, prices: 1 })
      const [made] = (await showService(sql, code)).prices
      expect(made && formatMicros(made.unitPrice, currency)).toBe(right)
    }
  })

  it('does not take thousands for decimals where a currency has none', async () => {
    const service = { code: 'thousands', name: 'T', group: 'G', currency: 'IDR' }
    const detail = 'price: may be 15 or 15000 IDR: write it without a point'
    await expect(createService(sql, { ...service, price: '15.000' })).rejects.toMatchObject({ detail })
    await createService(sql, { ...service, price: '15000' })
    const form = { service: 'thousands', currency: 'IDR' }
    await expect(setPrice(sql, { ...form, price: '15.000' })).rejects.toMatchObject({ detail })
    for (const price of ['15.5', '15000.000', '0.125']) await setPrice(sql, { ...form, price })
    await setPrice(sql, { ...form, currency: 'USD', price: '15.000' })
    const json = JSON.stringify([{ code: 'thousands', price: '15.000', currency: 'IDR' }])
    expect(await load(json, 'json')).toEqual([
      { at: 0, field: 'price', reason: 'may be 15 or 15000 IDR: write it without a point' },
    ])
  })

  it('takes several currencies of a service as several rows', async () => {
    const rows = ['multi,Multi,G,1,USD', 'multi,Multi,G,0.9,EUR', 'Multi,,,15000,IDR']
    expect(await load([head, ...rows].join('\n'))).toMatchObject({ created: 1, prices: 3 })
    expect((await showService(sql, 'multi')).prices.map(({ currency }) => currency)).toEqual([
      'EUR',
      'IDR',
      'USD',
    ])
  })

  it('takes JSON, where null takes a value away', async () => {
    const service = {
      code: 'j',
      name: 'J',
      group: 'G',
      price: 0.5,
      currency: 'USD',
      opens_at: '09:00',
      closes_at: '10:00',
      visible_to: ['Gold'],
      active: false,
      imei_format: 'digits',
      fields: [{ name: 'PLAN', options: ['S', 'L'] }, 'NOTE'],
    }
    expect(await load(JSON.stringify([service]), 'json')).toMatchObject({ created: 1 })
    expect(await load(JSON.stringify([service]), 'json')).toMatchObject({ unchanged: 1 })
    const text = JSON.stringify([
      { code: 'j', opens_at: null, closes_at: null, visible_to: null, active: true },
    ])
    expect(await load(text, 'json')).toMatchObject({ updated: 1 })
    const { service: read, prices } = await showService(sql, 'j')
    expect(read).toMatchObject({ opensAt: null, closesAt: null, visibleTo: null, active: true })
    expect(read.fields.map(({ name, type }) => [name, type])).toEqual([
      ['PLAN', 'dropdown'],
      ['NOTE', 'text'],
    ])
    expect(prices).toMatchObject([{ unitPrice: 500_000n }])
  })

  it('keeps the item counts of a price that it changes', async () => {
    await createService(sql, { code: 'counts', name: 'C', group: 'G', price: '1', currency: 'USD' })
    await sql`update prices set min_items = 2, max_items = 5
               where service_id = (select id from services where code = 'counts')`
    await load('code,price,currency\ncounts,3,USD')
    expect((await showService(sql, 'counts')).prices).toMatchObject([
      { unitPrice: 3_000_000n, minItems: 2, maxItems: 5 },
    ])
  })

  it('waits for a service that is just being made, and then changes it', async () => {
    const { promise: imported, resolve } = Promise.withResolvers<unknown>()
    await sql.begin(async (transaction) => {
      await transaction`insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
                        values ('meanwhile', 'M', 'G', 'imei', '{"type":"object"}', 'replay')`
      resolve(load(`${head}\nmeanwhile,New,G,1,USD`))
      await expect
        .poll(() => sql`select from pg_locks where not granted and relation = 'services'::regclass`)
        .toHaveLength(1)
    })
    expect(await imported).toEqual({ created: 0, updated: 1, unchanged: 0, prices: 1 })
  })

  it('of a dry run counts and writes nothing', async () => {
    const before = await everything()
    expect(await load(`${head}\ndry,Dry,G,1,USD`, 'csv', { dryRun: true })).toEqual({
      created: 1,
      updated: 0,
      unchanged: 0,
      prices: 1,
    })
    expect(await everything()).toEqual(before)
  })
})

describe('quantities in a file', () => {
  let tools = 0
  it.each<[string, string, number[]]>([
    ['csv', '"10,20,50"', [10, 20, 50]],
    ['csv', '10;20;50', [10, 20, 50]],
    ['csv', '50 10 | 20', [10, 20, 50]],
    ['csv', '7', [7]],
    ['json', '[20, "10", 20]', [10, 20]],
    ['json', '"5, 10"', [5, 10]],
    ['json', 'null', []],
    ['json', '[]', []],
  ])('has quantities as %s writes them: %s', async (format, written, quantities) => {
    const code = `tool${++tools}`
    const row = { code, name: 'T', group: 'G', kind: 'server', price: '1', currency: 'USD' }
    const text =
      format === 'csv'
        ? `${Object.keys(row)},quantity_options\n${Object.values(row)},${written}`
        : `[${JSON.stringify(row).slice(0, -1)},"quantity_options":${written}}]`
    await load(text, format as ImportFormat)
    expect((await showService(sql, code)).service.quantityOptions).toEqual(quantities)
  })
})

describe('a file with something wrong in it', () => {
  it('gives every problem by line, column and reason, and nothing of it is written', async () => {
    await createService(sql, { code: 'there', name: 'T', group: 'G', price: '1', currency: 'USD' })
    const before = await everything()
    const text = [
      `${head},kind,min_quantity,opens_at,fields,supplier,visible_to`,
      'good,Good,G,1,USD,,,,,,',
      '1234,Digits,G,1,USD,,,,,,',
      'p1,,G,abc,USD,,,,,,',
      '"m","Multi\nline",G,1,usd,file,,,,,',
      'q,Q,G,1,USD,server,two,25:00,,,',
      '',
      'f,F,G,1,USD,,,,not json,,',
      'f2,F,G,1,USD,,,,"[{""name"":""A"",""colour"":1}]",,',
      's,S,G,1,USD,,,,,nobody,Bronze',
      'good,Other,G,2,EUR,,,,,,',
      'good,,,3,USD,,,,,,',
      'new,New,G,,,,,,,,',
      'there,,,5,,,,,,,',
      'short,S',
      ',No code,G,1,USD,,,,,,',
      'there,,,,,server,,,,,',
    ].join('\n')
    const problems = await load(text)
    expect(problems).toEqual([
      { at: 3, field: 'code', reason: 'must not be all digits, as service ids are' },
      { at: 4, field: 'price', reason: 'must be an amount such as 0.77, with at most 6 decimals' },
      { at: 4, field: 'name', reason: 'is missing' },
      { at: 5, field: 'name', reason: 'must not hold control characters' },
      { at: 5, field: 'kind', reason: 'must be one of imei, serial, server' },
      { at: 5, field: 'currency', reason: 'must be a currency code such as USD' },
      { at: 7, field: 'min_quantity', reason: 'must be a whole number' },
      { at: 7, field: 'opens_at', reason: 'must be a time such as 09:00' },
      { at: 7, field: 'closes_at', reason: 'is missing: give both the opening and the closing time' },
      { at: 9, field: 'fields', reason: expect.stringContaining('is not JSON') },
      { at: 10, field: 'fields', reason: 'a field has no colour' },
      { at: 11, field: 'visible_to', reason: 'there is no price group Bronze' },
      { at: 11, field: 'supplier', reason: 'there is no supplier nobody' },
      { at: 12, field: 'name', reason: "differs from the service's first row, at 2" },
      { at: 13, field: 'code', reason: 'has a price in USD already, at 2' },
      { at: 14, field: 'price', reason: 'is missing: a new service needs a price' },
      { at: 15, field: 'currency', reason: 'is missing beside the price' },
      { at: 16, field: '', reason: 'has 2 values, the header has 11' },
      { at: 17, field: 'code', reason: 'is missing' },
      { at: 18, field: 'kind', reason: "differs from the service's first row, at 15" },
    ])
    expect(await everything()).toEqual(before)
  })

  it.each<[string, string, ImportFormat, object]>([
    [
      'an unknown column',
      'code,colour\na,b',
      'csv',
      { at: 1, field: 'colour', reason: 'is not a column of services' },
    ],
    ['a column twice', 'code,name,Name\na,b,c', 'csv', { at: 1, field: 'name', reason: 'is there twice' }],
    [
      'a value behind empty columns',
      'code,name,\na,b,,c',
      'csv',
      { at: 1, field: '', reason: 'is not a column of services' },
    ],
    ['no code', 'name\na', 'csv', { at: 1, field: 'code', reason: 'the column is missing' }],
    ['nothing', '', 'csv', { at: 1, field: '', reason: 'the file is empty' }],
    [
      'an open quote',
      'code,name\r\na,"b',
      'csv',
      { at: 2, field: '', reason: expect.stringMatching(/^not CSV: /) },
    ],
    ['half a JSON', '[{"code"', 'json', { at: 0, field: '', reason: expect.stringMatching(/^not JSON: /) }],
    ['a JSON object', '{}', 'json', { at: 0, field: '', reason: 'must be an array of services' }],
    ['a row that is none', '[{"code":"there"},5]', 'json', { at: 1, field: '', reason: 'must be an object' }],
    [
      'an unknown key',
      '[{"code":"there","constructor":5}]',
      'json',
      { at: 0, field: 'constructor', reason: 'is not a column of services' },
    ],
    [
      'a list for a text',
      '[{"code":"there","name":["x"]}]',
      'json',
      { at: 0, field: 'name', reason: 'must be a text' },
    ],
    [
      'a kind that changes',
      '[{"code":"there","kind":"server"}]',
      'json',
      { at: 0, field: 'kind', reason: 'is imei and cannot be changed' },
    ],
  ])('such as %s says so', async (_, text, format, problem) => {
    expect(await load(text, format)).toEqual([problem])
  })
})

describe('a large file', () => {
  it('is written in batches, and the progress goes up to the number of services', async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => `big-${n},Big ${n},G ${n % 7},${n}.5,USD,sandbox`)
    const progress: number[][] = []
    const onProgress = (done: number, total: number) => progress.push([done, total])
    const imported = await load([`${head},supplier`, ...rows].join('\n'), 'csv', { onProgress })
    expect(imported).toEqual({ created: 2500, updated: 0, unchanged: 0, prices: 2500 })
    expect(progress).toEqual([
      [0, 2500],
      [1000, 2500],
      [2000, 2500],
      [2500, 2500],
    ])
    const sheets = (await listServices(sql, { active: true, search: 'big-', limit: 10_000 })).services
    expect(sheets).toHaveLength(2500)
    expect(
      sheets.every(({ prices, suppliers, service }) => {
        return (
          prices[0]?.unitPrice === BigInt(service.code.slice(4)) * 1_000_000n + 500_000n &&
          suppliers[0] === 'sandbox'
        )
      }),
    ).toBe(true)
  })
})
