import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
let shop: Shop
let headers: Record<string, string>
let service: string
beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  for (let count = 0; count < 4; count++) await server.shop()
  service = await server.service()
  for (let count = 1; count <= 5; count++) {
    const placed = await server.place(shop, { ID: service, IMEI: imei(count), REFERENCE: `mine-${count}` })
    await server.ended(shop, placed.SUCCESS[0].REFERENCEID)
  }
  await server.sql`
    insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
    values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
  await server.sql`
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, check_at, created_at)
    select ${shop.accountId}, 1, case when n < 3 then 'review' else 'pending' end, 'USD', n * 1000000, 0, n * 1000000, now() + interval '1 day',
           case when n < 3 then null else now() + interval '1 day' end, now()
      from generate_series(1, 5) n`
  ;({ headers } = await office.person('owner'))
})
afterAll(() => office.stop())

const read = async (path: string, as = headers) =>
  (await ask(office.server, 'GET', path, { headers: as })).json

/** `pages` follows a list to its end, and gives all ids. On a slow machine a page ends before it is full: a list is looked through for so long at most. */
async function pages(path: string, limit: number): Promise<number[]> {
  const ids: number[] = []
  const between = path.includes('?') ? '&' : '?'
  for (let cursor = ''; ; ) {
    const { page } = (await read(`${path}${between}limit=${limit}${cursor}`)).data
    ids.push(...page.items.map(({ id }: { id: number }) => id))
    if (page.next_cursor === null) return ids
    cursor = `&cursor=${page.next_cursor}`
  }
}

describe('lists', () => {
  it.each([
    '/accounts',
    '/orders',
    '/deposits',
    '/orders?state=success',
    '/deposits?state=review',
    '/accounts?search=shop',
  ])('%s is the same by pages and as a whole', async (path) => {
    const whole = await pages(path, 200)
    expect(whole.length).toBeGreaterThan(1)
    expect(await pages(path, 2)).toEqual(whole)
  })

  it('are narrowed, and say what is not known', async () => {
    const found = (await read(`/orders?search=${imei(3)}`)).data.page.items
    expect(found.map(({ reference }: { reference: string }) => reference)).toEqual(['mine-3'])
    expect((await read(`/orders?account=${shop.username}&state=failed`)).data.page.items).toEqual([])
    expect((await read(`/deposits?account=${shop.username}&state=review`)).data.page.items).toHaveLength(2)
    expect(await read('/orders?account=nobody')).toMatchObject({ code: 'NOT_FOUND_ERROR', source: 'query' })
    expect(await read('/orders?service=nothing')).toMatchObject({ code: 'SERVICE_NOT_FOUND_ERROR' })
    expect(await read('/orders?state=lost')).toMatchObject({ errors: { state: [expect.any(String)] } })
    const { next_cursor } = (await read('/orders?limit=1')).data.page
    expect(await read(`/orders?state=success&cursor=${next_cursor}`)).toMatchObject({
      errors: { cursor: expect.any(Array) },
    })
    for (const path of ['/accounts/99999', '/orders/99999', '/deposits/99999']) {
      expect((await ask(office.server, 'GET', path, { headers })).status).toBe(404)
    }
  })
})

it('what no list can be asked for is refused by its name, and is no error of the server', async () => {
  const forged: string[] = []
  for (const list of ['/accounts', '/orders', '/deposits', '/audit']) {
    const { next_cursor } = (await read(`${list}?limit=1`)).data.page
    const mark = Buffer.from(next_cursor, 'base64url').toString().split('.')[1]
    for (const next of ['0', '9999999999', '9999999999999999']) {
      forged.push(`${list}?limit=1&cursor=${Buffer.from(`${next}.${mark}`).toString('base64url')}`)
    }
  }
  for (const path of [
    ...forged,
    ...['/accounts?search=%00', '/accounts/%00', '/accounts/99999999999999999999', '/accounts?search=%25'],
    ...['/orders?search=%00', '/orders?account=%00', '/orders?service=%00', '/orders/9007199254740991'],
    ...['/orders?account=99999999999', '/orders?service=99999999999', '/orders?search=99999999999999999999'],
    ...['/deposits?provider=%00', '/deposits?account=%00', '/deposits/9007199254740991'],
    ...['/audit?subject=%00', '/audit?actor=%00', '/audit?account=2147483647', '/staff/2147483647'],
    '/audit?from=2026-12-31T23:59:60Z',
    ...['/audit?from=0000-01-01T00:00:00Z', '/audit?to=9999-12-31T23:59:59Z'],
  ]) {
    const { status, json } = await ask(office.server, 'GET', path, { headers })
    expect.soft([path, status < 500], JSON.stringify(json)).toEqual([path, true])
    if (status >= 400 && status !== 404) expect.soft(Object.keys(json.errors)).not.toEqual([])
  }
})

describe('what is shown', () => {
  it('is the whole thing, with amounts as texts', async () => {
    const account = (await read(`/accounts/${shop.username}`)).data
    expect(account).toMatchObject({
      id: shop.accountId,
      available: '45.00',
      held: '0.00',
      credit_limit: '0.00',
      currency: 'USD',
    })
    const [{ id }] = (await read('/orders?limit=1')).data.page.items
    const order = (await read(`/orders/${id}`)).data
    expect(order).toMatchObject({
      ...{ username: shop.username, state: 'success', total: '1.00', reference: 'mine-5', via: 'dhru' },
      items: [
        {
          position: 1,
          input: imei(5),
          price: '1.00',
          refunded: '0.00',
          state: 'success',
          attempts: [{ supplier: 'sandbox', state: 'succeeded' }],
        },
      ],
    })
    const [{ id: deposit }] = (await read('/deposits?state=review')).data.page.items
    expect((await read(`/deposits/${deposit}`)).data).toMatchObject({
      deposit: { amount: '2.00', state: 'review', provider: 'bank' },
      events: [],
    })
  })

  it('shows costs and reports to the role read-only where the owner says so, everywhere at once, and not before or after', async () => {
    const owner = await office.person('owner')
    const manager = await office.person('manager')
    const reader = await office.person('read-only')
    // A program may do what its maker may, as long as it may.
    const program = await office.program(['costs.read', 'orders.read', 'reports.read'], {
      ...{ staffId: owner.id, role: 'owner' },
    })
    await office.server
      .sql`update operator_tokens set staff_id = ${reader.id} where permissions @> '{reports.read}'`
    const [{ id }] = (await read('/orders?limit=1')).data.page.items
    const seen = async (as: Record<string, string>) => {
      const permission = async (path: string) =>
        (await ask(office.server, 'GET', path, { headers: as })).status
      const session = await ask(office.server, 'GET', '/session', { headers: as })
      const order = (await read(`/orders/${id}`, as)).data
      const list = (await read('/orders?limit=1', as)).data.page.items[0]
      return {
        session: (session.json.data?.person.permissions ?? []).filter((one: string) =>
          /^(costs|reports)\.read$/.test(one),
        ),
        costs: ['cost' in order.items[0].attempts[0], 'cost' in list],
        reports: await permission('/reports/sales?from=2026-01-01&to=2026-01-31'),
        margin: await permission('/orders?margin=negative'),
        history: await permission(`/services/${service}/price-history`),
        file: (await ask(office.server, 'GET', '/orders.csv', { headers: as })).json.includes('cost'),
      }
    }
    const nothing = {
      session: [],
      costs: [false, false],
      reports: 403,
      margin: 403,
      history: 403,
      file: false,
    }
    const all = { costs: [true, true], reports: 200, margin: 200, history: 200, file: true }
    const set = async (value: string | null, as: Record<string, string>) => {
      const { version } = (await read('/settings')).data
      return await ask(office.server, 'PATCH', '/settings', {
        ...{ body: { READ_ONLY_SEES_COSTS: value }, headers: { ...as, 'if-match': `"${version}"` } },
      })
    }
    const holds = (status: number) =>
      until('it holds', async () => (await seen(reader.headers)).reports === status)
    expect(await seen(reader.headers)).toEqual(nothing)
    expect(await seen(program)).toEqual({ ...nothing, session: [] })
    expect((await set('yes', manager.headers)).json).toMatchObject({
      ...{ code: 'PERMISSION_DENIED_ERROR', message: expect.stringContaining('staff.edit') },
    })
    expect(await seen(reader.headers)).toEqual(nothing)
    expect((await set('perhaps', owner.headers)).json.errors).toHaveProperty('READ_ONLY_SEES_COSTS')
    expect((await set('yes', owner.headers)).status).toBe(200)
    await holds(200)
    expect(await seen(reader.headers)).toEqual({ ...all, session: ['costs.read', 'reports.read'] })
    expect(await seen(program)).toEqual({ ...all, session: [] })
    // Nothing else comes with it, and to nobody else.
    expect((await ask(office.server, 'GET', '/audit', { headers: reader.headers })).status).toBe(403)
    const support = await office.person('support')
    expect(await seen(support.headers)).toEqual(nothing)
    const { permissions } = (await read('/roles')).data
    expect(
      permissions
        .filter(({ name }: { name: string }) => /^(costs|reports)\.read$/.test(name))
        .map(({ roles }: { roles: string[] }) => roles.includes('read-only')),
    ).toEqual([true, true])
    const [line] = (await read('/audit?what=setting&subject=READ_ONLY_SEES_COSTS')).data.page.items
    expect(line).toMatchObject({ actor: `staff:${owner.id}`, before: null, after: { value: 'yes' } })
    expect((await set(null, owner.headers)).status).toBe(200)
    await holds(403)
    expect(await seen(reader.headers)).toEqual(nothing)
    expect(await seen(program)).toEqual({ ...nothing, session: [] })
  })

  it('leaves out what the role may not see', async () => {
    const costs = async (as: Record<string, string>) => {
      const [{ id }] = (await read('/orders?limit=1', as)).data.page.items
      return 'cost' in (await read(`/orders/${id}`, as)).data.items[0].attempts[0]
    }
    const money = async (as: Record<string, string>) => {
      const shown = (await read(`/accounts/${shop.accountId}`, as)).data
      return ['available', 'held', 'credit_limit', 'low_balance'].map((name) => name in shown)
    }
    const all = [true, true, true, true]
    const none = [false, false, false, false]
    for (const [role, seesCosts, seesMoney] of [
      ['manager', true, all],
      ['support', false, all],
      ['catalogue', true, none],
      ['read-only', false, all],
    ] as const) {
      const person = await office.person(role)
      expect([role, await costs(person.headers), await money(person.headers)]).toEqual([
        role,
        seesCosts,
        seesMoney,
      ])
    }
  })
})
