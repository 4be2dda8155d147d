import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../../src/accounts/accounts.ts'
import { setPrice } from '../../../src/catalogue/prices.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

/** What the pages of the catalogue ask for beside making and changing services. */
let office: OperatorOffice
let headers: Record<string, string>
let change: ReturnType<typeof changer>
beforeAll(async () => {
  office = await OperatorOffice.open()
  ;({ headers } = await office.person('owner'))
  change = changer(office.server, headers)
  await createPriceGroup(office.server.sql, 'Gold')
  for (const [code, name, group, more] of [
    ['lock', 'Find My', 'Apple', { supplier: 'sandbox' }],
    ['carrier', 'Carrier', 'Apple', { visible_to: ['Gold'] }],
    ['list', 'Blacklist; =1+1', 'Checks', { opens_at: '09:00', closes_at: '17:00', active: false }],
    ['credits', 'Credits', 'Tools', { kind: 'server', min_quantity: 1, max_quantity: 50 }],
  ] as const) {
    const made = await change('POST', '/services', {
      ...{ code, name, group, price: '0.5', currency: 'USD', ...more },
    })
    expect(made.status, code).toBe(200)
  }
})
afterAll(() => office.stop())

const read = async (path: string) => (await ask(office.server, 'GET', path, { headers })).json
const codes = async (query: string): Promise<string[]> =>
  (await read(`/services?${query}`)).data.page.items.map(({ code }: { code: string }) => code)

/** `sold` has the figures say what became of items of a service lately. */
const sold = async (code: string, charged: number, failed: number) => {
  await office.server.sql`
    insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged,
                       failed, cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
    select 'service', 'day', (now() - interval '2 days')::date, 0, id, 0, 'USD', '', 0, 0, ${charged}::int, ${failed}::int, 0, 0, 0, 0, 0, 0, 0,
           ${charged}::numeric from services where code = ${code}`
}

describe('the list of services', () => {
  it('has the price for everyone in the home currency, else in that of most accounts', async () => {
    const { server } = office
    await setPrice(server.sql, { service: 'lock', currency: 'EUR', price: '0.45' })
    await setPrice(server.sql, { service: 'lock', currency: 'IDR', price: '8000' })
    const shown = async () => {
      const { price, currency } = (await read('/services/lock')).data
      return `${price} ${currency}`
    }
    expect(await shown()).toBe('0.45 EUR')
    for (const username of ['one', 'two'])
      await createAccount(
        server.sql,
        { name: username, email: `${username}@example.org`, currency: 'USD' },
        'test',
      )
    await createAccount(server.sql, { name: 'three', email: 'three@example.org', currency: 'EUR' }, 'test')
    expect(await shown()).toBe('0.50 USD')
    await server.sql`insert into kept_settings (name, value) values ('HOME_CURRENCY', 'IDR')`
    await until('the setting is read', async () => (await shown()).startsWith('8000'))
    await server.sql`delete from kept_settings where name = 'HOME_CURRENCY'`
    await until('it is as before', async () => (await shown()) === '0.50 USD')
    await server.sql`delete from prices where currency <> 'USD'`
  })

  it('counts routes and says how each fared', async () => {
    await sold('lock', 3, 1)
    await sold('list', 9, 1)
    const { items } = (await read('/services')).data.page
    expect(items).toMatchObject([
      { code: 'lock', route_count: 1, working_routes: 1, success_rate: 0.75 },
      { code: 'carrier', route_count: 0, working_routes: 0, success_rate: null, median_seconds: null },
      { code: 'list', success_rate: 0.9 },
      { code: 'credits' },
    ])
    expect(items[0].median_seconds).toBeGreaterThan(0)
    await office.server.sql`update suppliers set enabled = false where name = 'sandbox'`
    expect((await read('/services/lock')).data).toMatchObject({ route_count: 1, working_routes: 0 })
    await office.server.sql`update suppliers set enabled = true where name = 'sandbox'`
  })

  it('is narrowed and sorted, page by page', async () => {
    expect(await codes('visible_to=gold')).toEqual(['carrier'])
    expect(await codes('hours=yes')).toEqual(['list'])
    expect(await codes('sort=name')).toEqual(['list', 'carrier', 'credits', 'lock'])
    expect(await codes('sort=-name')).toEqual(['lock', 'credits', 'carrier', 'list'])
    expect(await codes('sort=-success')).toEqual(['list', 'lock', 'carrier', 'credits'])
    expect(await codes('sort=success')).toEqual(['lock', 'list', 'carrier', 'credits'])
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { page } = (await read(`/services?sort=name&limit=1${cursor}`)).data
      seen.push(...page.items.map(({ code }: { code: string }) => code))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(seen).toEqual(['list', 'carrier', 'credits', 'lock'])
    expect(await read('/services?visible_to=nobody')).toMatchObject({ code: 'INVALID_INPUT_ERROR' })
  })

  it('has groups', async () => {
    const before = (await read('/service-groups')).data
    expect(before.items).toEqual([
      { name: 'Apple', shown: 'everywhere', services: 2, active: 2 },
      { name: 'Checks', shown: 'everywhere', services: 1, active: 0 },
      { name: 'Tools', shown: 'everywhere', services: 1, active: 1 },
    ])
    const arrange = (given: [name: string, shown: string][], { version } = before) =>
      change(
        'PATCH',
        '/service-groups',
        { groups: given.map(([name, shown]) => ({ name, shown })) },
        { version },
      )
    const order: [string, string][] = [
      ['Tools', 'everywhere'],
      ['Apple', 'portal'],
      ['Checks', 'nowhere'],
    ]
    expect((await arrange(order.slice(1))).json.errors).toHaveProperty('groups')
    const { json } = await arrange(order)
    expect(json.data.items.map(({ name, shown }: Record<string, string>) => [name, shown])).toEqual(order)
    expect((await arrange(order)).json.code).toBe('VERSION_CONFLICT_ERROR')
    const back = before.items.map(({ name }: { name: string }): [string, string] => [name, 'everywhere'])
    expect((await arrange(back, json.data)).status).toBe(200)
  })
})

