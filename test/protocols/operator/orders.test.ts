import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReviewKind } from '../../../src/fulfilment/people/review.ts'
import { openReviews } from '../../../src/fulfilment/people/reviews.sql.ts'
import type { AccountId, OrderId } from '../../../src/lib/ids.ts'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
let shop: Shop
let service: string
let headers: Record<string, string>
let id: number
/** `change` asks for a change, and looks whether it is in the trail, in the name of who asked. */
let change: ReturnType<typeof changer>
const traced = new Set<string>()
let imeis = 0
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '1000' })
  service = await office.server.service()
  ;({ headers, id } = await office.person('manager'))
  const asking = changer(office.server, headers)
  change = async (method, path, body, options) => {
    const before = await newest()
    const answer = await asking(method, path, body, options)
    const { trail, ledger } = await newest()
    const route = routeOf(path)
    if (answer.status === 200 && (trail > before.trail || ledger > before.ledger)) traced.add(route)
    return answer
  }
})

/** `newest` counts what the person has done: lines of the trail, and entries of the ledger. */
async function newest(): Promise<{ trail: number; ledger: number }> {
  const [row] = await office.server.sql<{ trail: number; ledger: number }[]>`
    select (select count(*)::int from trail where actor = ${`staff:${id}`}) as trail,
           (select count(*)::int from ledger_entries where actor = ${`staff:${id}`}) as ledger`
  return row ?? { trail: 0, ledger: 0 }
}

const routes = routesOf({} as OperatorDeps).filter(
  ({ method, section }) =>
    method !== 'GET' && ['Orders', 'Reviews', 'Unrecognised answers', 'Manual work'].includes(section),
)
const routeOf = (path: string): string =>
  routes.find((route) => new RegExp(`^${route.path.replace(/:\w+/g, '\\d+')}$`).test(path))?.path ?? path

/** That somebody works on an item is noted with the item, and changes nothing of it; a preview changes nothing; a look is tried in secret-results.test.ts. */
const NOT_TRACED = ['/manual/take', '/answers/preview', '/answers/read', '/orders/:id/reveal']
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const get = (path: string) => ask(office.server, 'GET', path, { headers })
const read = async (path: string) => (await get(path)).json.data
const available = async (): Promise<number> => Number((await read(`/accounts/${shop.accountId}`)).available)

/** `placed` places an order, which succeeds at once, or (00100105) is with its supplier for a day. */
async function placed(tac?: string, of = service, by = shop): Promise<number> {
  const answer = await office.server.place(by, { ID: of, IMEI: imei(++imeis, tac) })
  return Number(answer.SUCCESS[0].REFERENCEID)
}

async function done(): Promise<number> {
  const order = await placed()
  await office.server.ended(shop, String(order))
  return order
}

async function withSupplier(of = service, by = shop): Promise<number> {
  const order = await placed('00100105', of, by)
  await until(
    'it is with its supplier',
    async () => (await read(`/orders/${order}`)).items[0].attempts[0]?.state === 'accepted',
  )
  return order
}

