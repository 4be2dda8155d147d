import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Gateways } from '../../src/deposits/gateways.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { CHECK_DEPOSITS, depositJobs } from '../../src/deposits/schedule.ts'
import type { DepositId } from '../../src/lib/ids.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { RestClient } from '../support/rest.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { balance, bank, broken, sealer, stripe } from './deposits.fixtures.ts'
import { FakeStripe } from './fake-stripe.ts'

const MINUTE = 60_000
const clock = new TestClock()
const context = { outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }), clock, installation: 'any' }
const gateways = new Gateways({ context, sealer })
let server: TestServer
let fake: FakeStripe
let card: string
let providers = 0
let shop: Shop
let client: RestClient
beforeAll(async () => {
  // Its own job would be at it too, once a minute: here nobody but the test looks.
  server = await testServer({ OUTBOUND_ALLOW: '127.0.0.0/8', IMEIGATE_ROLE: 'api' }, clock)
  await bank(server)
})
afterAll(async () => {
  await gateways.stop()
  await server.stop()
})
beforeEach(async () => {
  fake = await FakeStripe.start(clock)
  card = `card${++providers}`
  await stripe(server, fake.url, { code: card })
  shop = await server.shop({ deposit: '1' })
  client = new RestClient(server, shop)
})
afterEach(async () => {
  expect(await broken(server)).toEqual([])
  await fake.stop()
  // What is left is not for the next test.
  await server.sql`
    update deposits set state = 'failed', check_at = null, settled_at = now(), settled_by = 'test' where state = 'pending'`
})

const create = async (code = card, key: Record<string, string> = {}): Promise<number> =>
  (await client.post('/api/deposit', { amount: 20, provider_code: code }, key)).body.id
const state = async (id: number): Promise<string> => (await client.get(`/api/deposit/${id}`)).body.status

/** `look` lets so many minutes pass and runs the schedule once. */
async function look(minutes: number): Promise<void> {
  clock.advance(minutes * MINUTE)
  const jobs = depositJobs({ sql: server.sql, gateways, clock, log: pino({ level: 'silent' }) })
  await jobs[CHECK_DEPOSITS]?.(null, new AbortController().signal)
}

test('a payment whose event was lost is found', async () => {
  const id = await create()
  fake.pay(fake.only())
  await look(1)
  expect(await state(id)).toBe('pending')
  await look(5)
  expect(await state(id)).toBe('succeeded')
  expect(await balance(server, shop)).toBe('21.00')
  await fake.tell(`${server.url}/hooks/deposits/${card}`, fake.event('completed', fake.only()))
  expect(await balance(server, shop)).toBe('21.00')
})

test('a page that expired while nobody told is expired here soon after', async () => {
  const id = await create()
  await look(59)
  expect(await state(id)).toBe('pending')
  fake.only().status = 'expired'
  await look(3)
  expect(await state(id)).toBe('expired')
})

test('a payment that is under way is waited for, however long, and one that failed later is seen', async () => {
  const id = await create()
  fake.payLater(fake.only())
  for (const _ of [1, 2, 3]) await look(24 * 60)
  expect(await state(id)).toBe('pending')
  fake.only().intent = 'requires_payment_method'
  await look(7 * 60)
  expect(await state(id)).toBe('failed')
})

test('while the gateway is silent nothing is decided', async () => {
  const id = await create()
  await fake.stop()
  for (const _ of [1, 2, 3]) await look(120)
  expect(await state(id)).toBe('pending')
})

test('one gateway in trouble does not keep another from being asked', async () => {
  const lost = await create()
  const good = await FakeStripe.start(clock)
  await stripe(server, good.url, { code: 'good' })
  const id = await create('good')
  good.pay(good.only())
  await fake.stop()
  await look(10)
  expect(await state(id)).toBe('succeeded')
  expect(await state(lost)).toBe('pending')
  await good.stop()
})

test('what the gateway does not know any more is for a person', async () => {
  const id = await create()
  fake.sessions.clear()
  await look(10)
  expect(await state(id)).toBe('review')
})

test('a deposit whose page nobody ever got expires by itself', async () => {
  fake.faults = ['an answer that is lost']
  const key = { 'idempotency-key': 'k' }
  expect(await create(card, key)).toBeUndefined()
  await look(62)
  const list = await client.get('/api/deposit')
  expect(list.body.data.page.items).toMatchObject([{ status: 'expired', payment_url: null }])
  // Under the same key there is this deposit and no other.
  expect(await create(card, key)).toBe(list.body.data.page.items[0].id)
  expect(fake.keys).toHaveLength(1)
})

test('a bank transfer expires, and can be confirmed when it comes late', async () => {
  const id = await create('bank')
  await look(71 * 60)
  expect(await state(id)).toBe('pending')
  await look(61)
  expect(await state(id)).toBe('expired')
  await new OperatorDeposits(server.sql, clock).confirm(id as DepositId, { actor: 'test' })
  expect(await balance(server, shop)).toBe('21.00')
})

test('one that was handed a proof does not expire', async () => {
  const id = await create('bank')
  await client.post(`/api/deposit/${id}/proof`, { reference: 'x' })
  await look(100 * 60)
  expect(await state(id)).toBe('review')
})

test('what has begun keeps its terms when the provider changes, and is asked for with the new secrets', async () => {
  const id = await create()
  fake.pay(fake.only())
  const providers = new Providers(server.sql, sealer, clock)
  await providers.change(card, { feePercent: 500, secrets: { secret_key: 'sk_wrong' } })
  await look(10)
  expect(await state(id)).toBe('pending')
  await providers.change(card, { secrets: { secret_key: 'sk_test_of_the_fake' } })
  await look(120)
  expect(await state(id)).toBe('succeeded')
})
