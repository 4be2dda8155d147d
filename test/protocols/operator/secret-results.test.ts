import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { permissionsOf } from '../../../src/staff/roles.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, cookieIn, OperatorOffice, originOf } from './office.fixtures.ts'

/** What is secret: a first result, the one that took its place, and one that a supplier said later. */
const CODES = ['UNLOCK-55512345', 'UNLOCK-99954321', 'UNLOCK-77700000', 'UNLOCK-11122233']
const [first, second, later, former] = CODES as [string, string, string, string]

let office: OperatorOffice
let shop: Shop
let service: number
let order: string
beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  service = Number(await server.service({ processing: 'manual', supplier: undefined, secretResults: true }))
  await server.sql`
    insert into suppliers (name, kind, currency, created_at, updated_at) values ('Ann', 'manual', 'USD', now(), now())`
})
afterAll(() => office.stop())

const hides = (text: string, where: string): void => {
  for (const code of CODES)
    expect(text.includes(code), `${where} has ${code}: ${text.slice(0, 600)}`).toBe(false)
}

it('a secret result is shown by no route of the operator, and by one that the trail tells of', async () => {
  const { server } = office
  const owner = await office.person('owner')
  const change = changer(server, owner.headers)
  const [{ id: people } = { id: 0 }] = await server.sql<
    { id: number }[]
  >`select id from suppliers where name = 'Ann'`
  await server.sql`update services set processing = 'automatic' where id = ${service}`
  await server.sql`
    insert into supplier_routes (service_id, supplier_id, position, remote_service) values (${service}, ${people}, 0, 'x')`
  const placed = await server.place(shop, { ID: String(service), IMEI: imei(1), REFERENCE: 'a' })
  order = placed.SUCCESS[0].REFERENCEID
  await until(
    'it waits for Ann',
    async () => (await ask(server, 'GET', '/manual', { headers: owner.headers })).json.data.items.length > 0,
  )
  // A pasted sheet is read by others, too.
  const sheet = { kind: 'manual.paste', input: { text: `${imei(1)}\t${first}` } }
  const plan = (await change('POST', '/plans', sheet)).json.data
  hides(JSON.stringify(plan), 'the plan')
  expect((await change('POST', `/plans/${plan.id}/apply`, {})).status).toBe(200)
  expect(JSON.stringify(await server.ended(shop, order))).toContain(first)
  const path = `/orders/${order}`
  const before = (await ask(server, 'GET', path, { headers: owner.headers })).json.data.items[0]
  expect(before).toMatchObject({ state: 'success', result: null, result_is_secret: true })
  const corrected = await change(
    'POST',
    `${path}/correct`,
    { result: second, why: 'wrong one' },
    { version: before.version },
  )
  expect(corrected.json.data).toMatchObject({ before: null, order: { items: [{ result: null }] } })
  // What is written of it elsewhere: what a supplier answered, and what a person is asked about.
  await server.sql`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    select account_id, id, 1, 1, 'changed', ${`Ann says success now, with "${later}"; it had been refused`}, 'imeigate', now()
      from orders where id = ${Number(order)}`
  await server.sql`
    insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, milliseconds)
    select account_id, id, 1, 1, now(), 'send', 'POST', 'http://ann', 'x', 200, ${`{"CODE":"${first}"}`}, 3
      from orders where id = ${Number(order)}`
  await server.sql`update attempts set detail = ${`<b>${first}</b>`} where order_id = ${Number(order)}`
  await server.sql`
    insert into former_orders (account_id, id, type, service_id, input, state, answer, price, placed_at)
    values (${shop.accountId}, ${Number(order)}, 'imei', ${service}, ${imei(1)}, 'success', ${former}, 0, now())`
  const [{ id: review } = { id: 0 }] = await server.sql<
    { id: number }[]
  >`select id from reviews order by id desc limit 1`

  // So many files an hour: these come before the others.
  const files = await Promise.all(
    ['/orders.csv', '/orders.ndjson'].map((file) => ask(server, 'GET', file, { headers: owner.headers })),
  )
  for (const { json } of files) hides(JSON.stringify(json), 'a file')
  expect(files[0]?.json).toContain('(secret)')
  const values = [order, review, shop.accountId, service, plan.id, people]
  const routes = routesOf({} as OperatorDeps).filter(
    ({ method, path: one }) => method === 'GET' && one !== '/events',
  )
  let [asked, seen] = [0, 0]
  let headers = {}
  for (const { path: one } of routes) {
    const urls = one.includes(':') ? values.map((value) => one.replace(/:\w+/g, String(value))) : [one]
    for (const each of urls) {
      const url = /exchanges|timeline/.test(each) ? `${each}?item=1` : each
      // A program may ask so often a minute, and have so many files an hour.
      if (asked++ % 25 === 0) headers = await office.program(permissionsOf('owner'))
      const { status, json } = await ask(server, 'GET', url, { headers })
      expect([url, status]).not.toEqual([url, 429])
      if (status === 200) seen++
      hides(JSON.stringify(json), url)
    }
  }
  expect(seen).toBeGreaterThan(80)
  const timeline = (await ask(server, 'GET', `${path}/timeline`, { headers: owner.headers })).json.data.items
  expect(timeline.map(({ kind }: { kind: string }) => kind)).toContain('changed')

  // It is no page for everybody.
  expect((await change('POST', `${path}/share`, {})).json.message).toBe(
    'Conflict: the results of this service are secret, and are not shared',
  )
  // Who may look does, the trail tells of it, and no repeated request gives it again.
  const finance = await office.person('finance')
  const refused = await changer(server, finance.headers)('POST', `${path}/reveal`, {})
  expect(refused).toMatchObject({
    status: 403,
    json: { message: 'Permission denied: you may not results.reveal_secret' },
  })
  const looked = await change('POST', `${path}/reveal`, {}, { key: 'one look' })
  expect(looked.json.data).toMatchObject({
    result: second,
    reviews: [{ id: review, detail: expect.stringContaining(later) }],
    exchanges: [{ answer: expect.stringContaining(first) }],
  })
  expect((await change('POST', `${path}/reveal`, {}, { key: 'one look' })).json.data).toEqual({
    ...{ result: null, reviews: null, exchanges: null },
  })
  const kept = await server.sql`select answer from operator_answers`
  hides(JSON.stringify(kept), 'what is kept of answers')
  const lines = await server.sql`
    select actor, after ->> 'kind' as kind, after ->> 'text' as text from trail where what = 'order_notes'`
  expect([...lines]).toEqual([{ actor: `staff:${owner.id}`, kind: 'look', text: 'item 1' }])
  hides(JSON.stringify(await server.sql`select before::text, after::text, why from trail`), 'the trail')
  const other = await server.service()
  const open = await server.place(shop, { ID: other, IMEI: imei(2) })
  await server.ended(shop, open.SUCCESS[0].REFERENCEID)
  expect((await change('POST', `/orders/${open.SUCCESS[0].REFERENCEID}/reveal`, {})).json.message).toBe(
    'Conflict: the results of its service are not secret: the order shows them',
  )
})

