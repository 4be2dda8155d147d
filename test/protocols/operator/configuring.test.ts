import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKey } from '../../../src/accounts/keys.ts'
import { verifySignature, verifyWebhook } from '../../../src/client/index.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { createWebhook } from '../../../src/webhooks/webhooks.ts'
import type { Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

/** What operators change of the configuration over HTTP. */
let office: OperatorOffice
let shop: Shop
let headers: Record<string, string>
let actor: string
let outside: Server
let place: string
/** `answer` is what the outside answers, `asked` what it was asked. */
let answer: { status: number; body: string }
const asked: { url: string; headers: IncomingHttpHeaders; body: string }[] = []
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  shop = await office.server.shop({ group: 'Gold' })
  const owner = await office.person('owner')
  ;({ headers } = owner)
  actor = `staff:${owner.id}`
  outside = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  place = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
})
beforeEach(() => {
  answer = { status: 200, body: '{}' }
  asked.length = 0
})
afterAll(async () => {
  await office.stop()
  outside.close()
})

interface Asked {
  key?: string
  version?: string
  as?: Record<string, string>
}

const change = (method: string, path: string, body?: unknown, { key, version, as = headers }: Asked = {}) =>
  ask(office.server, method, path, {
    body,
    headers: {
      ...as,
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(version !== undefined && { 'if-match': `"${version}"` }),
    },
  })

const read = async (path: string) => (await ask(office.server, 'GET', path, { headers })).json.data

/** `trailOf` gives what the trail has of a thing, the newest first. */
const trailOf = async (what: string, subject: number | string) =>
  (await read(`/audit?what=${encodeURIComponent(what)}&subject=${subject}`)).page.items

let keys = 0
const newKey = (): string => `key-${++keys}`

