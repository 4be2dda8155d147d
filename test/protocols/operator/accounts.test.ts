import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
let headers: Record<string, string>
let change: ReturnType<typeof changer>
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  ;({ headers } = await office.person('manager'))
  change = changer(office.server, headers)
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const get = (path: string) => ask(office.server, 'GET', path, { headers })
const read = async (path: string) => (await get(path)).json.data
const file = (path: string) =>
  exchange(office.server.url, { method: 'GET', path: `/api/operator${path}`, headers })

describe('accounts', () => {
  it('are made with a wallet, and changed one part at a time', async () => {
    expect(await change('POST', '/price-groups', { name: 'Gold' })).toMatchObject({
      status: 200,
      json: { data: { name: 'Gold', accounts: 0 } },
    })
    const made = await change('POST', '/accounts', {
      ...{ name: 'First Shop', email: 'first@example.com', currency: 'USD', group: 'gold' },
      ...{ deposit: '25', credit_limit: '100' },
    })
    expect(made).toMatchObject({
      status: 200,
      json: { data: { username: 'first-shop', group: 'Gold', available: '25.00', credit_limit: '100.00' } },
    })
    const path = '/accounts/first-shop'
    let { version } = made.json.data
    const changed = await change(
      'PATCH',
      path,
      { name: 'First', email: 'one@example.com', low_balance: '10' },
      { version },
    )
    expect(changed.json.data).toMatchObject({ name: 'First', email: 'one@example.com', low_balance: '10.00' })
    version = changed.json.data.version
    const terms = await change('PATCH', `${path}/terms`, { group: null, credit_limit: '0' }, { version })
    expect(terms.json.data).toMatchObject({ group: null, credit_limit: '0.00', low_balance: '10.00' })
    version = terms.json.data.version
    expect((await change('PATCH', path, { low_balance: null }, { version })).json.data.low_balance).toBeNull()
    expect((await change('POST', `${path}/close`, { why: 'asked for' })).json.data.status).toBe('closed')
    expect((await read('/accounts?status=closed')).page.items).toMatchObject([{ username: 'first-shop' }])
    expect((await change('POST', `${path}/reopen`, {})).json.data.status).toBe('active')
  })

  it('are made with a person who is invited as their owner, or not at all', async () => {
    const form = { name: 'Invited', email: 'shop@invited.example', currency: 'USD' }
    const key = 'an invited reseller'
    const made = await change('POST', '/accounts', { ...form, invite: 'eve@invited.example' }, { key })
    expect(made.json.data.link).toMatch(/\/portal\/invite#.{20}/)
    expect((await read('/accounts/invited/people')).items).toMatchObject([
      { email: 'eve@invited.example', role: 'owner', status: 'invited' },
    ])
    // Invited is who has people none of whom has come yet.
    const idle = await office.server.shop()
    const invited = async () =>
      (await read('/accounts?status=invited')).page.items.map((one: { username: string }) => one.username)
    expect(await invited()).toEqual(['invited'])
    expect((await read('/accounts/count?status=invited')).value).toBe(1)
    expect(await read('/accounts/invited')).toMatchObject({ status: 'active', invited: true })
    expect(await read(`/accounts/${idle.username}`)).toMatchObject({ status: 'active', invited: false })
    const come = await change('POST', `/accounts/${idle.username}/people`, {
      role: 'owner',
      email: 'a@idle.example',
    })
    expect(come.status).toBe(200)
    expect(await invited()).toEqual(['invited', idle.username])
    await office.server
      .sql`update account_people set name = 'A', password = 'x' where email = 'a@idle.example'`
    await change('POST', `/accounts/${idle.username}/people`, { role: 'member', email: 'b@idle.example' })
    expect(await invited()).toEqual(['invited'])
    await change('POST', '/accounts/invited/close', { why: 'test' })
    expect(await invited()).toEqual([])
    expect((await read('/accounts?status=active')).page.items).not.toHaveLength(0)
    await change('POST', '/accounts/invited/reopen', {})
    const again = await change('POST', '/accounts', { ...form, invite: 'eve@invited.example' }, { key })
    expect(again.json.data).toMatchObject({ username: 'invited', link: null })
    // Where the person signs in elsewhere already, no account is made.
    const refused = await change('POST', '/accounts', {
      ...form,
      name: 'Second',
      invite: 'eve@invited.example',
    })
    expect(refused).toMatchObject({ status: 409, json: { errors: { invite: [expect.any(String)] } } })
    expect((await get('/accounts/second')).status).toBe(404)
  })

  it('are listed by their price group', async () => {
    const shop = await office.server.shop({ group: 'Silver' })
    const { items } = await read('/price-groups')
    const silver = items.find(({ name }: { name: string }) => name === 'Silver')
    expect(silver.accounts).toBe(1)
    for (const group of ['silver', silver.id]) {
      expect((await read(`/accounts?group=${group}`)).page.items).toMatchObject([{ id: shop.accountId }])
    }
    expect(await get('/accounts?group=none')).toMatchObject({ status: 422, json: { source: 'query' } })
  })

  it('refuse what is wrong, by its name in the body, and make nothing of it', async () => {
    const whole = { name: 'Shop', email: 'shop@example.com', currency: 'USD' }
    for (const [body, field] of [
      [{ ...whole, name: ' ' }, 'name'],
      [{ ...whole, email: 'nobody' }, 'email'],
      [{ ...whole, currency: 'XX' }, 'currency'],
      [{ ...whole, group: 'Platinum' }, 'group'],
      [{ ...whole, credit_limit: '1.2.3' }, 'credit_limit'],
      [{ ...whole, credit_limit: '-1' }, 'credit_limit'],
      [{ ...whole, deposit: 'much' }, 'deposit'],
      [{ ...whole, username: '12' }, 'username'],
      [{ name: 'Shop', currency: 'USD' }, 'email'],
      [{ ...whole, balance: '5' }, 'balance'],
    ] as const) {
      const { status, json } = await change('POST', '/accounts', body)
      expect.soft([status >= 400 && status < 500, Object.keys(json.errors)], field).toEqual([true, [field]])
    }
    expect((await read('/accounts?search=shop@example.com')).page.items).toEqual([])
    await change('POST', '/accounts', { ...whole, username: 'taken' })
    expect(await change('POST', '/accounts', { ...whole, username: 'taken' })).toMatchObject({
      status: 409,
      json: { code: 'CONFLICT_ERROR', errors: { username: [expect.any(String)] } },
    })
    const { version } = await read('/accounts/taken')
    for (const [path, body, field] of [
      ['', { email: 'nobody' }, 'email'],
      ['', { low_balance: 'x' }, 'low_balance'],
      ['/terms', { group: 'Platinum' }, 'group'],
      ['/terms', { credit_limit: '1,000' }, 'credit_limit'],
    ] as const) {
      const { status, json } = await change('PATCH', `/accounts/taken${path}`, body, { version })
      expect.soft([status, Object.keys(json.errors)], field).toEqual([422, [field]])
    }
    expect((await change('PATCH', '/accounts/taken', {}, { version })).status).toBe(400)
    expect((await read('/accounts/taken')).version).toBe(version)
  })
})

describe('keys', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await office.server.shop()
  })

  it('are made with all that bounds them, changed in place, and revoked', async () => {
    const made = await change('POST', `/accounts/${shop.username}/keys`, {
      ...{ name: 'panel', dialect: 'panel', permissions: ['order.create', 'order.read'] },
      ...{ allowed_ips: ['203.0.113.9'], requests_per_minute: 50, expires_at: '2099-01-01T00:00:00Z' },
      webhook_url: `${office.server.url}/hook`,
    })
    expect(made, JSON.stringify(made.json)).toMatchObject({ status: 200 })
    const { key, secret, webhook } = made.json.data
    expect(secret).toMatch(/^\w{40}$/)
    expect(webhook).toMatchObject({
      url: `${office.server.url}/hook`,
      secret: expect.stringMatching(/^whsec_/),
    })
    expect(key).toMatchObject({
      ...{ account: shop.accountId, username: shop.username, status: 'active', dialect: 'panel' },
      ...{ permissions: ['order.create', 'order.read'], allowed_ips: ['203.0.113.9'] },
      ...{ requests_per_minute: 50, expires_at: '2099-01-01T00:00:00.000Z', webhook_url: webhook.url },
    })
    const { version } = key
    const open = {
      permissions: null,
      allowed_ips: null,
      requests_per_minute: null,
      expires_at: null,
      name: '',
    }
    const changed = await change('PATCH', `/keys/${key.id}`, open, { version })
    expect(changed.json.data.key, JSON.stringify(changed.json)).toMatchObject({
      ...{
        permissions: null,
        allowed_ips: [],
        requests_per_minute: null,
        expires_at: null,
        dialect: 'panel',
      },
    })
    const { server } = office
    const asked = { securityId: key.security_id, secret, accountId: shop.accountId, username: shop.username }
    await until('the key is known', async () => {
      const reply = await server.call(asked, { action: 'accountinfo' })
      return reply.json().SUCCESS !== undefined
    })
    expect((await change('POST', `/keys/${key.id}/revoke`, { why: 'asked for' })).json.data.status).toBe(
      'revoked',
    )
    await until('the key is refused', async () => {
      const reply = await server.call(asked, { action: 'accountinfo' })
      return reply.json().ERROR !== undefined
    })
    expect((await read(`/keys/${key.id}`)).status).toBe('revoked')
  })

  it('get a first webhook by their own secret', async () => {
    const { key, secret } = (await change('POST', `/accounts/${shop.username}/keys`, {})).json.data
    const url = `${office.server.url}/later`
    const { version } = key
    const refused = await change('PATCH', `/keys/${key.id}`, { webhook_url: url }, { version })
    expect(refused).toMatchObject({ status: 422, json: { errors: { secret: [expect.any(String)] } } })
    const made = await change('PATCH', `/keys/${key.id}`, { webhook_url: url, secret }, { version })
    expect(made.json.data).toMatchObject({ key: { webhook_url: url }, webhook: { url } })
  })

  it('refuse what is wrong, and are made whole or not at all', async () => {
    const count = async () => (await read(`/keys?account=${shop.username}&limit=200`)).page.items.length
    const before = await count()
    for (const [body, field] of [
      [{ expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
      [{ allowed_ips: ['nowhere'] }, 'allowed_ips'],
      [{ dialect: 'soap' }, 'dialect'],
      [{ webhook_url: 'ftp://example.com' }, 'webhook_url'],
    ] as const) {
      const { status, json } = await change('POST', `/accounts/${shop.username}/keys`, body)
      expect.soft([status >= 400 && status < 500, Object.keys(json.errors)], field).toEqual([true, [field]])
    }
    expect(await count()).toBe(before)
    expect(await get('/keys?account=nobody')).toMatchObject({ status: 404 })
    expect(await get('/keys/999999')).toMatchObject({ status: 404 })
  })

  it('are listed by pages', async () => {
    const whole = (await read('/keys?limit=200')).page.items.map(({ id }: { id: number }) => id)
    const first = (await read('/keys?limit=2')).page
    const second = (await read(`/keys?limit=2&cursor=${first.next_cursor}`)).page
    expect([...first.items, ...second.items].map(({ id }: { id: number }) => id)).toEqual(whole.slice(0, 4))
  })
})

