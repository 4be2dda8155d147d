import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
const clock = new TestClock()
let n = 0
const next = (tac?: string): string => imei(++n, tac)

beforeAll(async () => {
  server = await testServer({}, clock)
  shop = await server.shop({ deposit: '100000' })
})
afterAll(() => server?.stop())

const balance = async (of: Shop): Promise<string> =>
  (await server.call(of, { action: 'accountinfo' })).json().SUCCESS[0].AccoutInfo.creditraw

describe('placing an order', () => {
  it('answers as the contract shows, with ID and IMEI echoed beside SUCCESS', async () => {
    const id = await server.service()
    const number = next()
    const answer = await server.place(shop, { ID: id, IMEI: number })
    expect(answer).toEqual({
      SUCCESS: [{ MESSAGE: 'Order Placed Successfully', REFERENCEID: expect.stringMatching(/^\d+$/) }],
      ID: id,
      IMEI: number,
      apiversion: '8.2',
    })
  })

  it('takes the service by its code in any case', async () => {
    await server.service({ code: 'Clean-Check' })
    const answer = await server.place(shop, { ID: 'clean-CHECK', IMEI: next() })
    expect(answer.SUCCESS).toHaveLength(1)
  })

  it('holds the price, captures it on success, and tells the sandbox result', async () => {
    const own = await server.shop({ deposit: '10' })
    const id = await server.service({ price: '2.5' })
    const placed = await server.place(own, { ID: id, IMEI: next() })
    expect(await balance(own)).toBe('7.50')
    const status = await server.ended(own, placed.SUCCESS[0].REFERENCEID)
    expect(status).toMatchObject({ STATUS: '4', CODE: 'completed', MESSAGE: 'Order completed' })
    expect(status.COMMENTS).toContain('Sandbox')
    expect(await balance(own)).toBe('7.50')
  })

  it('gives the price back when the supplier refuses, with the reason as COMMENTS', async () => {
    const own = await server.shop({ deposit: '10' })
    const id = await server.service({ price: '2.5' })
    const placed = await server.place(own, { ID: id, IMEI: next('00100102') })
    const status = await server.ended(own, placed.SUCCESS[0].REFERENCEID)
    expect(status).toMatchObject({ STATUS: '3', CODE: 'failed', MESSAGE: 'Order failed' })
    expect(status.COMMENTS).toContain('refuses')
    expect(await balance(own)).toBe('10.00')
  })

  it('shows an accepted order as processing and an unknown outcome as processing too', async () => {
    const id = await server.service()
    for (const tac of ['00100101', '00100103', '00100105']) {
      const placed = await server.place(shop, { ID: id, IMEI: next(tac) })
      const orderId = placed.SUCCESS[0].REFERENCEID
      await expect
        .poll(() => server.status(shop, orderId))
        .toMatchObject({ STATUS: '1', CODE: 'processing', COMMENTS: '' })
    }
  })

  it('finds out by asking what became of a lost reply, and pays once', async () => {
    const own = await server.shop({ deposit: '10' })
    const id = await server.service()
    const placed = await server.place(own, { ID: id, IMEI: next('00100103') })
    const orderId = placed.SUCCESS[0].REFERENCEID
    await expect
      .poll(() => server.sql`select state from items where order_id = ${orderId}`)
      .toMatchObject([{ state: 'unknown' }])
    clock.advance(31_000)
    expect(await server.ended(own, orderId)).toMatchObject({ STATUS: '4' })
    expect(
      await server.sql`select kind from ledger_entries where order_id = ${orderId} order by id`,
    ).toMatchObject([{ kind: 'hold' }, { kind: 'capture' }])
    expect(await server.sql`select number from attempts where order_id = ${orderId}`).toHaveLength(1)
  })

  it('ends a day-long order after a day, by the clock', async () => {
    const id = await server.service()
    const placed = await server.place(shop, { ID: id, IMEI: next('00100105') })
    const orderId = placed.SUCCESS[0].REFERENCEID
    await expect.poll(() => server.status(shop, orderId)).toMatchObject({ STATUS: '1' })
    clock.advance(86_400_000)
    expect(await server.ended(shop, orderId)).toMatchObject({ STATUS: '4' })
  })
})

