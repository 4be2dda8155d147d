import { hostname } from 'node:os'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteSize } from '../../../src/database/sizes.ts'
import { requestIds } from '../../../src/lib/request-id.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/lib/time.ts'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

/** What operators configure, read over HTTP: services, prices, suppliers, routes, ways to pay in, webhooks, notices. */
let office: OperatorOffice
let shop: Shop
let headers: Record<string, string>
let webhook: number
// biome-ignore lint/suspicious/noExplicitAny: the document is looked into.
let openapi: any
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8', DIGEST_TIMES: 'off' })
  const { server } = office
  const { sql } = server
  shop = await server.shop({ deposit: '50', group: 'Gold' })
  for (const [code, group, over] of [
    ['alpha', 'B list', {}],
    ['beta', 'A list', { active: false }],
    ['gamma', 'a list', { kind: 'serial' }],
    ['delta', 'B list', { visibleTo: ['Gold'] }],
    ['epsilon', 'C list', { supplier: undefined }],
    ['Ünlock', 'B list', {}],
  ] as const) {
    const name = code === 'Ünlock' ? 'Öffnen' : `Service ${code}`
    const { createService } = await import('../../../src/catalogue/services.ts')
    const base = { kind: 'imei', price: '1', currency: 'USD', supplier: 'sandbox' } as const
    await createService(sql, { ...base, code: code.replace('Ü', 'U'), name, group, ...over } as never)
  }
  await sql`
    insert into suppliers (kind, name, url, currency) values ('cekceir', 'Big Panel', 'https://panel.example', 'EUR')`
  await sql`
    insert into supplier_routes (service_id, supplier_id, position, remote_service, cost)
    select v.id, s.id, 2, v.code, 700000 from services v, suppliers s where s.name = 'Big Panel' and v.code in ('alpha', 'delta')`
  await sql`
    insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at, balance, balance_at)
    select id, true, 'credit', 'no money', now(), now() + interval '1 day', 12000000, now() from suppliers where name = 'Big Panel'
    on conflict (supplier_id) do update set open = true, why = 'credit', reason = 'no money', opened_at = now(), probe_at = excluded.probe_at, balance = excluded.balance, balance_at = now()`
  await sql`
    insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
    values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
  await sql`
    insert into notice_channels (name, kind, settings, created_at, updated_at)
    values ('mail', 'email', '{"host": "mail.example", "from": "a@example.com"}', now(), now())`
  await sql`
    insert into notice_subscriptions (channel_id, address, actor, created_at) values (1, 'b@example.com', 'test', now())`
  await sql`
    insert into notices (event, subject, raised_at, sent_at, seen_at, ended_at)
    select 'supplier.trouble', n::text, now(), now(), now(), case when n > 2 then now() end from generate_series(1, 4) n`
  await sql`
    insert into notice_messages (id, notice_id, channel, address, state, failures, problem, queued_at)
    select gen_random_uuid(), id, 'email', 'b@example.com', 'failed', 10, 'the server is away', now() from notices where subject = '3'`
  const [row] = await sql<{ id: number }[]>`
    insert into webhooks (account_id, key_id, url, secrets, created_at, updated_at)
    select account_id, id, 'https://shop.example/hook', '\\x00', now(), now() from api_keys where account_id = ${shop.accountId}
    returning id`
  webhook = row?.id ?? 0
  await sql`
    insert into order_events (webhook_id, account_id, order_id, state, created_at, due_at, attempts, delivered_at)
    select ${webhook}, ${shop.accountId}, n, 'success', now() + n * interval '1 s', case when n < 3 then now() + interval '1 day' end, 1,
           case when n >= 3 then now() end
      from generate_series(1, 5) n`
  await sql`
    insert into webhook_deliveries (account_id, event_id, number, webhook_id, at, ms, status)
    select account_id, id, 1, webhook_id, created_at, 20, 200 from order_events`
  ;({ headers } = await office.person('owner'))
  const document = await exchange(server.url, { method: 'GET', path: '/openapi-operator.json' })
  openapi = JSON.parse(document.bytes.toString())
})
afterAll(() => office.stop())

const read = async (path: string, as = headers) =>
  (await ask(office.server, 'GET', path, { headers: as })).json

const ajv = new Ajv2020({ strict: false, validateFormats: true })
formats.default(ajv)

/** `said` reads a path and holds the answer against the document. */
async function said(path: string, route: string, as = headers) {
  const { status, json } = await ask(office.server, 'GET', path, { headers: as })
  expect([path, status, json.message]).toEqual([path, 200, undefined])
  const { schema } = openapi.paths[`/api/operator${route}`].get.responses['200'].content['application/json']
  const fits = ajv.compile(schema)
  const isFitting = fits(json)
  expect([path, isFitting, fits.errors]).toEqual([path, true, null])
  return json.data
}

const codes = (items: { code: string }[]): string[] => items.map(({ code }) => code)

describe('services', () => {
  it('are listed by group and id, by pages as a whole, and counted once', async () => {
    const whole = (await said('/services?limit=200', '/services')).page
    expect(codes(whole.items)).toEqual(['beta', 'alpha', 'delta', 'Unlock', 'epsilon', 'gamma'])
    expect(whole).toMatchObject({ next_cursor: null, count: { value: 6, capped: false } })
    const all: string[] = []
    for (let cursor = ''; ; ) {
      const { page } = await said(`/services?limit=1${cursor}`, '/services')
      all.push(...codes(page.items))
      expect('count' in page).toBe(cursor === '')
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(all).toEqual(codes(whole.items))
  })

  it.each<[query: string, found: string[]]>([
    ['search=LTA', ['delta']],
    ['search=%C3%96FF', ['Unlock']],
    ['group=A%20LIST', ['beta', 'gamma']],
    ['active=no', ['beta']],
    ['active=yes&kind=imei', ['alpha', 'delta', 'Unlock', 'epsilon']],
    ['kind=serial', ['gamma']],
    ['unrouted=yes', ['epsilon']],
    ['supplier=big%20panel', ['alpha', 'delta']],
  ])('are narrowed by %s', async (query, found) => {
    const { page } = await said(`/services?${query}`, '/services')
    expect(codes(page.items)).toEqual(found)
    expect(page.count).toEqual({ value: found.length, capped: false })
  })

  it('are shown with prices, routes and who sees them', async () => {
    const shown = await said('/services/DELTA', '/services/{service}')
    expect(shown).toMatchObject({
      ...{
        code: 'delta',
        price: '1.00',
        currency: 'USD',
        visible_to: ['Gold'],
        suppliers: ['sandbox', 'Big Panel'],
      },
      prices: [{ price: '1.00', currency: 'USD', account: null, group: null, min_items: 1 }],
      routes: [
        { supplier_name: 'sandbox', works: true },
        { supplier_name: 'Big Panel', cost: '0.70', currency: 'EUR', remote_service: 'delta' },
      ],
    })
    expect(
      (await said(`/services/${shown.id}/price-history`, '/services/{service}/price-history')).items,
    ).toMatchObject([{ what: 'price', old: null, new: '1.00' }])
  })
})

describe('suppliers and routes', () => {
  it('are shown with what they hold and how they fare', async () => {
    const { items } = await said('/suppliers', '/suppliers')
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['sandbox', 'Big Panel'])
    expect(await said('/suppliers/Big%20Panel', '/suppliers/{supplier}')).toMatchObject({
      ...{ kind: 'cekceir', currency: 'EUR', enabled: true, routes: 2, open_items: 0 },
      health: { open: true, why: 'credit', reason: 'no money', balance: '12.00' },
    })
    const kinds = (await said('/supplier-kinds', '/supplier-kinds')).items
    expect(kinds.map(({ kind }: { kind: string }) => kind)).toContain('dhru')
    const routes = await said('/routes?limit=200', '/routes')
    const seen: number[] = []
    for (let cursor = ''; ; ) {
      const { page } = await said(`/routes?limit=2${cursor}`, '/routes')
      seen.push(...page.items.map(({ id }: { id: number }) => id))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(seen).toEqual(routes.page.items.map(({ id }: { id: number }) => id))
    expect((await said('/routes?service=alpha', '/routes')).page.items).toHaveLength(2)
    const [first] = (await said('/routes?supplier=sandbox', '/routes')).page.items
    expect(await said(`/routes/${first.id}`, '/routes/{id}')).toEqual(first)
  })

  it('say nothing of costs and balances to those who may not see them', async () => {
    const { headers: as } = await office.person('support')
    const supplier = await said('/suppliers/Big%20Panel', '/suppliers/{supplier}', as)
    expect(supplier.health).toEqual({
      ...{ open: true, why: 'credit', reason: 'no money' },
      ...{ opened_at: expect.any(String), probe_at: expect.any(String) },
    })
    const routes = (await said('/routes', '/routes', as)).page.items
    const shown = (await said('/services/delta', '/services/{service}', as)).routes
    for (const one of [...routes, ...shown]) {
      expect(Object.keys(one)).not.toEqual(expect.arrayContaining(['cost']))
      expect(['waiting_cost', 'margin_floor'].filter((name) => name in one)).toEqual([])
    }
  })
})

it('ways to pay in, webhooks and notices are shown', async () => {
  expect((await said('/deposit-providers', '/deposit-providers')).items).toMatchObject([
    { code: 'bank', kind: 'bank-transfer', min_amount: '1.00', has_secrets: false, hook: null },
  ])
  await said('/deposit-providers/bank', '/deposit-providers/{code}')
  await said('/gateway-kinds', '/gateway-kinds')

  const [hook] = (await said('/webhooks?status=active', '/webhooks')).page.items
  expect(hook).toMatchObject({ id: webhook, account: shop.accountId, waiting: 2, status: 'active' })
  expect(await said(`/webhooks/${webhook}`, '/webhooks/{id}')).toEqual(hook)
  expect((await said('/webhooks?status=gone', '/webhooks')).page.items).toEqual([])
  const events = (await said(`/webhooks/${webhook}/events?limit=200`, '/webhooks/{id}/events')).page.items
  expect(events.map(({ order }: { order: number }) => order)).toEqual([5, 4, 3, 2, 1])
  const { page } = await said(`/webhooks/${webhook}/events?limit=2`, '/webhooks/{id}/events')
  const rest = await said(
    `/webhooks/${webhook}/events?limit=2&cursor=${page.next_cursor}`,
    '/webhooks/{id}/events',
  )
  expect([...page.items, ...rest.page.items]).toEqual(events.slice(0, 4))
  const waiting = await said(`/webhooks/${webhook}/events?undelivered=yes`, '/webhooks/{id}/events')
  expect(waiting.page.items).toEqual(events.slice(3))
  expect((await said(`/webhooks/${webhook}/deliveries`, '/webhooks/{id}/deliveries')).items).toHaveLength(5)
  expect(await said(`/webhook-events/${events[0].id}`, '/webhook-events/{event}')).toMatchObject({
    event: events[0],
    deliveries: [{ number: 1, ms: 20, status: 200 }],
  })

  const { items: channels } = await said('/notice-channels', '/notice-channels')
  expect(channels).toMatchObject([{ name: 'mail', kind: 'email', settings: { host: 'mail.example' } }])
  await said('/notice-channels/MAIL', '/notice-channels/{name}')
  await said('/channel-kinds', '/channel-kinds')
  await said('/notice-events', '/notice-events')
  expect((await said('/notice-subscriptions', '/notice-subscriptions')).page.items).toMatchObject([
    { address: 'b@example.com', channel: 'email', account: null, events: null },
  ])
  const subjects = async (query: string) =>
    (await said(`/notices?${query}`, '/notices')).page.items.map(
      ({ subject }: { subject: string }) => subject,
    )
  expect(await subjects('event=supplier.trouble&limit=200')).toEqual(['4', '3', '2', '1'])
  expect(await subjects('event=supplier.trouble&open=yes')).toEqual(['2', '1'])
  expect(await subjects('failed=yes&event=supplier.trouble')).toEqual(['3'])
  expect(await subjects('event=digest')).toEqual([])
  expect(await subjects(`account=${shop.username}`)).toEqual([])
  expect((await said('/notices?failed=yes', '/notices')).page.items).toMatchObject([
    {
      told: { all: 1, sent: 0, waiting: 0, failed: 1 },
      messages: [{ address: 'b@example.com', state: 'failed', problem: 'the server is away', sent_at: null }],
    },
  ])
})

it('the installation is told of, and no secret', async () => {
  await office.server.place(shop, { ID: '1', IMEI: imei(1) })
  const doctor = await said('/doctor', '/doctor')
  const found = Object.fromEntries(doctor.checks.map((one: { name: string }) => [one.name, one]))
  expect(found['suppliers']).toMatchObject({ status: 'warn', detail: expect.stringContaining('Big Panel') })
  expect(found['services']).toMatchObject({ status: 'warn', detail: expect.stringContaining('epsilon') })
  expect(found['database']).toMatchObject({ status: 'ok' })
  const { sql } = office.server
  const failed = requestIds()()
  await sql`
    insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
    select account_id, now(), id, 'rest', 'POST /order', 500, 'internal_error', '192.0.2.1', 1000, ${failed}::uuid
      from api_keys limit 1`
  // Once an hour it is written down how large the database is, a row for each day.
  await office.server.owner`delete from database_sizes`
  const then = Date.now() - 8 * DAY_MS
  for (const minutes of [0, 30, 61]) await noteSize(sql, new Date(then + minutes * MINUTE_MS))
  const [size, ...others] =
    await sql`select measured_at as at, bytes::float8 as bytes from database_sizes order by day desc`
  expect(size).toEqual({ at: new Date(then + 61 * MINUTE_MS), bytes: expect.any(Number) })
  expect(others.length).toBeLessThanOrEqual(1)
  const health = await said('/health', '/health')
  expect(health).toMatchObject({ is_ready: true, version: expect.any(String) })
  expect(health.database.growth).toEqual([
    { days: 7, bytes: expect.any(Number) },
    { days: 30, bytes: null },
  ])
  expect(health.processes).toContainEqual({
    ...{ host: hostname(), pid: process.pid, role: 'all', version: health.version },
    ...{ started_at: expect.any(String), is_this: true },
  })
  expect(health.faults[0]).toMatchObject({ protocol: 'rest', outcome: 'internal_error', trace_id: failed })
  expect(health.statements).toHaveLength(10)
  for (const { text, times, total_ms: all, longest_ms: longest } of health.statements) {
    expect(text).toMatch(/^\S.*\S$/)
    expect(times).toBeGreaterThan(0)
    expect(all).toBeGreaterThanOrEqual(longest)
  }
  expect(health.database.bytes).toBeGreaterThan(1_000_000)
  expect(health.database.tables.map(({ name }: { name: string }) => name)).toContain('trail')
  expect(health.jobs).toMatchObject({ given_up: 0, late: 0 })
  expect(Date.parse(health.started_at)).toBeLessThan(Date.now())
  expect(health.figures.map(({ name }: { name: string }) => name)).toContain(
    'imeigate_webhook_events_waiting',
  )
  const { items } = await said('/settings', '/settings')
  const setting = (name: string) => items.find((one: { name: string }) => one.name === name)
  expect(setting('OUTBOUND_ALLOW')).toMatchObject({ value: '127.0.0.0/8', is_set: true })
  expect(setting('BODY_LIMIT')).toMatchObject({ is_set: false, value: expect.any(String) })
  expect(setting('IMEIGATE_SECRET_KEY')).toMatchObject({ value: null, is_set: true, is_secret: true })
  expect(JSON.stringify(items)).not.toContain('abab')
})

it('the staff makes some settings, where the environment does not, and they hold at once', async () => {
  const read = () => said('/settings', '/settings')
  const patch = async (body: object, version: string) =>
    await ask(office.server, 'PATCH', '/settings', {
      body,
      headers: { ...headers, 'if-match': `"${version}"` },
    })
  const before = await read()
  const set = await patch({ HOME_CURRENCY: 'IDR', REQUEST_LOG_DAYS: '90' }, before.version)
  expect(set.status).toBe(200)
  const shown = (name: string) => set.json.data.items.find((one: { name: string }) => one.name === name)
  expect(shown('HOME_CURRENCY')).toMatchObject({ value: 'IDR', source: 'console', is_editable: true })
  expect(shown('OUTBOUND_ALLOW')).toMatchObject({ source: 'environment', is_editable: false })
  expect((await patch({ HOME_CURRENCY: 'USD' }, before.version)).json.code).toBe('VERSION_CONFLICT_ERROR')
  const { version } = set.json.data
  for (const [wrong, field] of [
    [{ HOME_CURRENCY: 'dollars' }, 'HOME_CURRENCY'],
    [{ REQUEST_LOG_DAYS: '0' }, 'REQUEST_LOG_DAYS'],
    [{ REGISTRATION: 'open' }, 'REGISTRATION'],
    [{ REGISTRATION: 'nobody' }, 'REGISTRATION'],
    [{ PORTAL_WELCOME: 'a\u0000b' }, 'PORTAL_WELCOME'],
    [{ PORTAL_TERMS: 'x'.repeat(5001) }, 'PORTAL_TERMS'],
    [{ HOME_CURRENCY: 'x'.repeat(201) }, 'HOME_CURRENCY'],
    [{ DIGEST_TIMES: 'noon' }, 'DIGEST_TIMES'],
    [{ OUTBOUND_ALLOW: '0.0.0.0/0' }, 'OUTBOUND_ALLOW'],
    [{ NEW_ACCOUNT_GROUP: 'nobody' }, 'NEW_ACCOUNT_GROUP'],
  ] as const) {
    const { status, json } = await patch(wrong, version)
    expect([wrong, status, Object.keys(json.errors ?? {})]).toEqual([wrong, expect.any(Number), [field]])
    expect(status).toBeGreaterThanOrEqual(400)
  }
  const back = await patch({ HOME_CURRENCY: null, REQUEST_LOG_DAYS: null }, version)
  expect(back.json.data.items).toEqual(before.items)
})

it('every message to resellers is written anew, with what may stand in it, and put back', async () => {
  const messages = async () => (await said('/messages', '/messages')).items
  const all = await messages()
  expect(all.length).toBeGreaterThan(60)
  for (const { name, language, ours, placeholders } of all) {
    const shown = await ask(office.server, 'POST', `/messages/${name}/${language}/preview`, {
      body: ours,
      headers,
    })
    // The example has a value for each placeholder.
    expect([name, language, shown.status]).toEqual([name, language, 200])
    expect(`${shown.json.data.title}${shown.json.data.text}`, name).not.toMatch(/[{}]|undefined|NaN/)
    expect(placeholders.length, name).toBeLessThan(6)
  }
  const path = '/messages/mail.reset/en'
  const one = all.find(
    ({ name, language }: Record<string, string>) => `${name} ${language}` === 'mail.reset en',
  )
  const patch = (body: object, version = one.version) =>
    ask(office.server, 'PATCH', path, { body, headers: { ...headers, 'if-match': `"${version}"` } })
  for (const [wrong, field] of [
    [{ title: 'Password', text: 'Write to us' }, 'text'],
    [{ title: 'Password of {whom}', text: '{link}' }, 'title'],
    [{ title: 'two\nlines', text: '{link}' }, 'title'],
  ] as const) {
    expect(Object.keys((await patch(wrong)).json.errors)).toEqual([field])
  }
  const set = await patch({ title: 'Your password', text: 'Here: {link}' })
  expect(set.json.data.set).toEqual({ title: 'Your password', text: 'Here: {link}' })
  expect((await patch({ title: 'Late', text: '{link}' })).json.code).toBe('VERSION_CONFLICT_ERROR')
  const back = await ask(office.server, 'DELETE', path, { headers })
  expect(back.json.data).toEqual(one)
  expect((await ask(office.server, 'DELETE', '/messages/mail.none/en', { headers })).status).toBe(404)
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect((await ask(office.server, 'DELETE', `/messages/${name}/en`, { headers })).status).toBe(404)
})

it('what there is not, and what cannot be asked for, is refused by its name', async () => {
  const paths = [
    ...[
      '/services/nothing',
      '/suppliers/nobody',
      '/routes/99999',
      '/webhooks/99999',
      '/deposit-providers/none',
    ],
    ...['/notice-channels/none', '/webhook-events/evt_999999', '/webhooks/99999/events', '/services/%00'],
    ...['/services?supplier=nobody', '/routes?service=nothing', '/webhooks?account=nobody', '/suppliers/%00'],
  ]
  for (const path of paths) {
    expect.soft([path, (await ask(office.server, 'GET', path, { headers })).status]).toEqual([path, 404])
  }
  for (const [path, field] of [
    ['/services?kind=other', 'kind'],
    ['/services?active=maybe', 'active'],
    ['/webhook-events/12', 'event'],
    ['/webhooks?status=ill', 'status'],
    ['/notices?limit=1000', 'limit'],
  ] as const) {
    expect.soft([path, Object.keys((await read(path)).errors ?? {})]).toEqual([path, [field]])
  }
  for (const list of ['/services', '/routes', '/notices', `/webhooks/${webhook}/events`]) {
    const { next_cursor } = (await read(`${list}?limit=1`)).data.page
    const other = await ask(office.server, 'GET', `${list}?limit=1&cursor=${next_cursor}x`, { headers })
    expect.soft([list, other.status]).toEqual([list, 422])
    const mark = Buffer.from(next_cursor, 'base64url').toString().split('.')[1]
    for (const next of ['0', '9999999999', '9999999999999999']) {
      const cursor = Buffer.from(`${next}.${mark}`).toString('base64url')
      const { status } = await ask(office.server, 'GET', `${list}?limit=1&cursor=${cursor}`, { headers })
      expect.soft([list, next, status < 500]).toEqual([list, next, true])
    }
  }
})

it('every value of a noun that is shown has its shape', () => {
  const shapeless: string[] = []
  const look = (at: string, schema: unknown): void => {
    if (schema === null || typeof schema !== 'object') return
    const { properties } = schema as { properties?: Record<string, Record<string, unknown>> }
    for (const [name, one] of Object.entries(properties ?? {})) {
      if (!['type', 'anyOf', '$ref', 'enum', 'const'].some((word) => word in one))
        shapeless.push(`${at} ${name}`)
      look(`${at} ${name}`, one)
    }
    const { items } = schema as { items?: unknown }
    if (items !== undefined) look(at, items)
  }
  for (const { name, answer, body } of routesOf({} as OperatorDeps)) {
    look(`answer of ${name}`, answer)
    look(`body of ${name}`, body)
  }
  expect(shapeless).toEqual([])
})
