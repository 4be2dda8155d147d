import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import type { Route } from '../../../src/protocols/operator/route.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { permissionsOf, roles } from '../../../src/staff/roles.ts'
import { codeAt, PASSWORD, PUBLIC_URL } from '../../staff/people.fixtures.ts'
import { Authenticator } from '../../support/authenticator.ts'
import { ask, OperatorOffice, originOf } from './office.fixtures.ts'

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open({ PUBLIC_URL })
})
afterAll(() => office.stop())

/** `all` gives the routes that change something. */
const all = (fits: (route: Route) => boolean): string[] =>
  routesOf({} as OperatorDeps)
    .filter((route) => route.method !== 'GET' && fits(route))
    .map(({ method, path }) => `${method} ${path}`)

it('every change is found in the trail, in the name of who made it, with before and after', async () => {
  const { server } = office
  const owner = await office.person('owner')
  const other = await office.person('support')
  const elsewhere = await other.hired.signIn('192.0.2.9')
  const mine = `staff:${owner.id}`
  const { headers } = owner
  const newest = async () => (await ask(server, 'GET', '/audit?limit=1', { headers })).json.data.page.items[0]
  const made: Record<string, string> = {}
  const signIn = (await ask(server, 'GET', '/me/sign-ins', { headers })).json.data.current
  const { accountId, username } = await server.shop()
  await server.sql`
    insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
    values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
  const deposits = await server.sql<{ id: bigint }[]>`
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, check_at, created_at)
    select ${accountId}, 1, 'review', 'USD', 1000000, 0, 1000000, now() + interval '1 day', null, now() from generate_series(1, 3)
    returning id`
  /**
   * What each route that changes something adds: the noun, and a field of what is behind it. `versionOf` is where the version of the thing is read.
   */
  const changing: [
    ...[route: string, url: string, body: unknown, what: string, field: string],
    versionOf?: string,
  ][] = [
    ['DELETE /me/sign-ins/:id', '/me/sign-ins/2000000000', undefined, '', ''],
    ['DELETE /me/sign-ins', '/me/sign-ins', undefined, '', ''],
    ['PATCH /me', '/me', { time_zone: 'Asia/Jakarta' }, 'staff', 'time_zone'],
    ['POST /me/views', '/me/views', { list: 'orders', name: 'Mine', query: 'state=late' }, '', ''],
    ['POST /me/views/:id', '/me/views/1', { name: 'Late' }, '', ''],
    ['DELETE /me/views/:id', '/me/views/1', undefined, '', ''],
    ['POST /me/password', '/me/password', { password: 'yet another good one' }, 'staff', 'password'],
    ['POST /me/totp', '/me/totp', undefined, 'staff', 'secrets'],
    ['POST /me/recovery-codes', '/me/recovery-codes', {}, 'staff', 'recovery_codes'],
    ['POST /me/passkeys', '/me/passkeys', undefined, 'passkey', 'name'],
    ['DELETE /me/passkeys/:id', '/me/passkeys/1', undefined, 'passkey', 'name'],
    ['POST /staff', '/staff', { role: 'catalogue', email: 'new@example.com' }, 'staff', 'invitation_hash'],
    ['POST /staff/:id/role', `/staff/${other.id}/role`, { role: 'finance' }, 'sign-in', 'ended_at'],
    ['DELETE /staff/:id/sign-ins', `/staff/${other.id}/sign-ins?why=lost`, undefined, '', ''],
    [
      'DELETE /staff/:id/sign-ins/:sign_in',
      `/staff/${other.id}/sign-ins/2000000000?why=lost`,
      ...([undefined, '', ''] as const),
    ],
    ['POST /staff/:id/suspend', `/staff/${other.id}/suspend`, { why: 'has left' }, 'staff', 'suspended_at'],
    ['POST /staff/:id/resume', `/staff/${other.id}/resume`, {}, 'staff', 'suspended_at'],
    [
      'POST /staff/:id/reset',
      `/staff/${other.id}/reset`,
      { why: 'lost a phone' },
      'staff',
      'invitation_hash',
    ],
    ['POST /tokens', '/tokens', { name: 'figures', permissions: ['orders.read'] }, 'token', 'permissions'],
    ['POST /tokens/:id/revoke', '/tokens/1/revoke', { why: 'not used' }, 'token', 'revoked_at'],
    ['POST /news', '/news', { title: 'Closed', body: 'On Friday' }, 'news', 'title'],
    ['PATCH /news/:id', '/news/1', { title: 'Open', body: 'On Friday' }, 'news', 'title', '/news/1'],
    ['DELETE /news/:id', '/news/1', undefined, 'news', 'title'],
    ['POST /price-groups', '/price-groups', { name: 'Gold' }, 'group', 'name'],
    [
      'POST /accounts',
      '/accounts',
      { name: 'New', email: 'n@example.com', currency: 'USD' },
      'credit limit',
      'account_id',
    ],
    [
      'PATCH /accounts/:account',
      `/accounts/${username}`,
      { name: 'Other' },
      'account',
      'name',
      `/accounts/${username}`,
    ],
    [
      ...([
        'PATCH /accounts/:account/terms',
        `/accounts/${username}/terms`,
        { group: 'gold' },
        'account',
      ] as const),
      ...(['price_group_id', `/accounts/${username}`] as const),
    ],
    [
      'POST /accounts/:account/people',
      `/accounts/${username}/people`,
      { email: 'budi@example.com', name: 'Budi', role: 'member' },
      'person',
      'email',
    ],
    ['POST /account-people/:id/role', '/account-people/1/role', { role: 'owner' }, 'person', 'role'],
    ['POST /account-people/:id/suspend', '/account-people/1/suspend', {}, 'person', 'suspended_at'],
    ['POST /account-people/:id/resume', '/account-people/1/resume', {}, 'person', 'suspended_at'],
    [
      'POST /accounts/:account/notes',
      `/accounts/${username}/notes`,
      { text: 'Late' },
      'account note',
      'text',
    ],
    [
      'POST /accounts/:account/notes/:note/pin',
      `/accounts/${username}/notes/1/pin`,
      {},
      'account note',
      'pinned',
    ],
    [
      'POST /accounts/:account/notes/:note/unpin',
      `/accounts/${username}/notes/1/unpin`,
      {},
      'account note',
      'pinned',
    ],
    [
      'POST /accounts/:account/close',
      `/accounts/${username}/close`,
      { why: 'It does not pay' },
      'account',
      'status',
    ],
    ['POST /accounts/:account/reopen', `/accounts/${username}/reopen`, {}, 'account', 'status'],
    ['POST /accounts/:account/keys', `/accounts/${username}/keys`, { name: 'panel' }, 'key', 'secret_hash'],
    ['PATCH /keys/:id', '/keys/1', { dialect: 'panel' }, 'key', 'dialect', '/keys/1'],
    ['POST /keys/:id/rotate', '/keys/1/rotate', { overlap_hours: '1' }, 'key', 'expires_at'],
    ['POST /keys/:id/revoke', '/keys/1/revoke', { why: 'It leaked' }, 'key', 'revoked_at'],
    ['POST /deposits/:id/confirm', `/deposits/${deposits[0]?.id}/confirm`, {}, 'deposit', 'state'],
    [
      'POST /deposits/:id/refuse',
      `/deposits/${deposits[1]?.id}/refuse`,
      { reason: 'It bounced' },
      'deposit',
      'reason',
    ],
    [
      'POST /deposits/:id/other-amount',
      `/deposits/${deposits[2]?.id}/other-amount`,
      { amount: '0.5' },
      'deposit',
      'reason',
    ],
    [
      'POST /deposit-providers',
      '/deposit-providers',
      {
        ...{ kind: 'bank-transfer', code: 'other', name: 'Other', currency: 'USD' },
        settings: { account_number: '1', account_holder_name: 'We' },
      },
      'deposit provider',
      'code',
    ],
    [
      'PATCH /deposit-providers/:code',
      '/deposit-providers/other',
      { settings: { account_number: '2' } },
      'deposit provider',
      'settings',
      '/deposit-providers/other',
    ],
    [
      'POST /deposit-providers/:code/disable',
      '/deposit-providers/other/disable',
      { why: 'a test' },
      'deposit provider',
      'enabled',
    ],
    [
      'POST /deposit-providers/:code/enable',
      '/deposit-providers/other/enable',
      {},
      'deposit provider',
      'enabled',
    ],
    [
      'POST /notice-channels',
      '/notice-channels',
      { kind: 'email', settings: { host: 'mail.example', from: 'a@example.com' } },
      'channel',
      'name',
    ],
    [
      'PATCH /notice-channels/:name',
      '/notice-channels/email',
      { secrets: { password: 'sealed' }, settings: { user: 'us' } },
      'channel',
      'secrets',
      '/notice-channels/email',
    ],
    [
      'POST /notice-subscriptions',
      '/notice-subscriptions',
      { channel: 'email', address: 'b@example.com' },
      'subscription',
      'address',
    ],
    [
      'PATCH /notice-subscriptions/:id',
      '/notice-subscriptions/1',
      { events: ['review.waiting'] },
      'subscription',
      'events',
      '/notice-subscriptions',
    ],
    [
      'DELETE /notice-subscriptions/:id',
      '/notice-subscriptions/1?why=has%20left',
      ...([undefined, 'subscription', 'events'] as const),
    ],
    ['PATCH /seller', '/seller', { name: 'We' }, 'seller', 'name', '/seller'],
    ['PATCH /settings', '/settings', { HOME_CURRENCY: 'USD' }, 'setting', 'value', '/settings'],
    [
      'PATCH /messages/:name/:language',
      '/messages/mail.invitation/en',
      { title: 'Come in', text: '{link}' },
      ...(['message text', 'title', '/messages'] as const),
    ],
    ['DELETE /messages/:name/:language', '/messages/mail.invitation/en', undefined, 'message text', 'title'],
    ['PATCH /brand', '/brand', { accent: '#0b5d6b' }, 'brand', 'accent', '/brand'],
    [
      'DELETE /notice-channels/:name',
      '/notice-channels/email?why=not%20used',
      ...([undefined, 'channel', 'name'] as const),
    ],
  ]
  /** These are in the ledger, with who did it: see accounts.test.ts. */
  const inLedger = ['POST /accounts/:account/deposit', 'POST /accounts/:account/adjust']
  /** Of these it is seen where what they change is made: see orders.test.ts, configuring.test.ts, prices.test.ts and test/plans. */
  const elsewhereSeen = all(({ section }) =>
    ['Orders', 'Reviews', 'Manual work', 'Catalogue', 'Suppliers', 'Webhooks', 'Prices', 'Plans'].includes(
      section,
    ),
  )
  /** What signs people in has their sign-ins in the trail: see test/staff/sign-ins.test.ts. What is offered changes nothing. */
  const others = [
    'POST /session',
    'POST /session/second-factor',
    'POST /session/proof',
    'DELETE /session',
    'POST /invitation/open',
    'POST /invitation',
    'POST /brand/preview',
    'POST /messages/:name/:language/preview',
    'POST /me/totp/offer',
    // Another e-mail address is in the trail once its link is used: see test/account-people/mails.test.ts.
    'POST /me/email',
    'DELETE /me/email',
    'POST /email',
    'POST /session/passkey/offer',
    'POST /session/passkey',
    'POST /session/proof/passkey',
    'POST /me/passkeys/offer',
    // Their lines are deposits' own: see incoming-payments.test.ts.
    'POST /deposit-providers/:code/match',
    'POST /stray-payments/:id/close',
    'POST /stray-payments/:id/credit',
    // Seen where there is something to bill: see papers.test.ts.
    'POST /invoices',
    // By the functions of the commands, whose lines trail-of-commands.test.ts sees; and looking at a portal: see the portal's tests.
    'POST /account-people/:id/reset',
    'DELETE /account-people/:id/sign-ins',
    'POST /applications/:id/accept',
    'POST /applications/:id/refuse',
    'POST /answers/teach',
    'POST /answers/rules/:id/forget',
    'POST /accounts/:account/view',
    // A preview changes nothing, nor does what only sends a message.
    'POST /answers/preview',
    'POST /news/reach',
    'POST /answers/read',
    // What somebody looks into, or looks for, changes nothing of the thing: see inbox.test.ts.
    'POST /inbox/:thing/later',
    'POST /inbox/:thing/release',
    'POST /inbox/:thing/take',
    'POST /search/orders',
    // Backups have their lines: see books.test.ts. The others prove, or make anew what follows from the ledger.
    'POST /backups',
    'POST /backups/:id/check',
    'POST /ledger/check',
    'POST /ledger/checkpoint',
    'POST /figures/rebuild',
    'POST /deposit-providers/:code/test',
    'POST /notice-channels/:name/test',
    'POST /notice-subscriptions/:id/test',
  ]
  expect([...changing.map(([route]) => route), ...others, ...inLedger, ...elsewhereSeen].sort()).toEqual(
    all(() => true).sort(),
  )
  for (const [route, url, given, what, field, versionOf] of changing) {
    let body = given
    if (route === 'POST /me/totp') {
      const { secret } = (await ask(server, 'POST', '/me/totp/offer', { headers })).json.data
      body = { totp_secret: secret, code: codeAt(secret, office.office.clock.now()) }
    }
    if (route === 'POST /me/passkeys') {
      const { options } = (await ask(server, 'POST', '/me/passkeys/offer', { headers })).json.data
      body = { name: 'phone', credential: new Authenticator(PUBLIC_URL).make(options) }
    }
    const before = (await newest()).id
    const seen = versionOf && (await ask(server, 'GET', versionOf, { headers })).json.data
    const version = seen?.version ?? (seen?.page ?? seen)?.items[0].version
    const more = { 'idempotency-key': route, ...(version && { 'if-match': version }) }
    const {
      status,
      json,
      headers: answered,
    } = await ask(server, route.split(' ')[0] as string, url, {
      headers: { ...headers, ...more },
      body,
    })
    expect([route, status, json.code]).toEqual([route, 200, undefined])
    const line = await newest()
    if (what === '') expect([route, line.id]).toEqual([route, before])
    else {
      expect([route, line.actor, line.what]).toEqual([route, mine, what])
      expect(Object.keys(line.after ?? line.before), route).toContain(field)
      // How that person came in stands there, too.
      expect([route, line.role, line.address, line.trace_id]).toEqual([
        ...[route, 'owner', '127.0.0.1', answered['x-request-id']],
      ])
      expect(line.sign_in_id).toBe(signIn)
      const why = (body as { why?: string })?.why ?? new URLSearchParams(url.split('?')[1]).get('why')
      expect([route, line.why]).toEqual([route, why])
    }
    made[route] = line.id
  }
  expect(await office.office.signIns.find(elsewhere.token)).toBeUndefined()
  const program = await office.program(['staff.edit'])
  await ask(server, 'POST', `/staff/${other.id}/role`, { headers: program, body: { role: 'support' } })
  expect(await newest()).toMatchObject({
    ...{ actor: expect.stringMatching(/^token:\d+$/), role: null, sign_in_id: null, address: '127.0.0.1' },
  })
  const everything = await ask(server, 'GET', '/audit?limit=200', { headers })
  expect(JSON.stringify(everything.json)).not.toMatch(/argon2|\\\\x|imo_/)
})

it('is read by pages, by thing, by who and by time; a cursor goes with its filter', async () => {
  const { headers } = await office.person('manager')
  const read = async (query: string) => (await ask(office.server, 'GET', `/audit?${query}`, { headers })).json
  const all = (await read('limit=200')).data.page.items
  const byPeople = all.filter((one: { actor: string }) => one.actor.startsWith('staff:'))
  expect(new Set(byPeople.map((one: { actor_name: string }) => one.actor_name))).toEqual(new Set(['Anna']))
  const ids: number[] = []
  let cursor = ''
  do {
    const { page } = (await read(`limit=7${cursor}`)).data
    ids.push(...page.items.map(({ id }: { id: number }) => id))
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
  } while (cursor !== '')
  expect(ids).toEqual(all.map(({ id }: { id: number }) => id))
  const tokens = (await read('what=token')).data.page.items
  expect(tokens.length).toBeGreaterThan(2)
  expect(new Set(tokens.map(({ what }: { what: string }) => what))).toEqual(new Set(['token']))
  const { actor, subject, at } = tokens[0]
  expect((await read(`what=token&subject=${subject}`)).data.page.items.length).toBeGreaterThan(0)
  expect((await read(`actor=${encodeURIComponent(actor)}`)).data.page.items[0]).toMatchObject({ actor })
  /** `found` has the lines of a filter, each by its noun, what names it, and what was done. */
  const found = async (query: string) =>
    (await read(`limit=200&${query}`)).data.page.items.map((one: Record<string, unknown>) => [
      ...[
        one['what'],
        one['subject'],
        one['before'] === null ? 'made' : one['after'] === null ? 'removed' : 'changed',
      ],
    ])
  expect(await found('what=subscription')).toEqual([
    ['subscription', '1', 'removed'],
    ['subscription', '1', 'changed'],
    ['subscription', '1', 'made'],
  ])
  for (const action of ['made', 'changed', 'removed']) {
    expect(await found(`what=subscription&action=${action}`)).toEqual([['subscription', '1', action]])
  }
  // Words are those of the reason, of the kind of thing, of its id, and of who it was.
  expect(new Set((await found('q=LOST%20a%20ph')).map(([what]: string[]) => what))).toEqual(
    new Set(['staff']),
  )
  expect(await found('q=age%20text')).toEqual([
    ['message text', 'mail.invitation/en', 'removed'],
    ['message text', 'mail.invitation/en', 'made'],
  ])
  expect(await found('q=home_curr')).toEqual([['setting', 'HOME_CURRENCY', 'made']])
  expect((await found('q=anna')).length).toBe(byPeople.length)
  expect(await found('q=nobody%20has%20said%20so')).toEqual([])
  const [{ subject: closed }] = (await read('q=does%20not%20pay')).data.page.items
  const named = await ask(office.server, 'GET', `/accounts/${closed}`, { headers })
  const ofAccount = await found(`account=${named.json.data.username}`)
  expect(ofAccount).toContainEqual(['account', closed, 'changed'])
  expect(ofAccount).toEqual(await found(`account=${closed}`))
  expect(await read('account=nobody-here')).toMatchObject({ code: 'NOT_FOUND_ERROR' })
  expect((await read(`to=${encodeURIComponent('2020-01-01T00:00:00Z')}`)).data.page.items).toEqual([])
  expect((await read(`from=${encodeURIComponent(at)}&what=token`)).data.page.items[0]).toMatchObject({ at })
  const { next_cursor } = (await read('limit=1&what=token')).data.page
  expect(await read(`what=staff&cursor=${next_cursor}`)).toMatchObject({
    code: 'INVALID_INPUT_ERROR',
    source: 'query',
  })
  expect(await read('cursor=nonsense')).toMatchObject({ errors: { cursor: [expect.any(String)] } })
})

it('signs nobody in by the trail: a failed sign-in is told to owners', async () => {
  const owner = await office.person('owner')
  const other = await office.person('support')
  const body = { email: other.hired.email, password: `not ${PASSWORD}` }
  await ask(office.server, 'POST', '/session', { body, headers: originOf(office.server) })
  const { json } = await ask(office.server, 'GET', `/staff/${other.id}`, { headers: owner.headers })
  expect(json.data.person).toMatchObject({ failures: 1, sign_ins: 1 })
  await ask(office.server, 'POST', '/session', {
    body: { ...body, email: 'nobody@example.com' },
    headers: originOf(office.server),
  })
  const failed = await ask(office.server, 'GET', '/failed-sign-ins?limit=2', { headers: owner.headers })
  expect(failed.json.data.page.items).toMatchObject([
    { of: 'nobody', person: null, name: null, what: 'password', address: '127.0.0.1' },
    { of: 'staff', person: other.id, name: 'Anna', what: 'password' },
  ])
})

it('one sign-in of a person is ended, and the others hold', async () => {
  const owner = await office.person('owner')
  const other = await office.person('support')
  await other.hired.signIn('192.0.2.9')
  const read = async () =>
    (await ask(office.server, 'GET', `/staff/${other.id}`, { headers: owner.headers })).json.data.sign_ins
  const [newest, ...rest] = await read()
  const end = (path: string) =>
    ask(office.server, 'DELETE', `/staff/${other.id}/sign-ins${path}`, { headers: owner.headers })
  const whyOf = async ({ id }: { id: number }) =>
    (await ask(office.server, 'GET', `/audit?what=sign-in&subject=${id}&limit=1`, { headers: owner.headers }))
      .json.data.page.items[0]
  // Nobody is put out without a reason.
  for (const path of ['', `/${newest.id}`])
    expect(await end(path)).toMatchObject({ status: 400, json: { errors: { why: [expect.any(String)] } } })
  expect((await end(`/${newest.id}?why=%20`)).status).toBe(422)
  expect((await end(`/${newest.id}?why=lost%20a%20phone`)).status).toBe(200)
  expect(await read()).toEqual(rest)
  expect(await whyOf(newest)).toMatchObject({
    why: 'lost a phone',
    actor: `staff:${owner.id}`,
    role: 'owner',
  })
  expect(rest.length).toBeGreaterThan(0)
  expect((await end('?why=has%20left')).status).toBe(200)
  expect(await read()).toEqual([])
  expect(await whyOf(rest[0])).toMatchObject({ why: 'has left' })
})

it('says what each role may do, as the server decides', async () => {
  const { headers } = await office.person('manager')
  const { roles: named, permissions } = (await ask(office.server, 'GET', '/roles', { headers })).json.data
  expect(named).toEqual(roles)
  for (const { name, roles: some } of permissions) {
    expect([name, some]).toEqual([name, roles.filter((role) => permissionsOf(role).includes(name))])
  }
})