describe('services', () => {
  const form = {
    code: 'first',
    name: 'First',
    group: 'Checks',
    price: '0.5',
    currency: 'USD',
    supplier: 'sandbox',
  }

  it('are made once under their key, with their price', async () => {
    const key = newKey()
    const made = await change('POST', '/services', form, { key })
    expect(made).toMatchObject({
      status: 200,
      json: {
        data: { code: 'first', price: '0.50', suppliers: ['sandbox'], visible_to: null, kind: 'imei' },
      },
    })
    const again = await change('POST', '/services', form, { key })
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.json).toEqual(made.json)
    expect(await change('POST', '/services', { ...form, code: 'other' }, { key })).toMatchObject({
      status: 409,
      json: { code: 'IDEMPOTENCY_CONFLICT_ERROR' },
    })
    const { id } = made.json.data
    expect(await trailOf('service', id)).toMatchObject([{ actor, before: null, after: { code: 'first' } }])
    expect(await trailOf('price', id)).toMatchObject([{ actor, after: { unit_price: '0.50' } }])
    expect(await change('POST', '/services', form, { key: newKey() })).toMatchObject({
      status: 409,
      json: { code: 'CONFLICT_ERROR', errors: { code: [expect.any(String)] } },
    })
  })

  it('are changed by who has seen how they are', async () => {
    const before = await read('/services/first')
    const given = {
      ...{
        name: 'Renamed',
        visible_to: ['Gold'],
        min_poll_seconds: 5,
        opens_at: '09:00',
        closes_at: '17:30',
      },
      fields: [{ name: 'EMAIL', required: true }],
    }
    const changed = await change('PATCH', '/services/first', given, { version: before.version })
    expect(changed).toMatchObject({
      status: 200,
      json: {
        data: {
          ...{ name: 'Renamed', visible_to: ['Gold'], min_poll_seconds: 5, opens_at: '09:00' },
          fields: [{ name: 'EMAIL', label: 'EMAIL', type: 'text', required: true, options: [] }],
        },
      },
    })
    expect(changed.json.data.version).not.toBe(before.version)
    expect(await read('/services/first')).toMatchObject({ version: changed.json.data.version })
    expect((await trailOf('service', before.id))[0]).toMatchObject({
      actor,
      before: { name: 'First', min_poll_seconds: 2 },
      after: { name: 'Renamed', min_poll_seconds: 5 },
    })
    const late = await change('PATCH', '/services/first', { name: 'Late' }, { version: before.version })
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } })
    expect(late.json.message).toContain(changed.json.data.version)
    expect((await read('/services/first')).name).toBe('Renamed')
    const takenAway = await change(
      'PATCH',
      '/services/first',
      { visible_to: null, opens_at: null, closes_at: null, fields: [] },
      { version: changed.json.data.version },
    )
    expect(takenAway.json.data).toMatchObject({ visible_to: null, opens_at: null, fields: [] })
  })

  it('say of every wrong value what is wrong with it, by its name', async () => {
    const { version } = await read('/services/first')
    for (const [given, names] of [
      [{ max_poll_seconds: 1 }, ['max_poll_seconds']],
      [
        { opens_at: '25:00', closes_at: '10:00', min_quantity: 3 },
        ['opens_at', 'min_quantity', 'max_quantity'],
      ],
      [{ visible_to: ['Silver'] }, ['visible_to']],
      [{ min_poll_seconds: 'soon' }, ['min_poll_seconds']],
      [{ colour: 'red' }, ['colour']],
      [{}, []],
    ] as const) {
      const { status, json } = await change('PATCH', '/services/first', given, { version })
      expect([given, status >= 400 && status < 500]).toEqual([given, true])
      for (const name of names)
        expect([given, Object.keys(json.errors)]).toEqual([given, expect.arrayContaining([name])])
    }
    expect(await change('PATCH', '/services/first', { name: 'x' })).toMatchObject({ status: 400 })
    expect(await change('PATCH', '/services/none', { name: 'x' }, { version })).toMatchObject({ status: 404 })
    expect(await change('POST', '/services', { ...form, code: 'keyless' })).toMatchObject({ status: 400 })
    expect(
      await change(
        'POST',
        '/services',
        { ...form, code: 'x', price: '1.500', currency: 'IDR' },
        { key: newKey() },
      ),
    ).toMatchObject({
      ...{ status: 422, json: { errors: { price: [expect.any(String)] } } },
    })
  })

  it('are imported, after a dry run that writes nothing', async () => {
    const text =
      'code,name,group,price,currency\nfile-1,One,Files,1,USD\nfile-2,Two,Files,2,USD\nfirst,Renamed,Checks,0.5,USD\n'
    const file = { format: 'csv', text }
    const counts = { created: 2, updated: 0, unchanged: 1, prices: 2 }
    expect(await change('POST', '/services/import', { ...file, dry_run: true })).toMatchObject({
      ...{ status: 200, json: { data: { ...counts, dry_run: true } } },
    })
    expect((await read('/services?group=files')).page.items).toEqual([])
    expect(await change('POST', '/services/import', file)).toMatchObject({
      json: { data: { ...counts, dry_run: false } },
    })
    expect((await read('/services?group=files')).page.items).toMatchObject([
      { code: 'file-1' },
      { code: 'file-2' },
    ])
    const wrong = `${text}file-3,,Files,much,USD\nfile-4,Four,Files,1,XX\n`
    const refused = await change('POST', '/services/import', { format: 'csv', text: wrong })
    expect(refused).toMatchObject({ status: 422, json: { code: 'INVALID_INPUT_ERROR' } })
    expect(Object.keys(refused.json.errors)).toEqual(
      expect.arrayContaining(['5.name', '5.price', '6.currency']),
    )
    expect((await read('/services?group=files')).page.count.value).toBe(2)
  })

  it('need the permission for prices where they have one', async () => {
    const as = await office.program(['catalogue.edit'])
    const made = await change('POST', '/services', { ...form, code: 'priced' }, { key: newKey(), as })
    expect([made.status, made.json.message]).toEqual([403, 'Permission denied: you may not prices.edit'])
    const { version } = await read('/services/first')
    expect(
      await change('PATCH', '/services/first', { delivery_time: '1 hour' }, { version, as }),
    ).toMatchObject({ status: 200 })
  })
})

