import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ReviewKind } from '../../../src/fulfilment/people/review.ts'
import { openReviews } from '../../../src/fulfilment/people/reviews.sql.ts'
import type { AccountId, OrderId } from '../../../src/lib/ids.ts'
import { permissionsOf, type Role, roles } from '../../../src/staff/roles.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

/** What waits for people: of every kind, mixed, by pages, taken and put off. */
type Person = Awaited<ReturnType<OperatorOffice['person']>>
// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
type Json = any

let office: OperatorOffice
let shop: Shop
let service: string
const people = new Map<Role, Person>()
/** `things` are what waits, the oldest first. */
const things: { thing: string; kind: string }[] = []
let imeis = 0

beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '1000' })
  service = await server.service()
  for (const role of roles) people.set(role, await office.person(role))
  const kinds = ['unknown', 'margin', 'supplier', 'expired', 'changed', 'cancel', 'verify'] as const
  for (const [at, kind] of kinds.entries()) things.push({ thing: `review-${await reviewOf(kind, at)}`, kind })
  await server.sql`insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at) values ('bank', 'manual', 'Bank', 'USD', 1, now(), now())`
  for (const at of [7, 8]) {
    // The last two began to wait at the same moment.
    const [row] = await server.sql<{ id: bigint }[]>`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, proof, expires_at, created_at)
      select ${shop.accountId}, id, 'review', 'USD', 50000000, 0, 50000000, 'FT77', now(), ${momentOf(at === 8 ? 7 : at)} from deposit_providers where code = 'bank'
      returning id`
    things.push({ thing: `deposit-${row?.id}`, kind: 'deposit' })
  }
  const [hand] = await server.sql<{ id: number }[]>`
    insert into suppliers (kind, name, currency) values ('manual', 'By hand', 'USD') returning id`
  const byHand = await server.service()
  await server.sql`update supplier_routes set supplier_id = ${hand?.id ?? 0} where service_id = ${Number(byHand)}`
  for (let n = 0; n < 3; n++) await server.place(shop, { ID: byHand, IMEI: imei(++imeis) })
  await until('three wait for a person', async () => (await read('support', '/manual')).items.length === 3)
  await server.sql`update attempts set created_at = ${momentOf(9)} where supplier_id = ${hand?.id ?? 0}`
  things.push({ thing: `manual-${hand?.id}-${byHand}`, kind: 'manual' })
  await server.sql`
    insert into sync_runs (supplier_id, actor, trigger, outcome, error, started_at, finished_at)
    values (${hand?.id ?? 0}, 'test', 'scheduled', 'suspicious', 'lost half of it', ${momentOf(10)}, ${momentOf(10)})`
  things.push({ thing: `list-${hand?.id}`, kind: 'list' })
  const [ana] = await server.sql<{ id: number }[]>`
    insert into applications (name, email, address, made_at, ends_at, verified_at)
    values ('Ana', 'ana@example.com', '192.0.2.1', ${momentOf(11)}, ${momentOf(11)}, ${momentOf(11)}) returning id`
  things.push({ thing: `application-${ana?.id}`, kind: 'application' })
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const momentOf = (at: number): Date => new Date(Date.UTC(2026, 0, 1, 12, at))

/** `reviewOf` opens a review about an item that is with its supplier for a day. */
async function reviewOf(kind: ReviewKind, at: number): Promise<number> {
  const { server } = office
  const answer = await server.place(shop, { ID: service, IMEI: imei(++imeis, '00100105') })
  const order = Number(answer.SUCCESS[0].REFERENCEID)
  await until(
    'it is with its supplier',
    async () => (await read('owner', `/orders/${order}`)).items[0].attempts[0]?.state === 'accepted',
  )
  const item = { accountId: shop.accountId as AccountId, orderId: order as OrderId, position: 1 }
  await openReviews(server.sql, [{ item, attempt: 1, kind, detail: 'made by a test' }], momentOf(at))
  return (await read('owner', `/reviews?order=${order}`)).page.items[0].id
}

const headersOf = (role: Role) => people.get(role)?.headers ?? {}
const get = (role: Role, path: string) => ask(office.server, 'GET', path, { headers: headersOf(role) })
const read = async (role: Role, path: string): Promise<Json> => (await get(role, path)).json.data
const post = (role: Role, path: string, body: unknown = {}) =>
  changer(office.server, headersOf(role))('POST', path, body)
