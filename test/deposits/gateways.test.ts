import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { installationId } from '../../src/database/installation.ts'
import { Gateways } from '../../src/deposits/gateways.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import { testProvider } from '../../src/deposits/provider-test.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { depositJobs } from '../../src/deposits/schedule.ts'
import type { DepositId } from '../../src/lib/ids.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { RestClient, type RestReply } from '../support/rest.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { balance, broken, sealer } from './deposits.fixtures.ts'
import { FakeBridge, type FakeGateway, FakeMidtrans, FakeXendit, type Kept } from './fake-gateway.ts'

const HOUR = 3_600_000
const clock = new TestClock()
let server: TestServer
let deposits: OperatorDeposits
let installation: string
beforeAll(async () => {
  server = await testServer({ OUTBOUND_ALLOW: '127.0.0.0/8' }, clock)
  deposits = new OperatorDeposits(server.sql, clock)
  installation = await installationId(server.sql)
})
afterAll(() => server.stop())

let providers = 0
// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
type Body = any

describe.each([
  ['a bridge of the kit', () => new FakeBridge()],
  ['Midtrans', () => new FakeMidtrans()],
  ['Xendit', () => new FakeXendit()],
])('%s', (_name, make: () => FakeGateway) => {
  let fake: FakeGateway
  let shop: Shop
  let client: RestClient
  let code: string
  let hook: string
  beforeEach(async () => {
    fake = await make().start()
    code = `gate${++providers}`
    hook = `${server.url}/hooks/deposits/${code}`
    await new Providers(server.sql, sealer, clock).create({
      ...{ kind: fake.kind, code, name: 'Card', currency: 'IDR', feePercent: 200 },
      ...{ settings: fake.settings(server.url), secrets: fake.secrets },
    })
    shop = await server.shop({ currency: 'IDR', deposit: '1' })
    client = new RestClient(server, shop)
  })
  afterEach(async () => {
    await fake.stop()
    expect(await broken(server)).toEqual([])
  })

  const create = (key?: string): Promise<RestReply> =>
    client.post(
      '/api/deposit',
      { amount: 50_000, provider_code: code },
      key === undefined ? {} : { 'idempotency-key': key },
    )
  const show = async (id: number): Promise<Body> => (await client.get(`/api/deposit/${id}`)).body
  const note = async (id: number) => (await deposits.get(id as DepositId)).deposit.note
  const opened = async (): Promise<{ id: number; payment: Kept }> => {
    const reply = await create()
    expect(reply.status, reply.text).toBe(200)
    return { id: reply.body.id, payment: fake.last() }
  }
  /** `check` is the job that asks gateways about open deposits. */
  const check = async (): Promise<void> => {
    const context = { outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }), clock, installation }
    const gateways = new Gateways({ context, sealer })
    const [job] = Object.values(
      depositJobs({ sql: server.sql, gateways, clock, log: pino({ level: 'silent' }) }),
    )
    await job?.({}, new AbortController().signal)
    await gateways.stop()
  }

  test('a page is opened for what is to be paid, and the payer is led there', async () => {
    const reply = await create()
    expect(reply.status, reply.text).toBe(200)
    expect(reply.body).toMatchObject({
      status: 'pending',
      channel: 'checkout',
      amounts: { total_pay: 51_000 },
    })
    expect(reply.body.payment_url).toContain(fake.last().id)
    expect(fake.last()).toMatchObject({ amount: 51_000, currency: 'IDR' })
    expect(fake.last().name).toMatch(new RegExp(`-${reply.body.id}-1$`))
  })

  test('a test says whether the key is right, begins nothing, and tells no secret', async () => {
    const outbound = new GuardedOutbound({ allow: ['127.0.0.0/8'] })
    const tested = async () => {
      const found = await testProvider(
        { sql: server.sql, sealer, context: { outbound, clock, installation } },
        code,
      )
      const said = JSON.stringify(found)
      for (const secret of Object.values(fake.secrets)) {
        expect(said).not.toContain(secret)
        expect(said).not.toContain(Buffer.from(`${secret}:`).toString('base64'))
      }
      return found
    }
    const isPractice = fake.kind !== 'dhru-gateway'
    expect(await tested()).toMatchObject({ code, finding: 'works', detail: null, isPractice })
    expect([fake.payments.size, fake.asked < 2]).toEqual([0, true])
    for (const [fault, finding] of [
      ['no answer', 'no_answer'],
      ['an error', 'no_answer'],
      ['busy', 'no_answer'],
      ['no JSON', 'not_theirs'],
      ['refused', 'refused'],
    ] as const) {
      fake.faults = [fault]
      expect(await tested(), fault).toMatchObject({ finding, detail: expect.stringMatching(/./) })
      expect(fake.faults).toEqual([])
    }
    const [name = ''] = Object.keys(fake.secrets)
    const providers = new Providers(server.sql, sealer, clock)
    await providers.change(code, { secrets: { [name]: 'another_key' } })
    const refused = await tested()
    expect(refused).toMatchObject({ finding: 'key_refused', detail: expect.stringContaining('HTTP 401') })
    expect(JSON.stringify(refused)).not.toContain('another_key')
    const away = fake.kind === 'dhru-gateway' ? `${fake.url}/elsewhere/` : 'https://127.0.0.1:1'
    await providers.change(code, { settings: { url: away }, enabled: false })
    expect(await tested()).toMatchObject({
      finding: fake.kind === 'dhru-gateway' ? 'not_theirs' : 'no_answer',
    })
    // Other providers could not be made beside one whose secrets do not open.
    const [{ secrets } = {}] = await server.sql<
      { secrets?: Buffer }[]
    >`select secrets from deposit_providers where code = ${code}`
    await server.sql`update deposit_providers set secrets = '\\x00' where code = ${code}`
    expect(await tested()).toMatchObject({ finding: 'unusable', milliseconds: null })
    await server.sql`update deposit_providers set secrets = ${secrets} where code = ${code}`
    expect([
      fake.payments.size,
      await server.sql`select from deposits where provider_id = (
      select id from deposit_providers where code = ${code})`,
    ]).toEqual([0, []])
  })

  test('an event that comes twenty times at once credits once', async () => {
    const { id, payment } = await opened()
    fake.pay(payment)
    const statuses = await Promise.all(Array.from({ length: 20 }, () => fake.tell(hook, payment)))
    expect(new Set(statuses)).toEqual(new Set([204]))
    expect(await balance(server, shop)).toBe('50001.00')
    expect(await show(id)).toMatchObject({ status: 'succeeded' })
    expect(await fake.tell(hook, payment)).toBe(204)
    expect(await balance(server, shop)).toBe('50001.00')
  })

  test('an event of a payment that is none is only a wake-up: the gateway is asked, and nothing is credited', async () => {
    const { id, payment } = await opened()
    expect(await fake.tell(hook, payment)).toBe(204)
    expect(fake.asked).toBe(1)
    expect(await show(id)).toMatchObject({ status: 'pending' })
  })

  test('a forged event is refused, and asks nobody', async () => {
    const { id, payment } = await opened()
    fake.pay(payment)
    expect(await fake.tell(hook, payment, { forged: true })).toBe(401)
    expect(fake.asked).toBe(0)
    expect(await show(id)).toMatchObject({ status: 'pending' })
  })

  test('an event that got lost is no harm', async () => {
    const { id, payment } = await opened()
    fake.pay(payment)
    clock.advance(6 * 60_000)
    await check()
    expect(await show(id)).toMatchObject({ status: 'succeeded' })
  })

  test.each([
    ['less', (payment: Kept) => ({ ...payment, received: 50_999 })],
    ['more', (payment: Kept) => ({ ...payment, received: 510_000 })],
    ['another currency', (payment: Kept) => ({ ...payment, currency: 'USD' })],
    [
      'the payment of another deposit',
      (payment: Kept) => ({ ...payment, name: `${payment.name.slice(0, -3)}77-1` }),
    ],
    ['the payment of another program', (payment: Kept) => ({ ...payment, name: 'order-7' })],
  ])('%s waits for a person', async (_what, lie) => {
    const { id, payment } = await opened()
    fake.pay(payment)
    fake.lie = lie
    expect(await fake.tell(hook, payment)).toBe(204)
    expect(await show(id)).toMatchObject({ status: 'review' })
    expect(await note(id)).toContain('instead of')
    expect(await balance(server, shop)).toBe('1.00')
    await deposits.confirm(id as DepositId, { actor: 'test' })
    expect(await balance(server, shop)).toBe('50001.00')
  })

  test('words that nobody knows prove nothing', async () => {
    const { id, payment } = await opened()
    for (const status of ['authorised', 'paid?', '', 'refunded']) {
      Object.assign(payment, { status, received: payment.amount })
      expect(await fake.tell(hook, payment)).toBe(204)
      expect(await show(id)).toMatchObject({ status: 'pending' })
    }
  })

  test.each(['no answer', 'an error', 'busy', 'no JSON'] as const)(
    'a gateway that gives %s when it is asked is told to come again',
    async (fault) => {
      const { id, payment } = await opened()
      fake.pay(payment)
      fake.faults = [fault]
      expect(await fake.tell(hook, payment)).toBe(503)
      expect(await show(id)).toMatchObject({ status: 'pending' })
      expect(await fake.tell(hook, payment)).toBe(204)
      expect(await show(id)).toMatchObject({ status: 'succeeded' })
    },
  )

  test.each(['no answer', 'an answer that is lost', 'an error', 'busy', 'no JSON', 'refused'] as const)(
    'a deposit whose page is opened with %s goes on under its key, and is paid once',
    async (fault) => {
      fake.faults = [fault]
      const failed = await create('key-1')
      expect(failed.status, failed.text).toBe(503)
      for (const secret of Object.values(fake.secrets)) expect(failed.text).not.toContain(secret)
      const reply = await create('key-1')
      expect(reply.status, reply.text).toBe(200)
      expect(reply.body.payment_url).toContain(fake.last().id)
      await fake.tell(hook, fake.pay(fake.last()))
      expect(await show(reply.body.id)).toMatchObject({ status: 'succeeded' })
      expect(await balance(server, shop)).toBe('50001.00')
    },
  )

  test('a payment that comes after the deposit was cancelled waits for a person', async () => {
    const { id, payment } = await opened()
    expect(await (await client.post(`/api/deposit/${id}/cancel`, {})).body).toMatchObject({
      status: 'cancelled',
    })
    fake.pay(payment)
    expect(await fake.tell(hook, payment)).toBe(204)
    expect(await show(id)).toMatchObject({ status: 'review' })
    expect(await balance(server, shop)).toBe('1.00')
  })

  test('a deposit that is paid while it is cancelled is credited', async () => {
    const { id, payment } = await opened()
    fake.pay(payment)
    expect((await client.post(`/api/deposit/${id}/cancel`, {})).status).toBe(409)
    expect(await show(id)).toMatchObject({ status: 'succeeded' })
  })

  test('nobody pays, and it expires; a payment after that waits for a person', async () => {
    const { id, payment } = await opened()
    clock.advance(25 * HOUR)
    await check()
    clock.advance(7 * HOUR)
    await check()
    expect(await show(id)).toMatchObject({ status: 'expired' })
    fake.pay(payment)
    await fake.tell(hook, payment)
    expect(await show(id)).toMatchObject({ status: 'review' })
  })

  test('whatever happens in whatever order, a payment is credited once, or a person knows of it', async () => {
    const steps = fc.array(
      fc.constantFrom('pay', 'tell', 'tell', 'forge', 'check', 'cancel', 'silence', 'less', 'honest'),
      { minLength: 2, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { id, payment } = await opened()
        const before = await balance(server, shop)
        fake.lie = (one) => one
        fake.faults = []
        const acts: Record<string, () => unknown> = {
          pay: () => fake.pay(payment),
          tell: () => fake.tell(hook, payment),
          forge: () => fake.tell(hook, payment, { forged: true }),
          check: async () => {
            clock.advance(7 * 60_000)
            await check()
          },
          cancel: () => client.post(`/api/deposit/${id}/cancel`, {}),
          silence: () => fake.faults.push('no answer'),
          less: () => {
            fake.lie = (one) => ({ ...one, received: one.received === null ? null : 1 })
          },
          honest: () => {
            fake.lie = (one) => one
          },
        }
        for (const step of script)
          await Promise.all([acts[step]?.(), acts[step === 'tell' ? 'tell' : 'honest']?.()])
        fake.faults = []
        if (payment.status !== fake.words.expired) await fake.tell(hook, payment)
        const { status } = await show(id)
        const isPaid = payment.status === fake.words.paid
        if (isPaid) expect(['succeeded', 'review']).toContain(status)
        else expect(['pending', 'cancelled', 'expired']).toContain(status)
        const gained = Number(await balance(server, shop)) - Number(before)
        expect(gained).toBe(status === 'succeeded' ? 50_000 : 0)
        await server.sql`update deposits set state = 'failed', settled_at = now(), settled_by = 'test', check_at = null
                          where id = ${id} and state in ('pending', 'review')`
      }),
      { numRuns: 8, seed: inject('seed') },
    )
  })
})

test('a kind that takes some currencies only says which', async () => {
  const fake = new FakeMidtrans()
  const made = new Providers(server.sql, sealer, clock).create({
    ...{ kind: 'midtrans', code: 'usd', name: 'Card', currency: 'USD' },
    settings: { success_url: 'https://shop.example.com/' },
    secrets: fake.secrets,
  })
  await expect(made).rejects.toMatchObject({ field: 'currency', message: expect.stringContaining('IDR') })
})