describe('suppliers', () => {
  const secret = 'imeigate-test-secret'
  const form = () => ({
    ...{ kind: 'dhru', name: 'Panel', url: place, currency: 'USD', concurrency: 3 },
    ...{ settings: { username: 'us' }, secrets: { apiaccesskey: secret } },
  })

  it('are added, and their secrets are not shown', async () => {
    const kinds = (await read('/supplier-kinds')).items
    const { fields } = kinds.find(({ kind }: { kind: string }) => kind === 'dhru')
    const names = (isSecret: boolean) =>
      fields
        .filter((one: { secret: boolean }) => one.secret === isSecret)
        .map(({ name }: { name: string }) => name)
    expect(names(true)).toContain('apiaccesskey')
    const key = newKey()
    const made = await change('POST', '/suppliers', form(), { key })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    expect(made.json.data).toMatchObject({
      name: 'Panel',
      concurrency: 3,
      secrets: { apiaccesskey: true },
      enabled: true,
    })
    expect((await change('POST', '/suppliers', form(), { key })).json).toEqual(made.json)
    const trail = await trailOf('supplier', made.json.data.id)
    expect(trail).toMatchObject([
      { actor, after: { secrets: 'a secret' } },
      { actor, before: null, after: { name: 'Panel' } },
    ])
    const kept = await office.server.sql`select answer::text from operator_answers`
    expect(JSON.stringify([made.json, trail, kept])).not.toContain(secret)
    const wrong = await change(
      'POST',
      '/suppliers',
      { ...form(), name: '', settings: { username: 'us', nothing: 1 }, secrets: {} },
      { key: newKey() },
    )
    expect(wrong).toMatchObject({ status: 422 })
    expect(Object.keys(wrong.json.errors)).toEqual(expect.arrayContaining(['name', 'settings.nothing']))
  })

  it('are changed by who has seen how they are; settings and secrets one by one', async () => {
    const before = await read('/suppliers/panel')
    const changed = await change(
      'PATCH',
      '/suppliers/panel',
      { rate_per_second: 5, secrets: { apiaccesskey: 'another' } },
      { version: before.version },
    )
    expect(changed.json.data).toMatchObject({
      ...{ rate_per_second: 5, concurrency: 3, settings: { username: 'us' } },
      secrets: { apiaccesskey: true },
    })
    expect((await trailOf('supplier', before.id))[0]).toMatchObject({
      actor,
      before: { rate_per_second: null, secrets: 'a secret' },
      after: { rate_per_second: 5, secrets: 'another secret' },
    })
    expect(
      await change('PATCH', '/suppliers/panel', { concurrency: 9 }, { version: before.version }),
    ).toMatchObject({
      ...{ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } },
    })
  })

  it('are paused and resumed', async () => {
    expect(await change('POST', '/suppliers/panel/pause')).toHaveProperty('json.errors.why')
    for (const [verb, enabled, body] of [
      ['pause', false, { why: 'it answers wrongly' }],
      ['resume', true],
    ] as const) {
      expect(await change('POST', `/suppliers/panel/${verb}`, body)).toMatchObject({
        status: 200,
        json: { data: { enabled } },
      })
      const [{ before, after, why }] = await trailOf('supplier', (await read('/suppliers/panel')).id)
      expect([before, after, why]).toEqual([{ enabled: !enabled }, { enabled }, body?.why ?? null])
    }
  })

  it('are passed over for a time, with the reason in the trail, and asked again whether they are back', async () => {
    const path = '/suppliers/panel/prefer-others'
    expect(await change('POST', path, { minutes: 0 })).toMatchObject({ status: 400 })
    const passed = await change('POST', path, { minutes: 60, why: 'it is slow' })
    expect(passed).toMatchObject({
      ...{ status: 200, json: { data: { enabled: true, health: { open: true, why: 'person' } } } },
    })
    const { health, id } = passed.json.data
    const waits = Date.parse(health.probe_at) - Date.parse(health.opened_at)
    expect([health.reason, waits]).toEqual(['it is slow', 3_600_000])
    const [{ after }] = await trailOf('supplier pause', id)
    expect(after).toMatchObject({ why: 'person', reason: 'it is slow' })
    expect(await change('POST', path, { minutes: 1, why: 'again' })).toMatchObject({ status: 409 })
    answer.body = JSON.stringify({
      SUCCESS: [
        {
          message: 'Your Accout Info',
          AccoutInfo: { credit: '12.50', mail: 'us@example.com', currency: 'USD' },
        },
      ],
    })
    // What somebody wanted is ended by who may want it, and says so.
    const as = (await office.person('support')).headers
    expect((await change('POST', '/suppliers/panel/try-again', undefined, { as })).status).toBe(403)
    expect((await trailOf('supplier pause', id))[0].before).toBeNull()
    expect((await change('POST', '/suppliers/panel/try-again')).status).toBe(200)
    const [ending] = await trailOf('supplier pause', id)
    expect([Object.keys(ending.before), Object.keys(ending.after)]).toEqual([['until'], ['until']])
    await until('it is back', async () => (await read('/suppliers/panel')).health.open === false)
    expect(await change('POST', '/suppliers/panel/try-again')).toMatchObject({ status: 409 })
    await change('POST', '/suppliers/panel/pause', { why: 'it answers wrongly' })
    expect(await change('POST', path, { why: 'off anyway' })).toMatchObject({ status: 409 })
    await change('POST', '/suppliers/panel/resume')
  })

  it('are asked for our account, and the balance is kept', async () => {
    answer.body = JSON.stringify({
      SUCCESS: [
        {
          message: 'Your Accout Info',
          AccoutInfo: { credit: '12.50', mail: 'us@example.com', currency: 'USD' },
        },
      ],
    })
    const tested = await change('POST', '/suppliers/panel/test')
    expect(tested).toMatchObject({
      status: 200,
      json: { data: { name: 'Panel', ok: true, account: { balance: '12.50' }, problem: null } },
    })
    expect(asked[0]?.body).toContain('accountinfo')
    expect((await read('/suppliers/panel')).health.balance).toBe('12.50')
    answer = { status: 500, body: 'it is broken' }
    const failed = await change('POST', '/suppliers/panel/test', undefined, {
      as: (await office.person('support')).headers,
    })
    expect(failed).toMatchObject({
      status: 200,
      json: { data: { ok: false, account: null, problem: expect.any(String), cause: 'unreachable' } },
    })
    answer = { status: 200, body: JSON.stringify({ ERROR: [{ MESSAGE: 'Authentication Failed' }] }) }
    expect(await change('POST', '/suppliers/panel/test')).toMatchObject({
      json: { data: { ok: false, cause: 'login' } },
    })
  })
})

