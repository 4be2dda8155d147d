import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inviteStaff } from '../../../src/staff/staff.ts'
import { codeAt, PASSWORD, PUBLIC_URL } from '../../staff/people.fixtures.ts'
import { Authenticator } from '../../support/authenticator.ts'
import { until } from '../../support/until.ts'
import { ask, BROWSER, cookieIn, OperatorOffice, originOf } from './office.fixtures.ts'

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open({ TRUST_PROXY: '127.0.0.1', PUBLIC_URL })
})
afterAll(() => office.stop())

const say = (method: string, path: string, given?: { body?: unknown; headers?: Record<string, string> }) =>
  ask(office.server, method, path, given)
const signIn = (
  email: string,
  headers: Record<string, string> = originOf(office.server),
  password = PASSWORD,
) => say('POST', '/session', { body: { email, password }, headers })

describe('signing in', () => {
  it('takes an invitation, a password and a code, and says who it is', async () => {
    const { clock } = office.office
    const { token: invitation } = await inviteStaff(
      office.server.sql,
      { role: 'finance', email: 'eve@example.com' },
      clock,
    )
    const headers = originOf(office.server)
    const opened = await say('POST', '/invitation/open', { body: { invitation }, headers })
    expect(opened.json.data).toMatchObject({ role: 'finance', email: 'eve@example.com', name: '' })
    const { secret } = opened.json.data.totp
    const form = { invitation, name: 'Eve', email: 'eve@example.com', password: 'short', totp_secret: secret }
    const weak = await say('POST', '/invitation', { body: { ...form, code: '000000' }, headers })
    expect([weak.status, weak.json]).toEqual([
      422,
      expect.objectContaining({
        code: 'INVALID_INPUT_ERROR',
        errors: { password: [expect.stringContaining('12 characters')], code: [expect.any(String)] },
        problems: [
          { field: 'password', code: 'password_short', params: expect.objectContaining({ least: 12 }) },
          { field: 'code', code: 'wrong_code', params: expect.any(Object) },
        ],
      }),
    ])
    // All that is wrong is told at once, whether it is missing or known to the server alone.
    const none = { ...form, name: ' ', email: 'eve@', password: 'password1234', code: '' }
    const business = { name: '', home_currency: 'EUX', time_zone: 'Mars/Base' }
    const worst = await say('POST', '/invitation', { body: { ...none, business }, headers })
    expect(
      worst.json.problems.map(({ field, code }: { field: string; code: string }) => [field, code]),
    ).toEqual([
      ['name', 'required'],
      ['email', 'format'],
      ['password', 'password_common'],
      ['code', 'required'],
      ['business_name', 'required'],
      ['home_currency', 'currency'],
      ['time_zone', 'no_time_zone'],
    ])
    const accepted = await say('POST', '/invitation', {
      body: { ...form, password: PASSWORD, code: codeAt(secret, clock.now()), language: 'es' },
      headers,
    })
    expect(accepted.json.data).toEqual({
      ...{ csrf_token: expect.any(String), ends_at: expect.any(String) },
      ...{ email: 'eve@example.com', recovery_codes: expect.any(Array) },
    })
    // Whoever has given password and code is signed in, and has proved who it is.
    const at = await say('GET', '/session', { headers: { cookie: cookieIn(accepted) } })
    expect(at.json.data).toMatchObject({
      is_proved: true,
      person: { email: 'eve@example.com', language: 'es' },
    })
    expect((await say('POST', '/invitation/open', { body: { invitation }, headers })).status).toBe(404)
    const begun = await signIn('EVE@example.com')
    expect(begun.headers['set-cookie']).toEqual([
      expect.stringMatching(/^imeigate_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=.+ GMT$/),
    ])
    const half = { ...headers, cookie: cookieIn(begun), 'x-csrf-token': begun.json.data.csrf_token }
    // Half a sign-in is none.
    expect((await say('GET', '/session', { headers: half })).json.code).toBe('SESSION_EXPIRED_ERROR')
    const recovery_code = accepted.json.data.recovery_codes[0]
    const both = await say('POST', '/session/second-factor', {
      body: { recovery_code, code: '1' },
      headers: half,
    })
    expect(both.json).toMatchObject({ code: 'INVALID_INPUT_ERROR', source: 'body' })
    const done = await say('POST', '/session/second-factor', { body: { recovery_code }, headers: half })
    const session = await say('GET', '/session', { headers: { cookie: cookieIn(done) } })
    expect(session.json.data).toMatchObject({
      csrf_token: done.json.data.csrf_token,
      is_proved: true,
      person: { name: 'Eve', email: 'eve@example.com', role: 'finance' },
    })
    expect(session.json.data.person.permissions).toContain('money.adjust')
  })

  it('is refused alike for whoever does not get in, and throttled', async () => {
    const { hired } = await office.person('support')
    const from = (address: string) => ({ ...originOf(office.server), 'x-forwarded-for': address })
    const wrong = await signIn(hired.email, from('93.184.216.7'), 'wrong password')
    const unknown = await signIn('nobody@example.com', from('93.184.216.7'))
    // Without TLS people sign in from here and private networks only.
    for (const one of [wrong, unknown]) expect(one).toMatchObject({ status: 403 })
    const tls = (address: string) => ({ ...from(address), 'x-forwarded-proto': 'https' })
    const refused = [
      await signIn(hired.email, tls('93.184.216.7'), 'wrong password'),
      await signIn('nobody@example.com', tls('93.184.216.7')),
    ].map(({ status, json: { traceId: _t, ...json } }) => ({ status, json }))
    expect(refused[0]).toEqual(refused[1])
    expect(refused[0]).toMatchObject({ status: 401, json: { code: 'INVALID_CREDENTIALS_ERROR' } })
    const { clock } = office.office
    clock.stop()
    for (let count = 0; count < 5; count++) await signIn(hired.email, tls('93.184.216.7'), 'wrong password')
    const late = await signIn(hired.email, tls('93.184.216.7'))
    expect(late).toMatchObject({ status: 429, json: { code: 'TOO_MANY_FAILED_LOGINS_ERROR' } })
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    clock.go()
    const cookie = (await signIn(hired.email, tls('93.184.216.8'))).headers['set-cookie']
    expect(cookie).toEqual([expect.stringMatching(/^__Host-imeigate_console=.*; Secure$/)])
  })

  it('ends', async () => {
    const { headers } = await office.person('support')
    const ended = await say('DELETE', '/session', { headers })
    expect(ended.headers['set-cookie']).toEqual([expect.stringMatching(/^imeigate_console=; .*Max-Age=0$/)])
    expect((await say('GET', '/session', { headers })).status).toBe(401)
  })
})