describe('money', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await office.server.shop({ deposit: '10' })
    const service = await office.server.service()
    for (const n of [1, 2]) {
      const placed = await office.server.place(shop, { ID: service, IMEI: imei(n) })
      await office.server.ended(shop, placed.SUCCESS[0].REFERENCEID)
    }
  })

  it('is credited and corrected by hand, once for each reference', async () => {
    const path = `/accounts/${shop.username}`
    const paid = { amount: '5', note: 'cash', reference: 'receipt 7' }
    expect((await change('POST', `${path}/deposit`, paid)).json.data).toMatchObject({
      ...{ kind: 'deposit', amount: '5.00', available: '13.00', repeated: false, reference: 'receipt 7' },
    })
    expect((await change('POST', `${path}/deposit`, paid)).json.data).toMatchObject({ repeated: true })
    expect(await change('POST', `${path}/deposit`, { ...paid, amount: '6' })).toMatchObject({ status: 409 })
    for (const [verb, body, status, field] of [
      ['deposit', { amount: '-5' }, 422, 'amount'],
      ['deposit', { amount: '5,00' }, 422, 'amount'],
      ['adjust', { amount: '0', note: 'x' }, 422, 'amount'],
      ['adjust', { amount: '1' }, 400, 'note'],
      ['adjust', { amount: '1', note: ' ' }, 422, 'note'],
      ['adjust', { amount: '-100', note: 'x' }, 402, 'amount'],
      ['adjust', { amount: 1, note: 'x' }, 400, 'amount'],
    ] as const) {
      const refused = await change('POST', `${path}/${verb}`, body)
      expect.soft([verb, refused.status, Object.keys(refused.json.errors)]).toEqual([verb, status, [field]])
    }
    expect((await change('POST', `${path}/adjust`, { amount: 'ten', note: 'x' })).json.problems).toEqual([
      { field: 'amount', code: 'amount', params: { message: expect.stringContaining('is no amount') } },
    ])
    const tooMuch = await change('POST', `${path}/adjust`, { amount: '-100', note: 'x' })
    expect(tooMuch.json.problems).toEqual([
      {
        field: 'amount',
        code: 'most_taken',
        params: { most: '13.00', currency: 'USD', message: 'at most 13.00 USD can be taken' },
      },
    ])
    expect((await read(path)).available).toBe('13.00')
  })

  it('is read as the ledger has it, by pages, narrowed, and as statements', async () => {
    const path = `/accounts/${shop.username}/ledger`
    const whole = (await read(`${path}?limit=200`)).page
    expect(whole.next_cursor).toBeNull()
    expect(whole.items.at(-1)).toMatchObject({ type: 'credit', reason: 'deposit', amount: '10.00' })
    const ids: number[] = []
    for (let cursor = ''; ; ) {
      const { page } = await read(`${path}?limit=1${cursor}`)
      ids.push(...page.items.map(({ id }: { id: number }) => id))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(ids).toEqual(whole.items.map(({ id }: { id: number }) => id))
    const orders = (await read(`${path}?reason=order`)).page.items
    expect(orders.map(({ amount }: { amount: string }) => amount)).toEqual(['1.00', '1.00'])
    expect(
      await get(`${path}?reason=order&cursor=${(await read(`${path}?limit=1`)).page.next_cursor}`),
    ).toMatchObject({
      status: 422,
    })
    const [{ month, closing_balance, complete }] = (await read(`/accounts/${shop.accountId}/statements`))
      .items
    expect([closing_balance, complete]).toEqual([
      (await read(`/accounts/${shop.accountId}`)).available,
      false,
    ])
    const statement = await file(`/accounts/${shop.username}/statements/${month}`)
    expect(JSON.parse(statement.bytes.toString()).data.movements).toHaveLength(whole.items.length)
    const csv = await file(`/accounts/${shop.username}/statements/${month}?format=csv`)
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toBe(
      `attachment; filename="statement-${shop.username}-${month}.csv"`,
    )
    const pdf = await file(`/accounts/${shop.username}/statements/${month}?format=pdf`)
    expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-')
    for (const wrong of ['2099-01', '2020-13', 'now']) {
      const { status, json } = await get(`/accounts/${shop.username}/statements/${wrong}`)
      expect([wrong, status >= 400 && status < 500, Object.keys(json.errors)]).toEqual([
        wrong,
        true,
        ['month'],
      ])
    }
  })
})

