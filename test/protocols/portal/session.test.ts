import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  invitePerson,
  resetPerson,
  setPersonRole,
  suspendPerson,
} from '../../../src/account-people/account-people.ts'
import { closeAccount } from '../../../src/accounts/accounts.ts'
import { readTrail } from '../../../src/audit/trail.ts'
import type { AccountId, KeyId } from '../../../src/lib/ids.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/lib/time.ts'
import { codeAt } from '../../staff/people.fixtures.ts'
import { until } from '../../support/until.ts'
import { PASSWORD, PortalShop } from './portal.fixtures.ts'

let portal: PortalShop
beforeAll(async () => {
  portal = await PortalShop.open()
})
afterAll(() => portal.stop())

describe('getting in', () => {
  it('takes an invitation, once, and then the password', async () => {
    const { accountId } = await portal.server.shop()
    const { sql } = portal.server
    const form = { role: 'member' as const, email: 'Eve@example.com' }
    const first = await invitePerson(sql, accountId as AccountId, form, portal.clock)
    const { token, until: holds } = await invitePerson(sql, accountId as AccountId, form, portal.clock)
    expect(holds.getTime()).toBeGreaterThan(portal.clock.now().getTime() + 6 * DAY_MS)
    const headers = portal.origin
    const old = await portal.ask('POST', '/invitation/open', { body: { token: first.token }, headers })
    expect([old.status, old.json.errors]).toEqual([404, { token: [expect.any(String)] }])
    const opened = await portal.ask('POST', '/invitation/open', { body: { token }, headers })
    expect(opened.json.data).toMatchObject({
      ...{ email: 'Eve@example.com', role: 'member', name: '', account_name: expect.any(String) },
    })
    const accept = (password: string) =>
      portal.ask('POST', '/invitation', { body: { token, name: 'Eve', password }, headers })
    expect((await accept('short')).json).toMatchObject({
      ...{ code: 'INVALID_INPUT_ERROR', errors: { password: [expect.stringContaining('8 characters')] } },
    })
    const both = await Promise.all([accept(PASSWORD), accept(PASSWORD)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404])
    const begun = await portal.ask('POST', '/session', {
      body: { email: 'eve@EXAMPLE.com', password: PASSWORD },
      headers,
    })
    expect(begun.headers['set-cookie']).toEqual([
      expect.stringMatching(/^imeigate_portal=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=.+ GMT$/),
    ])
    expect(begun.json.data.second_factor_needed).toBe(false)
    const session = await portal.ask('GET', '/session', { headers: portal.headersOf(begun) })
    expect(session.json.data).toMatchObject({
      ...{ role: 'member', is_proved: true, csrf_token: begun.json.data.csrf_token },
      person: { name: 'Eve', email: 'Eve@example.com', language: 'en' },
      account: { id: accountId },
    })
    expect(session.json.data.permissions).not.toContain('transfer.create')
    expect(JSON.stringify(await readTrail(sql, { limit: 20 }))).not.toContain(token)
  })

  it('counts a link no more after its time, or when its person is out', async () => {
    const { accountId } = await portal.server.shop()
    const { sql } = portal.server
    const late = { role: 'owner' as const, email: 'late@example.com' }
    const { token, person } = await invitePerson(sql, accountId as AccountId, late, portal.clock)
    const open = async () =>
      (await portal.ask('POST', '/invitation/open', { body: { token }, headers: portal.origin })).status
    expect(await open()).toBe(200)
    await sql`update person_tokens set ends_at = ${new Date(portal.clock.now().getTime() - 1)} where person_id = ${person.id}`
    expect(await open()).toBe(404)
    const again = await invitePerson(sql, accountId as AccountId, late, portal.clock)
    await suspendPerson(sql, person.id, undefined, portal.clock)
    const opened = await portal.ask('POST', '/invitation/open', {
      body: { token: again.token },
      headers: portal.origin,
    })
    expect(opened.status).toBe(404)
  })

  it('is refused alike for whoever does not get in', async () => {
    const { email, id } = await portal.person()
    const refusals = await Promise.all(
      [
        { email, password: 'wrong' },
        { email: 'nobody@example.com', password: PASSWORD },
      ].map((body) => portal.ask('POST', '/session', { body, headers: portal.origin })),
    )
    await suspendPerson(portal.server.sql, id, undefined, portal.clock)
    refusals.push(
      await portal.ask('POST', '/session', { body: { email, password: PASSWORD }, headers: portal.origin }),
    )
    for (const { status, json } of refusals) {
      expect([status, json.code, json.message]).toEqual([
        401,
        'INVALID_CREDENTIALS_ERROR',
        'Authentication failed',
      ])
    }
  })

  it('makes whoever guesses wait, and does not lock the person out', async () => {
    const { email } = await portal.person()
    const guess = () =>
      portal.ask('POST', '/session', { body: { email, password: 'wrong' }, headers: portal.origin })
    const codes: string[] = []
    for (let guesses = 0; guesses < 8; guesses++) codes.push((await guess()).json.code)
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('INVALID_CREDENTIALS_ERROR'))
    expect(codes.at(-1)).toBe('TOO_MANY_FAILED_LOGINS_ERROR')
    portal.clock.advance(MINUTE_MS)
    await portal.signIn(email)
  })

  it('has no use for the cookie of the other circle, nor for one without its second factor', async () => {
    const { headers } = await portal.person()
    const asConsole = { ...headers, cookie: String(headers['cookie']).replace('portal', 'console') }
    const refused = await portal.ask('GET', '/api/operator/session', { headers: asConsole })
    expect([refused.status, refused.json.code]).toEqual([401, 'SESSION_EXPIRED_ERROR'])
  })
})

