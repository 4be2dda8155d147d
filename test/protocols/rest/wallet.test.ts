import { afterAll, beforeAll, expect, test } from 'vitest'
import { Adjustments } from '../../../src/ledger/adjustments.ts'
import { setCreditLimit } from '../../../src/ledger/wallets.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { micros } from '../../../src/lib/money.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'

const clock = new TestClock()
let server: TestServer
let shop: Shop
let client: RestClient
let service: string
const orders: Record<'success' | 'failed' | 'partial' | 'pending', number> = {
  success: 0,
  failed: 0,
  partial: 0,
  pending: 0,
}

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what each test looks into.
type Row = any
interface Page {
  items: Row[]
  next_cursor: number | null
}
const itemsOf = async (path: string): Promise<Row[]> => (await client.get(path)).body.data.page.items

beforeAll(async () => {
  server = await testServer({}, clock)
  shop = await server.shop({ deposit: '10' })
  client = new RestClient(server, shop)
  service = await server.service({ price: '1.000001', maxQuantity: 1 })
  const place = async (imeis: string[]): Promise<number> => {
    const reply = await client.post('/api/order', { code: service, data: { imeis } })
    expect(reply.status, reply.text).toBe(200)
    return reply.body.order_id
  }
  const id = shop.accountId as AccountId
  orders.success = await place([imei(1)])
  await server.ended(shop, String(orders.success))
  orders.failed = await place([imei(2, '00100102')])
  await server.ended(shop, String(orders.failed))
  orders.partial = await place([imei(3), imei(4, '00100102'), imei(5)])
  await server.ended(shop, String(orders.partial))
  await new Adjustments(server.sql).deposit(id, micros(2_500_000n), { actor: 'ann', note: 'bank' })
  await new Adjustments(server.sql).adjust(id, micros(-500_000n), { actor: 'ann', note: 'a fee' })
  orders.pending = await place([imei(6, '00100105')])
})
afterAll(() => server.stop())

test('the balance is what can be spent, and beside it what open orders hold', async () => {
  const { accountId } = shop
  const reply = await client.get('/api/wallet/snap')
  expect(reply.body).toEqual({
    balance: 7.999996,
    reserved: 1.000001,
    wallet_id: accountId,
    currency: 'USD',
    credit_limit: 0,
  })
})

test('every business event is one transaction, with what became of it', async () => {
  const [pending, adjustment, paid, partial, failed, success, opening, ...more] =
    await itemsOf('/api/transactions')
  expect(more).toEqual([])
  expect(pending).toMatchObject({
    type: 'order',
    access_channel: 'api',
    status: 'pending',
    amount: 1.000001,
    reference_id: `TX-${pending.id}`,
    external_reference: null,
    related_order_id: orders.pending,
    metadata: { direction: 'out', captured: 0, refunded: 0 },
    completed_at: null,
    cancelled_at: null,
  })
  expect(adjustment).toMatchObject({
    type: 'adjustment',
    access_channel: 'operator',
    status: 'succeeded',
    amount: 0.5,
    description: 'a fee',
    related_order_id: null,
    metadata: { direction: 'out' },
    completed_at: adjustment.created_at,
  })
  expect(paid).toMatchObject({ type: 'deposit', amount: 2.5, metadata: { direction: 'in' } })
  expect(partial).toMatchObject({
    status: 'succeeded',
    amount: 3.000003,
    related_order_id: orders.partial,
    metadata: { captured: 2.000002, refunded: 1.000001 },
    completed_at: expect.any(String),
  })
  expect(failed).toMatchObject({ status: 'failed', metadata: { captured: 0, refunded: 1.000001 } })
  expect(success).toMatchObject({ status: 'succeeded', metadata: { captured: 1.000001, refunded: 0 } })
  expect(opening).toMatchObject({ type: 'deposit', amount: 10 })
  const order = await client.get(`/api/order/${orders.partial}`)
  expect(order.body.transaction_id).toBe(partial.id)
  expect((await client.get(`/api/transactions/${partial.id}`)).body).toEqual({ data: partial })
})

test('mutations are what moved the balance, each one adding up with the one before', async () => {
  const mutations = await itemsOf('/api/mutation')
  expect(mutations.map(({ type, reason, amount, note }) => [type, reason, amount, note])).toEqual([
    ['debit', 'order', 1.000001, 'Reserved'],
    ['debit', 'adjustment', 0.5, 'a fee'],
    ['credit', 'deposit', 2.5, 'bank'],
    ['credit', 'refund', 1.000001, `Released: item 2 of order ${orders.partial}`],
    ['debit', 'order', 3.000003, 'Final capture, in part'],
    ['credit', 'refund', 1.000001, `Released: item 1 of order ${orders.failed}`],
    ['debit', 'order', 1.000001, 'Released'],
    ['debit', 'order', 1.000001, 'Final capture'],
    ['credit', 'deposit', 10, null],
  ])
  // Exact: compared as whole millionths.
  const inMicros = (amount: number): number => Math.round(amount * 1e6)
  for (const [index, { type, amount, balance_after: after }] of mutations.entries()) {
    const before = mutations[index + 1]?.balance_after ?? 0
    const sign = type === 'credit' ? 1 : -1
    expect(inMicros(after)).toBe(inMicros(before) + sign * inMicros(amount))
  }
  const refund = mutations[3]
  const debit = mutations[4]
  expect(refund.reference_transaction_id).toBe(debit.id)
  expect(debit.reference_transaction_id).toBe(debit.id)
  expect((await client.get(`/api/mutation/${refund.id}`)).body).toEqual({ data: refund })
})