it('requests are found by account and by their id, also those that were refused', async () => {
  const shop = await office.server.shop()
  const service = await office.server.service()
  await office.server.place(shop, { ID: service, IMEI: imei(7) })
  const refused = await office.server.call(shop, { action: 'placeimeiorder', parameters: '{}' })
  const trace = String(refused.headers['x-request-id'])
  const path = `/accounts/${shop.username}/requests`
  await until('the requests are logged', async () => (await read(path)).page.items.length >= 2)
  const { items } = (await read(`${path}?outcome=refused`)).page
  expect(items).toMatchObject([{ trace_id: trace, protocol: 'dhru', account: shop.accountId }])
  // The test's clock is ahead of the one by which requests are named.
  const { sql } = office.server
  await sql`update requests set at = now() where request_id = ${trace}::uuid`
  const one = await get(`/requests/${trace}`)
  expect(one.json.data, JSON.stringify(one.json)).toEqual({ ...items[0], time: expect.any(String) })
  const [placed] = (await read(`${path}?outcome=ok&action=placeimeiorder`)).page.items
  expect(placed.order).toEqual(expect.any(Number))
  const own = await get('/accounts/nobody')
  await until('the refusal of an operator is kept, too', async () => {
    await sql`update stranger_requests set at = now() where request_id = ${own.json.traceId}::uuid`
    const found = await get(`/requests/${own.json.traceId}`)
    return found.status === 200 && found.json.data.protocol === 'operator'
  })
  expect(await get('/requests/nonsense')).toMatchObject({ status: 422 })
})

