import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fillAccount } from '../../../bench/filled-account.ts'
import { createAccount, createPriceGroup } from '../../../src/accounts/accounts.ts'
import type { ServiceId } from '../../../src/lib/ids.ts'
import type { AttemptPlace } from '../../../src/suppliers/attempts.sql.ts'
import { listAttempts } from '../../../src/suppliers/attempts.ts'
import { findSupplier } from '../../../src/suppliers/suppliers.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** What a person chooses of a supplier's list is imported by a plan; what the list holds for a person is approved by another one. */
let office: OperatorOffice
let api: Documented
let panel: Server
/** `listed` is what the panel has: each service's id, group, name and cost. */
let listed: [id: string, group: string, name: string, cost: string][]
let isCut = false
/** `bought` are the bodies of orders that the panel got. */
const bought: string[] = []

beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  panel = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      response.writeHead(200, { 'content-type': 'application/json' })
      if (body.includes('placeimeiorder')) {
        bought.push(body)
        response.end(JSON.stringify({ SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: '77' }] }))
      } else if (body.includes('getimeiorder')) {
        response.end(JSON.stringify({ SUCCESS: [{ STATUS: '4', CODE: 'Clean' }] }))
      } else response.end(isCut ? listText().slice(0, -20) : listText())
    })
  })
  await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve))
  const owner = await office.person('owner')
  api = await Documented.open(office.server, owner.headers)
  const made = await api.post('/suppliers', {
    ...{ kind: 'dhru', name: 'Panel', url: `http://127.0.0.1:${(panel.address() as AddressInfo).port}` },
    ...{ settings: { username: 'us' }, secrets: { apiaccesskey: 'a secret of ours' } },
  })
  expect(made.status).toBe(200)
  await createPriceGroup(office.server.sql, 'Gold')
  const ours = { code: 'fmi', name: 'FMI check iPhone', group: 'Ours', price: '5', currency: 'USD' }
  expect((await api.post('/services', ours)).json.message).toBeUndefined()
  listed = [
    ['1', 'Checks', 'AAA - Carrier check', '0.50'],
    ['2', 'Checks', 'FMI Check - iPhone', '0.80'],
    ['3', 'Unlocks', 'Unlock iPhone 13', '5.00'],
    ['4', 'Unlocks', 'Unlock iPhone 14', '6.00'],
  ]
})
afterAll(async () => {
  await office.stop()
  panel.close()
})

function listText(): string {
  const list: Record<string, { GROUPNAME: string; GROUPTYPE: string; SERVICES: Record<string, unknown> }> = {}
  for (const [id, group, name, cost] of listed) {
    list[group] ??= { GROUPNAME: group, GROUPTYPE: 'IMEI', SERVICES: {} }
    list[group].SERVICES[id] = {
      ...{ SERVICEID: id, SERVICETYPE: 'IMEI', SERVICENAME: name, CREDIT: cost, TIME: '1 day' },
    }
  }
  return JSON.stringify({ SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: list }], apiversion: '6.1' })
}

const read = async () => (await api.ask('POST /suppliers/Panel/list', {})).json.data
const plan = (kind: string, input: object) => api.post('/plans', { kind, input })
const rowsOf = async (id: number) => (await api.read(`/plans/${id}/rows?limit=200`)).page.items
const services = async (): Promise<string[]> =>
  (await api.read('/services')).page.items.map(({ name }: { name: string }) => name)

it('a list is read and kept; it says what is new, and what may be a further route of ours', async () => {
  expect((await api.read('/suppliers/Panel/list')).list).toBeNull()
  isCut = true
  expect(await read()).toMatchObject({ list: null, error: expect.stringMatching(/./) })
  isCut = false
  const { list, error } = await read()
  expect(error).toBeNull()
  expect(list).toMatchObject({
    ...{ currency: 'USD', suspicion: null, left_out: [], gone: [] },
    counts: { listed: 4, new: 4, ours: 0, changed: 0, gone: 0, left_out: 0 },
    services: [
      { remote_service: '1', cost: '0.50', verdict: 'new', near: null },
      { remote_service: '2', near: { code: 'fmi', percent: 100 } },
      { remote_service: '3', near: null },
      { remote_service: '4', near: null },
    ],
  })
  expect((await api.read('/suppliers/Panel/list')).list).toEqual(list)
  expect(await services()).toEqual(['FMI check iPhone'])
})