describe('orders are', () => {
  it('cancelled where nobody has them, and asked about where somebody does', async () => {
    const { sql } = office.server
    const dear = await office.server.service()
    await sql`update supplier_routes set cost = 5000000 where service_id = ${Number(dear)}`
    const before = await available()
    const waiting = await placed(undefined, dear)
    const cancelled = await change('POST', `/orders/${waiting}/cancel`, { why: 'not wanted any more' })
    expect(cancelled.json.data).toMatchObject({
      ...{ cancelled: 1, asked: 0 },
      order: { state: 'cancelled', items: [{ reason: 'Cancelled by the operator' }] },
    })
    expect(await available()).toBe(before)
    expect((await read(`/orders/${waiting}/timeline`)).items).toContainEqual(
      expect.objectContaining({ kind: 'cancelled', by: `staff:${id}`, text: 'not wanted any more' }),
    )
    const sent = await withSupplier()
    for (const body of [{}, { why: ' ' }]) {
      const { status, json } = await change('POST', `/orders/${sent}/cancel`, body)
      expect([status, Object.keys(json.errors)]).toEqual([expect.any(Number), ['why']])
    }
    expect((await change('POST', `/orders/${sent}/cancel`, { why: 'late' })).json.data).toMatchObject({
      cancelled: 0,
      asked: 1,
    })
    expect((await read(`/reviews?order=${sent}`)).page.items).toMatchObject([
      { kind: 'cancel', opened_by: `staff:${id}`, decisions: ['grant', 'decline'] },
    ])
    expect(await change('POST', `/orders/${await done()}/cancel`, { why: 'late' })).toMatchObject({
      status: 409,
    })
    expect(await change('POST', '/orders/999999/cancel', { why: 'late' })).toMatchObject({ status: 404 })
  })

  it('asked about again', async () => {
    const order = await done()
    expect((await change('POST', `/orders/${order}/verify`, {})).json.data).toEqual({ asked: 1, open: 0 })
    const { others = [] } = { others: (await read(`/reviews?order=${order}&state=all`)).page.items }
    expect(others).toMatchObject([{ kind: 'verify', opened_by: `staff:${id}` }])
    expect(await change('POST', `/orders/${await withSupplier()}/verify`, {})).toMatchObject({ status: 409 })
  })

  it('asked about at once, which stands in the timeline and in the trail', async () => {
    const order = await withSupplier()
    await office.server.sql`update items set due_at = now() + interval '1 hour' where order_id = ${order}`
    const asked = await change('POST', `/orders/${order}/ask`, {})
    expect(asked.json.data).toEqual({ items: 1, suppliers: ['sandbox'] })
    const { items } = await read(`/orders/${order}/timeline`)
    expect(items.at(-1)).toMatchObject({ kind: 'ask', text: 'sandbox' })
    expect((await read('/audit?what=order%20note&limit=1')).page.items[0]).toMatchObject({
      after: { kind: 'ask', order_id: order },
    })
    expect(await change('POST', `/orders/${await done()}/ask`, {})).toMatchObject({ status: 409 })
  })

  it('told of again to their webhook, where there is one', async () => {
    const { sql } = office.server
    const order = await done()
    expect(await change('POST', `/orders/${order}/resend-webhook`, {})).toMatchObject({ status: 409 })
    await sql`
      insert into webhooks (account_id, key_id, url, secrets, created_at, updated_at)
      select account_id, key_id, 'https://203.0.113.1/hook', '\\x01', now(), now() from orders where id = ${order}`
    await sql`update orders set state = state where id = ${order}`
    const resent = await change('POST', `/orders/${order}/resend-webhook`, {})
    expect(resent.json.data, JSON.stringify(resent.json)).toEqual({
      event: expect.stringMatching(/^evt_\d+$/),
    })
    const { items } = await read(`/orders/${order}/timeline`)
    expect(items.map(({ kind }: { kind: string }) => kind)).toContain('event')
    expect(items.at(-1)).toMatchObject({ kind: 'webhook', text: resent.json.data.event })
    await sql`update webhooks set status = 'gone', paused_at = now()`
  })

  it('shown to whoever has a link, until that is ended', async () => {
    const order = await done()
    const shared = await change('POST', `/orders/${order}/share`, {})
    expect(shared.json.data, JSON.stringify(shared.json)).toMatchObject({
      url: expect.stringContaining('/r/'),
    })
    expect((await change('POST', `/orders/${order}/stop-sharing`, {})).status).toBe(200)
  })

  it('written about', async () => {
    const order = await done()
    const noted = await change('POST', `/orders/${order}/notes`, { text: ' They called ' })
    expect(noted.json.data).toMatchObject({
      items: [{ kind: 'note', text: 'They called', actor: `staff:${id}` }],
    })
    expect(await change('POST', `/orders/${order}/notes`, { text: ' ' })).toMatchObject({ status: 422 })
    expect(await change('POST', '/orders/999999/notes', { text: 'x' })).toMatchObject({ status: 404 })
  })

  it('refunded in part, once for each reference, and then in whole', async () => {
    const order = await done()
    const before = await available()
    const part = { amount: '0.40', reason: 'It came late', reference: 'ticket 7' }
    const first = await change('POST', `/orders/${order}/refund`, part)
    expect(first.json.data).toMatchObject({
      given_back: '0.40',
      order: { state: 'success', items: [{ refunded: '0.40' }] },
    })
    expect((await change('POST', `/orders/${order}/refund`, part)).json.data).toMatchObject({
      given_back: '0.00',
    })
    for (const [body, status, field] of [
      [{ ...part, amount: '0.70', reference: 'other' }, 422, 'amount'],
      [{ amount: '0.10', reason: 'x' }, 422, 'reference'],
      [{ ...part, reason: ' ' }, 422, 'reason'],
      [{ ...part, amount: 'some' }, 422, 'amount'],
      [{ ...part, items: [2] }, 404, 'item'],
      [{ reason: 'x', items: [] }, 400, 'items'],
    ] as const) {
      const refused = await change('POST', `/orders/${order}/refund`, body)
      expect.soft([refused.status, Object.keys(refused.json.errors)]).toEqual([status, [field]])
    }
    const whole = await change('POST', `/orders/${order}/refund`, { reason: 'It was wrong' })
    expect(whole.json.data).toMatchObject({
      ...{ given_back: '0.60' },
      order: { state: 'failed', items: [{ state: 'failed', reason: 'It was wrong', refunded: '1.00' }] },
    })
    expect(await available()).toBe(before + 1)
    await change('POST', `/orders/${order}/notes`, { text: 'They know' })
    const { items: changes } = (await read(`/audit?order=${order}`)).page
    expect(changes.map(({ what, subject }: Record<string, string>) => [what, subject])).toEqual([
      ['order note', expect.stringMatching(`^${order}/`)],
      ['item', `${order}/1`],
      ['item', `${order}/1`],
    ])
    expect(await office.server.status(shop, String(order))).toMatchObject({ STATUS: '3' })
    expect(await change('POST', `/orders/${order}/refund`, { reason: 'again' })).toMatchObject({
      status: 409,
    })
  })

  it('rejected, and corrected by who has seen how they are', async () => {
    const rejected = await done()
    expect(
      (await change('POST', `/orders/${rejected}/reject`, { reason: 'A wrong code' })).json.data,
    ).toMatchObject({
      given_back: '1.00',
      order: { state: 'failed', items: [{ result: null, attempts: [{ state: 'given_up' }] }] },
    })
    const order = await done()
    const { version, result } = (await read(`/orders/${order}`)).items[0]
    const body = { result: 'Code 1234', why: 'they sent another' }
    expect(await change('POST', `/orders/${order}/correct`, body)).toMatchObject({ status: 400 })
    const both = await Promise.all(
      ['Code 1', 'Code 2'].map((text) =>
        change('POST', `/orders/${order}/correct`, { ...body, result: text }, { version }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const won = both.find(({ status }) => status === 200)
    expect(won?.json.data.before).toBe(result)
    const { items } = (await read(`/audit?what=item&account=${shop.accountId}&limit=1`)).page
    expect(items[0]).toMatchObject({
      ...{ actor: `staff:${id}`, role: 'manager', why: 'they sent another', before: { result } },
      after: { result: won?.json.data.order.items[0].result },
    })
  })

  it('delivered after all, charged anew once, and read so by its shop', async () => {
    const order = await done()
    await change('POST', `/orders/${order}/refund`, { reason: 'It never came' })
    const asked = { result: 'Code 99', why: 'it came' }
    const told = await change('POST', `/orders/${order}/deliver`, asked)
    expect(told.json.data).toMatchObject({
      ...{ charged: '1.00', order: { state: 'success', items: [{ result: 'Code 99', refunded: '0.00' }] } },
    })
    expect(await office.server.status(shop, String(order))).toMatchObject({
      STATUS: '4',
      COMMENTS: 'Code 99',
    })
    expect((await change('POST', `/orders/${order}/deliver`, asked)).status).toBe(409)
    const poor = await office.server.shop({ deposit: '1' })
    const { SUCCESS } = await office.server.place(poor, { ID: service, IMEI: imei(++imeis) })
    const id = String(SUCCESS[0].REFERENCEID)
    await office.server.ended(poor, id)
    await change('POST', `/orders/${id}/refund`, { reason: 'It never came' })
    await office.server.place(poor, { ID: service, IMEI: imei(++imeis) })
    expect(await change('POST', `/orders/${id}/deliver`, asked)).toMatchObject({
      ...{ status: 402, json: { code: 'INSUFFICIENT_BALANCE_ERROR' } },
    })
  })

  it('found again by views, which are a person’s own', async () => {
    const one = changer(office.server, (await office.person('support')).headers)
    const mine = await office.person('support')
    const other = changer(office.server, mine.headers)
    const view = { list: 'orders', name: ' Late ones ', query: 'state=late', columns: 'id,state' }
    const kept = (await one('POST', '/me/views', view)).json.data
    expect(kept).toMatchObject({
      name: 'Late ones',
      query: 'state=late',
      columns: 'id,state',
      is_dense: false,
    })
    expect(await one('POST', '/me/views', { ...view, name: 'late ONES' })).toMatchObject({ status: 409 })
    expect(await other('POST', '/me/views', view)).toMatchObject({ status: 200 })
    expect(await other('POST', `/me/views/${kept.id}`, { name: 'Taken' })).toMatchObject({ status: 404 })
    const { headers: theirs } = mine
    const path = `/me/views/${kept.id}`
    expect((await ask(office.server, 'DELETE', path, { headers: theirs })).status).toBe(404)
    expect((await one('POST', path, { name: 'Renamed', columns: null })).json.data).toMatchObject({
      ...{ name: 'Renamed', query: 'state=late', columns: null },
    })
    const listed = await ask(office.server, 'GET', '/me/views?list=orders', { headers: theirs })
    expect(listed.json.data.items.map(({ name }: { name: string }) => name)).toEqual(['Late ones'])
    expect(await one('POST', '/me/views', { ...view, name: ' ' })).toMatchObject({ status: 422 })
  })

  it('found by views that a manager shares with all, of every list, which only a manager changes then', async () => {
    const [manager, support, catalogue] = await Promise.all(
      (['manager', 'support', 'catalogue'] as const).map(async (role) => {
        const { headers } = await office.person(role)
        return { headers, change: changer(office.server, headers) }
      }),
    )
    if (!manager || !support || !catalogue) throw new Error('nobody is there')
    const seenBy = async ({ headers }: { headers: Record<string, string> }, list: string) => {
      const { json } = await ask(office.server, 'GET', `/me/views?list=${list}`, { headers })
      return json.data.items
    }
    const money = ['deposits', 'adjustments', 'transfers', 'invoices']
    const lists = ['orders', 'resellers', 'services', ...money, 'suppliers', 'inbox', 'audit']
    for (const list of lists) {
      const made = await manager.change('POST', '/me/views', { list, name: `Ours of ${list}`, query: 'a=b' })
      expect(made.json.data).toMatchObject({ is_shared: false, is_own: true })
      const path = `/me/views/${made.json.data.id}`
      expect((await manager.change('POST', path, { is_shared: true })).json.data).toMatchObject({
        is_shared: true,
      })
    }
    const [shared] = (await seenBy(support, 'deposits')) as { id: number }[]
    expect(shared).toMatchObject({ name: 'Ours of deposits', is_shared: true, is_own: false })
    const path = `/me/views/${shared?.id}`
    // Filters may say what a role may not read, so they are read with the list alone.
    for (const list of [...money, 'audit']) {
      const { headers } = catalogue
      expect((await ask(office.server, 'GET', `/me/views?list=${list}`, { headers })).status, list).toBe(403)
    }
    const expectLacking = ({ status, json }: { status: number; json: unknown }) => {
      expect(status).toBe(403)
      expect(JSON.stringify(json)).toContain('views.share')
    }
    for (const body of [{ name: 'Mine now' }, { is_shared: false }])
      expectLacking(await support.change('POST', path, body))
    expectLacking(await ask(office.server, 'DELETE', path, { headers: support.headers }))
    const mine = { list: 'deposits', name: 'ours OF deposits', query: '' }
    expect(await support.change('POST', '/me/views', mine)).toMatchObject({ status: 409 })
    const own = (await support.change('POST', '/me/views', { ...mine, name: 'Mine' })).json.data
    expectLacking(await support.change('POST', `/me/views/${own.id}`, { is_shared: true }))
    // Another manager changes it, too. The trail tells of it, and nothing of what people keep for themselves.
    const other = changer(office.server, (await office.person('owner')).headers)
    expect((await other('POST', path, { name: 'All of us' })).json.data).toMatchObject({
      ...{ name: 'All of us', is_shared: true, is_own: false },
    })
    const trail = await office.server.sql`
      select before ->> 'name' as before, after ->> 'name' as after from trail where what = 'list_views'
       and subject = ${String(shared?.id)} order by id`
    expect([...trail]).toEqual([
      { before: null, after: null },
      { before: 'Ours of deposits', after: 'All of us' },
    ])
    expect((await manager.change('POST', path, { is_shared: false })).status).toBe(200)
    expect(await seenBy(support, 'deposits')).toMatchObject([{ name: 'Mine' }])
    expect(await seenBy(manager, 'deposits')).toMatchObject([{ name: 'All of us', is_own: true }])
  })

  it('refunded many at a time, some in each request, and shown before', async () => {
    const own = await office.server.shop({ deposit: '50' })
    const ids: number[] = []
    for (const n of [1, 2, 3, 4, 5]) {
      const { SUCCESS } = await office.server.place(own, { ID: service, IMEI: imei(n, '35111111') })
      ids.push(Number(SUCCESS[0].REFERENCEID))
      await office.server.ended(own, SUCCESS[0].REFERENCEID)
    }
    const asked = { account: own.username, reason: 'The supplier was wrong', reference: 'outage', limit: 2 }
    const pages = async (apply: boolean) => {
      const found: number[] = []
      let total = 0
      for (let cursor: string | undefined; ; ) {
        const { status, json } = await change('POST', '/orders/refund', {
          ...asked,
          apply,
          ...(cursor && { cursor }),
        })
        expect([status, json.data?.applied], JSON.stringify(json)).toEqual([200, apply])
        found.push(...json.data.orders.map(({ order }: { order: number }) => order))
        total += Number(json.data.totals[0]?.amount ?? 0)
        if (json.data.next_cursor === null) return { found, total }
        cursor = json.data.next_cursor
      }
    }
    const newest = ids.toReversed()
    expect(await pages(false)).toEqual({ found: newest, total: 5 })
    expect((await read(`/accounts/${own.accountId}`)).available).toBe('45.00')
    expect(await pages(true)).toEqual({ found: newest, total: 5 })
    expect((await read(`/accounts/${own.accountId}`)).available).toBe('50.00')
    expect(await pages(true)).toEqual({ found: [], total: 0 })
    for (const [body, field] of [
      [{ reason: 'all', apply: true }, 'id'],
      [{ ...asked, reason: ' ', apply: false }, 'reason'],
      [{ ...asked, account: 'nobody', apply: false }, 'account'],
    ] as const) {
      const { json } = await change('POST', '/orders/refund', body)
      expect(Object.keys(json.errors)).toEqual([field])
    }
  })

  it('found by all that narrows them, and written as a file', async () => {
    const order = await done()
    const input = (await read(`/orders/${order}`)).items[0].input
    const today = new Date().toISOString().slice(0, 10)
    for (const filter of [`imei=${input}`, `search=${input}&supplier=sandbox&from=${today}&to=${today}`]) {
      expect((await read(`/orders?${filter}`)).page.items).toMatchObject([{ id: order }])
      const csv = await exchange(office.server.url, {
        method: 'GET',
        path: `/api/operator/orders.csv?${filter}`,
        headers,
      })
      const [head = '', line = '', ...rest] = csv.bytes.toString().split('\r\n')
      expect([head.includes('cost'), line.startsWith(`${order},1,`), rest]).toEqual([true, true, ['']])
    }
    expect(await get('/orders.csv?supplier=nobody')).toMatchObject({ status: 404, json: { source: 'query' } })
    const support = await office.person('support')
    const path = `/api/operator/orders.csv?imei=${input}`
    const without = await exchange(office.server.url, { method: 'GET', path, headers: support.headers })
    expect(without.bytes.toString()).not.toContain('cost')
  })

  it('sent by a route of a person’s choice, where that is safe', async () => {
    const { sql } = office.server
    const dear = await office.server.service()
    await sql`update supplier_routes set cost = 5000000 where service_id = ${Number(dear)}`
    const order = await placed(undefined, dear)
    await until(
      'it waits for its margin',
      async () => (await read(`/reviews?order=${order}`)).page.items.length === 1,
    )
    await sql`insert into suppliers (kind, name, currency) values ('sandbox', 'Second', 'USD')`
    const [route] = await sql<{ id: number }[]>`
      insert into supplier_routes (service_id, supplier_id, position)
      select ${Number(dear)}, id, 2 from suppliers where name = 'Second' returning id`
    const [blocked] = await sql<{ id: number }[]>`
      select id from supplier_routes where service_id = ${Number(dear)} and position = 1`
    const refused = await change('POST', `/orders/${order}/resend`, { route: blocked?.id, why: 'now' })
    expect(refused).toMatchObject({ status: 409, json: { message: expect.stringContaining('costs 5.00') } })
    const resent = await change('POST', `/orders/${order}/resend`, { route: route?.id, why: 'a cheaper one' })
    expect(resent.json.data, JSON.stringify(resent.json)).toMatchObject({ items: [1], supplier: 'Second' })
    await office.server.ended(shop, String(order))
    expect((await read(`/orders/${order}`)).items[0].attempts).toMatchObject([
      { number: 1, supplier: 'Second', state: 'succeeded', fault: null },
    ])
    for (const [of, words] of [
      [order, 'done'],
      [await withSupplier(), 'may do it'],
    ] as const) {
      const { status, json } = await change('POST', `/orders/${of}/resend`, {
        route: route?.id,
        why: 'again',
      })
      expect([status, json.code]).toEqual([409, 'CONFLICT_ERROR'])
      expect(json.message).toContain(words)
    }
  })
})

describe('reviews', () => {
  /** `opened` gives the review of a kind, about an item that is with its supplier. */
  async function opened(kind: ReviewKind): Promise<{ order: number; review: number }> {
    const order = await withSupplier()
    const item = { accountId: shop.accountId as AccountId, orderId: order as OrderId, position: 1 }
    await openReviews(office.server.sql, [{ item, attempt: 1, kind, detail: 'made by a test' }], new Date())
    const [{ id: review }] = (await read(`/reviews?order=${order}`)).page.items
    return { order, review }
  }

  it('are listed by kind, by order and by pages, and shown with their evidence', async () => {
    const made = [await opened('expired'), await opened('expired'), await opened('expired')]
    const ids = made.map(({ review }) => review)
    expect(
      (await read('/reviews?kind=expired&limit=200')).page.items.map((one: { id: number }) => one.id),
    ).toEqual(ids)
    const first = (await read('/reviews?kind=expired&limit=2')).page
    const second = (await read(`/reviews?kind=expired&limit=2&cursor=${first.next_cursor}`)).page
    expect([...first.items, ...second.items].map((one: { id: number }) => one.id)).toEqual(ids)
    expect(second.next_cursor).toBeNull()
    const [{ order, review } = { order: 0, review: 0 }] = made
    expect(await read(`/reviews/${review}`)).toMatchObject({
      review: { id: review, kind: 'expired', order, state: 'processing', supplier: 'sandbox' },
      item: { position: 1, price: '1.00', attempts: [{ state: 'accepted', reference: expect.any(String) }] },
      ...{ currency: 'USD', others: [] },
    })
    expect(await get('/reviews/999999')).toMatchObject({ status: 404 })
  })

  it('are decided, with who and why, and what it does to the money', async () => {
    const before = await available()
    const { order, review } = await opened('expired')
    for (const [body, field] of [
      [{ decision: 'found', why: 'x' }, 'reference'],
      [{ decision: 'result', why: 'x' }, 'result'],
      [{ decision: 'wait', reference: '7', why: 'x' }, 'reference'],
      [{ decision: 'grant', why: 'x' }, 'decision'],
      [{ decision: 'wait', why: ' ' }, 'why'],
      [{ decision: 'give_back', why: 'x', keep: true }, 'keep'],
    ] as const) {
      const { status, json } = await change('POST', `/reviews/${review}/resolve`, body)
      expect.soft([status, Object.keys(json.errors)]).toEqual([422, [field]])
    }
    const body = { decision: 'give_back', message: 'It took too long', why: 'asked by phone' }
    const resolved = await change('POST', `/reviews/${review}/resolve`, body)
    expect(resolved.json.data).toMatchObject({
      review: { resolution: 'give_back', resolved_by: `staff:${id}`, why: 'asked by phone', decisions: [] },
      alike: null,
    })
    expect((await read(`/orders/${order}`)).items[0]).toMatchObject({
      state: 'failed',
      reason: 'It took too long',
    })
    expect(await available()).toBe(before)
    expect(await change('POST', `/reviews/${review}/resolve`, body)).toMatchObject({ status: 409 })
    const other = await opened('expired')
    const result = { decision: 'result', result: 'Clean', why: 'by mail' }
    expect(await change('POST', `/reviews/${other.review}/resolve`, result)).toMatchObject({ status: 200 })
    expect((await read(`/orders/${other.order}`)).items[0]).toMatchObject({
      state: 'success',
      result: 'Clean',
    })
    expect(await available()).toBe(before - 1)
  })

  it('of support are those that move no money', async () => {
    const { review } = await opened('expired')
    const support = await office.person('support')
    const theirs = changer(office.server, support.headers)
    for (const decision of ['give_back', 'send_again', 'send_anyway', 'grant']) {
      expect(await theirs('POST', `/reviews/${review}/resolve`, { decision, why: 'x' })).toMatchObject({
        status: 403,
      })
    }
    expect(await theirs('POST', `/reviews/${review}/resolve`, { decision: 'wait', why: 'x' })).toMatchObject({
      status: 200,
    })
  })

  it('of words that nobody knows settle all that wait for them, and later ones, where the decision is kept', async () => {
    const { sql } = office.server
    // The last one is another reseller's, of another service.
    const other = await office.server.shop({ deposit: '10' })
    const elsewhere = await office.server.service()
    const orders = [await withSupplier(), await withSupplier(), await withSupplier(elsewhere, other)]
    // As a supplier's refusal in such words leaves them.
    await sql`
      update attempts set state = 'unknown', unrecognised = 'kaput', detail = 'kaput' where order_id = any(${orders}::bigint[])`
    await sql`
      update items set state = 'unknown', due_at = now() + interval '1 hour' where order_id = any(${orders}::bigint[])`
    await openReviews(
      sql,
      [
        {
          item: { accountId: shop.accountId as AccountId, orderId: orders[0] as OrderId, position: 1 },
          ...{ attempt: 1, kind: 'unrecognised answer' as const, detail: 'kaput' },
        },
      ],
      new Date(),
    )
    const [{ id: review }] = (await read('/reviews?kind=unrecognised%20answer')).page.items
    // People are asked once, and find the question from each of the orders.
    const waiting = (await read(`/orders?state=waiting_person&id=${orders.join(',')}`)).page.items
    expect(waiting.map((one: { id: number }) => one.id).toSorted()).toEqual(orders.toSorted())
    for (const order of orders) {
      const { actions } = await read(`/orders/${order}/summary`)
      expect(actions).toContainEqual(expect.objectContaining({ name: 'decide', allowed: true, items: 1 }))
      expect((await read(`/inbox?order=${order}`)).page.items).toMatchObject([{ thing: `review-${review}` }])
      for (const state of ['', '&state=all']) {
        expect((await read(`/reviews?order=${order}${state}`)).page.items).toMatchObject([{ id: review }])
      }
    }
    expect((await read(`/inbox?order=${Math.max(...orders) + 1}`)).page.items).toEqual([])
    expect((await read(`/reviews?order=${Math.max(...orders) + 1}`)).page.items).toEqual([])
    const [first, last] = [
      `reseller=${shop.username}&service=${service}`,
      `reseller=${other.username}&service=${elsewhere}`,
    ]
    for (const filter of [
      ...first.split('&'),
      ...last.split('&'),
      first,
      last,
      `${last}&order=${orders[2]}`,
    ]) {
      const { items } = (await read(`/inbox?kind=answer&${filter}`)).page
      expect(items, filter).toMatchObject([{ thing: `review-${review}` }])
    }
    // All that a filter says is true of one item.
    for (const filter of [
      `reseller=${shop.username}&service=${elsewhere}`,
      `${last}&order=${orders[0]}`,
      `reseller=${(await office.server.shop()).username}`,
    ]) {
      expect((await read(`/inbox?kind=answer&${filter}`)).page.items, filter).toEqual([])
    }
    expect((await read(`/reviews/${review}`)).others).toEqual([])
    const kept = await change('POST', `/reviews/${review}/resolve`, {
      decision: 'give_back',
      why: 'it is broken',
      keep: true,
    })
    expect(kept.json.data, JSON.stringify(kept.json)).toMatchObject({ alike: 2 })
    for (const order of orders) await office.server.ended(order === orders[2] ? other : shop, String(order))
    expect((await read(`/orders?state=waiting_person&id=${orders.join(',')}`)).page.items).toEqual([])
    const [kaput] = (await read('/answers/rules')).items
    expect(kaput).toMatchObject({
      ...{ supplier: 'sandbox', kind: null, words: 'kaput', phrase: null, meaning: 'refused' },
      ...{ taught_by: `staff:${id}`, why: 'it is broken' },
    })
    expect(await change('POST', `/answers/rules/${kaput.id}/forget`, {})).toMatchObject({ status: 200 })
    expect(await change('POST', `/answers/rules/${kaput.id}/forget`, {})).toMatchObject({ status: 404 })
    expect((await read('/answers/rules')).items).toEqual([])
  })

  it('of words that no list knows are taught after a preview, once for all that wait', async () => {
    const { sql } = office.server
    const orders: number[] = []
    for (let n = 0; n < 12; n++) orders.push(await withSupplier())
    await sql`
      update attempts set state = 'unknown', unrecognised = 'ask the boss', detail = 'Ask the boss 77', reference = null
       where order_id = any(${orders}::bigint[])`
    await sql`
      update items set state = 'unknown', due_at = now() + interval '1 hour' where order_id = any(${orders}::bigint[])`
    await sql`
      insert into unrecognised_answers (supplier_id, text, example, heard_at, heard)
      select id, 'ask the boss', 'Ask the boss 77', now(), 12 from suppliers where name = 'sandbox'`
    expect((await read('/answers')).items[0]).toMatchObject({
      ...{ supplier: { name: 'sandbox' }, words: 'ask the boss', heard: 12, waiting: 12, amount: '12.00' },
      ...{ currency: 'USD', samples: ['Ask the boss 77'], rule: null },
    })
    const lesson = { supplier: 'sandbox', phrase: 'ask ... boss', meaning: 'refused' }
    const before = await available()
    const seen = (await change('POST', '/answers/preview', lesson)).json.data
    expect(seen).toMatchObject({ waiting: 12, fits: 12, known: 0, phrase: 'ask ... boss', words: null })
    expect(seen.items.map(({ order }: { order: number }) => order)).toEqual(orders)
    expect(seen.items[0]).toMatchObject({ amount: '1.00', said: 'Ask the boss 77', username: shop.username })
    const teach = { ...lesson, why: 'they said so', mark: seen.mark }
    expect(await change('POST', '/answers/teach', { ...teach, mark: 'other' })).toMatchObject({ status: 409 })
    expect((await change('POST', '/answers/teach', teach)).json.data).toMatchObject({ waiting: 12 })
    for (const order of orders) await office.server.ended(shop, String(order))
    expect(await available()).toBe(before + 12)
    const { json } = await change('POST', '/answers/preview', { ...lesson, phrase: '...' })
    expect(Object.keys(json.errors)).toEqual(['phrase'])

    const said = async (words: string) =>
      (await change('POST', '/answers/read', { supplier: 'sandbox', said: words })).json.data
    expect(await said('Please ask your BOSS 12')).toMatchObject({
      rule: { phrase: 'ask ... boss' },
      list: null,
    })
    expect(await said('Saldo insuficiente')).toMatchObject({
      ...{ rule: null, list: { means: 'credit', language: 'spanish', phrase: expect.any(String) } },
    })
    expect(await said('lorem ipsum')).toMatchObject({ rule: null, list: null })
    expect(await change('POST', '/answers/read', { supplier: 'nobody', said: 'x' })).toMatchObject({
      status: 404,
    })
    const lists = (await read('/answers/lists')).items
    expect(new Set(lists.map((one: { language: string }) => one.language)).size).toBe(10)
    const [rule] = (await read('/answers/rules')).items
    expect((await change('POST', `/answers/rules/${rule.id}/forget`, {})).status).toBe(200)
    expect(await said('ask the boss')).toMatchObject({ rule: null })
  })
})

describe('manual work', () => {
  let byHand: string
  beforeAll(async () => {
    await office.server.sql`insert into suppliers (kind, name, currency) values ('manual', 'People', 'USD')`
    byHand = await office.server.service({ supplier: 'People' })
  })

  async function waiting(count: number): Promise<{ order: number; input: string }[]> {
    const made: { order: number; input: string }[] = []
    for (let n = 0; n < count; n++) {
      const order = await placed(undefined, byHand)
      made.push({ order, input: imei(imeis) })
    }
    await until('they wait for people', async () => {
      const { items } = await read('/manual?supplier=people')
      return made.every(({ order }) => items.some((one: { order: number }) => one.order === order))
    })
    return made
  }

  it('is listed, taken, answered and refused', async () => {
    const [one, two] = (await waiting(2)) as [
      { order: number; input: string },
      { order: number; input: string },
    ]
    expect(await read(`/manual?service=${byHand}&limit=1`)).toMatchObject({
      items: [{ order: one.order, due_at: null }],
      more: true,
      refusing_words: [],
    })
    // The file has what is listed, with a column for each field, and no cell that a spreadsheet would run.
    await office.server.sql`
      update items set fields = '{"PIN": "=1+1", "NETWORK": "AT&T"}' where order_id = ${one.order}`
    const file = await get(`/manual.csv?service=${byHand}&separator=semicolon`)
    expect(file.headers['content-disposition']).toBe('attachment; filename="manual.csv"')
    const [head = '', first = '', second = '', ...none] = String(file.json).split('\r\n')
    expect(head).toMatch(/^\ufeffinput;(PIN;NETWORK|NETWORK;PIN);order;item;supplier;service_code;/)
    expect(first).toContain(`;${one.order};1;People;`)
    for (const cell of [one.input, "'=1+1", 'AT&T']) expect(first.split(';')).toContain(cell)
    expect(second).toContain(two.input)
    expect(none).toEqual([''])
    expect((await change('POST', '/manual/take', { orders: [one.order] })).json.data).toEqual({ taken: 1 })
    const [taken] = (await read('/manual')).items
    expect(taken).toMatchObject({ taken_by: 'Anna', taken_at: expect.any(String) })
    const done = await change('POST', '/manual/answer', { order: one.order, result: 'Clean' })
    expect(done.json.data).toEqual({ answered: 1, refused: 0, in_review: 0 })
    const refused = await change('POST', '/manual/answer', { order: two.order, refusal: 'Not this model' })
    expect(refused.json.data).toEqual({ answered: 0, refused: 1, in_review: 0 })
    expect(await office.server.ended(shop, String(one.order))).toMatchObject({ STATUS: '4' })
    expect(await office.server.ended(shop, String(two.order))).toMatchObject({ STATUS: '3' })
    expect(await change('POST', '/manual/answer', { order: one.order, result: 'x' })).toMatchObject({
      status: 409,
    })
    expect(await change('POST', '/manual/answer', { order: one.order })).toMatchObject({ status: 422 })
    expect(await change('POST', '/manual/take', { orders: [one.order] })).toMatchObject({ status: 409 })
  })

  it('is pasted, after it was shown which line goes where', async () => {
    const made = await waiting(3)
    const lines = [
      `${made[0]?.input} Clean`,
      `${made[1]?.input}\tNOT FOUND here`,
      `${imei(99, '35999999')} Clean`,
    ]
    const body = { text: lines.join('\n'), refused: ['not found'] }
    const preview = await change('POST', '/manual/paste', { ...body, preview: true })
    expect(preview.json.data).toMatchObject({
      ...{ written: false, answered: 1, refused: 1 },
      lines: [
        { line: 1, order: made[0]?.order, answer: 'result', text: 'Clean' },
        { line: 2, order: made[1]?.order, answer: 'refusal', text: 'NOT FOUND here' },
      ],
      problems: [{ line: 3, reason: expect.stringContaining('nothing waits for') }],
    })
    expect((await read('/manual')).items).toHaveLength(3)
    const whole = await change('POST', '/manual/paste', { ...body, preview: false })
    expect(whole).toMatchObject({ status: 422, json: { source: 'body' } })
    expect(whole.json.errors).toEqual({ 'text.3': [expect.stringContaining('nothing waits for')] })
    expect((await read('/manual')).items).toHaveLength(3)
    const written = await change(
      'POST',
      '/manual/paste',
      { ...body, preview: false, skip_unknown: true },
      { key: 'sheet' },
    )
    expect(written.json.data).toMatchObject({
      written: true,
      answered: 1,
      refused: 1,
      problems: [{ line: 3 }],
    })
    const again = await change(
      'POST',
      '/manual/paste',
      { ...body, preview: false, skip_unknown: true },
      { key: 'sheet' },
    )
    expect(again.json).toEqual(written.json)
    expect((await read('/manual')).items).toMatchObject([{ order: made[2]?.order }])
  })
})

it('every change of these routes is found in the trail or in the ledger, in the name of who made it', () => {
  expect([...traced, ...NOT_TRACED].sort()).toEqual(routes.map(({ path }) => path).sort())
})