describe('a second factor', () => {
  it('is offered, belongs to the password from then on, and is taken away again', async () => {
    const { email, headers, id } = await portal.person()
    const others = await portal.signIn(email)
    const offered = await portal.ask('POST', '/me/totp/offer', { headers })
    const { secret } = offered.json.data
    const taken = await portal.ask('POST', '/me/totp', {
      body: { totp_secret: secret, code: codeAt(secret, portal.clock.now()) },
      headers,
    })
    expect(taken.status).toBe(200)
    expect((await portal.ask('GET', '/session', { headers: others })).status).toBe(401)
    const codes = (await portal.ask('POST', '/me/recovery-codes', { headers })).json.data.recovery_codes
    const begun = await portal.ask('POST', '/session', {
      body: { email, password: PASSWORD },
      headers: portal.origin,
    })
    expect(begun.json.data.second_factor_needed).toBe(true)
    const half = portal.headersOf(begun)
    expect((await portal.ask('GET', '/session', { headers: half })).status).toBe(401)
    expect((await portal.ask('GET', '/api/wallet/snap', { headers: half })).status).toBe(401)
    const done = await portal.ask('POST', '/session/second-factor', {
      body: { recovery_code: codes[0] },
      headers: half,
    })
    const whole = portal.headersOf(done)
    expect((await portal.ask('GET', '/session', { headers: whole })).status).toBe(200)
    portal.clock.advance(10 * MINUTE_MS)
    const remove = (by: Record<string, string>) => portal.ask('DELETE', '/me/totp', { headers: by })
    expect((await remove(whole)).json.code).toBe('STEP_UP_REQUIRED_ERROR')
    // The password alone is no proof of somebody who has an app.
    const half2 = await portal.ask('POST', '/session/proof', { body: { password: PASSWORD }, headers: whole })
    expect(half2.json).toMatchObject({ code: 'INVALID_INPUT_ERROR', errors: { code: ['is missing'] } })
    const proved = await portal.ask('POST', '/session/proof', {
      body: { password: PASSWORD, code: codeAt(secret, portal.clock.now()) },
      headers: whole,
    })
    expect((await remove(portal.headersOf(proved))).status).toBe(200)
    await portal.signIn(email)
    const [row] = await portal.server.sql`
      select secrets, cardinality(recovery_codes) as codes from account_people where id = ${id}`
    expect(row).toEqual({ secrets: null, codes: 0 })
  })

  it('is proved by the password alone where there is none', async () => {
    const { headers } = await portal.person()
    portal.clock.advance(10 * MINUTE_MS)
    const make = (by: Record<string, string>) =>
      portal.ask('POST', '/keys', { body: {}, headers: { ...by, 'idempotency-key': 'one' } })
    expect((await make(headers)).json.code).toBe('STEP_UP_REQUIRED_ERROR')
    const wrong = await portal.ask('POST', '/session/proof', { body: { password: 'wrong' }, headers })
    expect(wrong.status).toBe(401)
    const proved = await portal.ask('POST', '/session/proof', { body: { password: PASSWORD }, headers })
    expect((await make(portal.headersOf(proved))).status).toBe(200)
  })
})

