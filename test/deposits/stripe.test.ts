import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { GatewayWebhooks } from '../../src/deposits/gateway-webhooks.ts'
import { Gateways } from '../../src/deposits/gateways.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import { Providers } from '../../src/deposits/providers.ts'
import type { DepositId } from '../../src/lib/ids.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { RestClient, type RestReply } from '../support/rest.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { balance, broken, money, sealer, stripe } from './deposits.fixtures.ts'
import { FakeStripe, type Session, sign, WEBHOOK_SECRET } from './fake-stripe.ts'

const clock = new TestClock()
let server: TestServer
let deposits: OperatorDeposits
let fake: FakeStripe
let shop: Shop
let client: RestClient
let hook: string
let providers = 0
/** Of the provider `card`: 2.5 percent and 0.30. */
beforeAll(async () => {
  server = await testServer({ OUTBOUND_ALLOW: '127.0.0.0/8' }, clock)
  deposits = new OperatorDeposits(server.sql, clock)
})
afterAll(() => server.stop())
beforeEach(async () => {
  fake = await FakeStripe.start(clock)
  const code = `card${++providers}`
  await stripe(server, fake.url, { code, feePercent: 250, feeFlat: money('0.30') })
  shop = await server.shop({ deposit: '1' })
  client = new RestClient(server, shop)
  hook = `${server.url}/hooks/deposits/${code}`
})
afterEach(async () => {
  await fake.stop()
  expect(await broken(server)).toEqual([])
})

const code = (): string => hook.split('/').at(-1) ?? ''
const create = (key?: string, amount: unknown = '20'): Promise<RestReply> =>
  client.post(
    '/api/deposit',
    { amount, provider_code: code() },
    key === undefined ? {} : { 'idempotency-key': key },
  )
const show = async (id: number) => (await client.get(`/api/deposit/${id}`)).body

async function opened(): Promise<{ id: number; session: Session }> {
  const reply = await create()
  expect(reply.status, reply.text).toBe(200)
  return { id: reply.body.id, session: fake.only() }
}

test('a deposit opens a page at the gateway for what is to be paid, fee included', async () => {
  const reply = await create()
  const session = fake.only()
  expect(reply.body).toMatchObject({
    provider_code: code(),
    channel: 'checkout',
    status: 'pending',
    amounts: { total_pay: 20.8, deposit_amount: 20 },
    fee_amount: 0.8,
    payment_url: session.url,
    qr_url: session.url,
    account_number: null,
  })
  expect(session).toMatchObject({
    amount_total: 2080,
    currency: 'usd',
    client_reference_id: String(reply.body.id),
  })
  expect(await balance(server, shop)).toBe('1.00')
  const early = deposits.confirm(reply.body.id, { actor: 'test' })
  await expect(early).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('says itself'),
  })
})

test('an event that comes fifty times at once credits once, and what is credited is the deposit without the fee', async () => {
  const { id, session } = await opened()
  const event = fake.event('completed', fake.pay(session))
  const statuses = await Promise.all(Array.from({ length: 50 }, () => fake.tell(hook, event)))
  expect(new Set(statuses)).toEqual(new Set([204]))
  expect(await balance(server, shop)).toBe('21.00')
  expect(await show(id)).toMatchObject({ status: 'succeeded', completed_at: expect.any(String) })
})

test('other events of the same payment, all at once, credit once too', async () => {
  const { session } = await opened()
  fake.pay(session)
  const events = Array.from({ length: 30 }, (_, at) =>
    fake.event(at % 2 === 0 ? 'completed' : 'async_payment_succeeded', session),
  )
  const statuses = await Promise.all(events.map((event) => fake.tell(hook, event)))
  expect(new Set(statuses)).toEqual(new Set([204]))
  expect(await balance(server, shop)).toBe('21.00')
})

