import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClaimedItem } from '../../../src/fulfilment/claimed-item.ts'
import { ExchangeKeeper } from '../../../src/fulfilment/outcome/exchange-keeper.ts'
import { deleteExchanges } from '../../../src/fulfilment/outcome/exchanges.sql.ts'
import { exchangesOf, type HeardCall } from '../../../src/fulfilment/outcome/exchanges.ts'
import type { SupplierConfig } from '../../../src/integrations/suppliers/supplier.ts'
import type { Exchanged } from '../../../src/outbound/recorded.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { createSupplier } from '../../../src/suppliers/suppliers.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

/** What a person sees of an item whose outcome nobody knows: what was sent and received, and what each decision does to the money. */
const SECRET = 'S3CR-3T0-KEY'
let office: OperatorOffice
let shop: Shop
let panel: Server
let says: unknown = { ERROR: [{ MESSAGE: `Kode 77: hubungi sales ${SECRET}` }] }
let service: string
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  const { server } = office
  shop = await server.shop({ deposit: '100' })
  panel = createServer((request, reply) => {
    request.resume()
    request.on('end', () => reply.end(JSON.stringify(says)))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => panel.once('listening', resolve))
  const { port } = panel.address() as AddressInfo
  const made = await createSupplier(server.sql, new Sealer(Buffer.from('ab'.repeat(32), 'hex')), {
    ...{ kind: 'dhru', name: 'Big Panel', url: `http://127.0.0.1:${port}/`, currency: 'USD' },
    ...{ settings: { username: 'me' }, secrets: { apiaccesskey: SECRET } },
  } as Parameters<typeof createSupplier>[2])
  service = await server.service()
  await server.sql`
    update supplier_routes set supplier_id = ${made.id}, remote_service = '12', cost = 80000 where service_id = ${Number(service)}`
  await server.sql`
    insert into supplier_balances (supplier_id, at, currency, balance)
    values (${made.id}, now() - interval '1 hour', 'USD', 9000000), (${made.id}, '2999-01-01', 'USD', 8920000)`
})
afterAll(async () => {
  panel.closeAllConnections()
  panel.close()
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

it('shows what was sent and received without secrets, the balance around it, the same input before, and what each decision does', async () => {
  const { server } = office
  const manager = await office.person('manager')
  const read = async (headers: Record<string, string>, path: string) =>
    (await ask(server, 'GET', path, { headers })).json.data
  const orders: string[] = []
  for (let n = 0; n < 2; n++) {
    // The second is for the same device, which somebody has asked for again.
    const placed = await server.place(shop, { ID: service, IMEI: imei(1), REFERENCE: `r${n}` })
    orders.push(placed.SUCCESS?.[0].REFERENCEID ?? JSON.stringify(placed))
    await until(
      'its outcome is unknown',
      async () => (await read(manager.headers, `/orders/${orders[n]}`)).items[0].state === 'unknown',
    )
  }
  const [{ id }] = (await read(manager.headers, '/reviews?kind=unrecognised%20answer')).page.items
  const { evidence, choices, facts } = await read(manager.headers, `/reviews/${id}`)
  expect(evidence).toMatchObject({
    supplier: { name: 'Big Panel', kind: 'dhru', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    asks_at: expect.any(String),
    balance: { before: { balance: '9.00' }, after: { balance: '8.92', currency: 'USD' } },
    same_input: [{ order: Number(orders[1]), username: shop.username, state: 'unknown' }],
  })
  const [first] = evidence.exchanges
  expect(first).toMatchObject({ attempt: 1, call: 'send', method: 'POST', status: 200, error: null })
  expect(first.request).toContain(imei(1))
  expect(first.answer).toContain('Kode 77: hubungi sales ***')
  expect(JSON.stringify(evidence)).not.toContain(SECRET)
  expect(choices.map((one: { decision: string }) => one.decision)).toEqual([
    ...['send_again', 'give_back', 'found', 'result'],
  ])
  expect(choices[1]).toMatchObject({
    ...{ allowed: true, why_not: null, money: 'back', consequence: 'given_back' },
    consequence_text: `${shop.username} gets 1.00 USD back now. If Big Panel delivers after all, its 0.08 USD is your loss.`,
  })
  expect(facts).toEqual({
    ...{ reseller: shop.username, supplier: 'Big Panel' },
    ...{ price: { amount: '1.00', currency: 'USD' }, cost: { amount: '0.08', currency: 'USD' } },
  })
  // Who may give nothing back is not shown that; who sees no costs reads none.
  const support = await office.person('support')
  const seen = await read(support.headers, `/reviews/${id}`)
  expect(seen.choices.map((one: { decision: string }) => one.decision)).toEqual(['found', 'result'])
  expect(seen.evidence.balance).toBeUndefined()
  expect(JSON.stringify(seen)).not.toContain('0.08')
  // What does not fit how the item is now says why.
  const [{ id: again } = { id: 0 }] = await server.sql<{ id: number }[]>`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    select account_id, order_id, position, attempt, 'margin', 'made by a test', 'imeigate', now() from reviews where id = ${id}
    returning id`
  expect((await read(manager.headers, `/reviews/${again}`)).choices).toMatchObject([
    { decision: 'send_anyway', allowed: false, why_not: { code: 'item_waits_not' } },
    { decision: 'give_back', allowed: false },
    { decision: 'dismiss', allowed: true, money: 'stays' },
  ])
  const change = changer(server, manager.headers)
  expect(
    (await change('POST', `/reviews/${again}/resolve`, { decision: 'give_back', why: 'x' })).json.message,
  ).toBe('Conflict: the item does not wait any more, it is unknown')
})

it('is kept of every attempt where the supplier says so', async () => {
  const { server } = office
  const { headers } = await office.person('support')
  says = { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: 4711 }] }
  const exchanges = async (n: number) => {
    const placed = await server.place(shop, { ID: service, IMEI: imei(n) })
    const order = placed.SUCCESS[0].REFERENCEID
    // What it is asked later may be answered otherwise.
    const items = async () =>
      (await ask(server, 'GET', `/orders/${order}/exchanges?item=1`, { headers })).json.data.items.filter(
        ({ call }: { call: string }) => call === 'send',
      )
    return { order, items }
  }
  const taken = async (n: number) => {
    const of = await exchanges(n)
    await until('the panel has it', async () => {
      const { json } = await ask(server, 'GET', `/orders/${of.order}`, { headers })
      return json.data.items[0].attempts[0]?.reference != null
    })
    return of
  }
  const before = await taken(7)
  expect(await before.items()).toEqual([])
  await server.sql`update suppliers set keeps_exchanges = true where name = 'Big Panel'`
  says = { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: 4712 }] }
  // By then the server has heard of the change.
  await taken(8)
  says = { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: 4713 }] }
  const after = await exchanges(9)
  await until('it is written', async () => (await after.items()).length > 0)
  expect(await after.items()).toMatchObject([
    {
      attempt: 1,
      call: 'send',
      status: 200,
      request: expect.stringContaining(imei(9)),
      answer: expect.stringContaining('4713'),
    },
  ])
  expect(JSON.stringify(await after.items())).not.toContain(SECRET)
})