it('is planned row by row, nothing is written, and a missing rate is named', async () => {
  const { list } = await read()
  const input = {
    ...{ supplier: 'Panel', list: list.id, services: ['1', '3'], drop_prefix: 'AAA' },
    routes: [{ remote_service: '2', service: 'fmi' }],
    groups: [{ theirs: 'Unlocks', ours: 'Phones' }],
  }
  const rule = { percent: '50', currency: 'USD' }
  const noRate = await plan('supplier.import', {
    ...input,
    prices: [rule, { percent: '50', currency: 'EUR' }],
  })
  expect(noRate.status).toBe(422)
  expect(noRate.json.problems).toMatchObject([{ field: 'input.prices.1.currency' }])
  expect((await plan('supplier.import', { ...input, prices: [rule, rule] })).json.problems).toMatchObject([
    { field: 'input.prices.1.currency' },
  ])
  expect((await plan('supplier.import', { ...input, services: [], routes: [] })).status).toBe(422)
  const wrong = [{ remote_service: '2', service: 'nothing' }]
  expect(
    (await plan('supplier.import', { ...input, routes: wrong, prices: [rule] })).json.problems,
  ).toMatchObject([{ field: 'input.routes.0' }])
  await api.post('/rates', { base: 'USD', quote: 'EUR', rate: '0.5' })
  const prices = [rule, { percent: '50', currency: 'EUR' }, { ...rule, percent: '10', price_group: 'Gold' }]
  const made = await plan('supplier.import', { ...input, prices, margin_floor: '5' })
  expect(made.status).toBe(200)
  expect(made.json.data).toMatchObject({
    ...{ state: 'ready', rows: 3, verdicts: { new: 2, route: 1 }, needs: [] },
    summary: { services: 2, routes: 1, prices: 6, below_cost: 0, left_out: [] },
  })
  expect(await rowsOf(made.json.data.id)).toMatchObject([
    {
      subject: { remote_service: '1', service_code: 'carrier-check' },
      money: { currency: 'USD', cost: '0.50' },
      after: {
        ...{ name: 'Carrier check', group: 'Checks' },
        prices: [
          { group: null, currency: 'EUR', price: '0.38', below_cost: false },
          { group: null, currency: 'USD', price: '0.75', margin: '33.3%' },
          { group: 'Gold', currency: 'USD', price: '0.55' },
        ],
      },
    },
    { subject: { remote_service: '3' }, after: { name: 'Unlock iPhone 13', group: 'Phones' } },
    { verdict: 'route', subject: { service_code: 'fmi', remote_service: '2' }, money: { cost: '0.80' } },
  ])
  expect(await services()).toEqual(['FMI check iPhone'])
  const { id } = made.json.data
  const applied = await api.post(`/plans/${id}/apply`, { except: [2] })
  expect([applied.status, applied.json.message]).toEqual([200, undefined])
  expect(await services()).toEqual(['Carrier check', 'FMI check iPhone'])
  const { items } = (await api.read('/routes?supplier=Panel')).page
  expect(
    items
      .map((one: Record<string, unknown>) => [one['remote_service'], one['cost'], one['margin_floor']])
      .toSorted(),
  ).toEqual([
    ['1', '0.50', '5'],
    ['2', '0.80', '5'],
  ])
  const [run] = (await api.read('/suppliers/Panel/syncs')).page.items
  expect(run).toMatchObject({ outcome: 'ok', counts: { listed: 4, imported: 1, attached: 1 } })
  // It was taken over: what is chosen next is read anew.
  expect((await api.read('/suppliers/Panel/list')).list).toBeNull()
  expect((await plan('supplier.import', { ...input, prices })).status).toBe(409)
})

