import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'

let office: OperatorOffice
let shop: Shop
let service: string
let headers: Record<string, string>
let imeis = 0
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '1000' })
  service = await office.server.service()
  ;({ headers } = await office.person('manager'))
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const call = async (method: string, path: string, body?: object, as = headers) => {
  const { status, json } = await ask(office.server, method, path, {
    body,
    headers: { ...as, 'idempotency-key': randomUUID() },
  })
  return { status, ...json }
}

async function done(): Promise<number> {
  const { SUCCESS } = await office.server.place(shop, { ID: service, IMEI: imei(++imeis) })
  await office.server.ended(shop, SUCCESS[0].REFERENCEID)
  return Number(SUCCESS[0].REFERENCEID)
}

async function withSupplier(): Promise<number> {
  const { SUCCESS } = await office.server.place(shop, { ID: service, IMEI: imei(++imeis, '00100105') })
  const id = Number(SUCCESS[0].REFERENCEID)
  await until('it is with its supplier', async () => {
    const { data } = await call('GET', `/orders/${id}`)
    return data.items[0].attempts[0]?.state === 'accepted'
  })
  return id
}

async function applied(plan: number, why: string | null = 'the supplier was wrong') {
  expect(await call('POST', `/plans/${plan}/apply`, why === null ? {} : { why })).toMatchObject({
    status: 200,
  })
  await until('the plan is carried out', async () => {
    const { data } = await call('GET', `/plans/${plan}`)
    return data.state === 'applied' && data.finished_at !== null
  })
  const { data } = await call('GET', `/plans/${plan}/rows?limit=200`)
  return data.page.items.map(({ subject, outcome, reason }: Record<string, Record<string, unknown>>) => [
    ...[subject?.['order'], outcome, reason],
  ])
}

describe('many orders are', () => {
  it('refunded as shown: what does not fit, and what has changed since, is left out', async () => {
    const [one, two, open] = [await done(), await done(), await withSupplier()]
    const { data: plan } = await call('POST', '/plans', {
      kind: 'orders.refund',
      input: { orders: [one, two, open] },
    })
    expect(plan).toMatchObject({
      ...{ rows: 3, verdicts: { fits: 2, nothing_charged: 1 } },
      summary: { action: 'refund', gives_back: { USD: '2.00' } },
    })
    const part = { amount: '0.10', reason: 'late', reference: 'x' }
    expect(await call('POST', `/orders/${two}/refund`, part)).toMatchObject({ status: 200 })
    expect(await applied(plan.id)).toEqual([
      [one, 'done', null],
      [two, 'skipped', 'changed'],
      [open, 'skipped', 'nothing_charged'],
    ])
    const { data } = await call('GET', `/orders/${one}/summary`)
    expect(data.order).toMatchObject({ state: 'failed', refunded: '1.00', charged: '0.00' })
    const { data: life } = await call('GET', `/orders/${one}/timeline`)
    expect(life.items).toContainEqual(
      expect.objectContaining({ kind: 'refunded', text: 'the supplier was wrong', amount: '1.00' }),
    )
  })

  it('asked about, cancelled and verified', async () => {
    const [ended, open] = [await done(), await withSupplier()]
    for (const [action, fits, outcome] of [
      ['ask', open, 'done'],
      ['cancel', open, 'done'],
      ['verify', ended, 'done'],
    ] as const) {
      const { data: plan } = await call('POST', '/plans', {
        kind: 'orders.bulk',
        input: { orders: [ended, open], action },
      })
      expect([action, plan.verdicts.fits]).toEqual([action, 1])
      if (action === 'cancel')
        expect(await call('POST', `/plans/${plan.id}/apply`, {})).toMatchObject({
          ...{ status: 422, errors: { why: ['is missing'] } },
        })
      expect(await applied(plan.id)).toContainEqual([fits, outcome, null])
    }
  })

  it('refused where one is none, and where the role may not', async () => {
    const orders = [await done()]
    expect(
      await call('POST', '/plans', { kind: 'orders.refund', input: { orders: [...orders, 999_999] } }),
    ).toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND_ERROR' })
    const { headers: support } = await office.person('support')
    expect(await call('POST', '/plans', { kind: 'orders.refund', input: { orders } }, support)).toMatchObject(
      { status: 403 },
    )
    expect(
      await call('POST', '/plans', { kind: 'orders.bulk', input: { orders, action: 'ask' } }, support),
    ).toMatchObject({ status: 200 })
  })
})

