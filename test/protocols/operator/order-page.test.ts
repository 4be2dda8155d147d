import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
let shop: Shop
let service: string
let headers: Record<string, string>
let change: ReturnType<typeof changer>
let imeis = 0
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '1000' })
  service = await office.server.service()
  ;({ headers } = await office.person('manager'))
  change = changer(office.server, headers)
})
afterAll(() => office.stop())

const get = (path: string, as = headers) => ask(office.server, 'GET', path, { headers: as })
const read = async (path: string, as = headers) => {
  const { status, json } = await get(path, as)
  expect(status, JSON.stringify(json)).toBe(200)
  return json.data
}

async function placed(tac?: string, over: Record<string, string> = {}): Promise<number> {
  const answer = await office.server.place(shop, { ID: service, IMEI: imei(++imeis, tac), ...over })
  return Number(answer.SUCCESS[0].REFERENCEID)
}

async function done(over: Record<string, string> = {}): Promise<number> {
  const order = await placed(undefined, over)
  await office.server.ended(shop, String(order))
  return order
}

async function withSupplier(over: Record<string, string> = {}): Promise<number> {
  const order = await placed('00100105', over)
  await until(
    'it is with its supplier',
    async () => (await read(`/orders/${order}`)).items[0].attempts[0]?.state === 'accepted',
  )
  return order
}

const actionsOf = async (order: number, as = headers): Promise<Record<string, boolean>> =>
  Object.fromEntries(
    (await read(`/orders/${order}/summary`, as)).actions.map((one: { name: string; allowed: boolean }) => [
      one.name,
      one.allowed,
    ]),
  )