it('what jumps, what would be sold below its cost and what is gone is approved whole or by row', async () => {
  const [fmi] = (await api.read('/services?search=fmi')).page.items
  await api.post('/prices', { service: String(fmi.id), currency: 'USD', price: '0.85' })
  // 12 % more is no jump, and yet more than the fixed price of the second one; the first has doubled.
  listed[0] = ['1', 'Checks', 'AAA - Carrier check', '1.00']
  listed[1] = ['2', 'Checks', 'FMI Check - iPhone', '0.90']
  expect((await api.ask('POST /suppliers/Panel/sync', { body: {} })).json.data.jumps).toMatchObject([
    { remote_service: '1' },
    { remote_service: '2' },
  ])
  const [thing] = (await api.read('/inbox?kind=list')).page.items
  expect(thing).toMatchObject({ kind: 'list', supplier: { name: 'Panel' } })
  const made = (await plan('supplier.changes', { supplier: 'Panel' })).json.data
  expect(made).toMatchObject({ needs: ['below_cost'], summary: { costs: 2, gone: 0 } })
  const rows = await rowsOf(made.id)
  expect(rows.slice(0, 2)).toMatchObject([
    { verdict: 'cost_up', before: { cost: '0.50' }, after: { cost: '1.00', percent: 100 } },
    { verdict: 'cost_above_price', before: { cost: '0.80' }, after: { cost: '0.90' } },
  ])
  expect(rows.slice(2).map((row: { money: object }) => row.money)).toMatchObject([
    { currency: 'EUR', before: '0.38', after: '0.75' },
    { currency: 'USD', before: '0.75', after: '1.50' },
    { currency: 'USD', before: '0.55', after: '1.10' },
  ])
  // The second stays as it was: nothing is below the cost, so that nothing is to be confirmed.
  expect((await api.post(`/plans/${made.id}/apply`, { except: [2] })).json.message).toBeUndefined()
  const there = (await api.read('/suppliers/Panel/services?state=waiting')).page.items
  expect(there).toMatchObject([{ remote_service: '2', cost: '0.80', waiting_cost: '0.90' }])
  const rest = (await plan('supplier.changes', { supplier: 'Panel' })).json.data
  expect((await api.post(`/plans/${rest.id}/apply`, {})).json.problems).toMatchObject([{ field: 'confirm' }])
  expect((await api.post(`/plans/${rest.id}/apply`, { confirm: ['below_cost'] })).status).toBe(200)
  expect((await api.read('/inbox?kind=list')).page.items).toEqual([])
  // Three of four are gone: the list waits whole, and one of them is not believed.
  listed = listed.slice(0, 1)
  expect((await api.ask('POST /suppliers/Panel/sync', { body: {} })).json.data.outcome).toBe('suspicious')
  expect((await api.read('/inbox?kind=list')).page.items).toHaveLength(1)
  const loss = (await plan('supplier.changes', { supplier: 'Panel' })).json.data
  expect(loss.summary).toMatchObject({ gone: 3, suspicion: expect.stringContaining('1 of 4') })
  expect((await rowsOf(loss.id)).map(({ verdict }: { verdict: string }) => verdict)).toEqual([
    'gone',
    'gone',
    'gone',
  ])
  const keeps = (await rowsOf(loss.id)).find(
    ({ subject }: { subject: { remote_service: string } }) => subject.remote_service === '2',
  )
  expect(
    (await api.post(`/plans/${loss.id}/apply`, { except: [keeps.position] })).json.message,
  ).toBeUndefined()
  expect(
    (await api.read('/suppliers/Panel/services?state=there')).page.items.map(
      (one: { remote_service: string }) => one.remote_service,
    ),
  ).toEqual(['1', '2'])
  expect((await api.read('/inbox?kind=list')).page.items).toEqual([])
})

it('one item is bought for a test, once under its key, and asked about', async () => {
  const body = { imei: '490154203237518', remote_service: '2' }
  const key = 'one-test'
  const first = await api.post('/suppliers/Panel/try', body, { key })
  expect(first.json.data).toMatchObject({ outcome: 'accepted', imei: body.imei })
  expect(JSON.stringify(first.json)).not.toContain('a secret of ours')
  expect(bought).toHaveLength(1)
  const again = await api.post('/suppliers/Panel/try', body, { key })
  expect(again.json.data).toMatchObject({ id: first.json.data.id, outcome: 'success', result: 'Clean' })
  expect(bought).toHaveLength(1)
  expect((await api.post('/suppliers/Panel/try', { imei: '1', remote_service: '2' })).json).toMatchObject({
    problems: [{ field: 'imei', params: { message: expect.stringContaining('15 digits') } }],
  })
  const unnamed = await api.post('/suppliers/Panel/try', { imei: body.imei })
  expect(unnamed.json).toMatchObject({ problems: [{ field: 'remote_service' }] })
  expect(bought).toHaveLength(1)
  for (const other of [{ imei: '356938035643809' }, { fields: { NETWORK: 'another' } }])
    expect((await api.post('/suppliers/Panel/try', { ...body, ...other }, { key })).status).toBe(409)
  const asked = await api.ask(`POST /suppliers/Panel/tries/${first.json.data.id}/ask`)
  expect(asked.json.data).toMatchObject({ outcome: 'success' })
  expect(bought).toHaveLength(1)
  expect((await api.ask('POST /suppliers/Panel/try', { body })).status).toBe(400)
})

it('what was sent and has ended is listed page by page', async () => {
  const { page } = await api.read('/suppliers/Panel/attempts?limit=1')
  expect(page).toMatchObject({ items: [], next_cursor: null })
  expect((await api.read('/suppliers/Panel/services?q=unlock&limit=1')).page).toMatchObject({
    items: [{ name: 'Unlock iPhone 13', available: false, ours: [] }],
    next_cursor: expect.stringMatching(/./),
  })
})