describe('a repeated order', () => {
  it('on a replay service gets the earlier order, uncharged, and another REFERENCE makes another order', async () => {
    const own = await server.shop({ deposit: '10' })
    const id = await server.service()
    const order = { ID: id, IMEI: next() }
    const first = await server.place(own, order)
    const again = await server.place(own, order)
    expect(again).toEqual(first)
    expect(await balance(own)).toBe('9.00')
    const other = await server.place(own, { ...order, REFERENCE: 'second phone' })
    expect(other.SUCCESS[0].REFERENCEID).not.toBe(first.SUCCESS[0].REFERENCEID)
    expect(await balance(own)).toBe('8.00')
  })

  it('is bought anew once the window after a success has passed', async () => {
    const id = await server.service({ replayWindowSeconds: 600 })
    const order = { ID: id, IMEI: next() }
    const first = await server.place(shop, order)
    await server.ended(shop, first.SUCCESS[0].REFERENCEID)
    clock.advance(599_000)
    expect(await server.place(shop, order)).toEqual(first)
    clock.advance(2_000)
    expect((await server.place(shop, order)).SUCCESS[0].REFERENCEID).not.toBe(first.SUCCESS[0].REFERENCEID)
  })

  it('is bought anew after a failure', async () => {
    const id = await server.service()
    const order = { ID: id, IMEI: next('00100102') }
    const first = await server.place(shop, order)
    await server.ended(shop, first.SUCCESS[0].REFERENCEID)
    expect((await server.place(shop, order)).SUCCESS[0].REFERENCEID).not.toBe(first.SUCCESS[0].REFERENCEID)
  })

  it('on a refuse service is refused with the earlier order named', async () => {
    const id = await server.service({ duplicatePolicy: 'refuse' })
    const order = { ID: id, IMEI: next() }
    const first = await server.place(shop, order)
    const again = await server.place(shop, order)
    expect(again.ERROR[0].FULL_DESCRIPTION).toContain('duplicate_order')
    expect(again.ERROR[0].FULL_DESCRIPTION).toContain(first.SUCCESS[0].REFERENCEID)
  })

  it('on an allow service is another purchase, unless an idempotency key says otherwise', async () => {
    const id = await server.service({ duplicatePolicy: 'allow' })
    const order = { ID: id, IMEI: next() }
    const ids = new Set<string>()
    for (let i = 0; i < 3; i++) ids.add((await server.place(shop, order)).SUCCESS[0].REFERENCEID)
    for (let i = 0; i < 3; i++)
      ids.add((await server.place(shop, order, { idempotency_key: 'k-1' })).SUCCESS[0].REFERENCEID)
    expect(ids.size).toBe(4)
    const other = await server.place(shop, { ...order, IMEI: next() }, { idempotency_key: 'k-1' })
    expect(other.ERROR[0].FULL_DESCRIPTION).toContain('idempotency_conflict')
  })

  it.each(['header', 'form field', 'query field'])(
    'is recognised by an idempotency key in a %s',
    async (where) => {
      const id = await server.service({ duplicatePolicy: 'allow' })
      const body = new URLSearchParams({
        username: shop.securityId,
        apiaccesskey: shop.secret,
        action: 'placeimeiorder',
        parameters: JSON.stringify({ ID: id, IMEI: next() }),
        ...(where === 'form field' && { idempotency_key: `same${id}` }),
      }).toString()
      const send = async (): Promise<string> => {
        const reply = await server.send(body, {
          path: where === 'query field' ? `/api/dhru?idempotency_key=same${id}` : '/api/dhru',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            ...(where === 'header' && { 'Idempotency-Key': `same${id}` }),
          },
        })
        return reply.json().SUCCESS[0].REFERENCEID
      }
      expect(await send()).toBe(await send())
    },
  )

  it('sent a hundred times at once is one order and one charge', async () => {
    const own = await server.shop({ deposit: '10' })
    const id = await server.service()
    const order = { ID: id, IMEI: next() }
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.place(own, order)))
    expect(new Set(answers.map((answer) => answer.SUCCESS[0].REFERENCEID)).size).toBe(1)
    expect(await balance(own)).toBe('9.00')
  })
})

