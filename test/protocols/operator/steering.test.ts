import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/lib/time.ts'
import { FakeStripe, SECRET_KEY } from '../../deposits/fake-stripe.ts'
import { RestClient } from '../../support/rest.ts'
import type { Shop } from '../../support/server.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** What operators set up over HTTP beside the catalogue: ways to pay in, and who is told of what. */
let office: OperatorOffice
let shop: Shop
let api: Documented
let actor: string
let outside: Server
let place: string
let answer: { status: number; body: string }
const asked: { url: string; headers: IncomingHttpHeaders; body: string }[] = []
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  shop = await office.server.shop({ deposit: '50' })
  const owner = await office.person('owner')
  api = await Documented.open(office.server, owner.headers)
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

const read = (path: string) => api.read(path)

describe('kinds of integrations', () => {
  it.each(['/supplier-kinds', '/gateway-kinds', '/channel-kinds'])(
    '%s are listed with their fields, for a form',
    async (list) => {
      const { items } = await read(list)
      expect(items.length).toBeGreaterThan(2)
      const ajv = new Ajv2020({ strict: false })
      for (const { kind, label, fields } of items) {
        expect([typeof kind, typeof label]).toEqual(['string', 'string'])
        for (const field of fields) {
          expect(field.label).not.toBe('')
          expect(field.help).not.toBe('')
          expect(() => ajv.compile(field.schema)).not.toThrow()
        }
      }
    },
  )

  it('say what a form asks beside the fields', async () => {
    const of = async (list: string, name: string) =>
      (await read(list)).items.find(({ kind }: { kind: string }) => kind === name)
    expect(await of('/supplier-kinds', 'dhru')).toMatchObject({ has_url: true, has_services: true })
    expect(await of('/supplier-kinds', 'manual')).toMatchObject({ has_url: false, done_by_people: true })
    expect(await of('/gateway-kinds', 'bank-transfer')).toMatchObject({
      currencies: null,
      asks_gateway: false,
    })
    expect((await of('/gateway-kinds', 'midtrans')).currencies).toContain('IDR')
    const { address } = await of('/channel-kinds', 'email')
    expect(new RegExp(address.pattern, 'u').test('ann@example.com')).toBe(true)
    expect(new RegExp(address.pattern, 'u').test('ann')).toBe(false)
  })
})