describe('what many orders have is', () => {
  it('sent to one supplier next, where something waits and their service has a route to it', async () => {
    const { server } = office
    await server.sql`insert into suppliers (name, kind) values ('Ben', 'manual'), ('Paused', 'manual')`
    const of = await server.service({ supplier: 'Paused' })
    await server.sql`
      insert into supplier_health (supplier_id, open, why, opened_at, probe_at)
      select id, true, 'person', now(), '2999-01-01' from suppliers where name = 'Paused'
      on conflict (supplier_id) do update set open = true, why = 'person', opened_at = now(), probe_at = '2999-01-01'`
    const { SUCCESS } = await server.place(shop, { ID: of, IMEI: imei(++imeis) })
    const waiting = Number(SUCCESS[0].REFERENCEID)
    // A route that comes later is not taken by itself before it is looked at next.
    await until('nobody has it', async () => {
      const { count } = await server.sql`
        update items set due_at = '2998-01-01' where order_id = ${waiting} and state = 'pending' and leased_until is null`
      return count === 1
    })
    // The first of Ben's routes does not work, and the last is the worst.
    const routes = await server.sql<{ id: number }[]>`
      insert into supplier_routes (service_id, supplier_id, position, remote_service, available)
      select ${Number(of)}, s.id, r.position, r.remote, r.available
        from suppliers s cross join (values (2, 'gone', false), (3, 'good', true), (4, 'bad', true)) r (position, remote, available)
       where s.name = 'Ben' order by r.position returning id`
    const good = routes[1]?.id
    const ended = await done()
    const { data: plan } = await call('POST', '/plans', {
      kind: 'orders.resend',
      input: { orders: [waiting, ended], supplier: 'Ben' },
    })
    expect(plan).toMatchObject({ rows: 2, summary: { supplier: 'Ben' } })
    const { data: shown } = await call('GET', `/plans/${plan.id}/rows?verdict=fits`)
    expect(shown.page.items[0].after).toEqual({ resend: true, route: good, remote_service: 'good' })
    // What was shown is applied, whichever comes first by now.
    await server.sql`update supplier_routes set position = 1 where remote_service = 'bad'`
    const rows = await applied(plan.id)
    expect(rows).toContainEqual([ended, 'skipped', 'nothing_waits'])
    expect(rows).toContainEqual([waiting, 'done', null])
    await until('Ben has it', async () => {
      const { data } = await call('GET', `/orders/${waiting}`)
      return data.items[0].attempts.at(-1)?.supplier === 'Ben'
    })
    const [sent] = await server.sql`
      select route_id from attempts where order_id = ${waiting} order by number desc limit 1`
    expect(sent?.['route_id']).toBe(good)
    const none = { kind: 'orders.resend', input: { orders: [ended], supplier: 'nobody' } }
    expect(await call('POST', '/plans', none)).toMatchObject({ status: 404 })
  })

  it('given other results by pasted lines, but what has changed since', async () => {
    const [one, two, open, long] = [await done(), await done(), await withSupplier(), await done()]
    const text = [
      `${one}\tClean`,
      `${two}/1; Blacklisted`,
      `${open} x`,
      `${one} again`,
      '999999 x',
      'no line',
      `${long} ${'x'.repeat(20_001)}`,
    ].join('\n')
    const find = vi.spyOn(OperatorOrders.prototype, 'find')
    const { data: plan } = await call('POST', '/plans', { kind: 'orders.correct', input: { text } })
    // Each order is read once, however many lines name it.
    expect(find.mock.calls.map(([id]) => id)).toEqual([one, two, open, 999_999, long])
    find.mockRestore()
    expect(plan).toMatchObject({
      rows: 7,
      verdicts: { fits: 2, nothing_charged: 1, twice: 1, no_fit: 1, unreadable: 2 },
    })
    const { data: read } = await call('GET', `/plans/${plan.id}/rows?limit=200`)
    const lines = read.page.items.map(({ subject }: { subject: { line: number } }) => subject.line)
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7])
    const { warnings, warnings_said: said } = read.page.items[6]
    expect(warnings).toEqual(['the result has more than 20000 characters'])
    expect(said).toEqual([{ code: 'result_too_long', params: { limit: 20_000, message: warnings[0] } }])
    const { data: before } = await call('GET', `/orders/${two}`)
    const { status } = await ask(office.server, 'POST', `/orders/${two}/correct`, {
      body: { result: 'other', why: 'x' },
      headers: { ...headers, 'idempotency-key': randomUUID(), 'if-match': `"${before.items[0].version}"` },
    })
    expect(status).toBe(200)
    const rows = await applied(plan.id, 'the list was wrong')
    expect(rows.slice(0, 2)).toEqual([
      [one, 'done', null],
      [two, 'skipped', 'changed'],
    ])
    expect((await call('GET', `/orders/${one}`)).data.items[0].result).toBe('Clean')
  })

  it('delivered after all by pasted lines as far as the balance reaches, each once', async () => {
    const buyer = await office.server.shop({ deposit: '3' })
    const given = async () => {
      const { SUCCESS } = await office.server.place(buyer, { ID: service, IMEI: imei(++imeis) })
      const id = Number(SUCCESS[0].REFERENCEID)
      await office.server.ended(buyer, String(id))
      const { status } = await call('POST', `/orders/${id}/refund`, { reason: 'by mistake' })
      expect(status).toBe(200)
      return id
    }
    const [one, two, three] = [await given(), await given(), await given()]
    // What is spent meanwhile leaves enough for two of the three.
    const { SUCCESS } = await office.server.place(buyer, { ID: service, IMEI: imei(++imeis) })
    const charged = Number(SUCCESS[0].REFERENCEID)
    await office.server.ended(buyer, String(charged))
    const text = [`${one} A`, `${two}/1\tB`, `${three} C`, `${charged} x`, `${one} again`].join('\n')
    const { data: plan } = await call('POST', '/plans', { kind: 'orders.deliver', input: { text } })
    expect(plan).toMatchObject({
      verdicts: { fits: 2, insufficient_balance: 1, nothing_given_back: 1, twice: 1 },
      summary: { lines: 5, charges: { USD: '2.00' } },
    })
    expect(await call('POST', `/plans/${plan.id}/apply`, {})).toMatchObject({ status: 422 })
    // One of them is delivered by somebody else first.
    expect(await call('POST', `/orders/${two}/deliver`, { result: 'Z', why: 'late' })).toMatchObject({
      status: 200,
    })
    expect(await applied(plan.id, 'it came late')).toEqual([
      [one, 'done', null],
      [two, 'skipped', 'changed'],
      [three, 'skipped', 'insufficient_balance'],
      [charged, 'skipped', 'nothing_given_back'],
      [one, 'skipped', 'twice'],
    ])
    expect((await call('GET', `/orders/${one}`)).data.items[0]).toMatchObject({
      result: 'A',
      state: 'success',
    })
    expect((await call('GET', `/orders/${two}`)).data.items[0].result).toBe('Z')
    // What was delivered after all and given back again is not so a second time.
    expect((await call('POST', `/orders/${one}/refund`, { reason: 'wrong after all' })).status).toBe(200)
    const input = { text: `${one} A` }
    expect((await call('POST', '/plans', { kind: 'orders.deliver', input })).data.verdicts).toEqual({
      nothing_given_back: 1,
    })
    const { headers: support } = await office.person('support')
    expect(await call('POST', '/plans', { kind: 'orders.deliver', input }, support)).toMatchObject({
      status: 403,
    })
  })

  it('given the same note, however they stand', async () => {
    const orders = [await done(), await withSupplier()]
    const input = { orders, text: 'The supplier was down.\nAsked by phone.' }
    const { data: plan } = await call('POST', '/plans', { kind: 'orders.note', input })
    expect(plan).toMatchObject({ rows: 2, verdicts: { fits: 2 } })
    expect(await applied(plan.id, null)).toEqual(orders.map((order) => [order, 'done', null]))
    for (const order of orders)
      expect((await call('GET', `/orders/${order}/notes`)).data.items).toMatchObject([{ text: input.text }])
    const blank = { kind: 'orders.note', input: { orders, text: ' \n' } }
    expect(await call('POST', '/plans', blank)).toMatchObject({
      ...{ status: 422, problems: [{ field: 'input.text' }] },
    })
  })
})