describe('bulk orders', () => {
  const bulk = async (of: Shop, rows: unknown, fields: Record<string, string> = {}) =>
    (
      await server.call(of, {
        action: 'placeimeiorderbulk',
        parameters: Buffer.from(JSON.stringify(rows)).toString('base64'),
        ...fields,
      })
    ).json()

  it("answer under the caller's keys and as a list, each row with its own verdict, money right when it runs out", async () => {
    const own = await server.shop({ deposit: '2.5' })
    const id = await server.service()
    const [a, b, c] = [next(), next(), next()]
    const answer = await bulk(own, {
      77: { ID: id, IMEI: a },
      78: { ID: id, IMEI: '123' },
      79: { ID: id, IMEI: b },
      80: { ID: id, IMEI: c },
    })
    expect(answer['77'].SUCCESS[0]).toMatchObject({ MESSAGE: 'Order Placed Successfully' })
    expect(answer['78'].ERROR[0].FULL_DESCRIPTION).toContain('invalid_imei')
    expect(answer['79'].SUCCESS).toHaveLength(1)
    expect(answer['80'].ERROR[0].FULL_DESCRIPTION).toContain('insufficient_balance')
    expect(answer.SUCCESS).toHaveLength(4)
    expect(answer.SUCCESS[0]).toMatchObject({ REFERENCEID: answer['77'].SUCCESS[0].REFERENCEID, IMEI: a })
    expect(answer.SUCCESS[1].ERROR).toHaveLength(1)
    expect(answer).not.toHaveProperty('ERROR')
    expect(await balance(own)).toBe('0.50')
  })

  it('as a list are keyed from 0', async () => {
    const id = await server.service()
    const answer = await bulk(shop, [
      { ID: id, IMEI: next() },
      { ID: id, IMEI: next() },
    ])
    expect(answer['0'].SUCCESS[0].REFERENCEID).toBe(answer.SUCCESS[0].REFERENCEID)
    expect(answer['1'].SUCCESS[0].REFERENCEID).toBe(answer.SUCCESS[1].REFERENCEID)
  })

  it('sent again with one idempotency key are the same orders', async () => {
    const id = await server.service({ duplicatePolicy: 'allow' })
    const rows = [
      { ID: id, IMEI: next() },
      { ID: id, IMEI: next() },
    ]
    const first = await bulk(shop, rows, { idempotency_key: 'bulk-1' })
    expect(await bulk(shop, rows, { idempotency_key: 'bulk-1' })).toEqual(first)
  })

  it('are refused as a whole past the limit of rows', async () => {
    const id = await server.service()
    const answer = await bulk(
      shop,
      Array.from({ length: 501 }, () => ({ ID: id, IMEI: next() })),
    )
    expect(answer.ERROR[0].FULL_DESCRIPTION).toContain('too_many_rows')
  })

  it.each(['JSON', 'XML'])('of which two would be answered alike are not placed: in %s', async (format) => {
    const own = await server.shop({ deposit: '9' })
    const id = await server.service()
    const reply = await server.call(own, {
      action: 'placeimeiorderbulk',
      requestformat: format,
      parameters: `{"\\udfff":{"ID":${id},"IMEI":"${next()}"},"\\ud800":{"ID":${id},"IMEI":"${next()}"}}`,
    })
    expect(reply.text).toContain('two rows have keys that an answer cannot tell apart')
    expect(await balance(own)).toBe('9.00')
  })

  it('of 500 rows are placed', async () => {
    const id = await server.service()
    const answer = await bulk(
      shop,
      Array.from({ length: 500 }, () => ({ ID: id, IMEI: next() })),
    )
    expect(answer.SUCCESS.filter((row: { REFERENCEID?: string }) => row.REFERENCEID)).toHaveLength(500)
  })

  it('of theme panels answer in their shape', async () => {
    const id = await server.service()
    const reply = await server.call(shop, {
      action: 'placebulkorder',
      parameters: JSON.stringify({ 'A-1': { ID: id, IMEI: next() }, 'A-2': { ID: id, IMEI: '1' } }),
    })
    expect(reply.json().SUCCESS).toMatchObject({
      'A-1': { status: 'success', referenceid: expect.stringMatching(/^\d+$/) },
      'A-2': { status: 'error' },
    })
  })
})