test('a capture is no mutation, and a refund no transaction', async () => {
  const rows = await server.sql<{ id: bigint; kind: string }[]>`
    select id, kind from ledger_entries where account_id = ${shop.accountId} and kind in ('capture', 'release')`
  for (const { id, kind } of rows) {
    expect((await client.get(`/api/transactions/${id}`)).status).toBe(404)
    expect((await client.get(`/api/mutation/${id}`)).status).toBe(kind === 'capture' ? 404 : 200)
  }
})

test('lists go page by page, without a gap and without a repetition', async () => {
  for (const path of ['/api/mutation', '/api/transactions']) {
    const all = (await itemsOf(path)).map(({ id }) => id)
    const paged: number[] = []
    for (let cursor: number | null = Number.MAX_SAFE_INTEGER; cursor !== null; ) {
      const { items, next_cursor }: Page = (await client.get(`${path}?limit=2&cursor=${cursor}`)).body.data
        .page
      paged.push(...items.map(({ id }) => id))
      cursor = next_cursor
    }
    expect(paged).toEqual(all)
  }
})

test('lists are narrowed by type, reason and time', async () => {
  const kinds = async (query: string) => (await itemsOf(`/api/mutation?${query}`)).map(({ reason }) => reason)
  expect(await kinds('type=credit')).toEqual(['deposit', 'refund', 'refund', 'deposit'])
  expect(await kinds('reason=refund')).toEqual(['refund', 'refund'])
  expect(await kinds('reason=refund&type=debit')).toEqual([])
  expect(await kinds('reason=adjustment&type=debit')).toEqual(['adjustment'])
  const types = async (query: string) => (await itemsOf(`/api/transactions?${query}`)).map(({ type }) => type)
  expect(await types('type=adjustment')).toEqual(['adjustment'])
  expect(await types('type=order')).toHaveLength(4)
  expect(await types('type=transfer')).toEqual([])

  const [last, ...others] = await itemsOf('/api/mutation')
  const after = encodeURIComponent(last.created_at)
  expect(await kinds(`created_from=${after}`)).toEqual(['order'])
  expect(await kinds(`created_to=${after}`)).toHaveLength(others.length)
  const today = last.created_at.slice(0, 10)
  expect(await kinds(`created_from=2000-01-01&created_to=${today}`)).toContain('adjustment')
  expect(await kinds('created_to=2000-01-01')).toEqual([])
  expect(await kinds('created_from=9999-12-31T23:59:59-12:00')).toEqual([])
  expect(await kinds('created_from=0000-01-01&created_to=9999-12-31')).toHaveLength(9)
})

test.each([
  '/api/mutation?type=other',
  '/api/mutation?created_from=yesterday',
  '/api/mutation?created_to=2026-02-31',
  '/api/transactions?limit=51',
  '/api/transactions?cursor=-1',
  '/api/transactions/nothing',
])('%s is refused by naming the field', async (path) => {
  const reply = await client.get(path)
  expect(reply.status).toBe(400)
  expect(Object.keys(reply.body.errors)).toHaveLength(1)
})

test('an account sees nothing of another one', async () => {
  const other = new RestClient(server, await server.shop({ deposit: '1' }))
  const [transaction] = await itemsOf('/api/transactions')
  const [mutation] = await itemsOf('/api/mutation')
  expect((await other.get(`/api/transactions/${transaction.id}`)).status).toBe(404)
  expect((await other.get(`/api/mutation/${mutation.id}`)).status).toBe(404)
  expect((await other.get('/api/mutation')).body.data.page.items).toHaveLength(1)
  expect((await other.get('/api/transactions')).body.data.page.items).toHaveLength(1)
})

test('a balance below 0 is said as it is, with the credit limit', async () => {
  const debtor = await server.shop({ deposit: '1' })
  const id = debtor.accountId as AccountId
  await server.sql.begin((transaction) => setCreditLimit(transaction, id, micros(5_000_000n)))
  await new Adjustments(server.sql).adjust(id, micros(-3_250_000n), { actor: 'ann', note: 'owed' })
  const { body } = await new RestClient(server, debtor).get('/api/wallet/snap')
  expect(body).toMatchObject({ balance: -2.25, reserved: 0, credit_limit: 5 })
})

test('the first transfer of a time is found, also where times are out of order', async () => {
  const owner = await server.shop({ deposit: '1' })
  const start = Date.parse('2031-01-01T00:00:00Z')
  // A minute apart, each second one three minutes late; far more than the search halves by chance.
  const times = Array.from({ length: 300 }, (_, n) => new Date(start + n * 60_000 - (n % 2) * 180_000))
  await server.sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at)
    select ${owner.accountId}, 1 + n, 'adjust_up', 0, 1000000, 'test', at
      from unnest(${times.map((time) => time.toISOString())}::text[]::timestamptz[]) with ordinality as t (at, n)
     order by n`
  await server.sql`update wallets set last_entry = 1 + ${times.length}::int where account_id = ${owner.accountId}`
  const rows = await server.sql<{ id: bigint; created_at: Date }[]>`
    select id, created_at from ledger_entries where account_id = ${owner.accountId} order by id`
  for (let minute = -5; minute < 305; minute += 3) {
    const moment = new Date(start + minute * 60_000)
    const [found] = await server.sql<{ id: bigint | null }[]>`
      select first_entry_since(${owner.accountId}, ${moment}) as id`
    expect(found?.id).toBe(rows.find((row) => row.created_at >= moment)?.id ?? null)
  }
})

test('the books are right', async () => {
  expect(await brokenPromises(server.sql)).toEqual([])
})
