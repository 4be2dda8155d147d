import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { imei } from '../support/server.ts'

let portal: PortalShop
let service: string
beforeAll(async () => {
  portal = await PortalShop.open()
  service = await portal.server.service({
    supplier: undefined,
    processing: 'manual',
    deliveryTime: '2 minutes',
  })
})
afterAll(() => portal.stop())

type Person = Awaited<ReturnType<typeof portal.person>>

const check = async ({ headers }: Pick<Person, 'headers'>, lines: string[], more: object = {}) => {
  const { status, json } = await portal.ask('POST', '/order-checks', {
    body: { code: service, lines, ...more },
    headers,
  })
  expect([status, json]).toEqual([200, expect.anything()])
  return json.data
}
const place = ({ headers }: Person, imeis: string[], key: string) =>
  portal.ask('POST', '/api/order', {
    body: { code: service, data: { imeis } },
    headers: { ...headers, 'idempotency-key': key },
  })
const said = (lines: { verdict: string; input: string; suggestion: string | null }[]) =>
  lines.map(({ verdict, input, suggestion }) => [verdict, input, suggestion])

describe('a check of pasted lines', () => {
  it('finds the input in what people paste, and says what is wrong with it', async () => {
    const person = await portal.person()
    const { lines, ...rest } = await check(person, [
      '490154203237518',
      ' 1;Apple iPhone;49-015420-323752-6\tblack',
      'IMEI: ٣٥٣٢٨٠٠٤٠٠٠٠٠٠٣',
      '490154203237517',
      '49015420323751',
      '490154203237518',
      'nothing here',
      '000000000000000',
    ])
    expect(said(lines)).toEqual([
      ['fine', '490154203237518', null],
      ['fine', '490154203237526', null],
      ['fine', '353280040000003', null],
      ['check_digit', '490154203237517', '490154203237518'],
      ['short', '49015420323751', '490154203237518'],
      ['twice', '490154203237518', null],
      ['unfit', expect.any(String), null],
      ['unfit', '000000000000000', null],
    ])
    expect(lines[5]).toMatchObject({ line: 6, same_as: 1 })
    // For pages that say it in another language; a verdict that says all has none.
    expect(lines.map(({ problem }: { problem: object | null }) => problem)).toMatchObject([
      ...[null, null, null],
      { field: 'IMEI', code: 'imei_check_digit', params: { digit: 8 } },
      { field: 'IMEI', code: 'imei_short', params: { digits: 14, imei: '490154203237518' } },
      null,
      { field: 'IMEI', code: 'imei_digits', params: { message: lines[6].message } },
      { field: 'IMEI', code: 'imei_of_none' },
    ])
    for (const { verdict, message } of lines) expect(message === null).toBe(verdict === 'fine')
    expect(rest).toMatchObject({
      ...{
        placeable: 3,
        unit_price: '1.00',
        total: '3.00',
        available: '100.00',
        after: '97.00',
        affordable: 3,
      },
      expected: '2 minutes',
    })
  })

  it('tells of what was ordered before, by this account alone, whether it is open or has ended', async () => {
    const [anna, eve] = [await portal.person(), await portal.person()]
    const [open, done, failed, fresh] = [imei(11), imei(12), imei(13), imei(14)]
    const ids = []
    for (const [index, one] of [open, done, failed].entries()) {
      ids.push((await place(anna, [one], `before ${index}`)).json.order_id)
    }
    await portal.server.sql`
      update items set state = 'success', result = 'clean', due_at = null, finished_at = now() where order_id = ${ids[1]}::bigint`
    await portal.server.sql`
      update items set state = 'failed', reason = 'no', due_at = null, finished_at = now() where order_id = ${ids[2]}::bigint`
    const { lines, placeable } = await check(anna, [open, done, failed, fresh])
    expect(
      lines.map(({ verdict, earlier }: { verdict: string; earlier: object | null }) => [verdict, earlier]),
    ).toEqual([
      ['ordered', expect.objectContaining({ order: ids[0], state: 'pending', result: null })],
      ['ordered', expect.objectContaining({ order: ids[1], state: 'success', result: 'clean' })],
      ['fine', null],
      ['fine', null],
    ])
    expect(placeable).toBe(2)
    expect((await check(anna, [open, done, failed, fresh], { with_ordered: true })).placeable).toBe(4)
    expect(
      (await check(eve, [open, done])).lines.every(({ verdict }: { verdict: string }) => verdict === 'fine'),
    ).toBe(true)
    portal.clock.advance(91 * 24 * 3_600_000)
    const later = await portal.signIn(anna.email)
    expect((await check({ headers: later }, [done])).lines[0].verdict).toBe('fine')
  })

  it('is told in the same codes when the portal places such an order, and a key hears the text alone', async () => {
    const shop = await portal.server.shop()
    const wrong = '490154203237517'
    const { status, json } = await place(await portal.person('member', shop), [imei(21), wrong], 'wrong')
    expect([status, json.code]).toEqual([422, 'INVALID_IMEI_ERROR'])
    expect(json.problems).toMatchObject([
      { field: 'data.imeis.1', code: 'imei_check_digit', params: { digit: 8 } },
    ])
    const response = await fetch(`${portal.server.url}/api/order`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${shop.securityId}.${shop.secret}`, 'content-type': 'application/json' },
        'idempotency-key': 'wrong',
      },
      body: JSON.stringify({ code: service, data: { imeis: [imei(21), wrong] } }),
    })
    const refused = await response.json()
    expect(refused).toMatchObject({ code: 'INVALID_IMEI_ERROR', errors: json.errors })
    expect(refused).not.toHaveProperty('problems')
  })

  it('says what the balance pays, and places and charges nothing', async () => {
    const shop = await portal.server.shop({ deposit: '2.5' })
    const person = await portal.person('member', shop)
    const written = async () => [
      await portal.server.sql`select count(*) from orders where account_id = ${shop.accountId}`,
      await portal.server.sql`select available, held from wallets where account_id = ${shop.accountId}`,
      await portal.server.sql`select count(*) from trail`,
    ]
    const before = await written()
    const found = await check(person, [imei(21), imei(22), imei(23), imei(24)])
    expect(found).toMatchObject({
      placeable: 4,
      total: '4.00',
      available: '2.50',
      after: '-1.50',
      affordable: 2,
    })
    expect(await written()).toEqual(before)
    // What was said to be too much is refused, and what can be paid is placed as it was checked.
    const all = found.lines.map(({ input }: { input: string }) => input)
    expect((await place(person, all, 'all')).status).toBe(402)
    const placed = await place(person, all.slice(0, 2), 'two')
    expect(placed.status).toBe(200)
    const again = await place(person, all.slice(0, 2), 'two')
    expect([again.json.order_id, again.headers['idempotent-replayed']]).toEqual([
      placed.json.order_id,
      'true',
    ])
    const wallet = (await portal.ask('GET', '/api/wallet/snap', { headers: person.headers })).json
    expect(JSON.stringify(wallet)).toContain('0.5')
  })

  it('refuses more than 500 lines, and what the account cannot buy', async () => {
    const person = await portal.person()
    const many = Array.from({ length: 501 }, (_, n) => imei(n))
    const tooMany = await portal.ask('POST', '/order-checks', {
      body: { code: service, lines: many },
      headers: person.headers,
    })
    expect([tooMany.status, tooMany.json.errors]).toEqual([400, { lines: [expect.stringContaining('500')] }])
    expect((await check(person, many.slice(0, 500))).lines).toHaveLength(500)
    const none = await portal.ask('POST', '/order-checks', {
      body: { code: 'none', lines: ['1'] },
      headers: person.headers,
    })
    expect([none.status, none.json.code]).toEqual([404, 'SERVICE_NOT_FOUND_ERROR'])
  })
})