describe('a key that is made anew', () => {
  it('is as the old one, which goes on for as long as was said; its webhook too', async () => {
    const { username } = await office.server.shop()
    const { json } = await change('POST', `/accounts/${username}/keys`, {
      ...{ name: 'Website', permissions: ['order.create'], allowed_ips: ['203.0.113.9'] },
      ...{ requests_per_minute: 90, webhook_url: 'https://example.com/hook' },
    })
    const { key } = json.data
    const path = `/keys/${key.id}/rotate`
    expect(await change('POST', path, { overlap_hours: '2' })).toMatchObject({ status: 400 })
    const fresh = await change('POST', path, { overlap_hours: '1' }, { key: 'anew' })
    expect(fresh.json.data).toMatchObject({
      key: {
        ...{ name: 'Website', permissions: ['order.create'], allowed_ips: ['203.0.113.9'] },
        ...{ requests_per_minute: 90, webhook_url: 'https://example.com/hook', status: 'active' },
      },
      secret: expect.stringMatching(/.{20}/),
      webhook: { secret: expect.stringMatching(/^whsec_/) },
    })
    expect(fresh.json.data.key.id).not.toBe(key.id)
    const again = await change('POST', path, { overlap_hours: '1' }, { key: 'anew' })
    expect(again.json.data).toMatchObject({ key: { id: fresh.json.data.key.id }, secret: null })
    const old = await read(`/keys/${key.id}`)
    expect(old.expires_at).not.toBeNull()
    await change('POST', `/keys/${key.id}/revoke`, { why: 'asked for' })
    expect(await change('POST', path, { overlap_hours: '0' })).toMatchObject({ status: 409 })
  })
})