test('a credit that would be the second breaks on an index, whatever the code does', async () => {
  const { id, session } = await opened()
  await fake.tell(hook, fake.event('completed', fake.pay(session)))
  await server.sql`update deposits set state = 'review', settled_at = null, settled_by = null where id = ${id}`
  const again = deposits.confirm(id as DepositId, { actor: 'test' })
  await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'ledger_entries_credit_once' })
  expect(await balance(server, shop)).toBe('21.00')
  await server.sql`update deposits set state = 'succeeded', settled_at = now(), settled_by = 'test' where id = ${id}`
})

test('an event that comes before the answer to the opening credits, and the answer says so', async () => {
  fake.beforeAnswer = (session) => fake.tell(hook, fake.event('completed', fake.pay(session)))
  const reply = await create()
  expect(reply.body).toMatchObject({ status: 'succeeded', payment_url: fake.only().url })
  expect(await balance(server, shop)).toBe('21.00')
})

test.each([
  ['another secret', { secret: 'whsec_of_somebody_else' }],
  ['a signature of six minutes ago', { age: 360 }],
  ['a signature of the future', { age: -360 }],
  ['no time', { header: `v1=${'0'.repeat(64)}` }],
  ['nothing', { header: '' }],
])('an event signed with %s is refused and does nothing', async (_name, how) => {
  const { id, session } = await opened()
  expect(await fake.tell(hook, fake.event('completed', fake.pay(session)), how)).toBe(401)
  expect(await show(id)).toMatchObject({ status: 'pending' })
})

test('an event that was changed after it was signed is refused', async () => {
  const { session } = await opened()
  const body = JSON.stringify(fake.event('completed', fake.pay(session)))
  const time = Math.floor(clock.now().getTime() / 1000)
  const header = `t=${time},v1=${sign(body.replace('"paid"', '"unpaid"'), time, WEBHOOK_SECRET)}`
  expect(await fake.tell(hook, body, { header })).toBe(401)
  expect(await balance(server, shop)).toBe('1.00')
})

test('while the secret is rolled, one fitting signature of several is enough', async () => {
  const { session } = await opened()
  const body = JSON.stringify(fake.event('completed', fake.pay(session)))
  const time = Math.floor(clock.now().getTime() / 1000)
  const header = `t=${time},v1=${sign(body, time, 'old')},v1=${sign(body, time, WEBHOOK_SECRET)}`
  expect(await fake.tell(hook, body, { header })).toBe(204)
  expect(await balance(server, shop)).toBe('21.00')
})

test('a flood of wrong signatures costs the database a bounded number of queries', async () => {
  let queries = 0
  const sql = new Proxy(server.sql, {
    get: (of, name) => {
      if (name === 'run' || name === 'begin') queries++
      const value: unknown = Reflect.get(of, name)
      return typeof value === 'function' ? value.bind(of) : value
    },
    apply: (of, self, statement) => {
      queries++
      return Reflect.apply(of, self, statement)
    },
  })
  const context = { outbound: new GuardedOutbound({ allow: [] }), clock, installation: 'test' }
  const log = pino({ level: 'silent' })
  const deps = { sql, gateways: new Gateways({ context, sealer }), clock, log }
  const webhooks = new GatewayWebhooks(deps, { onInvalidate: () => {}, isConnected: () => true })
  const headers = { 'stripe-signature': 't=1,v1=00' }
  for (let n = 0; n < 500; n++) {
    const name = n % 2 === 0 ? code() : `nobody${n}`
    await expect(webhooks.receive(name, Buffer.from('{}'), headers)).rejects.toMatchObject({
      code: 'invalid_signature',
    })
  }
  // The first reading, a minute's number for secrets that were changed a moment ago, and what a slow minute adds.
  expect(queries).toBeGreaterThan(0)
  expect(queries).toBeLessThan(200)
})

test('a secret that was changed counts at once', async () => {
  const { session } = await opened()
  const event = fake.event('completed', fake.pay(session))
  const body = JSON.stringify(event)
  const time = Math.floor(clock.now().getTime() / 1000)
  const header = `t=${time},v1=${sign(body, time, 'whsec_another')}`
  expect(await fake.tell(hook, body, { header })).toBe(401)
  await new Providers(server.sql, sealer, clock).change(code(), {
    secrets: { webhook_secret: 'whsec_another' },
  })
  expect(await fake.tell(hook, body, { header })).toBe(204)
  expect(await fake.tell(hook, event)).toBe(401)
  expect(await balance(server, shop)).toBe('21.00')
})