describe('all orders that match are', () => {
  it('refunded up to the newest that was meant, by the filter as the server finds them', async () => {
    const of = await office.server.service()
    const place = async () => {
      const { SUCCESS } = await office.server.place(shop, { ID: of, IMEI: imei(++imeis) })
      await office.server.ended(shop, SUCCESS[0].REFERENCEID)
      return Number(SUCCESS[0].REFERENCEID)
    }
    const [one, two] = [await place(), await place()]
    const later = await place()
    const input = { filter: { service: of, state: 'success' }, newest: two }
    const { data: plan } = await call('POST', '/plans', { kind: 'orders.refund', input })
    expect(plan).toMatchObject({ rows: 2, verdicts: { fits: 2 }, summary: { gives_back: { USD: '2.00' } } })
    expect(await applied(plan.id)).toEqual([
      [two, 'done', null],
      [one, 'done', null],
    ])
    expect((await call('GET', `/orders/${later}`)).data.state).toBe('success')
  })

  it('refused where it is not said which, or by what only some may know', async () => {
    for (const input of [
      {},
      { filter: {} },
      { orders: [1], filter: {}, newest: 1 },
      { filter: { margin: 'negative' }, newest: 1 },
    ]) {
      expect(
        await call('POST', '/plans', { kind: 'orders.refund', input }),
        JSON.stringify(input),
      ).toMatchObject({
        status: 422,
      })
    }
  })
})