describe('requests', () => {
  it('are narrowed to a key, an address and a time', async () => {
    const { accountId, username } = await office.server.shop()
    await office.server.sql`
      insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
      select ${accountId}, timestamptz '2026-01-10 12:00Z' + n * interval '1 day', n, 'rest', 'x', 200, 'ok', '203.0.113.' || n, 1, gen_random_uuid()
        from generate_series(1, 3) n`
    const of = async (query: string) =>
      (await read(`/accounts/${username}/requests?${query}`)).page.items.map(
        (one: { key: number }) => one.key,
      )
    expect(await of('')).toEqual([3, 2, 1])
    expect(await of('ip=203.0.113.2')).toEqual([2])
    expect(await of('from=2026-01-12')).toEqual([3, 2])
    expect(await of('to=2026-01-12')).toEqual([2, 1])
    expect(await of('from=2026-01-12&to=2026-01-12&key=2')).toEqual([2])
    expect(await of('from=2026-01-12T12:00:01Z')).toEqual([3])
  })
})

describe('resellers', () => {
  const names = async (query: string) =>
    (await read(`/accounts?${query}`)).page.items.map((one: { username: string }) => one.username)

  it('are listed with what they did lately, by what is wrong with them, in other orders, page by page', async () => {
    const { server } = office
    const made = [
      await server.shop({ deposit: '5' }),
      await server.shop({ deposit: '7' }),
      await server.shop({ deposit: '6' }),
    ]
    const [a, b, c] = made.map(({ username }) => username) as [string, string, string]
    await server.sql`update accounts set name = 'listed ' || name where id = any(${made.map((one) => one.accountId)})`
    const mine = (of: string) => names(`search=listed&${of}`)
    expect(await mine('sort=-available')).toEqual([b, c, a])
    expect(await mine('sort=available')).toEqual([a, c, b])
    expect(await mine('sort=-name')).toEqual([c, b, a])
    const first = (await read('/accounts?search=listed&sort=-available&limit=2')).page
    expect(first.items).toHaveLength(2)
    const second = await read(`/accounts?search=listed&sort=-available&limit=2&cursor=${first.next_cursor}`)
    expect(second.page.items).toMatchObject([{ username: a }])
    expect(second.page.next_cursor).toBeNull()
    // The last of the page before moves to the top of the list, or leaves it: the list goes on where it stood.
    const active = (cursor: string) => mine(`sort=-available&limit=2&status=active${cursor}`)
    const { next_cursor: place } = (
      await read('/accounts?search=listed&sort=-available&limit=2&status=active')
    ).page
    await change('POST', `/accounts/${c}/adjust`, { amount: '10', note: 'moves' })
    expect(await active(`&cursor=${place}`)).toEqual([a])
    await change('POST', `/accounts/${c}/close`, { why: 'moves out' })
    expect(await active(`&cursor=${place}`)).toEqual([a])
    await change('POST', `/accounts/${c}/reopen`, {})
    await change('POST', `/accounts/${c}/adjust`, { amount: '-10', note: 'moves back' })
    const broken = Buffer.from('["x","",""]').toString('base64url')
    for (const cursor of ['no', broken])
      expect(
        (await get(`/accounts?search=listed&sort=-available&status=active&cursor=${cursor}`)).status,
        cursor,
      ).toBe(422)

    const order = await server.place(made[0] as Shop, { ID: await server.service(), IMEI: imei(8) })
    await server.ended(made[0] as Shop, order.SUCCESS[0].REFERENCEID)
    expect(await mine('no_order_since=2000-01-01')).toEqual([b, c])
    expect((await mine('sort=-last_order'))[0]).toBe(a)
    expect((await read(`/accounts/${a}`)).last_order_at).toMatch(/^20/)

    await server.sql`update accounts set low_balance = 8000000 where username = ${b}`
    expect(await mine('low_balance=yes')).toEqual([b])
    expect(await read(`/accounts/${b}`)).toMatchObject({ low: true, refused_24h: 0, webhook: null })
    await server.sql`update wallets set credit_limit = 9000000 where account_id = ${made[2]?.accountId as number}`
    expect(await mine('in_credit=yes')).toEqual([])
    await change('POST', `/accounts/${c}/adjust`, { amount: '-9', note: 'lent' })
    expect(await mine('in_credit=yes')).toEqual([c])

    const { json } = await change('POST', `/accounts/${a}/keys`, {
      name: 'hook',
      webhook_url: 'https://example.com/hook',
    })
    await change('POST', `/webhooks/${json.data.webhook.id}/pause`, {})
    expect(await mine('webhook=paused')).toEqual([a])
    expect(await mine('webhook=failing')).toEqual([])
    await server.sql`
      insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
      select ${made[1]?.accountId as number}, now() - n * interval '1 hour', 1, 'rest', 'x', 401, 'key_revoked', '::1', 1, gen_random_uuid()
        from generate_series(30, 0, -10) n`
    expect(await mine('refused_gte=3')).toEqual([b])
    expect(await mine('refused_gte=4')).toEqual([])
    expect(await mine('currency=EUR')).toEqual([])
    expect(await get('/accounts?currency=nothing')).toMatchObject({ status: 400 })
    const file = await get('/accounts.csv?search=listed&low_balance=yes')
    expect(file.json).toContain(b)
    expect(file.json).not.toContain(c)
  })

  it('what a role may not read it may not sort by; turnover is the ledger’s', async () => {
    const { headers } = await office.person('support')
    for (const [query, status] of [
      ['sort=turnover', 403],
      ['sort=available', 200],
      ['sort=name', 200],
    ] as const)
      expect((await ask(office.server, 'GET', `/accounts?${query}`, { headers })).status, query).toBe(status)
    const found = await ask(office.server, 'GET', '/accounts', { headers })
    expect(found.json.data.page.items[0]).not.toHaveProperty('turnover_30d')
    const catalogue = await office.person('catalogue')
    expect(
      (await ask(office.server, 'GET', '/accounts?in_credit=yes', { headers: catalogue.headers })).status,
    ).toBe(403)
    await office.server.sql`
      insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                         cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
      select 'account', unit::sales_unit, day, (select min(id) from accounts), 0, 0, 'USD', '', 2, 2, 2, 1, 0, 1, 0, 0, 5000000, 1000000, 0, 0
        from (values ('day', current_date), ('day', current_date - 60), ('month', date_trunc('month', now())::date)) d (unit, day)`
    const [first] = (await read('/accounts?sort=-turnover&limit=1')).page.items
    expect(first).toMatchObject({ turnover_30d: '5.00', refunded_30d: '1.00', orders_30d: 2 })
    expect(first.success_30d).toBeCloseTo(1 / 3)
  })

  it('what a payment would do is said before, and the same one within a day', async () => {
    const { username } = await office.server.shop({ deposit: '5' })
    const preview = (query: string) => read(`/accounts/${username}/move-preview?${query}`)
    expect(await preview('amount=10')).toEqual({
      ...{ currency: 'USD', available: '5.00', after: '15.00', fits: true, same: null },
      ...{ spendable_now: '5.00', spendable: '15.00' },
    })
    expect(await preview('amount=1.5&times=3')).toMatchObject({ available: '5.00', after: '9.50' })
    expect(await preview('credit_limit=20')).toMatchObject({
      ...{ after: '5.00', spendable_now: '5.00', spendable: '25.00' },
    })
    expect(await preview('amount=-6&credit_limit=20')).toMatchObject({ after: '-1.00', fits: true })
    expect(await get(`/accounts/${username}/move-preview?credit_limit=-1`)).toMatchObject({ status: 422 })
    expect(await read(`/accounts/${username}`)).toMatchObject({ available: '5.00', spendable: '5.00' })
    expect(await preview('amount=-6')).toMatchObject({ after: '-1.00', fits: false })
    const { username: owing } = await office.server.shop({ deposit: '5' })
    await office.server.sql`
      update wallets set credit_limit = 20000000
       where account_id = (select id from accounts where username = ${owing})`
    const taken = { amount: '-11', note: 'taken' }
    expect(await change('POST', `/accounts/${owing}/adjust`, taken)).toMatchObject({ status: 200 })
    const ofOwing = (query: string) => read(`/accounts/${owing}/move-preview?${query}`)
    expect(await ofOwing('credit_limit=6')).toMatchObject({ spendable: '0.00', fits: true })
    expect(await ofOwing('credit_limit=5')).toMatchObject({ spendable: '-1.00', fits: false })
    expect(await ofOwing('amount=1')).toMatchObject({ after: '-5.00', fits: true })
    await change('POST', `/accounts/${username}/deposit`, { amount: '10', note: 'cash' })
    expect((await preview('amount=10&note=cash')).same).toMatchObject({ note: 'cash' })
    expect((await preview('amount=10&note=other')).same).toBeNull()
    expect((await preview('amount=11&note=cash')).same).toBeNull()
    expect((await preview('amount=-10&note=cash')).same).toBeNull()
    expect(await get(`/accounts/${username}/move-preview?amount=x`)).toMatchObject({ status: 422 })
  })

  it('have notes, by whom, of which some are pinned', async () => {
    const { username } = await office.server.shop()
    const path = `/accounts/${username}/notes`
    expect((await read(path)).items).toEqual([])
    await change('POST', path, { text: 'Pays late', pinned: true })
    const { json } = await change('POST', path, { text: '  Asks for Gold ' })
    expect(json.data.items).toMatchObject([
      { text: 'Pays late', pinned: true },
      { text: 'Asks for Gold', pinned: false },
    ])
    const [late, gold] = json.data.items
    expect(gold.actor).toMatch(/^staff:\d+$/)
    const turned = await change('POST', `${path}/${late.id}/unpin`, {})
    expect(turned.json.data.items.map((one: { text: string }) => one.text)).toEqual([
      'Asks for Gold',
      'Pays late',
    ])
    await change('POST', `${path}/${late.id}/pin`, {})
    expect((await read(path)).items[0].text).toBe('Pays late')
    expect(await change('POST', path, { text: '  ' })).toMatchObject({ status: 422 })
    const other = await office.server.shop()
    expect(await change('POST', `/accounts/${other.username}/notes/${late.id}/pin`, {})).toMatchObject({
      status: 404,
    })
    const reader = await office.person('finance')
    expect(
      await ask(office.server, 'POST', path, {
        body: { text: 'x' },
        headers: { ...reader.headers, 'idempotency-key': 'note' },
      }),
    ).toMatchObject({ status: 403 })
  })
})