it('one of theirs becomes a further route of several of ours, each a row; what is ours already is not imported again', async () => {
  const other = { code: 'fmi-fast', name: 'FMI check, fast', group: 'Ours', price: '9', currency: 'USD' }
  expect((await api.post('/services', other)).status).toBe(200)
  const [fmi] = (await api.read('/services?search=FMI check iPhone')).page.items
  listed = [
    ['1', 'Checks', 'AAA - Carrier check', '1.00'],
    ['2', 'Checks', 'FMI Check - iPhone', '0.90'],
    ['9', 'Checks', 'FMI new', '0.70'],
  ]
  const { list } = await read()
  const routes = [
    { remote_service: '9', service: String(fmi.id) },
    { remote_service: '9', service: 'FMI-fast' },
  ]
  const made = await plan('supplier.import', { supplier: 'Panel', list: list.id, routes })
  expect([made.status, made.json.data?.verdicts]).toEqual([200, { route: 2 }])
  const rows = await rowsOf(made.json.data.id)
  const first = rows.find(({ subject }: { subject: { service: number } }) => subject.service === fmi.id)
  const prices = [{ percent: '900', currency: 'USD' }]
  const again = { supplier: 'Panel', list: list.id, services: ['9', '1'], prices, margin_floor: '50' }
  expect((await plan('supplier.import', again)).json.problems).toMatchObject([{ field: 'input.services.1' }])
  const applied = await api.post(`/plans/${made.json.data.id}/apply`, { except: [first.position] })
  expect([applied.status, applied.json.message]).toEqual([200, undefined])
  const now = (await api.read('/routes?supplier=Panel')).page.items
  expect(
    now
      .filter((one: { remote_service: string }) => one.remote_service === '9')
      .map((one: { service_code: string }) => one.service_code),
  ).toEqual(['fmi-fast'])
})

it('of many that ended at one moment each is listed once', async () => {
  const { sql } = office.server
  const form = { name: 'Many', email: 'many@example.com', currency: 'USD' }
  const { id: accountId } = await createAccount(sql, form, 'test')
  const [{ id, service }] = (await api.read('/routes?supplier=Panel')).page.items
  const at = new Date('2026-11-02T12:00:00Z')
  await fillAccount(sql, {
    ...{ accountId, serviceId: service as ServiceId, orders: 300, itemsPerOrder: 1, from: at, to: at },
  })
  await sql`
    update attempts a set route_id = r.id, supplier_id = r.supplier_id from supplier_routes r
     where r.id = ${id} and a.account_id = ${accountId}`
  const seen: number[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { page } = await api.read(`/suppliers/Panel/attempts?limit=50${cursor && `&cursor=${cursor}`}`)
    seen.push(...page.items.map(({ order }: { order: number }) => order))
    cursor = page.next_cursor
  }
  expect(seen).toHaveLength(300)
  expect(new Set(seen).size).toBe(300)

  const [one] = (await api.read('/suppliers/Panel/attempts?limit=1')).page.items
  const count = async (query: string) =>
    (await api.read(`/suppliers/Panel/attempts?limit=200&${query}`)).page.items.length
  for (const q of [one.input, String(one.order)]) {
    const found = (await api.read(`/suppliers/Panel/attempts?q=${encodeURIComponent(q)}`)).page.items
    expect(found.map(({ order }: { order: number }) => order)).toContain(one.order)
    expect(found.length).toBeLessThan(300)
  }
  expect(await count('q=nothing')).toBe(0)
  const day = String(one.ended_at).slice(0, 10)
  expect(await count(`from=${day}&to=${day}`)).toBe(200)
  expect(await count('to=2026-10-31')).toBe(0)
  expect(await count('from=2999-01-01')).toBe(0)
  // One of them, the oldest, was refused: a page looks at so many, and the list goes on to the end.
  await sql`
    update attempts set state = 'refused', fault = 'supplier'
     where account_id = ${accountId} and order_id = (select min(order_id) from attempts where account_id = ${accountId})`
  const panel = (await findSupplier(sql, 'Panel')).id
  const refused: number[] = []
  for (let before: AttemptPlace | undefined, pages = 0; ; pages++) {
    const page = await listAttempts(sql, panel, { outcome: 'unavailable', before, limit: 5 }, 70)
    refused.push(...page.items.map(({ orderId }) => orderId))
    before = page.next
    if (before === undefined) {
      expect([refused.length, pages]).toEqual([1, 4])
      break
    }
  }
  const file = await api.ask('GET /suppliers/Panel/attempts.csv?from=2026-01-01')
  expect(String(file.json).trim().split('\r\n')).toHaveLength(301)
})