describe('orders are found', () => {
  const found = async (query: string, as = headers): Promise<number[]> =>
    (await call('GET', `/orders?${query}`, undefined, as)).data.page.items.map(({ id }: { id: number }) => id)

  it('by their total and by what is left of it', async () => {
    const { sql } = office.server
    const of = await office.server.service({ price: '7' })
    const place = async () => {
      const { SUCCESS } = await office.server.place(shop, { ID: of, IMEI: imei(++imeis) })
      await office.server.ended(shop, SUCCESS[0].REFERENCEID)
      return Number(SUCCESS[0].REFERENCEID)
    }
    const [dear, unknown, low, fine] = [await place(), await place(), await place(), await place()]
    const cost = (order: number, micros: number | null) =>
      sql`update attempts set cost = ${micros}::bigint where order_id = ${order}`
    await cost(dear, 8_000_000)
    await cost(unknown, null)
    await cost(low, 6_500_000)
    await cost(fine, 1_000_000)
    await sql`update supplier_routes set margin_floor = 2000 where service_id = ${Number(of)}`
    expect(await found(`service=${of}&total_gte=7&total_lte=7.00`)).toEqual([fine, low, unknown, dear])
    expect(await found(`service=${of}&total_gte=7.01`)).toEqual([])
    expect(await found(`service=${of}&margin=negative`)).toEqual([dear])
    expect(await found(`service=${of}&margin=below_floor`)).toEqual([low, dear])
    expect(await found(`service=${of}&margin=unknown_cost`)).toEqual([unknown])
    expect((await call('GET', `/orders/count?service=${of}&margin=negative`)).data).toEqual({
      value: 1,
      capped: false,
    })
    expect(await call('GET', '/orders?total_gte=many')).toMatchObject({ status: 400 })
    const { headers: support } = await office.person('support')
    for (const path of ['orders', 'orders/count', 'orders.csv', 'orders.ndjson'])
      expect(await call('GET', `/${path}?margin=negative`, undefined, support), path).toMatchObject({
        status: 403,
      })
  })

  it('and given as a file with the columns that are wanted, or as JSON by lines', async () => {
    const order = await done()
    const file = async (path: string) => (await ask(office.server, 'GET', path, { headers })).json as string
    expect(await file(`/orders.csv?id=${order}&columns=order,state,price&separator=semicolon`)).toBe(
      `\ufefforder;state;price\r\n${order};success;1.00\r\n`,
    )
    expect(await call('GET', '/orders.csv?columns=order,secret')).toMatchObject({ status: 422 })
    const { headers: support } = await office.person('support')
    expect(await call('GET', '/orders.csv?columns=order,cost', undefined, support)).toMatchObject({
      status: 422,
    })
    const [line = '', rest] = (await file(`/orders.ndjson?id=${order}`)).split('\n')
    expect(JSON.parse(line)).toMatchObject({ id: order, state: 'success', items: [{ attempts: [{}] }] })
    expect(rest).toBe('')
  })
})