const listed = async (role: Role, query = ''): Promise<Json[]> =>
  (await read(role, `/inbox?limit=200${query}`)).page.items
const names = (entries: Json[]) => entries.map(({ thing, kind }) => ({ thing, kind }))

it('lists all that waits, what has waited the longest first, with its money and its supplier', async () => {
  const entries = await listed('owner')
  expect(names(entries)).toEqual(things)
  expect(entries[0]).toMatchObject({
    ...{ detail: 'made by a test', count: 1, amount: '1.00', currency: 'USD', input: imei(1, '00100105') },
    ...{ account: { username: shop.username }, supplier: { name: 'sandbox' }, order: { item: 1 } },
    ...{ taken_by: null, later_until: null, since: momentOf(0).toISOString() },
  })
  expect(entries[7]).toMatchObject({ amount: '50.00', detail: 'Bank, FT77', supplier: null })
  expect(entries[9]).toMatchObject({ count: 3, amount: '3.00', supplier: { name: 'By hand' } })
  expect(entries[11]).toMatchObject({ detail: 'Ana, ana@example.com', account: null, count: 1 })
  expect(entries[10]).toMatchObject({ detail: 'the list of By hand was not applied', amount: null })
})

it('goes from page to page, and no thing is missed or shown twice', async () => {
  for (const limit of [1, 2, 3, 8]) {
    const found: Json[] = []
    for (let cursor = ''; ; ) {
      const { page } = await read('owner', `/inbox?limit=${limit}${cursor}`)
      found.push(...page.items)
      expect(page.items.length).toBeLessThanOrEqual(limit)
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(names(found)).toEqual(things)
  }
  const { next_cursor: cursor } = (await read('owner', '/inbox?limit=2')).page
  expect(await get('owner', `/inbox?cursor=${cursor}&kind=unknown`)).toMatchObject({ status: 422 })
  // Another role has other kinds: the cursor is not its own.
  expect(await get('support', `/inbox?cursor=${cursor}`)).toMatchObject({ status: 422 })
})

it('is narrowed by kind, supplier, reseller, service, order and age', async () => {
  const ofKinds = (...kinds: string[]) => things.filter(({ kind }) => kinds.includes(kind))
  expect(names(await listed('owner', '&kind=deposit,cancel'))).toEqual(ofKinds('cancel', 'deposit'))
  expect(names(await listed('owner', '&supplier=by%20hand'))).toEqual(ofKinds('manual', 'list'))
  expect(names(await listed('owner', `&service=${service}`))).toEqual(things.slice(0, 7))
  expect(names(await listed('owner', `&reseller=${shop.username.toUpperCase()}`))).toEqual(
    things.slice(0, 10),
  )
  expect(await listed('owner', '&reseller=nobody')).toEqual([])
  const [first, , , , , , , , , byHand] = await listed('owner')
  expect(names(await listed('owner', `&order=${first?.order.id}`))).toEqual(things.slice(0, 1))
  const [item] = await office.server.sql<{ orderId: bigint }[]>`
    select order_id as "orderId" from items i join suppliers s on s.id = i.supplier_id where s.name = 'By hand' limit 1`
  expect(await listed('owner', `&order=${item?.orderId}`)).toMatchObject([{ thing: byHand?.thing, count: 1 }])
  expect(names(await listed('owner', '&older_than=1&kind=unknown'))).toEqual(things.slice(0, 1))
  expect(await listed('owner', '&older_than=525600')).toEqual([])
  const { status, json } = await get('owner', '/inbox?kind=unknown,other')
  expect([status, Object.keys(json.errors)]).toEqual([422, ['kind']])
})

it('shows to each role what it may decide, and counts it', async () => {
  for (const role of roles) {
    const may = permissionsOf(role)
    const needs = {
      deposit: 'money.deposits',
      manual: 'manual.answer',
      list: 'suppliers.sync',
      application: 'people.edit',
    } as const
    const own = things.filter(({ kind }) =>
      may.includes(needs[kind as keyof typeof needs] ?? 'reviews.resolve'),
    )
    expect([role, names(await listed(role))]).toEqual([role, own])
    const counts = await read(role, '/inbox/counts')
    for (const { kind, count, oldest } of counts.kinds) {
      const some = own.filter((one) => one.kind === kind)
      expect([role, kind, count]).toEqual([role, kind, kind === 'manual' ? 3 : some.length])
      expect(oldest === null).toBe(some.length === 0)
    }
    const { status, json } = await get(role, '/inbox?kind=deposit')
    if (may.includes('money.deposits')) expect(status).toBe(200)
    else expect([status, json.message]).toEqual([403, 'Permission denied: you may not money.deposits'])
  }
})

it('what somebody takes is shown as theirs for 5 minutes, and nobody else takes it', async () => {
  const { clock } = office.office
  const [{ thing } = { thing: '' }] = things
  const owner = people.get('owner')
  const { until: end } = (await post('owner', `/inbox/${thing}/take`)).json.data
  const milliseconds = new Date(end).getTime() - clock.now().getTime()
  expect(milliseconds).toBeGreaterThan(290_000)
  expect(milliseconds).toBeLessThanOrEqual(300_000)
  const [entry] = await listed('support')
  expect(entry).toMatchObject({ thing, taken_by: `staff:${owner?.id}`, taken_name: 'Anna' })
  const refused = await post('support', `/inbox/${thing}/take`)
  expect([refused.status, refused.json.message]).toEqual([409, `Conflict: Anna works on it until ${end}`])
  expect(names(await listed('owner', '&taken=me'))).toEqual(things.slice(0, 1))
  expect(names(await listed('owner', '&taken=free'))).toEqual(things.slice(1))
  clock.advance(240_000)
  expect(await post('owner', `/inbox/${thing}/take`)).toMatchObject({ status: 200 })
  clock.advance(240_000)
  expect(await post('support', `/inbox/${thing}/take`)).toMatchObject({ status: 409 })
  clock.advance(60_000)
  expect((await listed('support'))[0].taken_by).toBeNull()
  expect(await post('support', `/inbox/${thing}/take`)).toMatchObject({ status: 200 })
  expect(await post('owner', `/inbox/${thing}/release`)).toMatchObject({ status: 200 })
  expect((await listed('owner'))[0].taken_by).toBeNull()
})

it('what is put off is hidden for everybody, counted apart, and comes back by itself', async () => {
  const { clock } = office.office
  for (const [at, { thing, kind }] of things.entries()) {
    const until = new Date(clock.now().getTime() + 3_600_000).toISOString()
    expect(await post('owner', `/inbox/${thing}/later`, { until }), thing).toMatchObject({ status: 200 })
    expect(names(await listed('owner'))).toEqual(things.slice(at + 1))
    expect(names(await listed('owner', '&state=later'))).toEqual(things.slice(0, at + 1))
    const { kinds } = await read('owner', '/inbox/counts')
    expect(kinds.find((one: Json) => one.kind === kind).later).toBe(
      kind === 'manual' ? 3 : things.slice(0, at + 1).filter((one) => one.kind === kind).length,
    )
  }
  expect((await read('owner', '/inbox/counts')).total).toBe(0)
  clock.advance(3_600_000)
  expect(names(await listed('owner'))).toEqual(things)
  const [{ thing } = { thing: '' }] = things
  for (const ms of [-1, 25 * 3_600_000]) {
    const { status, json } = await post('owner', `/inbox/${thing}/later`, {
      until: new Date(clock.now().getTime() + ms).toISOString(),
    })
    expect([status, Object.keys(json.errors)]).toEqual([422, ['until']])
  }
  const zoneless = await post('owner', `/inbox/${thing}/later`, { until: '2026-01-01T10:00:00' })
  expect([zoneless.status, Object.keys(zoneless.json.errors)]).toEqual([400, ['until']])
})

it('nobody takes what waits no more, what is nothing, or what is not theirs to decide', async () => {
  for (const thing of ['review-999999', 'deposit-999999', 'manual-1-1', 'list-1'])
    expect(await post('owner', `/inbox/${thing}/take`), thing).toMatchObject({ status: 404 })
  expect(await post('owner', '/inbox/order-1/take')).toMatchObject({ status: 400 })
  for (const [role, at] of [
    ['support', 7],
    ['catalogue', 0],
    ['read-only', 0],
    ['finance', 9],
  ] as const) {
    const path = `/inbox/${things[at]?.thing}`
    for (const [verb, body] of [
      ['take', {}],
      ['later', { until: new Date(office.office.clock.now().getTime() + 60_000).toISOString() }],
      ['release', {}],
    ] as const)
      expect(await post(role, `${path}/${verb}`, body), `${role} ${verb}`).toMatchObject({ status: 403 })
  }
})

it('what is decided is no longer there, and who decided last is said', async () => {
  const { thing = '' } = things.find(({ kind }) => kind === 'verify') ?? {}
  const id = thing.replace('review-', '')
  expect(await post('support', `/reviews/${id}/resolve`, { decision: 'dismiss', why: 'seen' })).toMatchObject(
    {
      status: 200,
    },
  )
  expect(names(await listed('owner'))).toEqual(things.filter((one) => one.thing !== thing))
  expect((await read('owner', '/inbox/counts')).settled).toMatchObject({
    ...{ name: 'Anna', by: `staff:${people.get('support')?.id}` },
  })
})

it('says of every kind who decided what, and when, to whom may decide about it', async () => {
  const standing = (role: Role, thing: string, since?: Date) =>
    read(role, `/inbox/${thing}${since ? `?since=${since.toISOString()}` : ''}`)
  const decider = (role: Role) => ({ by: `staff:${people.get(role)?.id}`, name: 'Anna' })
  const thingOf = (kind: string) => things.findLast((one) => one.kind === kind)?.thing ?? ''
  for (const kind of ['manual', 'list', 'application', 'deposit', 'unknown'])
    expect([kind, await standing('owner', thingOf(kind))]).toEqual([kind, { waits: true, decided: null }])
  // Who decides here must have proved a short time ago who that is.
  for (const role of ['manager', 'finance'] as const) people.set(role, await office.person(role))
  const begun = new Date()
  const lastDecided = async (role: Role = 'owner') => (await read(role, '/inbox/counts')).settled
  const { at: reviewed } = await lastDecided()
  const { items } = await read('support', '/manual')
  for (const [at, one] of items.entries())
    await post('support', '/manual/answer', {
      ...{ order: one.order, item: one.item },
      ...(at === items.length - 1 ? { refusal: 'not this model' } : { result: 'done' }),
    })
  const worked = await lastDecided()
  expect(worked).toMatchObject({ ...decider('support'), at: expect.any(String) })
  expect(new Date(worked.at).getTime()).toBeGreaterThan(new Date(reviewed).getTime())
  const application = thingOf('application').split('-')[1]
  expect(await post('manager', `/applications/${application}/refuse`, { why: 'shops only' })).toMatchObject({
    status: 200,
  })
  expect(await lastDecided()).toMatchObject(decider('manager'))
  await office.server.sql`
    insert into sync_runs (supplier_id, actor, trigger, outcome, started_at, finished_at)
    select id, ${decider('manager').by}, 'manual', 'ok', now(), now() from suppliers where name = 'By hand'`
  await post('finance', `/deposits/${thingOf('deposit').split('-')[1]}/refuse`, { reason: 'no such payment' })
  expect(await lastDecided()).toMatchObject(decider('finance'))
  // Who may not decide about deposits is told of the others.
  expect(await lastDecided('support')).toMatchObject(decider('manager'))
  for (const [kind, role, what, why] of [
    ['manual', 'support', 'refused', 'not this model'],
    ['application', 'manager', 'refused', 'shops only'],
    ['list', 'manager', 'taken_over', null],
    ['deposit', 'finance', 'failed', 'no such payment'],
    ['verify', 'support', 'dismiss', 'seen'],
  ] as const)
    expect([kind, await standing('owner', thingOf(kind), begun)]).toMatchObject([
      kind,
      { waits: false, decided: { ...decider(role), what, why, at: expect.any(String) } },
    ])
  // What was decided before somebody began to look is not told of what waits again and again.
  for (const kind of ['manual', 'list'])
    expect(
      await standing('owner', thingOf(kind), new Date(office.office.clock.now().getTime() + 60_000)),
    ).toEqual({
      waits: false,
      decided: null,
    })
  expect(await get('catalogue', `/inbox/${thingOf('deposit')}`)).toMatchObject({ status: 403 })
  const { page } = await read('manager', '/applications?open=no')
  expect(page.items[0]).toMatchObject({
    ...{ status: 'refused', why: 'shops only' },
    ...{ decided_by: decider('manager').by, decided_by_name: 'Anna' },
  })
  const life = await read('support', `/orders/${items[0].order}/timeline`)
  expect(life.items.find(({ kind }: Json) => kind === 'answered')).toMatchObject({
    ...{ ...decider('support'), state: 'succeeded', text: null },
  })
})