it('its buyer sees it as ever, and somebody of the staff who looks at the portal does not', async () => {
  const { server } = office
  expect(JSON.stringify(await server.status(shop, order))).toContain(second)
  const owner = await office.person('owner')
  const begun = await ask(server, 'POST', `/accounts/${shop.accountId}/view`, {
    body: {},
    headers: owner.headers,
  })
  const headers = { ...originOf(server), cookie: cookieIn(begun) }
  const paths = ['/api/order', '/api/portal/orders.csv', '/api/portal/orders']
  for (const path of [...paths, ...['', '/status', '/items'].map((one) => `/api/order/${order}${one}`)]) {
    const reply = await exchange(server.url, { method: 'GET', path, body: '', headers })
    expect([path, reply.status]).toEqual([path, 200])
    hides(reply.bytes.toString(), path)
    expect(reply.bytes.toString(), path).toMatch(path.endsWith('/items') ? imei(1) : order)
  }
})

it('who may not look at secret results opens none: by no change, plan or file', async () => {
  const { server } = office
  const { headers } = await office.person('catalogue')
  const change = changer(server, headers)
  const read = async () => (await ask(server, 'GET', `/services/${service}`, { headers })).json.data
  const { code, version } = await read()
  const refused = {
    status: 403,
    json: { message: expect.stringContaining('you may not results.reveal_secret') },
  }
  const open = { secret_results: false }
  const bulk = { kind: 'services.bulk', input: { services: [code], change: open } }
  const file = { format: 'json', text: JSON.stringify([{ code, ...open }]) }
  expect(await change('PATCH', `/services/${service}`, open, { version })).toMatchObject(refused)
  expect(await change('POST', '/plans', bulk)).toMatchObject(refused)
  expect(await change('POST', '/plans', { kind: 'services.csv', input: file })).toMatchObject(refused)
  expect(await change('POST', '/services/import', file)).toMatchObject(refused)
  expect(await read()).toMatchObject({ secret_results: true, version })
  // What is open may be made secret by whoever edits services.
  const other = await server.service()
  const seen = (await ask(server, 'GET', `/services/${other}`, { headers })).json.data.version
  expect(
    (await change('PATCH', `/services/${other}`, { secret_results: true }, { version: seen })).status,
  ).toBe(200)
  const owner = await office.person('owner')
  const opened = await changer(server, owner.headers)('PATCH', `/services/${service}`, open, { version })
  expect(opened).toMatchObject({ status: 200, json: { data: open } })
})