describe('what a browser sends', () => {
  it('counts only from a page of ours, with the text of its sign-in', async () => {
    const { headers } = await portal.person()
    const { origin: _o, ...noOrigin } = headers
    const { 'x-csrf-token': _t, ...noToken } = headers
    const bad = [
      noOrigin,
      { ...headers, origin: 'https://evil.example' },
      { ...headers, 'sec-fetch-site': 'cross-site' },
      { ...headers, 'sec-fetch-site': 'same-site' },
      noToken,
      { ...headers, 'x-csrf-token': 'x'.repeat(43) },
    ]
    for (const one of bad) {
      for (const [method, path] of [
        ['PATCH', '/me'],
        ['POST', '/order-checks'],
        ['POST', '/api/order'],
        ['POST', '/api/transfer'],
      ] as const) {
        const { status, json } = await portal.ask(method, path, { body: { name: 'X' }, headers: one })
        expect([path, status, json.code]).toEqual([path, 403, 'CSRF_ERROR'])
      }
    }
    // Another account of the same browser has another text.
    const other = await portal.person()
    const mixed = { ...headers, 'x-csrf-token': String(other.headers['x-csrf-token']) }
    const { json } = await portal.ask('PATCH', '/me', { body: { name: 'X' }, headers: mixed })
    expect(json.code).toBe('CSRF_ERROR')
  })
})

describe('signing out', () => {
  it('ends one sign-in, all others, or those of a person by an owner', async () => {
    const { email, headers, shop } = await portal.person()
    const [second, third] = [await portal.signIn(email), await portal.signIn(email)]
    const list = (await portal.ask('GET', '/me/sign-ins', { headers })).json.data
    expect(list.items).toHaveLength(3)
    expect((await portal.ask('DELETE', '/session', { headers: third })).status).toBe(200)
    expect((await portal.ask('DELETE', '/me/sign-ins', { headers })).status).toBe(200)
    for (const gone of [second, third]) {
      expect((await portal.ask('GET', '/session', { headers: gone })).status).toBe(401)
      expect((await portal.ask('GET', '/api/wallet/snap', { headers: gone })).json.code).toBe(
        'SESSION_EXPIRED_ERROR',
      )
    }
    const member = await portal.person('member', shop)
    const ended = await portal.ask('DELETE', `/people/${member.id}/sign-ins`, { headers })
    expect(ended.status).toBe(200)
    expect((await portal.ask('GET', '/session', { headers: member.headers })).status).toBe(401)
  })

  it('comes by itself after 30 days without a request, and after 90 days in any case', async () => {
    const { email } = await portal.person()
    const idle = await portal.signIn(email)
    const used = await portal.signIn(email)
    for (let weeks = 0; weeks < 13; weeks++) {
      const { status } = await portal.ask('GET', '/session', { headers: used })
      expect([weeks, status]).toEqual([weeks, 200])
      portal.clock.advance(weeks === 12 ? 6 * DAY_MS : 7 * DAY_MS)
      if (weeks === 4) expect((await portal.ask('GET', '/session', { headers: idle })).status).toBe(401)
    }
    expect((await portal.ask('GET', '/session', { headers: used })).status).toBe(401)
  })
})

/** `STREAMS` are those that somebody in the portal may follow. */
const STREAMS = ['/api/portal/events', '/api/order/events']

/** `following` is an event stream; `told` is what it has said, and `ended` resolves when the server has ended it. */
async function following(path: string, headers: Record<string, string>) {
  const leave = new AbortController()
  const reply = await fetch(`${portal.server.url}${path}`, { headers, signal: leave.signal })
  const told = { text: '' }
  const ended = (async () => {
    for await (const bytes of reply.body ?? []) told.text += new TextDecoder().decode(bytes)
    return told.text
  })()
  return { status: reply.status, told, ended, leave: () => leave.abort() }
}