test('hooks of providers that are not there answer as those that are', async () => {
  expect(await fake.tell(`${server.url}/hooks/deposits/nobody`, {})).toBe(401)
  expect(await fake.tell(`${server.url}/hooks/deposits/%00`, {})).toBe(401)
})

test.each([
  ['less', { amount_total: 100 }, '1.00 USD was paid instead of 20.80 USD'],
  ['more', { amount_total: 208_000 }, '2080.00 USD was paid instead of 20.80 USD'],
  ['another currency', { currency: 'eur' }, '20.80 EUR was paid instead of 20.80 USD'],
  ['nothing at all', { amount_total: 0, payment_status: 'no_payment_required' }, '0.00 USD was paid'],
  ['another session', { id: 'cs_test_other' }, 'cs_test_other was paid instead of cs_test_1'],
])('a payment of %s is credited by nobody but a person', async (_name, change, note) => {
  const { id, session } = await opened()
  const paid = { ...fake.pay(session), ...change }
  expect(await fake.tell(hook, fake.event('completed', paid))).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'review', completed_at: null })
  expect(await balance(server, shop)).toBe('1.00')
  const [row] = await server.sql`select note from deposits where id = ${id}`
  expect(row?.['note']).toContain(note)
  // Once more, as it should be: a person is at it.
  await fake.tell(hook, fake.event('completed', session))
  expect(await balance(server, shop)).toBe('1.00')
  await deposits.confirm(id as DepositId, { actor: 'test', note: 'looked at' })
  expect(await balance(server, shop)).toBe('21.00')
})

test.each([
  ['no word about the payment', { payment_status: undefined }],
  ['a word about the payment that nobody knows', { payment_status: 'partially_paid' }],
  ['that it is unpaid', { payment_status: 'unpaid' }],
  ['that the page is open', { status: 'open' }],
  ['no state of the page', { status: null }],
  ['a payment of another kind', { object: 'payment_intent' }],
  ['no number', { id: '' }],
  ['no deposit', { metadata: {} }],
  ['a deposit with an odd number', { metadata: { imeigate_deposit: '1e3' } }],
])('an event with %s credits nothing, and asks no person', async (_name, change) => {
  const { id, session } = await opened()
  const told = fake.event('completed', { ...fake.pay(session), ...(change as Partial<Session>) })
  expect(await fake.tell(hook, told)).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'pending' })
  expect(await balance(server, shop)).toBe('1.00')
})

test.each([
  ['an amount as a text', { amount_total: '2080' }],
  ['an amount that is no whole number', { amount_total: 2080.5 }],
  ['no amount', { amount_total: null }],
  ['no currency', { currency: null }],
])('an event of a payment with %s is for a person', async (_name, change) => {
  const { id, session } = await opened()
  const told = fake.event('completed', { ...fake.pay(session), ...(change as object) } as Session)
  expect(await fake.tell(hook, told)).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'review' })
  expect(await balance(server, shop)).toBe('1.00')
})

test.each([
  ['its currency in capitals', { currency: 'USD' }],
  ['fields that nobody knows', { livemode: true, customer_details: { email: 'a@b.example' } }],
])('an event of a payment with %s is credited', async (_name, change) => {
  const { id, session } = await opened()
  const told = fake.event('completed', { ...fake.pay(session), ...(change as object) } as Session)
  expect(await fake.tell(hook, told)).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'succeeded' })
  expect(await balance(server, shop)).toBe('21.00')
})

test('an event that comes again after a person has decided changes nothing', async () => {
  const { id, session } = await opened()
  const event = fake.event('completed', { ...fake.pay(session), amount_total: 1 })
  await fake.tell(hook, event)
  await deposits.refuse(id as DepositId, { actor: 'test', reason: 'given back' })
  expect(await fake.tell(hook, event)).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'failed', reason: 'given back' })
})