describe('a passkey', () => {
  it('is made, signs in, proves again, and is removed', async () => {
    const { headers, id } = await office.person('owner')
    const { clock } = office.office
    const device = new Authenticator(PUBLIC_URL)
    const { options } = (await say('POST', '/me/passkeys/offer', { headers })).json.data
    expect(options).toMatchObject({
      rp: { id: 'imei.example.com' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const credential = device.make(options)
    const made = await say('POST', '/me/passkeys', { headers, body: { name: 'phone', credential } })
    expect(made.json.data).toMatchObject({ name: 'phone', is_backed_up: false, last_used_at: null })

    const origin = { origin: PUBLIC_URL }
    const offer = async () =>
      (await say('POST', '/session/passkey/offer', { headers: origin })).json.data.options
    const signed = await say('POST', '/session/passkey', {
      body: { credential: device.sign(await offer()) },
      headers: origin,
    })
    expect(signed.headers['set-cookie']).toEqual([expect.stringMatching(/^imeigate_console=[\w-]{43}; /)])
    const own = { ...origin, cookie: cookieIn(signed), 'x-csrf-token': signed.json.data.csrf_token }
    const session = () => say('GET', '/session', { headers: own })
    expect((await session()).json.data).toMatchObject({ is_proved: true, person: { id } })

    clock.advance(11 * 60_000)
    const remove = () => say('DELETE', `/me/passkeys/${made.json.data.id}`, { headers: own })
    expect((await remove()).json.code).toBe('STEP_UP_REQUIRED_ERROR')
    const proof = await say('POST', '/session/proof/passkey', {
      body: { credential: device.sign(await offer()) },
      headers: own,
    })
    Object.assign(own, { cookie: cookieIn(proof), 'x-csrf-token': proof.json.data.csrf_token })
    expect((await session()).json.data).toMatchObject({ is_proved: true })
    const list = await say('GET', '/me/passkeys', { headers: own })
    expect(list.json.data.items).toEqual([{ ...made.json.data, last_used_at: expect.any(String) }])
    expect((await remove()).status).toBe(200)
    const again = await say('POST', '/session/passkey', {
      body: { credential: device.sign(await offer()) },
      headers: origin,
    })
    expect([again.status, again.json.code]).toEqual([401, 'INVALID_CREDENTIALS_ERROR'])
    const broken = await say('POST', '/session/passkey', { body: { credential: {} }, headers: origin })
    expect([broken.status, broken.json.source]).toEqual([400, 'body'])
  })
})

describe('what comes from another site', () => {
  it('is refused: by its origin, and by the text that belongs to the sign-in', async () => {
    const { headers } = await office.person('owner')
    const cookie = { cookie: headers.cookie }
    const csrf = { 'x-csrf-token': headers['x-csrf-token'] as string }
    const mine = { 'sec-fetch-site': 'same-origin' }
    const other = { origin: 'https://evil.example' }
    for (const [given, expected] of [
      [{ ...cookie, ...csrf, ...mine }, 200],
      [{ ...cookie, ...csrf, ...originOf(office.server) }, 200],
      [{ ...cookie, ...csrf, ...mine, ...other }, 200],
      [{ ...cookie, ...csrf, origin: PUBLIC_URL }, 200],
      [{ ...cookie, ...csrf }, 403],
      [{ ...cookie, ...csrf, ...other }, 403],
      [{ ...cookie, ...csrf, origin: 'null' }, 403],
      [{ ...cookie, ...csrf, 'sec-fetch-site': 'cross-site', ...originOf(office.server) }, 403],
      [{ ...cookie, ...csrf, 'sec-fetch-site': 'same-site' }, 403],
      [{ ...cookie, ...mine }, 403],
      [{ ...cookie, ...mine, 'x-csrf-token': `${csrf['x-csrf-token']}x` }, 403],
    ] as [Record<string, string>, number][]) {
      const { status, json } = await say('DELETE', '/me/sign-ins', { headers: given })
      expect([given, status]).toEqual([given, expected])
      if (expected === 403) expect(json.code).toBe('CSRF_ERROR')
    }
    // Signing in itself, so that nobody is signed in as somebody else.
    expect((await signIn('x@example.com', {})).json.code).toBe('CSRF_ERROR')
    expect((await signIn('x@example.com', other)).json.code).toBe('CSRF_ERROR')
    // Another site cannot read our answers, so reading needs none of it.
    expect((await say('GET', '/session', { headers: { ...cookie, ...other } })).status).toBe(200)
  })

  it('a program has no cookie, and needs none of it', async () => {
    const headers = await office.program(['staff.edit'])
    const body = { role: 'support', email: 'by-program@example.com' }
    expect(await say('POST', '/staff', { headers, body })).toMatchObject({ status: 200 })
    // With a token cookies are ignored.
    const person = await office.person('owner')
    const wrong = { ...person.headers, authorization: 'Bearer imo_1_made-up' }
    expect(await say('GET', '/session', { headers: wrong })).toMatchObject({ status: 401 })
  })
})

it('a program resets no last owner, as nobody does who has no terminal', async () => {
  const { sql } = office.server
  const { id } = await office.person('owner')
  const others = await sql`
    update staff set suspended_at = now() where role = 'owner' and id <> ${id} and suspended_at is null returning id`.records()
  const headers = await office.program(['staff.edit'])
  for (const verb of ['reset', 'suspend']) {
    const { status, json } = await say('POST', `/staff/${id}/${verb}`, { headers, body: { why: 'a test' } })
    expect([verb, status, json.code]).toEqual([verb, 409, 'CONFLICT_ERROR'])
  }
  await sql`update staff set suspended_at = null where id = any(${others.map((one) => one['id'])}::int[])`
})

describe('a person', () => {
  it('is kept out with the next request, once suspended', async () => {
    const owner = await office.person('owner')
    const other = await office.person('support')
    expect((await say('GET', '/session', { headers: other.headers })).status).toBe(200)
    const suspend = (person: number, body?: object) =>
      say('POST', `/staff/${person}/suspend`, { headers: owner.headers, ...(body && { body }) })
    // Whoever keeps somebody out says why, and the trail has it.
    expect((await suspend(other.id, { why: ' ' })).status).toBe(422)
    const { json } = await suspend(other.id, { why: 'has left' })
    const [said] = await office.server
      .sql`select why from trail where what = 'staff' and subject = ${String(other.id)} order by id desc limit 1`
    expect(said).toEqual({ why: 'has left' })
    expect(json.data).toMatchObject({ status: 'suspended', sign_ins: 0 })
    expect((await say('GET', '/session', { headers: other.headers })).status).toBe(401)
    expect((await suspend(owner.id, { why: 'tired' })).json).toMatchObject({
      code: 'PERMISSION_DENIED_ERROR',
    })
  })

  it('changes what it signs in with, and all other sign-ins end', async () => {
    const { hired, headers } = await office.person('support')
    const { clock, signIns } = office.office
    const elsewhere = await hired.signIn('192.0.2.77')
    const listed = await say('GET', '/me/sign-ins', { headers })
    expect(listed.json.data.items.map(({ address }: { address: string }) => address)).toEqual([
      '192.0.2.77',
      '127.0.0.1',
    ])
    expect(listed.json.data.items[1].device).toBe(BROWSER)
    const weak = await say('POST', '/me/password', { headers, body: { password: 'password12345' } })
    expect(weak.json).toMatchObject({ code: 'INVALID_INPUT_ERROR', errors: { password: expect.any(Array) } })
    expect(
      await say('POST', '/me/password', { headers, body: { password: 'another good one' } }),
    ).toMatchObject({ status: 200 })
    expect(await signIns.find(elsewhere.token)).toBeUndefined()
    await expect(hired.begin('127.0.0.1')).rejects.toMatchObject({ code: 'invalid_credentials' })
    const { secret } = (await say('POST', '/me/totp/offer', { headers })).json.data
    const wrong = await say('POST', '/me/totp', { headers, body: { totp_secret: secret, code: '000000' } })
    expect(wrong.json).toMatchObject({ errors: { code: expect.any(Array) } })
    const body = { totp_secret: secret, code: codeAt(secret, clock.now()) }
    expect(await say('POST', '/me/totp', { headers, body })).toMatchObject({ status: 200 })
    const { recovery_codes } = (await say('POST', '/me/recovery-codes', { headers })).json.data
    const proved = await say('POST', '/session/proof', {
      headers,
      body: { password: 'another good one', recovery_code: recovery_codes[9] },
    })
    expect(proved.status).toBe(200)
    // The earlier cookie is of no use any more.
    expect((await say('GET', '/session', { headers })).status).toBe(401)
    expect((await say('GET', '/session', { headers: { cookie: cookieIn(proved) } })).status).toBe(200)
  })

  it('is told of what is wrong by the field, in words and for programs', async () => {
    const { headers } = await office.person('owner')
    const body = { role: 'boss', email: 'x@example.com', colour: 'red' }
    const { status, json } = await say('POST', '/staff', { headers, body })
    expect([status, json]).toEqual([
      400,
      expect.objectContaining({
        code: 'REQUEST_NOT_MATCH_SPEC_ERROR',
        source: 'body',
        errors: {
          role: [expect.stringContaining('must be one of owner, manager')],
          colour: ['is not known'],
        },
        problems: expect.arrayContaining([
          {
            field: 'role',
            code: 'enum',
            params: expect.objectContaining({ allowedValues: expect.arrayContaining(['owner']) }),
          },
          {
            field: 'colour',
            code: 'additionalProperties',
            params: { additionalProperty: 'colour', message: 'is not known' },
          },
        ]),
        traceId: expect.any(String),
      }),
    ])
    const form = { name: 'figures', permissions: ['orders.read'] }
    for (const [field, value] of [
      ['expires_at', '2020-01-01T00:00:00Z'],
      ['expires_at', '2099-12-31T23:59:60Z'],
      ['allowed_ips', ['10.0.0.0/99']],
      ['permissions', ['orders.eat']],
      ['name', ' '],
    ] as const) {
      const refused = await say('POST', '/tokens', { headers, body: { ...form, [field]: value } })
      expect(Object.keys(refused.json.errors).map((one) => one.split('.')[0])).toEqual([field])
      expect(refused.json.source).toBe('body')
      if (field !== 'permissions') expect(refused.json.message).toContain(field)
    }
    expect((await say('GET', '/audit?limit=0', { headers })).json).toMatchObject({ source: 'query' })
    expect((await say('GET', '/staff/0', { headers })).json).toMatchObject({ source: 'params' })
    expect((await say('GET', '/nowhere', { headers })).status).toBe(404)
  })

  it('is refused when it asks too often', async () => {
    const { headers } = await office.person('support')
    // Ten a second flow in meanwhile: so they are asked without a pause between them, as `until` would make.
    const ask100 = () => Promise.all(Array.from({ length: 100 }, () => say('GET', '/session', { headers })))
    let refused: Awaited<ReturnType<typeof ask100>> = []
    for (let round = 0; refused.length === 0; round++) {
      expect(round, 'one is too many').toBeLessThan(100)
      refused = (await ask100()).filter(({ status }) => status === 429)
    }
    expect(refused[0]?.json.code).toBe('TOO_MANY_REQUESTS_ERROR')
  })
})

it('is called from the addresses of CONSOLE_ALLOW alone', async () => {
  const fenced = await OperatorOffice.open({ TRUST_PROXY: '127.0.0.1', CONSOLE_ALLOW: '192.0.2.0/24, ::1' })
  try {
    const program = await fenced.program(['audit.read'])
    const from = (address: string, headers: Record<string, string> = program) =>
      ask(fenced.server, 'GET', '/audit', { headers: { ...headers, 'x-forwarded-for': address } })
    expect((await from('192.0.2.7')).status).toBe(200)
    expect((await from('198.51.100.1')).json).toMatchObject({
      ...{ code: 'IP_NOT_ALLOWED_ERROR', message: expect.stringContaining('CONSOLE_ALLOW') },
    })
    const headers = { ...originOf(fenced.server), 'x-forwarded-for': '198.51.100.1' }
    const signingIn = await ask(fenced.server, 'POST', '/session', {
      body: { email: 'a@example.com', password: PASSWORD },
      headers,
    })
    expect(signingIn.status).toBe(403)
    // The other APIs have nothing to do with it.
    expect((await fetch(`${fenced.server.url}/openapi.json`)).status).toBe(200)
  } finally {
    await fenced.stop()
  }
})

it('what was refused is found by the id of its answer', async () => {
  // So many are kept of an address in a minute, and this file has asked for more.
  const { json } = await say('GET', '/session', { headers: { 'x-forwarded-for': '10.9.8.7' } })
  const found = async () =>
    await office.server
      .sql`select via, action, outcome from stranger_requests where request_id = ${json.traceId}::uuid`
  await until('it is kept', async () => (await found()).length > 0)
  expect(await found()).toEqual([
    { via: 'operator', action: 'GET /api/operator/session', outcome: 'session_expired' },
  ])
})