it('is kept within bounds that count each item of a call, and cut without half a secret', async () => {
  const { sql } = office.server
  const exchanged = (body: string): Exchanged => ({
    ...{ method: 'POST', url: 'https://panel.example/', headers: {}, body: 'all', error: null },
    ...{ answer: { status: 200, headers: {}, body }, milliseconds: 1 },
  })
  const items = Array.from({ length: 10 }, (_, position) => ({
    ...{
      accountId: shop.accountId,
      orderId: 1,
      position,
      attempt: 1,
      input: '',
      terms: { secretResults: false },
    },
  })) as unknown as ClaimedItem[]
  const config = { secrets: { key: SECRET } } as unknown as SupplierConfig
  const heard = (body: string): HeardCall => ({
    ...{ call: 'send', heard: [exchanged(body)], config, isMixed: false },
  })
  let dropped = 0
  const warn = ({ calls = 0 }: { calls?: number }): void => {
    dropped += calls
  }
  const log = { warn } as unknown as Logger
  const keeper = new ExchangeKeeper({ sql, log, exchangeLength: 16_384 })
  for (let calls = 0; calls < 150; calls++) keeper.add(items, heard('x'.repeat(20_000)), new Date())
  await keeper.stop()
  expect(dropped).toBeGreaterThan(40)
  const kept = await sql`select from attempt_exchanges where url = 'https://panel.example/'`
  expect(kept).toHaveLength(10 * (150 - dropped))
  const writes = await sql<{ characters: bigint }[]>`
    select sum(length(answer)) as characters from attempt_exchanges where url = 'https://panel.example/' group by xmin::text`
  expect(writes.length).toBeGreaterThan(3)
  for (const { characters } of writes) expect(Number(characters)).toBeLessThan(4.2 * 1024 * 1024)
  await sql`delete from attempt_exchanges where url = 'https://panel.example/'`
  // Where earlier secrets are taken out, what is behind them moves to the front: half a secret at the end of what was looked at, too.
  for (let shift = 0; shift < SECRET.length; shift++) {
    const [one] = exchangesOf(items, heard(`${'.'.repeat(shift)}${SECRET.repeat(200)}`), new Date(), 1024)
    const answer = one?.exchanged.answer?.body ?? ''
    expect(answer).toMatch(/^\.*\**\.\.\.$/)
    expect(answer.length).toBeGreaterThan(200)
  }
  const [plain] = exchangesOf(items, heard('x'.repeat(2000)), new Date(), 1024)
  expect(plain?.exchanged.answer?.body).toBe(`${'x'.repeat(1024)}...`)
})

it('is kept for 30 days', async () => {
  const { sql } = office.server
  const now = Date.now()
  const kept = async () => (await sql`select from attempt_exchanges`).length
  expect(await kept()).toBeGreaterThan(0)
  expect(await deleteExchanges(sql, new Date(now - 60_000), 100)).toBe(0)
  // A clock of these tests is ahead.
  expect(await deleteExchanges(sql, new Date('2100-01-01'), 100)).toBeGreaterThan(0)
  expect(await kept()).toBe(0)
})