test('what was credited as another amount is over when the gateway tells of it once more, and is never credited again as its own', async () => {
  const { id, session } = await opened()
  const paid = { ...fake.pay(session), amount_total: 500 }
  await fake.tell(hook, fake.event('completed', paid))
  await deposits.creditOther(id as DepositId, money('5'), { actor: 'test', note: 'five came' })
  await fake.tell(hook, fake.event('completed', paid))
  expect(await show(id)).toMatchObject({ status: 'failed' })
  // Another amount under the same reference is news.
  await fake.tell(hook, fake.event('completed', { ...paid, amount_total: 700 }))
  expect(await show(id)).toMatchObject({ status: 'review' })
  await expect(deposits.confirm(id as DepositId, { actor: 'test' })).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await balance(server, shop)).toBe('6.00')
})

test('what a person has refused is over when the gateway tells of the same payment once more', async () => {
  const { id, session } = await opened()
  const paid = { ...fake.pay(session), amount_total: 500 }
  await fake.tell(hook, fake.event('completed', paid))
  await deposits.refuse(id as DepositId, { actor: 'test', reason: 'given back' })
  await fake.tell(hook, fake.event('completed', paid))
  expect(await show(id)).toMatchObject({ status: 'failed', reason: 'given back' })
})

test('events of other installations and other programs are none of our concern', async () => {
  const { id, session } = await opened()
  fake.pay(session)
  const other = { ...session, metadata: { ...session.metadata, imeigate_installation: 'another' } }
  expect(await fake.tell(hook, fake.event('completed', other))).toBe(204)
  expect(await fake.tell(hook, fake.event('completed', { ...session, metadata: {} }))).toBe(204)
  expect(await fake.tell(hook, { id: 'evt_1', type: 'charge.refunded', data: { object: {} } })).toBe(204)
  expect(await fake.tell(hook, 'no JSON')).toBe(204)
  expect(await show(id)).toMatchObject({ status: 'pending' })
})

test('an event of a deposit that is not here is not acknowledged, so that it is told again', async () => {
  const { session } = await opened()
  const lost = { ...fake.pay(session), metadata: { ...session.metadata, imeigate_deposit: '999999' } }
  expect(await fake.tell(hook, fake.event('completed', lost))).toBe(404)
})

test("one provider's secret says nothing of another provider's deposits", async () => {
  const { id, session } = await opened()
  await stripe(server, fake.url, {
    code: 'other',
    secrets: { secret_key: 'sk_2', webhook_secret: 'whsec_2' },
  })
  const other = `${server.url}/hooks/deposits/other`
  expect(await fake.tell(other, fake.event('completed', fake.pay(session)), { secret: 'whsec_2' })).toBe(404)
  expect(await show(id)).toMatchObject({ status: 'pending' })
})

test('a payment that takes days is credited when it has arrived, or fails', async () => {
  const { id, session } = await opened()
  await fake.tell(hook, fake.event('completed', fake.payLater(session)))
  expect(await show(id)).toMatchObject({ status: 'pending' })
  await fake.tell(hook, fake.event('async_payment_succeeded', fake.pay(session)))
  expect(await show(id)).toMatchObject({ status: 'succeeded' })
  await fake.tell(hook, fake.event('async_payment_failed', session))
  expect(await show(id)).toMatchObject({ status: 'succeeded' })
})

test('a payment that did not go through fails the deposit; should money come all the same, a person decides', async () => {
  const { id, session } = await opened()
  await fake.tell(hook, fake.event('async_payment_failed', fake.payLater(session)))
  expect(await show(id)).toMatchObject({ status: 'failed', reason: 'the payment did not go through' })
  await fake.tell(hook, fake.event('completed', fake.pay(session)))
  expect(await show(id)).toMatchObject({ status: 'review' })
  expect(await balance(server, shop)).toBe('1.00')
})

test('a page that nobody paid at expires', async () => {
  const { id, session } = await opened()
  await fake.tell(hook, fake.event('expired', Object.assign(session, { status: 'expired' })))
  expect(await show(id)).toMatchObject({ status: 'expired', cancelled_at: expect.any(String) })
})

