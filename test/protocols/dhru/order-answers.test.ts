import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askBoth } from '../../support/dhru.ts'
import { type DhruJson, imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let checks: string
let credits: string
let n = 0
const next = (tac?: string): string => imei(++n, tac)

beforeAll(async () => {
  server = await testServer()
  checks = await server.service({ code: 'clean-check', price: '0.77' })
  credits = await server.service({ kind: 'server', minQuantity: 2, maxQuantity: 50 })
  shop = await server.shop({ deposit: '100000' })
})
afterAll(() => server?.stop())

const answer = (fields: Record<string, string>, of = shop): Promise<DhruJson> => askBoth(server, of, fields)
const place = async (fields: Record<string, string>, of = shop): Promise<string> =>
  (await server.place(of, fields)).SUCCESS[0].REFERENCEID
const placedRow = { MESSAGE: 'Order Placed Successfully', REFERENCEID: expect.stringMatching(/^\d+$/) }
const refusedAs = (words: string, code: string, detail: string) => [
  { MESSAGE: `${words}: ${detail}`, FULL_DESCRIPTION: `${code}: ${detail}` },
]
const NOT_AN_IMEI = refusedAs('Invalid IMEI', 'invalid_imei', '12: an IMEI has 15 digits, this has 2')
const notFound = (id: string, dialect = 'contract') =>
  dialect === 'panel'
    ? [{ MESSAGE: 'Order not found', FULL_DESCRIPTION: id }]
    : refusedAs('Order not found', 'order_not_found', id)

describe('placing', () => {
  it('one order echoes what was sent beside SUCCESS', async () => {
    const number = next()
    const spelt = `${number.slice(0, 8)}-${number.slice(8)}`
    expect(
      await answer({
        action: 'placeimeiorder',
        parameters: JSON.stringify({ id: 'Clean-Check', imei: spelt }),
      }),
    ).toEqual({
      SUCCESS: [placedRow],
      ID: 'Clean-Check',
      IMEI: spelt,
      apiversion: '8.2',
    })
    const { SUCCESS: _, ...beside } = await answer({
      action: 'placeserverorder',
      SERVICEID: credits,
      QNT: '2',
      idempotency_key: 'twice',
    })
    expect(beside).toEqual({ apiversion: '8.2' })
  })

  const bulk = (): Record<string, Record<string, string>> => ({
    77: { ID: checks, IMEI: next() },
    'A-1': { ID: checks, IMEI: '12' },
    SUCCESS: { ID: checks, IMEI: next() },
    apiversion: { IMEI: '12' },
  })

  it("many orders answers under the caller's keys and as a list", async () => {
    const sent = bulk()
    const says = await answer({ action: 'placeimeiorderbulk', parameters: JSON.stringify(sent) })
    const missing = refusedAs('Required field missing', 'field_missing', 'ID, the service id or code')
    expect(says).toEqual({
      77: { SUCCESS: [placedRow] },
      'A-1': { ERROR: NOT_AN_IMEI },
      SUCCESS: [
        { ROW: '77', ...sent['77'], ...placedRow },
        { ROW: 'A-1', ...sent['A-1'], ERROR: NOT_AN_IMEI },
        { ROW: 'SUCCESS', ...sent['SUCCESS'], ...placedRow },
        { ROW: 'apiversion', IMEI: '12', ERROR: missing },
      ],
      apiversion: '8.2',
    })
    expect(says['77'].SUCCESS[0].REFERENCEID).toBe(says.SUCCESS[0].REFERENCEID)
  })

  it('many orders for theme panels answers in lower case under SUCCESS', async () => {
    const sent = bulk()
    const placed = {
      status: 'success',
      message: 'Order Placed Successfully',
      referenceid: expect.stringMatching(/^\d+$/),
    }
    expect(await answer({ action: 'placebulkorder', parameters: JSON.stringify(sent) })).toEqual({
      SUCCESS: {
        77: placed,
        'A-1': { status: 'error', message: NOT_AN_IMEI[0]?.MESSAGE },
        SUCCESS: placed,
        apiversion: { status: 'error', message: 'Required field missing: ID, the service id or code' },
      },
      apiversion: '8.2',
    })
  })

  it.each(['placeimeiorderbulk', 'placebulkorder'])(
    '%s spends a balance that covers only some rows on the first of them',
    async (action) => {
      const own = await server.shop({ deposit: '2.32' })
      const sent = Array.from({ length: 6 }, (_, index) => ({
        ID: checks,
        IMEI: index === 1 ? '12' : next('00100105'),
      }))
      const says = await answer({ action, parameters: JSON.stringify(sent) }, own)
      const rows: DhruJson[] = Array.isArray(says.SUCCESS) ? says.SUCCESS : Object.values(says.SUCCESS)
      const placed = rows.map((row) => 'REFERENCEID' in row || 'referenceid' in row)
      expect(placed).toEqual([true, false, true, true, false, false])
      expect(JSON.stringify(rows[4])).toContain('the order costs 0.77, available is 0.01')
      const [wallet] =
        await server.sql`select available, held from wallets where account_id = ${own.accountId}`
      expect(wallet).toEqual({ available: 10_000n, held: 2_310_000n })
      const [count] =
        await server.sql`select count(*)::integer as orders from orders where account_id = ${own.accountId}`
      expect(count).toEqual({ orders: 3 })
    },
  )

  it.each(['placeimeiorderbulk', 'placebulkorder'])(
    '%s takes 500 rows and places none of 501',
    async (action) => {
      const own = await server.shop({ deposit: '100000' })
      const sent = (count: number) =>
        JSON.stringify(Array.from({ length: count }, () => ({ ID: checks, IMEI: next('00100105') })))
      const tooMany = await answer({ action, parameters: sent(501) }, own)
      expect(tooMany.ERROR).toEqual(
        refusedAs('Too many rows', 'too_many_rows', '501 rows, at most 500 in one request'),
      )
      const says = await answer({ action, parameters: sent(500) }, own)
      expect(Object.keys(says.SUCCESS)).toHaveLength(500)
      const [count] =
        await server.sql`select count(*)::integer as orders from orders where account_id = ${own.accountId}`
      expect(count).toEqual({ orders: 500 })
    },
  )
})

/** `states` say how an order gets into each state, and what its status says then. */
const states: [
  state: string,
  STATUS: string,
  CODE: string,
  MESSAGE: string,
  COMMENTS: string,
  arrange: (of: Shop, number: string) => Promise<string>,
][] = [
  [
    'pending',
    '0',
    'pending',
    'Order pending',
    '',
    async (of, number) => {
      const id = await server.service({ processing: 'manual' })
      return place({ ID: id, IMEI: number }, of)
    },
  ],
  [
    'processing',
    '1',
    'processing',
    'Order in process',
    '',
    async (of) => {
      const id = await place({ ID: checks, IMEI: next('00100105') }, of)
      await expect.poll(() => server.status(of, id)).toMatchObject({ STATUS: '1' })
      return id
    },
  ],
  [
    'success',
    '4',
    'completed',
    'Order completed',
    'Sandbox result, not a real one: IMEI is clean',
    async (of, number) => {
      const id = await place({ ID: checks, IMEI: number }, of)
      await server.ended(of, id)
      return id
    },
  ],
  [
    'failed',
    '3',
    'failed',
    'Order failed',
    'The sandbox refuses this TAC',
    async (of) => {
      const id = await place({ ID: checks, IMEI: next('00100102') }, of)
      await server.ended(of, id)
      return id
    },
  ],
  [
    'cancelled',
    '3',
    'cancelled',
    'Order cancelled',
    'Not today <&>',
    async (of, number) => {
      const id = await place({ ID: await server.service({ processing: 'manual' }), IMEI: number }, of)
      await server.sql`
      update items set state = 'cancelled', reason = 'Not today <&>', due_at = null, finished_at = now() where order_id = ${id}`
      await server.sql`update orders set state = 'cancelled', finished_at = now() where id = ${id}`
      return id
    },
  ],
  [
    'partial',
    '4',
    'partial',
    'Order partially completed',
    'IMEI: unlocked\nIMEI: refused',
    async (of, number) => {
      const id = await place({ ID: await server.service({ processing: 'manual' }), IMEI: number }, of)
      await server.sql`
      update items set state = 'success', result = 'unlocked', due_at = null, finished_at = now() where order_id = ${id}`
      await server.sql`
      insert into items (account_id, order_id, position, service_id, input, quantity, price, state, reason, finished_at)
      select account_id, order_id, 2, service_id, input, quantity, price, 'failed', 'refused', now() from items
      where order_id = ${id}`
      await server.sql`update orders set state = 'partial', finished_at = now() where id = ${id}`
      return id
    },
  ],
]

describe('the status', () => {
  it.each(states)(
    'of an order that is %s is %s %s',
    async (_state, STATUS, CODE, MESSAGE, comments, arrange) => {
      for (const dialect of ['contract', 'panel'] as const) {
        const own = await server.shop({ dialect })
        const id = await arrange(own, next())
        const [row] = (await answer({ action: 'orderstatus', orderid: id }, own)).SUCCESS
        const text = comments.replaceAll('IMEI', row.IMEI)
        const panel = dialect === 'panel'
        const expected = {
          STATUS,
          CODE: panel ? text : CODE,
          MESSAGE,
          REFERENCEID: id,
          IMEI: expect.stringMatching(/^\d{15}$/),
          COMMENTS: panel ? '' : text,
        }
        for (const action of ['orderstatus', 'getimeiorder', 'getserverorder']) {
          expect(await answer({ action, parameters: JSON.stringify({ ID: id }) }, own)).toEqual({
            SUCCESS: [expected],
            ...(panel && { ID: id }),
            apiversion: '8.2',
          })
        }
        expect(await answer({ action: 'orderstatusbulk', orderid: `${id},77` }, own)).toEqual({
          SUCCESS: [expected, { REFERENCEID: '77', ERROR: notFound('77', dialect) }],
          apiversion: '8.2',
        })
        expect(
          await answer(
            {
              action: 'getimeiorderbulk',
              parameters: JSON.stringify({ 5: { ID: id }, 'A-1': { ID: '77' } }),
            },
            own,
          ),
        ).toEqual({
          5: { SUCCESS: [expected] },
          'A-1': { ERROR: notFound('77', dialect) },
          apiversion: '8.2',
        })
      }
    },
  )

  it('of many orders is a list in the order asked, at most 500, and of one id a list too', async () => {
    const ids = [await place({ ID: checks, IMEI: next() }), await place({ ID: checks, IMEI: next() })]
    for (const id of ids) await server.ended(shop, id)
    const asked = [...ids, '77', ...ids].reverse()
    const says = await answer({ action: 'OrderStatus', orderid: asked.join(', ') })
    expect(says.SUCCESS.map((row: DhruJson) => row.REFERENCEID)).toEqual(asked)
    expect((await answer({ action: 'orderstatusbulk', orderid: ids[0] as string })).SUCCESS).toHaveLength(1)
    const many = (count: number) => ({
      action: 'orderstatusbulk',
      orderid: Array(count).fill(ids[0]).join(','),
    })
    expect((await answer(many(500))).SUCCESS).toHaveLength(500)
    expect((await answer(many(501))).ERROR).toEqual(
      refusedAs('Too many rows', 'too_many_rows', '501 rows, at most 500 in one request'),
    )
  })

  it("of another account's order is the same as of one that does not exist", async () => {
    const id = await place({ ID: checks, IMEI: next() })
    const other = await server.shop()
    expect((await answer({ action: 'orderstatus', orderid: id }, other)).ERROR).toEqual(notFound(id))
    expect(await answer({ action: 'getserverorderbulk', parameters: `{"1":{"ID":"${id}"}}` }, other)).toEqual(
      {
        1: { ERROR: notFound(id) },
        apiversion: '8.2',
      },
    )
  })

  it("in the vendor's bulk leaves out rows whose keys are the answer's own names", async () => {
    const parameters = JSON.stringify({
      SUCCESS: { ID: '1' },
      ERROR: { ID: '2' },
      apiversion: { ID: '3' },
      4: { ID: '5' },
    })
    expect(await answer({ action: 'getimeiorderbulk', parameters })).toEqual({
      4: { ERROR: notFound('5') },
      apiversion: '8.2',
    })
  })
})