describe('ways to pay in', () => {
  const secret = 'sk_test_imeigate_secret'
  const list = '/deposit-providers'
  const form = {
    ...{ kind: 'bank-transfer', code: 'bank', name: 'Our bank', currency: 'USD', min_amount: '5' },
    settings: { account_number: '12-34', account_holder_name: 'First Ltd' },
  }

  it('are added once under their key', async () => {
    const key = api.newKey()
    const made = await api.ask(`POST ${list}`, { body: form, key })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    expect(made.json.data).toMatchObject({
      ...{ code: 'bank', kind: 'bank-transfer', enabled: true, min_amount: '5.00', max_amount: null },
      settings: { account_number: '12-34', expires_hours: 72 },
    })
    const again = await api.ask(`POST ${list}`, { body: form, key })
    expect([again.json, again.headers['idempotent-replayed']]).toEqual([made.json, 'true'])
    expect(await api.ask(`POST ${list}`, { body: form, key: api.newKey() })).toMatchObject({
      ...{ status: 409, json: { errors: { code: [expect.any(String)] } } },
    })
    expect(await api.ask(`POST ${list}`, { body: { ...form, code: 'keyless' } })).toMatchObject({
      status: 400,
    })
    // Payers are shown it at once.
    const { status, body } = await new RestClient(office.server, shop).get('/api/deposit/provider')
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('Our bank')])
  })

  it('keep their secrets', async () => {
    const secrets = { secret_key: secret, webhook_secret: `whsec_${secret}` }
    const given = {
      ...{ kind: 'stripe', code: 'card', name: 'Card', currency: 'USD', fee_percent: '2.5' },
      settings: { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/left' },
      secrets,
    }
    const made = await api.ask(`POST ${list}`, { body: given, key: api.newKey() })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    expect(made.json.data).toMatchObject({
      has_secrets: true,
      fee_percent: '2.5',
      hook: '/hooks/deposits/card',
    })
    const trail = await api.trail('deposit provider', made.json.data.id)
    const kept = await office.server.sql`select answer::text from operator_answers`
    expect(JSON.stringify([made.json, trail, kept])).not.toContain(secret)
    expect(trail.at(-1)).toMatchObject({ actor, before: null, after: { code: 'card' } })
  })

  it('are tested, which begins no payment and tells no secret', async () => {
    const fake = await FakeStripe.start(systemClock)
    try {
      expect(await api.ask('POST /deposit-providers/bank/test', { body: {} })).toMatchObject({
        status: 200,
        json: { data: { finding: 'nobody_asked', ok: true, milliseconds: null } },
      })
      const { version } = await read('/deposit-providers/card')
      const moved = await api.ask('PATCH /deposit-providers/card', {
        body: { settings: { url: fake.url } },
        version,
      })
      expect(moved.status).toBe(200)
      const refused = await api.ask('POST /deposit-providers/card/test', { body: {} })
      expect(refused.json.data).toEqual({
        ...{ code: 'card', name: 'Card', finding: 'key_refused', ok: false },
        ...{ detail: 'HTTP 401: Invalid API Key provided: sk_***', is_practice: true },
        ...{ unproved: ['webhook_secret'], milliseconds: expect.any(Number) },
      })
      await api.ask('PATCH /deposit-providers/card', {
        ...{ body: { secrets: { secret_key: SECRET_KEY } }, version: moved.json.data.version },
      })
      const works = await api.ask('POST /deposit-providers/card/test', { body: {} })
      expect(works.json.data).toMatchObject({ finding: 'works', ok: true, detail: null })
      expect(fake.sessions.size).toBe(0)
      expect(await api.ask('POST /deposit-providers/nobody/test', { body: {} })).toMatchObject({
        status: 404,
      })
    } finally {
      await fake.stop()
    }
  })

  it('are changed by who has seen how they are; settings one by one', async () => {
    const before = await read('/deposit-providers/bank')
    const { version } = before
    const given = { max_amount: '900', settings: { bank: 'A bank' } }
    const changed = await api.ask('PATCH /deposit-providers/bank', { body: given, version })
    expect(changed.json.data).toMatchObject({
      ...{ name: 'Our bank', max_amount: '900.00' },
      settings: { bank: 'A bank', account_number: '12-34' },
    })
    expect(changed.json.data.version).not.toBe(version)
    expect((await api.trail('deposit provider', before.id))[0]).toMatchObject({
      ...{ actor, before: { max_amount: null }, after: { max_amount: '900.00' } },
    })
    const late = await api.ask('PATCH /deposit-providers/bank', { body: { name: 'Late' }, version })
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } })
    expect((await read('/deposit-providers/bank')).name).toBe('Our bank')
    const all = await Promise.all(
      ['1', '2', '3'].map((amount) =>
        api.ask('PATCH /deposit-providers/bank', {
          body: { min_amount: amount },
          version: changed.json.data.version,
        }),
      ),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  it('are disabled and enabled', async () => {
    const whyless = await api.ask('POST /deposit-providers/bank/disable', { body: {} })
    expect(whyless).toMatchObject({ status: 400, json: { errors: { why: [expect.any(String)] } } })
    for (const verb of ['disable', 'enable'] as const) {
      const body = verb === 'disable' ? { why: 'The account there is closed' } : {}
      const done = await api.ask(`POST /deposit-providers/bank/${verb}`, { body })
      expect(done).toMatchObject({ status: 200, json: { data: { enabled: verb === 'enable' } } })
      const shown = await new RestClient(office.server, shop).get('/api/deposit/provider')
      expect(JSON.stringify(shown.body).includes('Our bank')).toBe(verb === 'enable')
    }
  })

  it('say of every wrong value what is wrong with it, by its place in the body', async () => {
    for (const [given, names] of [
      [{ ...form, settings: {} }, ['settings.account_number', 'settings.account_holder_name']],
      [{ ...form, settings: { ...form.settings, nothing: 1 } }, ['settings.nothing']],
      [{ ...form, secrets: { key: 'x' } }, ['secrets.key']],
      [{ ...form, min_amount: '7', max_amount: '3', fee_percent: '101' }, ['max_amount', 'fee_percent']],
      [{ ...form, kind: 'barter' }, ['kind']],
      [{ ...form, code: 'Not a code', currency: 'money' }, ['code', 'currency']],
      [{ ...form, kind: 'midtrans', code: 'm' }, ['currency', 'secrets.server_key']],
      [{ ...form, colour: 'red' }, ['colour']],
    ] as const) {
      const { status, json } = await api.ask(`POST ${list}`, { body: given, key: api.newKey() })
      expect([given, status, Object.keys(json.errors ?? {})]).toEqual([
        ...[given, expect.toBeOneOf([400, 422])],
        expect.arrayContaining([...names]),
      ])
    }
    expect((await read(list)).items.map(({ code }: { code: string }) => code)).toEqual(['bank', 'card'])
    const missing = await api.ask('PATCH /deposit-providers/none', { body: { name: 'x' }, version: 'x' })
    expect(missing.status).toBe(404)
  })
})