describe('deposits', () => {
  let shop: Shop
  const ids: number[] = []
  beforeAll(async () => {
    const { sql } = office.server
    shop = await office.server.shop({ deposit: '1' })
    await sql`
      insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
      values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
    const rows = await sql<{ id: bigint }[]>`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, check_at, created_at)
      select ${shop.accountId}, p.id, 'review', 'USD', n * 1000000, 0, n * 1000000, now() + interval '1 day', null, now()
        from deposit_providers p cross join generate_series(1, 3) n where p.code = 'bank' returning id`
    ids.push(...rows.map(({ id }) => Number(id)))
    await sql`
      insert into deposit_proofs (deposit_id, media_type, content, created_at)
      values (${ids[0] as number}, 'application/pdf', ${Buffer.from('%PDF-1.7 paid')}, now())`
  })

  it('are credited once, or refused, with who did it', async () => {
    const [first, second] = ids
    const before = Number((await read(`/accounts/${shop.accountId}`)).available)
    const confirmed = await change('POST', `/deposits/${first}/confirm`, { note: 'seen at the bank' })
    expect(confirmed.json.data).toMatchObject({
      state: 'succeeded',
      note: 'seen at the bank',
      amount: '1.00',
    })
    expect(confirmed.json.data.settled_by).toMatch(/^staff:\d+$/)
    expect(await change('POST', `/deposits/${first}/confirm`, {})).toMatchObject({ status: 409 })
    expect(await change('POST', `/deposits/${first}/refuse`, { reason: 'no' })).toMatchObject({ status: 409 })
    expect(await change('POST', `/deposits/${second}/refuse`, {})).toMatchObject({ status: 400 })
    expect(
      (await change('POST', `/deposits/${second}/refuse`, { reason: 'It bounced' })).json.data,
    ).toMatchObject({
      ...{ state: 'failed', reason: 'It bounced' },
    })
    expect(Number((await read(`/accounts/${shop.accountId}`)).available)).toBe(before + 1)
    expect(await change('POST', '/deposits/999999/confirm', {})).toMatchObject({ status: 404 })
  })

  it('are ended with what came in place of their own amount, which is credited in the same step', async () => {
    const third = ids[2]
    const account = `/accounts/${shop.accountId}`
    const before = Number((await read(account)).available)
    const asked = await read(`/deposits/${third}?other_amount=2.5`)
    expect(asked.other).toEqual({
      amount: '2.50',
      available_after: (before + 2.5).toFixed(2),
      reason: '2.50 USD came in place of 3.00 USD, and was credited',
    })
    expect((await read(`/deposits/${third}`)).other).toBeNull()
    const path = `/deposits/${third}/other-amount`
    for (const amount of ['0', '-1', '3.00', 'x']) {
      const refused = await change('POST', path, { amount })
      expect([amount, refused.status, refused.json.problems[0].field]).toEqual([amount, 422, 'amount'])
    }
    expect(await get(`/deposits/${third}?other_amount=3`)).toMatchObject({
      status: 422,
      json: { problems: [{ field: 'other_amount' }] },
    })
    const replies = await Promise.all(
      ['one', 'one', 'two', 'three'].map((key) => change('POST', path, { amount: '2.5' }, { key })),
    )
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 409, 409])
    expect(replies.find(({ status }) => status === 200)?.json.data).toMatchObject({
      deposit: { state: 'failed', reason: '2.50 USD came in place of 3.00 USD, and was credited' },
      ...{ credited: '2.50', available: (before + 2.5).toFixed(2) },
    })
    expect(Number((await read(account)).available)).toBe(before + 2.5)
    const [newest] = (await read(`${account}/ledger`)).page.items
    expect(newest).toMatchObject({ reason: 'deposit', amount: '2.50', note: `deposit ${third}` })
    expect(await change('POST', `/deposits/${third}/confirm`, {})).toMatchObject({ status: 409 })
  })

  it('show the file that was handed in, which no browser runs', async () => {
    const proof = await file(`/deposits/${ids[0]}/proof`)
    expect([proof.status, proof.bytes.toString()]).toEqual([200, '%PDF-1.7 paid'])
    expect(proof.headers).toMatchObject({
      ...{ 'content-type': 'application/pdf', 'x-content-type-options': 'nosniff' },
      'content-disposition': expect.stringMatching(/^attachment; /),
    })
    expect(await get(`/deposits/${ids[1]}/proof`)).toMatchObject({ status: 404 })
  })
})