describe('an event stream', () => {
  const ends: [string, (of: Awaited<ReturnType<typeof portal.person>>) => Promise<unknown>][] = [
    ['a sign-out', ({ headers }) => portal.ask('DELETE', '/session', { headers })],
    ['a suspension', ({ id }) => suspendPerson(portal.server.sql, id, undefined, portal.clock)],
    ['a reset', ({ id }) => resetPerson(portal.server.sql, id, undefined, portal.clock)],
    ['another role', ({ id }) => setPersonRole(portal.server.sql, id, 'member', undefined, portal.clock)],
    ['the end of the account', ({ shop }) => closeAccount(portal.server.sql, shop.accountId as AccountId)],
  ]
  it.each(ends)('ends with %s, and so does all else', async (_what, end) => {
    const person = await portal.person()
    const streams = await Promise.all(STREAMS.map((path) => following(path, person.headers)))
    await end(person)
    for (const { ended } of streams) expect(await ended).toContain('retry:')
    for (const path of ['/session', '/api/wallet/snap', '/api/order']) {
      expect([path, (await portal.ask('GET', path, { headers: person.headers })).status]).toEqual([path, 401])
    }
  })

  it('says what has changed in the account and in no other, and goes on where it was broken off', async () => {
    const { server } = portal
    const service = await server.service()
    const { headers, shop } = await portal.person()
    const stranger = await portal.person()
    const [own, other] = await Promise.all([
      following('/api/portal/events', headers),
      following('/api/portal/events', stranger.headers),
    ])
    const says = (text: string, of = own) =>
      until(
        `${text} is told of`,
        () => of.told.text.includes(text),
        () => of.told.text,
      )
    const order = await server.place(shop, { ID: service, IMEI: '490154203237518' })
    await says(`{"topic":"orders","id":${order.SUCCESS[0].REFERENCEID}}`)
    await says('{"topic":"money","id":null}')
    // The log is written a second later.
    await says('{"topic":"requests","id":null}')
    own.leave()
    await own.ended.catch(() => {})
    const [, id = ''] = /[\s\S]*\nid: (\S+)/.exec(own.told.text) ?? []
    // What moves no balance is told of, too: a limit, a deposit that begins.
    await server.sql`update wallets set credit_limit = 5000000 where account_id = ${shop.accountId}`
    const again = await following('/api/portal/events', { ...headers, 'last-event-id': id })
    await says('{"topic":"money","id":null}', again)
    again.leave()
    other.leave()
    await Promise.allSettled([again.ended, other.ended])
    expect(other.told.text).not.toContain('event: change')
    const wrong = await portal.ask('GET', '/events', { headers: { ...headers, 'last-event-id': 'x' } })
    expect([wrong.status, wrong.json.code]).toEqual([422, 'INVALID_INPUT_ERROR'])
  })

  it('is one of ten at most of a person, of orders and of all else together', async () => {
    const { headers } = await portal.person()
    const open = await Promise.all(
      Array.from({ length: 10 }, (_, at) => following(STREAMS[at % 2] ?? '', headers)),
    )
    expect(open.map(({ status }) => status)).toEqual(Array(10).fill(200))
    for (const path of STREAMS) expect((await portal.ask('GET', path, { headers })).status).toBe(429)
    for (const one of open) one.leave()
    await Promise.allSettled(open.map(({ ended }) => ended))
  })

  it('ends while an order is waited for', async () => {
    const person = await portal.person()
    const service = await portal.server.service({ supplier: undefined, processing: 'manual' })
    const placed = await portal.ask('POST', '/api/order', {
      body: { code: service, data: { imeis: ['490154203237518'] } },
      headers: { ...person.headers, 'idempotency-key': 'waits' },
    })
    expect(placed.status).toBe(200)
    const waiting = portal.ask('GET', `/api/order/${placed.json.order_id}/status?wait=30`, {
      headers: person.headers,
    })
    await suspendPerson(portal.server.sql, person.id, undefined, portal.clock)
    expect((await waiting).json.code).toBe('SESSION_EXPIRED_ERROR')
  })
})

it('a key that a browser sends beside its cookie is that key', async () => {
  const { headers, shop } = await portal.person()
  const authorization = `Bearer ${shop.securityId}.${shop.secret}`
  const me = await portal.ask('GET', '/api/me', { headers: { ...headers, authorization } })
  expect(me.json).toMatchObject({ user_id: shop.accountId, via: 'client_api_key' })
  const asPerson = await portal.ask('GET', '/api/me', { headers })
  expect([asPerson.status, asPerson.json.code]).toEqual([403, 'PERMISSION_DENIED_ERROR'])
  const [key] = (await portal.ask('GET', '/keys', { headers })).json.data.items
  await portal.server.sql`update api_keys set revoked_at = now() where id = ${key.id as KeyId}`
  // It is refused, and not taken for a request of the person.
  await until('the revocation is seen', async () => {
    const { status } = await portal.ask('GET', '/api/wallet/snap', { headers: { ...headers, authorization } })
    return status === 401
  })
})