describe('notices', () => {
  const channels = '/notice-channels'
  const subscriptions = '/notice-subscriptions'
  let id: number

  it('are sent by channels, which are added, changed and tried', async () => {
    const secrets = { url: `${place}/hook?token=imeigate-token` }
    const made = await api.ask(`POST ${channels}`, {
      body: { kind: 'http', name: 'Chat', secrets },
      key: api.newKey(),
    })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    expect(made.json.data).toMatchObject({
      ...{ name: 'Chat', kind: 'http', settings: { body_type: 'json' } },
      secrets: { url: true, headers: false },
    })
    const trail = await api.trail('channel', made.json.data.id)
    expect(trail.at(-1)).toMatchObject({ actor, before: null, after: { name: 'Chat' } })
    expect(JSON.stringify([made.json, trail])).not.toContain('imeigate-token')

    const { version } = made.json.data
    const settings = { body: '{"say":"{{text}}"}' }
    const changed = await api.ask('PATCH /notice-channels/chat', { body: { settings }, version })
    expect(changed.json.data).toMatchObject({ settings, secrets: { url: true } })
    const late = await api.ask('PATCH /notice-channels/chat', { body: { settings: { body: null } }, version })
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } })

    const sent = await api.ask('POST /notice-channels/chat/test', { body: { to: '+62 811' } })
    expect(sent).toMatchObject({ status: 200, json: { data: { ok: true, problem: null } } })
    expect(asked).toMatchObject([{ url: '/hook?token=imeigate-token' }])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ say: expect.stringContaining('arrive') })
    answer = { status: 500, body: 'no' }
    const failed = await api.ask('POST /notice-channels/chat/test', { body: { to: '+62 811' } })
    expect(failed.json.data).toMatchObject({ ok: false, problem: expect.stringContaining('HTTP 500') })
    const nobody = await api.ask('POST /notice-channels/chat/test', { body: { to: ' ' } })
    expect([nobody.status, Object.keys(nobody.json.errors)]).toEqual([422, ['to']])
  })

  it('say of a wrong channel what is wrong', async () => {
    for (const [given, names] of [
      [{ kind: 'http' }, ['secrets.url']],
      [{ kind: 'http', secrets: { url: 'nowhere' } }, ['secrets.url']],
      [{ kind: 'email', settings: { port: 99_999 } }, ['settings.port', 'settings.host']],
      [{ kind: 'http', secrets: { url: place }, settings: { body: '{{nothing}}' } }, ['settings.body']],
      [{ kind: 'pigeon' }, ['kind']],
    ] as const) {
      const { status, json } = await api.ask(`POST ${channels}`, { body: given, key: api.newKey() })
      expect([given, status, Object.keys(json.errors ?? {})]).toEqual([
        ...[given, expect.toBeOneOf([400, 422])],
        expect.arrayContaining([...names]),
      ])
    }
    const taken = { kind: 'http', name: 'CHAT', secrets: { url: place } }
    expect((await api.ask(`POST ${channels}`, { body: taken, key: api.newKey() })).status).toBe(409)
    expect((await read(channels)).items).toHaveLength(1)
  })

  it('go to whom they are sent', async () => {
    const given = { channel: 'chat', address: '+62 811', events: ['review.waiting', 'deposit.waiting'] }
    const key = api.newKey()
    const made = await api.ask(`POST ${subscriptions}`, { body: given, key })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    ;({ id } = made.json.data)
    expect(made.json.data).toMatchObject({
      ...{ account: null, channel: 'http', channel_name: 'Chat', events: given.events, created_by: actor },
    })
    expect((await api.ask(`POST ${subscriptions}`, { body: given, key })).json).toEqual(made.json)
    expect((await api.ask(`POST ${subscriptions}`, { body: given, key: api.newKey() })).status).toBe(409)
    const theirs = { channel: 'Chat', address: '+62 812', account: shop.username }
    const other = await api.ask(`POST ${subscriptions}`, { body: theirs, key: api.newKey() })
    expect(other.json.data).toMatchObject({ account: shop.accountId, username: shop.username, events: null })
    for (const [wrong, field] of [
      [{ ...given, address: '\n' }, 'address'],
      [{ ...given, address: 'x', events: ['order.done'] }, 'events'],
      [{ ...given, channel: 'none' }, 'channel'],
      [{ ...given, account: 'nobody' }, 'account'],
    ] as const) {
      const { status, json } = await api.ask(`POST ${subscriptions}`, { body: wrong, key: api.newKey() })
      expect([wrong, status, Object.keys(json.errors ?? {})]).toEqual([
        ...[wrong, expect.toBeOneOf([404, 422])],
        [field],
      ])
    }
  })

  it('are of what was chosen, by who has seen what that was', async () => {
    const path = `/notice-subscriptions/${id}`
    const [{ version }] = (await read(subscriptions)).page.items
    const changed = await api.ask(`PATCH ${path}`, { body: { events: ['review.waiting'] }, version })
    expect(changed.json.data).toMatchObject({ id, events: ['review.waiting'] })
    expect((await api.trail('subscription', id))[0]).toMatchObject({
      actor,
      after: { events: ['review.waiting'] },
    })
    const late = await api.ask(`PATCH ${path}`, { body: { events: null }, version })
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } })
    const now = changed.json.data.version
    for (const events of [[], ['order.done'], ['nothing']]) {
      const { status, json } = await api.ask(`PATCH ${path}`, { body: { events }, version: now })
      expect([events, status, Object.keys(json.errors ?? {})]).toEqual([events, 422, ['events']])
    }
    const all = await Promise.all(
      [null, ['deposit.waiting'], ['supplier.trouble']].map((events) =>
        api.ask(`PATCH ${path}`, { body: { events }, version: now }),
      ),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  it('are tried, and shown before they are sent', async () => {
    const sent = await api.ask(`POST /notice-subscriptions/${id}/test`)
    expect(sent.json.data).toEqual({ ok: true, address: '+62 811', problem: null })
    expect(asked).toHaveLength(1)
    const preview = (path: string) => read(`/notice-events/${path}`)
    expect((await preview(`order.done/preview?account=${shop.username}`)).messages).toHaveLength(1)
    const spanish = (await preview('order.done/preview?language=es')).messages[0]
    expect(spanish).not.toEqual((await preview('order.done/preview?language=en')).messages[0])
    await office.server.sql`
      insert into suppliers (kind, name, currency, enabled) values ('sandbox', 'In trouble', 'USD', true)`
    await office.server.sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      select id, true, 'credit', 'no money', now(), now() + interval '1 day' from suppliers where name = 'In trouble'
      on conflict (supplier_id) do update set open = true, why = excluded.why, reason = excluded.reason, opened_at = now(), probe_at = excluded.probe_at`
    expect(JSON.stringify(await preview('supplier.out_of_credit/preview'))).toContain('In trouble')
    expect((await api.ask('GET /notice-events/nothing/preview')).status).toBe(422)
    expect(asked).toHaveLength(1)
  })

  it('end with what they were sent by', async () => {
    expect((await api.ask('DELETE /notice-channels/chat?why=not%20used')).status).toBe(409)
    for (const { id: one } of (await read(subscriptions)).page.items) {
      expect((await api.ask(`DELETE /notice-subscriptions/${one}?why=has%20left`)).status).toBe(200)
    }
    expect((await api.ask(`DELETE /notice-subscriptions/${id}?why=has%20left`)).status).toBe(404)
    expect((await api.ask('DELETE /notice-channels/chat?why=not%20used')).status).toBe(200)
    expect((await read(channels)).items).toEqual([])
    expect((await api.trail('subscription', id))[0]).toMatchObject({ actor, after: null })
  })
})