describe('routes', () => {
  it('are added, moved and removed', async () => {
    const body = {
      service: 'first',
      supplier: 'Panel',
      remote_service: '77',
      cost: '0.2',
      margin_floor: '10',
    }
    const made = await change('POST', '/routes', body, { key: newKey() })
    expect(made).toMatchObject({
      status: 200,
      json: {
        data: {
          route: {
            service_code: 'first',
            supplier_name: 'Panel',
            remote_service: '77',
            cost: '0.20',
            position: 2,
          },
          note: expect.stringContaining('no list of Panel was applied'),
        },
      },
    })
    const { id, version } = made.json.data.route
    const moved = await change('PATCH', `/routes/${id}`, { position: 1, cost: null }, { version })
    expect(moved.json.data.route).toMatchObject({ position: 1, cost: null, margin_floor: '10' })
    expect((await trailOf('route', id))[0]).toMatchObject({ actor })
    expect(await change('PATCH', `/routes/${id}`, { cost: '1' }, { version })).toMatchObject({ status: 409 })
    expect((await read('/services/first')).suppliers).toEqual(['Panel', 'sandbox'])
    expect(await change('POST', '/routes', body, { key: newKey() })).toMatchObject({ status: 409 })
    expect(
      await change('POST', '/routes', { ...body, cost: '-1', remote_service: '' }, { key: newKey() }),
    ).toMatchObject({
      ...{ status: 422, json: { errors: { cost: [expect.any(String)] } } },
    })
    // A changed route's lines do not say whose it is; they are found by the supplier's name all the same.
    const ofPanel = (await read('/audit?supplier=panel&limit=3')).page.items
    expect(ofPanel).toMatchObject([{ subject: String(id) }, { subject: String(id) }, { subject: String(id) }])
    const supplier = (await read('/suppliers/panel')).id
    expect((await read(`/audit?supplier=${supplier}&what=supplier%20pause`)).page.items).not.toEqual([])
    const ofSandbox = (await read('/audit?supplier=sandbox&what=route')).page.items
    expect(ofSandbox.filter(({ subject }: { subject: string }) => subject === String(id))).toEqual([])
    expect(await ask(office.server, 'GET', '/audit?supplier=nobody', { headers })).toMatchObject({
      status: 404,
      json: { source: 'query' },
    })
    expect(await change('DELETE', `/routes/${id}`)).toHaveProperty('json.errors.why')
    const removal = `/routes/${id}?why=it%20costs%20too%20much`
    expect(await change('DELETE', removal)).toMatchObject({ status: 200 })
    expect(await trailOf('route', id)).toMatchObject([
      { actor, after: null, why: 'it costs too much' },
      { actor, before: { position: 2 }, after: { position: 1 } },
      { actor, before: { cost: '0.20' }, after: { cost: null } },
      { actor, before: null },
    ])
    expect(await change('DELETE', removal)).toMatchObject({ status: 404 })
  })
})