test('the same request under the same key is one deposit and one page', async () => {
  const replies = await Promise.all(Array.from({ length: 5 }, () => create('key-1')))
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
  expect(fake.sessions.size).toBe(1)
  expect(await create('key-1', '21')).toMatchObject({
    status: 409,
    body: { code: 'IDEMPOTENCY_CONFLICT_ERROR' },
  })
})

test.each(['no answer', 'an answer that is lost', 'busy'] as const)(
  'after %s the same request goes on with the same deposit and the same key there',
  async (fault) => {
    fake.faults = [fault]
    expect(await create('key-2')).toMatchObject({ status: 503, body: { code: 'PROVIDER_UNAVAILABLE_ERROR' } })
    const reply = await create('key-2')
    expect(reply).toMatchObject({ status: 200, body: { status: 'pending' } })
    expect(new Set(fake.keys).size).toBe(1)
    expect(fake.only().client_reference_id).toBe(String(reply.body.id))
    const list = await client.get('/api/deposit')
    expect(list.body.data.page.items).toHaveLength(1)
  },
)

test('an error there is not repeated for ever: the next try has a key of its own', async () => {
  fake.faults = ['an error']
  expect((await create('key-3')).status).toBe(503)
  expect(await create('key-3')).toMatchObject({ status: 200, body: { payment_url: fake.only().url } })
  expect(new Set(fake.keys).size).toBe(2)
})

test('without a key a gateway that cannot be reached leaves nothing open', async () => {
  fake.faults = ['no answer']
  expect((await create()).status).toBe(503)
  const list = await client.get('/api/deposit')
  expect(list.body.data.page.items).toMatchObject([{ status: 'failed', payment_url: null }])
})

test('an amount that the gateway does not take is the amount that is at fault', async () => {
  fake.faults = ['an amount that it does not take']
  expect(await create()).toMatchObject({ status: 422, body: { errors: { amount: [expect.any(String)] } } })
})

test('cancelling closes the page, and twice is the same as once', async () => {
  const { id, session } = await opened()
  for (const _ of [1, 2]) {
    const reply = await client.post(`/api/deposit/${id}/cancel`, undefined)
    expect(reply, reply.text).toMatchObject({ status: 200, body: { status: 'cancelled' } })
  }
  expect(session.status).toBe('expired')
  await fake.tell(hook, fake.event('expired', session))
  expect(await show(id)).toMatchObject({ status: 'cancelled' })
})

test('what is paid cannot be cancelled: it is credited', async () => {
  const { id, session } = await opened()
  fake.pay(session)
  const replies = await Promise.all([
    client.post(`/api/deposit/${id}/cancel`, undefined),
    fake.tell(hook, fake.event('completed', session)),
    client.post(`/api/deposit/${id}/cancel`, undefined),
  ])
  expect(replies).toMatchObject([{ status: 409 }, 204, { status: 409 }])
  expect(await balance(server, shop)).toBe('21.00')
})

test('a gateway that cannot be reached cancels nothing', async () => {
  const { id } = await opened()
  await fake.stop()
  expect(await client.post(`/api/deposit/${id}/cancel`, undefined)).toMatchObject({ status: 503 })
  expect(await show(id)).toMatchObject({ status: 'pending' })
})

test('currencies without decimals are counted in whole units', async () => {
  await stripe(server, fake.url, { code: 'yen', currency: 'JPY', feePercent: 150 })
  const buyer = await server.shop({ currency: 'JPY', deposit: '1' })
  const reply = await new RestClient(server, buyer).post('/api/deposit', {
    amount: 1010,
    provider_code: 'yen',
  })
  expect(reply.body).toMatchObject({
    currency: 'JPY',
    amounts: { total_pay: 1026, deposit_amount: 1010 },
    fee_amount: 16,
  })
  expect(fake.only()).toMatchObject({ amount_total: 1026, currency: 'jpy' })
  await fake.tell(`${server.url}/hooks/deposits/yen`, fake.event('completed', fake.pay(fake.only())))
  expect(await balance(server, buyer)).toBe('1011.00')
})