it('a file of services comes back as it went out, and what is changed in it is a plan', async () => {
  const given = await change(
    'PATCH',
    '/services/lock',
    {
      ...{ description: 'Fine; -really', fields: [{ name: 'PIN', required: true, options: ['a', 'b'] }] },
      ...{ visible_to: ['Gold'] },
    },
    { version: (await read('/services/lock')).data.version },
  )
  expect(given.status).toBe(200)
  const { json: file } = await ask(office.server, 'GET', '/services.csv', { headers })
  // A spreadsheet would run it: it is guarded in the file.
  expect(file).toContain("Blacklist;' =1+1")
  const same = await change('POST', '/services/import', { format: 'csv', text: file, dry_run: true })
  expect(same.json.data).toEqual({ created: 0, updated: 0, unchanged: 4, prices: 0, dry_run: true })
  const plan = await change('POST', '/plans', {
    ...{ kind: 'services.csv', input: { text: file.replace('Find My', 'Find My iPhone') } },
  })
  expect(plan.json.data).toMatchObject({ rows: 1, verdicts: { changed: 1 } })
  const faulty = file.replace(/,imei,/g, ',imeis,')
  const refused = await change('POST', '/plans', { kind: 'services.csv', input: { text: faulty } })
  expect(refused.status).toBe(422)
  expect(refused.json.problems.length).toBeGreaterThan(1)
})

describe('a preview', () => {
  const preview = (service: string | undefined, changed: object) =>
    change('POST', '/services/preview', { ...(service && { service }), change: changed })

  it('says what panels and the REST API would read, and writes nothing', async () => {
    const before = await read('/services/carrier')
    const { json } = await preview('carrier', {
      ...{
        name: 'Carrier new',
        fields: [{ name: 'MODEL', label: 'Model', required: true, options: ['X', 'Y'] }],
      },
    })
    expect(json.data).toMatchObject({
      schema: { properties: { imeis: { type: 'array' }, MODEL: { enum: ['X', 'Y'] } } },
      dhru: {
        ...{ SERVICENAME: 'Carrier new', CREDIT: '0.50' },
        'Requires.Custom': [{ fieldname: 'MODEL', fieldoptions: 'X,Y', required: 'on' }],
      },
      currency: 'USD',
      breaks: [{ what: 'field_needed', field: 'MODEL' }],
      open_orders: { value: 0, capped: false },
      buyers: 0,
    })
    expect(await read('/services/carrier')).toEqual(before)
  })

  it('names what breaks', async () => {
    const whats = async (service: string, changed: object) =>
      (await preview(service, changed)).json.data.breaks.map(
        ({ what, field }: { what: string; field: string | null }) => field ?? what,
      )
    expect(await whats('carrier', { code: 'carrier-2', active: false })).toEqual(['code', 'off'])
    expect(await whats('credits', { visible_to: ['Gold'], max_quantity: 10 })).toEqual(['hidden', 'quantity'])
    expect(await whats('credits', { quantity_options: [1, 50] })).toEqual(['quantity'])
    expect(await whats('lock', { fields: [] })).toEqual(['PIN'])
    expect(await whats('lock', { fields: [{ name: 'PIN', required: true, options: ['a'] }] })).toEqual([
      'PIN',
    ])
    expect(
      await whats('lock', { fields: [{ name: 'PIN', label: 'Code', options: ['a', 'b', 'c'] }] }),
    ).toEqual([])
    expect(await whats('lock', { name: 'Another', delivery_time: '1 day', visible_to: null })).toEqual([])
    expect(await whats('list', { imei_format: 'digits' })).toEqual([])
    const own = { type: 'object', properties: { imei: { type: 'string' } }, required: ['imei'] }
    expect(await whats('list', { input_schema: own })).toEqual(['schema'])
  })

  it('of a new service, and of what cannot be', async () => {
    const { json } = await preview(undefined, { code: 'new', name: 'New', group: 'Apple', kind: 'serial' })
    expect(json.data).toMatchObject({ dhru: { CREDIT: '0.00' }, breaks: [], buyers: 0 })
    expect(await preview(undefined, { code: '1', name: '' })).toMatchObject({
      status: 422,
      json: {
        errors: { code: [expect.any(String)], name: [expect.any(String)], group: [expect.any(String)] },
      },
    })
    expect(await preview('nothing', { name: 'x' })).toMatchObject({ status: 404 })
  })
})