describe('webhooks', () => {
  let webhook: number
  let secret: string
  let keySecret: string
  beforeAll(async () => {
    const { sql } = office.server
    const key = await createKey(sql, shop.accountId as never, { expiresAt: null })
    const sealer = new Sealer(Buffer.from('ab'.repeat(32), 'hex'))
    const made = await sql.begin((transaction) =>
      createWebhook(transaction, sealer, {
        ...{ accountId: shop.accountId as never, key, url: `${place}/hook`, allow: ['127.0.0.0/8'] },
      }),
    )
    webhook = made.id
    secret = made.secret
    keySecret = key.secret
    await sql`
      insert into order_events (webhook_id, account_id, order_id, state, created_at, delivered_at)
      select ${webhook}, ${shop.accountId}, n, 'success', now() - n * interval '1 h', case when n > 1 then now() end
        from generate_series(1, 3) n`
  })

  it('are sent a test that is signed as events are, of which nothing is kept', async () => {
    const tested = await change('POST', `/webhooks/${webhook}/test`)
    expect(tested).toMatchObject({ status: 200, json: { data: { ok: true, status: 200, problem: null } } })
    const [sent] = asked
    expect(sent).toMatchObject({ url: '/hook', headers: { 'x-webhook-event': 'test' } })
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ test: true, order_id: 0 })
    const { body = '', headers: given = {} } = sent ?? {}
    expect((await verifyWebhook(body, given as Record<string, string>, secret)).order.order_id).toBe(0)
    expect((await verifySignature(body, String(given['x-signature']), keySecret)).order_id).toBe(0)
    answer = { status: 410, body: '' }
    const refused = await change('POST', `/webhooks/${webhook}/test`)
    expect(refused).toMatchObject({ json: { data: { ok: false, status: 410, problem: 'answered 410' } } })
    expect(await read(`/webhooks/${webhook}`)).toMatchObject({ status: 'active', failures: 0 })
    expect((await read(`/webhooks/${webhook}/deliveries`)).items).toEqual([])
    expect(JSON.stringify([tested.json, refused.json])).not.toContain(secret)
    expect(await change('POST', '/webhooks/99999/test')).toMatchObject({ status: 404 })
  })

  it('are sent what was, again: one event, or all since a time', async () => {
    const events = (await read(`/webhooks/${webhook}/events`)).page.items
    const key = newKey()
    const since = new Date(Date.now() - 2.5 * 3_600_000).toISOString()
    const replayed = await change('POST', `/webhooks/${webhook}/replay`, { since }, { key })
    expect(replayed).toMatchObject({ status: 200, json: { data: { replayed: 2 } } })
    const again = await change('POST', `/webhooks/${webhook}/replay`, { since }, { key })
    expect([again.json, again.headers['idempotent-replayed']]).toEqual([replayed.json, 'true'])
    const one = await change('POST', `/webhook-events/${events.at(-1).id}/replay`, undefined, {
      key: newKey(),
    })
    expect(one).toMatchObject({ status: 200, json: { data: { id: events.at(-1).id } } })
    await office.server.sql`update webhooks set status = 'paused', paused_at = now() where id = ${webhook}`
    expect(await change('POST', `/webhooks/${webhook}/replay`, { since }, { key: newKey() })).toMatchObject({
      ...{ status: 409, json: { code: 'CONFLICT_ERROR' } },
    })
    expect(await change('POST', `/webhooks/${webhook}/resume`)).toMatchObject({
      json: { data: { status: 'active' } },
    })
    expect((await trailOf('webhook', webhook))[0]).toMatchObject({ actor, after: { status: 'active' } })
  })
})