describe('an order says', () => {
  it('nothing of what a route costs to who may not read costs: on no page of it, nor of its review', async () => {
    const order = await done()
    const { sql } = office.server
    const secret = 'costs 8.76543 USD'
    await sql`
      insert into passed_routes (account_id, order_id, position, number, route_id, supplier_id, why, detail)
      select account_id, order_id, position, number, 0, supplier_id, 'margin', ${secret} from attempts where order_id = ${order}`
    await sql`
      insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
      values (${shop.accountId}, ${order}, 1, 1, 'margin', ${secret}, 'dispatch', now())`
    const [review] = await sql<{ id: number }[]>`select id from reviews where order_id = ${order}`
    const pages = ['', '/summary', '/timeline'].map((page) => `/orders/${order}${page}`)
    const all = [...pages, `/reviews/${review?.id}`, `/reviews?order=${order}`, `/inbox?order=${order}`]
    const support = (await office.person('support')).headers
    for (const path of all)
      expect(JSON.stringify((await get(path, support)).json), path).not.toContain('8.76543')
    const seen = await Promise.all(
      all.map(async (path) => JSON.stringify((await get(path)).json).includes('8.76543')),
    )
    expect(seen).toEqual([true, false, true, true, true, true])
  })

  it('by which routes it may be sent on, and what each would cost and lose, to who may read costs', async () => {
    const { sql } = office.server
    const own = await office.server.service()
    const supplier = async (currency: string) => {
      const [made] = await sql<{ id: number }[]>`
        insert into suppliers (name, kind, currency, enabled)
        values (${`in ${currency}`}, 'sandbox', ${currency}, ${currency !== 'JPY'}) returning id`
      return made?.id
    }
    const [euros, yen] = [await supplier('EUR'), await supplier('JPY')]
    await sql`update supplier_routes set cost = 1500000, margin_floor = 1000 where service_id = ${Number(own)}`
    await sql`
      insert into supplier_routes (service_id, supplier_id, position, remote_service, cost, margin_floor, accept_unlisted)
      values (${Number(own)}, ${euros}, 2, 'second', 850000, 1000, true), (${Number(own)}, ${yen}, 3, 'third', 10000000, 0, true)`
    await sql`insert into exchange_rates (base, quote, rate, valid_from, actor) values ('EUR', 'USD', 1.1, '2020-01-01', 'cli:test')`
    const answer = await office.server.place(shop, { ID: own, IMEI: imei(++imeis) })
    const order = Number(answer.SUCCESS[0].REFERENCEID)
    const found = await read(`/orders/${order}/resend-routes`)
    expect(found).toMatchObject({
      ...{ currency: 'USD', price: '1.00' },
      items: [
        {
          supplier_name: 'sandbox',
          works: true,
          cost: '1.50',
          loss: '0.50',
          refused: true,
          margin_floor: '10',
        },
        {
          supplier_name: 'in EUR',
          remote_service: 'second',
          works: true,
          cost: '0.935',
          loss: null,
          refused: true,
        },
        { supplier_name: 'in JPY', works: false, cost: null, loss: null, refused: true },
      ],
    })
    const support = (await office.person('support')).headers
    const theirs = await read(`/orders/${order}/resend-routes`, support)
    expect(theirs.items[1]).toEqual({
      ...{
        id: found.items[1].id,
        supplier_name: 'in EUR',
        remote_service: 'second',
        works: true,
        refused: true,
      },
    })
    expect((await get('/orders/999999/resend-routes')).status).toBe(404)
  })

  it('what became of its money, and what may be done to it by whom', async () => {
    const open = await withSupplier()
    expect(await read(`/orders/${open}/summary`)).toMatchObject({
      order: {
        ...{ id: open, username: shop.username, state: 'processing', states: { processing: 1 } },
        ...{ held: '1.00', charged: '0.00', released: '0.00', refunded: '0.00', suppliers: ['sandbox'] },
        ...{ expected_by: null, late: false, waiting_person: false },
      },
      ...{ webhook: null, before: [] },
    })
    const while_open = { cancel: true, ask: true, resend: false, refund: false, verify: false, note: true }
    expect(await actionsOf(open)).toMatchObject(while_open)
    const order = await done()
    const { actions, order: row } = await read(`/orders/${order}/summary`)
    expect(row).toMatchObject({ held: '0.00', charged: '1.00', item_count: 1, inputs: [imei(imeis)] })
    expect(actions).toContainEqual({
      ...{
        name: 'refund',
        allowed: true,
        why: null,
        items: 1,
        gives_back: '1.00',
        leaves: expect.any(String),
      },
    })
    expect(actions).toContainEqual({
      ...{ name: 'cancel', allowed: false, why: 'nothing_open', items: 0, gives_back: null, leaves: null },
    })
    const { headers: support } = await office.person('support')
    const theirs = await actionsOf(order, support)
    expect(theirs).toMatchObject({ correct: true, verify: true })
    expect(Object.keys(theirs)).not.toContain('refund')
    const { order: theirRow } = await read(`/orders/${order}/summary`, support)
    expect([theirRow.cost, theirRow.margin]).toEqual([undefined, undefined])
  })

  it('what is left of its price: of what was sent alone, the same in its page, the list, its filters and the file', async () => {
    const { sql, url } = office.server
    const own = await office.server.service()
    const placing = await fetch(`${url}/api/order`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${shop.securityId}.${shop.secret}`,
        'content-type': 'application/json',
        'idempotency-key': 'margins',
      },
      body: JSON.stringify({
        code: own,
        data: { imeis: [imei(++imeis), imei(++imeis, '00100105'), imei(++imeis, '00100105')] },
      }),
    })
    const order = ((await placing.json()) as { order_id: number }).order_id
    await until('all are with the supplier', async () => {
      const { items } = await read(`/orders/${order}`)
      return items.every((one: { attempts: { state: string }[] }) =>
        ['accepted', 'succeeded'].includes(one.attempts[0]?.state ?? ''),
      )
    })
    const says = async () => {
      const { order: row } = await read(`/orders/${order}/summary`)
      const [listed] = (await read(`/orders?id=${order}`)).page.items
      expect([listed.cost, listed.margin]).toEqual([row.cost, row.margin])
      const found = []
      for (const margin of ['negative', 'unknown_cost'])
        if ((await read(`/orders?id=${order}&margin=${margin}`)).page.items.length === 1) found.push(margin)
      const file = (await get(`/orders.csv?id=${order}&columns=cost`)).json as string
      return [row.cost, row.margin, found, file.split('\r\n').slice(1, -1)]
    }
    await sql`update attempts set cost = 800000 where order_id = ${order}`
    expect(await says()).toEqual(['2.40', '0.60', [], ['0.80', '0.80', '0.80']])
    // The third is refused, and waits for another supplier: neither its price nor its cost counts.
    await sql`update attempts set state = 'refused', finished_at = now() where order_id = ${order} and position = 3`
    await sql`update items set state = 'pending', supplier_id = null, due_at = now() + interval '1 day' where order_id = ${order} and position = 3`
    expect(await says()).toEqual(['1.60', '0.40', [], ['0.80', '0.80', '']])
    // What was charged and given back with its result is paid to the supplier all the same.
    const refund = await change('POST', `/orders/${order}/reject`, { items: [1], reason: 'not right' })
    expect(refund.status, JSON.stringify(refund.json)).toBe(200)
    expect(await says()).toEqual(['1.60', '-0.60', ['negative'], ['0.80', '0.80', '']])
  })

  it('until when it is expected: by what is promised of its service, else by what was measured; lists and counts know no other time', async () => {
    const { sql } = office.server
    const own = await office.server.service()
    const order = await withSupplier({ ID: own })
    await sql`update orders set created_at = created_at - interval '2 hours' where id = ${order}`
    /** `says` gives for how many seconds the order is expected, whether it is late, and how many orders are by the list, its count and Today. */
    const says = async () => {
      const { order: row } = await read(`/orders/${order}/summary`)
      const listed = (await read('/orders?state=late')).page.items.map(({ id }: { id: number }) => id)
      const { value } = await read('/orders/count?state=late')
      const { late } = (await read('/today')).trouble
      const seconds =
        row.expected_by === null ? null : (Date.parse(row.expected_by) - Date.parse(row.created_at)) / 1000
      return [seconds, row.late, listed, value, late.count]
    }
    const promise = async (seconds: unknown) => {
      const { version } = await read(`/services/${own}`)
      return (await change('PATCH', `/services/${own}`, { promised_seconds: seconds }, { version })).json
    }
    expect(await says()).toEqual([null, false, [], 0, 0])
    // Nothing of it was done yet, and it is late all the same.
    expect(await promise(3600)).toMatchObject({ data: { promised_seconds: 3600 } })
    expect(await says()).toEqual([3600, true, [order], 1, 1])
    await promise(10_800)
    expect(await says()).toEqual([10_800, false, [], 0, 0])
    // What it lately took counts only where nothing is promised.
    await sql`
      insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                         cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
      values ('service', 'day', now()::date, 0, ${Number(own)}, 0, 'USD', '', 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, ('100' || repeat('0', 12 * 122))::numeric)
      on conflict on constraint sales_pkey do update set charged = excluded.charged, times = excluded.times`
    expect(await says()).toEqual([10_800, false, [], 0, 0])
    expect(await promise(null)).toMatchObject({ data: { promised_seconds: null } })
    expect(await says()).toEqual([expect.closeTo(81, 0), true, [order], 1, 1])
    expect(await promise(59)).toMatchObject({ errors: { promised_seconds: expect.any(Array) } })
  })

  it('why it was not sent yet; what costs show only to who may read them', async () => {
    const dear = await office.server.service()
    await office.server.sql`update supplier_routes set cost = 2000000 where service_id = ${Number(dear)}`
    const order = await placed(undefined, { ID: dear })
    const { headers: support } = await office.person('support')
    const waits = (detail: unknown, said: unknown) => [
      {
        ...{ item: 1, items: 1, why: 'routes' },
        routes: [{ supplier: 'sandbox', why: 'margin', detail, said }],
      },
    ]
    expect((await read(`/orders/${order}/summary`)).waits).toEqual(
      waits(expect.stringContaining('sandbox: costs 2.00, sold for 1.00 USD'), expect.any(Array)),
    )
    expect((await read(`/orders/${order}/summary`, support)).waits).toEqual(waits(null, null))
    await change('POST', `/orders/${order}/cancel`, { why: 'test' })
    expect((await read(`/orders/${order}/summary`)).waits).toEqual([])
  })

  it('its whole life in order, and that of one item', async () => {
    const order = await done({ REFERENCE: 'life' })
    await change('POST', `/orders/${order}/refund`, { amount: '0.40', reason: 'late', reference: 't' })
    await change('POST', `/orders/${order}/notes`, { text: 'They called' })
    const { items, whole } = await read(`/orders/${order}/timeline`)
    expect(whole).toBe(true)
    const kinds = items.map(({ kind }: { kind: string }) => kind)
    expect(kinds.filter((kind: string) => kind !== 'answered')).toEqual([
      ...['placed', 'held', 'sent', 'charged', 'refunded', 'note'],
    ])
    expect(items.find(({ kind }: { kind: string }) => kind === 'refunded')).toMatchObject({
      ...{ amount: '0.40', text: 'late', by: expect.stringContaining('staff:') },
    })
    // Words of the server in a note, or of a supplier, are told as they are.
    const own = 'the item is failed'
    await change('POST', `/orders/${order}/notes`, { text: own })
    const { sql } = office.server
    await sql`update attempts set detail = ${own} where order_id = ${order}`
    await sql`
      insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at, resolution, resolved_by, resolved_at, why)
      select ${shop.accountId}, ${order}, 1, 1, kind::review_kind, detail, 'imeigate', now(), 'settled', resolved_by, now(), ${own}
        from (values ('changed', ${own}, 'imeigate'), ('expired', 'not sent to any supplier yet', 'staff:1')) as v (kind, detail, resolved_by)`
    const told = (await read(`/orders/${order}/timeline`)).items
      .filter(
        ({ text }: { text: string | null }) => text !== null && text !== 'They called' && text !== 'late',
      )
      .map(({ kind, said }: { kind: string; said: { detail: string }[] | null }) => [
        kind,
        said?.[0]?.detail ?? null,
      ])
    expect(told.sort()).toEqual([
      ['answered', null],
      ['asked_person', null],
      ['asked_person', 'not_sent'],
      ['decided', null],
      ['decided', 'item_became'],
      ['note', null],
    ])
    const [review] = await sql<
      { id: number }[]
    >`select id from reviews where order_id = ${order} and kind = 'changed'`
    expect((await read(`/reviews/${review?.id}`)).review).toMatchObject({ detail: own, said: null })
    await until('the request is logged', async () => {
      const { items: some } = await read(`/orders/${order}/timeline?item=1`)
      return some.some(({ kind, reference }: Record<string, string>) => kind === 'placed' && reference)
    })
    expect((await get(`/orders/99999/timeline`)).status).toBe(404)
  })

  it('its items some at a time, and the earlier orders about the same', async () => {
    const input = imei(++imeis)
    const one = await done({ IMEI: input })
    await office.server
      .sql`update order_keys set created_at = now() - interval '1 year', key = gen_random_uuid()`
    const two = await done({ IMEI: input })
    const { page } = await read(`/orders/${two}/items?limit=1`)
    expect(page).toMatchObject({
      items: [{ position: 1, state: 'success', attempts: [{ supplier: 'sandbox' }] }],
      next_cursor: null,
    })
    expect((await read(`/orders/${two}/items?state=failed`)).page.items).toEqual([])
    expect((await read(`/orders/${two}/summary`)).before).toMatchObject([{ id: one }])
  })
})

describe('one box finds', () => {
  it('orders by everything that names them whole', async () => {
    const input = imei(++imeis)
    const order = await done({ IMEI: input, REFERENCE: 'Their-77' })
    const [{ reference }] = (await read(`/orders/${order}`)).items[0].attempts
    let trace: string | undefined
    await until('the request is logged', async () => {
      const { items } = await read(`/orders/${order}/timeline`)
      trace = items.find(({ kind }: { kind: string }) => kind === 'placed').reference ?? undefined
      return trace !== undefined
    })
    const listed = async (query: string) => (await read(`/orders?id=${order}${query}`)).page.items[0].trace_id
    expect([await listed('&traces=yes'), await listed('')]).toEqual([trace, undefined])
    // The ids of requests have the time of the machine, and not that of the test's clock.
    await office.server.sql`
      update requests set at = ${new Date(Number.parseInt(String(trace).replace('-', '').slice(0, 12), 16))} where request_id = ${String(trace)}::uuid`
    for (const [q, by] of [
      [String(order), 'number'],
      [input, 'imei'],
      [`${input.slice(0, 6)} ${input.slice(6, 14)}-${input.slice(14)}`, 'imei'],
      ['THEIR-77', 'reference'],
      ...(reference ? [[reference, 'supplier_number']] : []),
      [trace, 'trace_id'],
    ]) {
      const { orders } = await read(`/search?q=${encodeURIComponent(String(q))}`)
      expect(orders, `${q}`).toMatchObject([{ by, order: { id: order } }])
    }
    expect((await read('/search?q=heir-7')).orders).toMatchObject([{ by: 'part', order: { id: order } }])
    expect((await read('/search?q=0190a0c0-0000-7000-8000-000000000000')).orders).toEqual([])
  })

  it('a request that was refused, by its trace id; who may not read resellers does not see it', async () => {
    const refused = await exchange(office.server.url, {
      ...{ method: 'POST', path: '/api/index.php' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `username=${shop.securityId}&apiaccesskey=${shop.secret}&action=nothing`,
    })
    const trace = String(refused.headers['x-request-id'])
    const at = new Date(Number.parseInt(trace.replace('-', '').slice(0, 12), 16))
    await until('the request is logged', async () => {
      const { count } = await office.server
        .sql`update requests set at = ${at} where request_id = ${trace}::uuid`
      return count > 0
    })
    expect(await read(`/search?q=${trace}`)).toMatchObject({
      orders: [],
      request: { trace_id: trace, protocol: 'dhru', order: null },
    })
    expect((await read(`/search?q=${shop.username}`)).request).toBeNull()
    const program = await office.program(['orders.read'])
    expect(
      (await ask(office.server, 'GET', `/search?q=${trace}`, { headers: program })).json.data.request,
    ).toBeNull()
  })

  it('resellers and services', async () => {
    const { accounts } = await read(`/search?q=${shop.username}`)
    expect(accounts[0]).toMatchObject({ username: shop.username, by: 'username', whole: true })
    const { services } = await read(`/search?q=${service}`)
    expect(services).toContainEqual(expect.objectContaining({ id: Number(service), by: 'id', whole: true }))
    const one = await read(`/search?q=${shop.username}&of=services`)
    expect(one).toEqual({ orders: [], accounts: [], services: [], request: null })
    expect((await read(`/search?q=${shop.username}&of=accounts`)).accounts).toEqual(accounts)
    const blind = await office.program(['orders.read'])
    const { json } = await ask(office.server, 'GET', `/search?q=${shop.username}&of=accounts`, {
      headers: blind,
    })
    expect(json.data.accounts).toEqual([])
    expect((await get('/search')).status).toBe(400)
    expect((await get('/search?q=a&of=people')).status).toBe(400)
  })

  it('pasted lines, and says which it does not find', async () => {
    const [one, two] = [await done({ REFERENCE: 'line-1' }), await done()]
    const { json } = await change('POST', '/search/orders', {
      lines: ['line-1', ` ${two} `, 'nothing', 'line-1', ''].filter((line) => line !== ''),
    })
    expect(json.data).toMatchObject({
      found: [
        { line: 'line-1', orders: [one] },
        { line: String(two), orders: [two] },
      ],
      not_found: ['nothing'],
      orders: [{ id: two }, { id: one }],
    })
    expect((await change('POST', '/search/orders', { lines: [] })).status).toBe(400)
  })
})

describe('the list of orders', () => {
  it('takes several values of a filter, and says what is none', async () => {
    const other = await office.server.shop({ deposit: '5' })
    const { SUCCESS } = await office.server.place(other, { ID: service, IMEI: imei(++imeis) })
    await office.server.ended(other, SUCCESS[0].REFERENCEID)
    const both = (
      await read(`/orders?account=${shop.username},${other.username}&state=success,failed&limit=200`)
    ).page.items
    expect(new Set(both.map(({ username }: { username: string }) => username))).toEqual(
      new Set([shop.username, other.username]),
    )
    expect(await read(`/orders/count?account=${other.username}`)).toEqual({ value: 1, capped: false })
    expect((await read('/orders?refunded=yes')).page.items.length).toBeGreaterThan(0)
    for (const [query, field] of [
      ['state=success,lost', 'state'],
      ['sort=-ended', 'sort'],
      ['refunded=no', 'refunded'],
      ['ended_to=2026-01-01', 'ended_from'],
    ]) {
      const { status, json } = await get(`/orders?${query}`)
      expect([query, status, Object.keys(json.errors)]).toEqual([query, expect.any(Number), [field]])
      expect(status).toBeGreaterThanOrEqual(400)
    }
  })
})