describe('order status', () => {
  it('is found by orderid, ID in parameters, ORDERID and REFERENCEID', async () => {
    const id = await server.service()
    const orderId = (await server.place(shop, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    await server.ended(shop, orderId)
    const ways: Record<string, string>[] = [
      { orderid: orderId },
      { ORDERID: orderId },
      { referenceid: orderId },
      { parameters: JSON.stringify({ ID: orderId }) },
      { parameters: `<PARAMETERS><ID>${orderId}</ID></PARAMETERS>\n` },
      { parameters: JSON.stringify({ orderid: Number(orderId) }) },
      { parameters: Buffer.from(JSON.stringify({ REFERENCEID: orderId })).toString('base64') },
      { 'parameters[ID]': orderId },
    ]
    for (const action of ['orderstatus', 'getimeiorder', 'getserverorder', 'getorder', 'CheckOrderStatus ']) {
      for (const way of ways) {
        const answer = (await server.call(shop, { action, ...way })).json()
        expect(answer.SUCCESS, JSON.stringify({ action, way })).toMatchObject([
          { STATUS: '4', REFERENCEID: orderId },
        ])
      }
    }
  })

  it("of another account's order is not found", async () => {
    const id = await server.service()
    const orderId = (await server.place(shop, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    const other = await server.shop()
    expect((await server.status(other, orderId)).ERROR[0].FULL_DESCRIPTION).toContain('order_not_found')
  })

  it.each(['', 'abc', '0', '-1', '99999999999999999999', '1.5'])(
    'for the id "%s" is refused clearly',
    async (id) => {
      const answer = await server.status(shop, id)
      expect(answer.ERROR[0].FULL_DESCRIPTION).toMatch(/^order_(id_required|not_found)/)
    },
  )

  it('in bulk is a list for orderstatusbulk, orderid lists and arrays, an unknown order being a row with ERROR', async () => {
    const id = await server.service()
    const a = (await server.place(shop, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    const b = (await server.place(shop, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    const ways: Record<string, string>[] = [
      { action: 'orderstatusbulk', orderid: `${a},99999999,${b}` },
      { action: 'orderstatus', orderid: `${a}, 99999999, ${b}` },
      { action: 'orderstatusbulk', parameters: JSON.stringify([{ ID: a }, { ID: '99999999' }, { ID: b }]) },
      { action: 'orderstatusbulk', parameters: JSON.stringify([a, '99999999', Number(b)]) },
      { action: 'orderstatusbulk', orderid: JSON.stringify([a, 99999999, b]) },
      { action: 'orderstatusbulk', parameters: JSON.stringify({ orderid: `${a},99999999,${b}` }) },
      {
        action: 'orderstatusbulk',
        parameters: JSON.stringify({ 5: { ID: a }, 6: { ID: '99999999' }, 7: { ID: b } }),
      },
    ]
    for (const way of ways) {
      const rows = (await server.call(shop, way)).json().SUCCESS
      expect(rows, JSON.stringify(way)).toHaveLength(3)
      expect(rows[0].REFERENCEID).toBe(a)
      expect(rows[1].ERROR[0].FULL_DESCRIPTION).toContain('order_not_found')
      expect(rows[2].REFERENCEID).toBe(b)
    }
  })

  it("in the vendor's bulk has every key but apiversion as a row", async () => {
    const id = await server.service()
    const a = (await server.place(shop, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    for (const action of ['getimeiorderbulk', 'getserverorderbulk']) {
      const parameters = Buffer.from(JSON.stringify({ 77: { ID: a }, 78: { ID: '99999999' } })).toString(
        'base64',
      )
      const answer = (await server.call(shop, { action, parameters })).json()
      expect(Object.keys(answer).sort()).toEqual(['77', '78', 'apiversion'])
      expect(answer['77'].SUCCESS[0].REFERENCEID).toBe(a)
      expect(answer['78'].ERROR[0].FULL_DESCRIPTION).toContain('order_not_found')
    }
  })

  it('puts the result or the reason into CODE for a key made for Dhru panels', async () => {
    const panel = await server.shop({ dialect: 'panel' })
    const id = await server.service()
    const good = (await server.place(panel, { ID: id, IMEI: next() })).SUCCESS[0].REFERENCEID
    const bad = (await server.place(panel, { ID: id, IMEI: next('00100102') })).SUCCESS[0].REFERENCEID
    expect((await server.ended(panel, good)).CODE).toContain('Sandbox result')
    expect((await server.ended(panel, bad)).CODE).toContain('refuses')
  })
})
