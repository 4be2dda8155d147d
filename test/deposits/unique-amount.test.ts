import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { matchTransfers, Strays, takeTransfers } from '../../src/deposits/incoming.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import type { Provider } from '../../src/deposits/provider.ts'
import { depositJobs } from '../../src/deposits/schedule.ts'
import type { DepositId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { wallTime } from '../../src/lib/wall-clock.ts'
import { RestClient } from '../support/rest.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { balance, broken, uniqueAmounts } from './deposits.fixtures.ts'
import { type Mutation, mutation, tell } from './fake-bank.ts'
import { QRIS } from './telling-apart.fixtures.ts'

const clock = new TestClock()
let server: TestServer
let provider: Provider
let shop: Shop
let client: RestClient
let hook: string
let providers = 0
beforeAll(async () => {
  server = await testServer({}, clock)
})
afterAll(() => server.stop())
beforeEach(async () => {
  const code = `qris${++providers}`
  provider = await uniqueAmounts(server, { code, settings: { tail_max: 5, keep_days: 2, qris: QRIS } }, clock)
  shop = await server.shop({ currency: 'IDR', deposit: '1' })
  client = new RestClient(server, shop)
  hook = `${server.url}/hooks/deposits/${code}`
})
afterEach(async () => {
  expect(await broken(server)).toEqual([])
})

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
type Body = any
const begin = async (amount = 50_000, of = client): Promise<Body> => {
  const reply = await of.post('/api/deposit', { amount, provider_code: provider.code })
  expect(reply.status, reply.text).toBe(200)
  return reply.body
}
const show = async (id: number): Promise<Body> => (await client.get(`/api/deposit/${id}`)).body
const noted = async (id: number) =>
  (await new OperatorDeposits(server.sql, clock).get(id as DepositId)).deposit.note
const nowAt = (): string => wallTime(clock.now(), 'UTC')
const paid = (deposit: Body, over: Partial<Mutation> = {}): Mutation =>
  mutation(deposit.amounts.total_pay, { date: nowAt(), ...over })
const strays = async () =>
  (await new Strays(server.sql, clock).list(100)).filter((one) => one.providerCode === provider.code)

test('each open deposit has an amount of its own, which is credited as it is paid, and a QRIS that names it', async () => {
  const all = [await begin(), await begin(), await begin(), await begin(), await begin()]
  const totals = all.map((one) => one.amounts.total_pay)
  expect(totals.toSorted()).toEqual([50_001, 50_002, 50_003, 50_004, 50_005])
  for (const one of all) {
    expect(one.amounts.deposit_amount).toBe(one.amounts.total_pay)
    expect(one.qr_string).toContain(`5405${one.amounts.total_pay}5802ID`)
    expect(one.account_number).toBe('12345')
  }
  const more = await client.post('/api/deposit', { amount: 50_000, provider_code: provider.code })
  expect(more.status).toBe(409)
  expect(more.text).toContain('another amount')
  // Another amount has others above it.
  expect((await begin(49_999)).amounts.total_pay).toBe(50_000)
})

test('deposits that begin at the same moment have different amounts', async () => {
  const others = await Promise.all([1, 2, 3, 4].map(() => server.shop({ currency: 'IDR' })))
  const all = await Promise.all(others.map((one) => begin(70_000, new RestClient(server, one))))
  expect(new Set(all.map((one) => one.amounts.total_pay)).size).toBe(4)
})

test('a hook that is told of a payment thirty times, in every company, credits once', async () => {
  const [one, two] = [await begin(), await begin()]
  const [first, second] = [paid(one), paid(two)]
  const bodies = Array.from({ length: 30 }, (_, at) =>
    at % 3 === 0 ? [first] : at % 3 === 1 ? [second, first] : [first, second],
  )
  const replies = await Promise.all(bodies.map((body) => tell(hook, body)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]))
  expect(await balance(server, shop)).toBe(
    `${1 + one.amounts.deposit_amount + two.amounts.deposit_amount}.00`,
  )
  expect(await show(one.id)).toMatchObject({ status: 'succeeded' })
})

test.each([
  ['less', -1],
  ['more', 1000],
])("%s than asked is no deposit's: a person finds it", async (_name, by) => {
  const one = await begin()
  const line = paid(one, { amount: one.amounts.total_pay + by })
  expect((await tell(hook, [line, line])).status).toBe(204)
  expect((await tell(hook, [line])).status).toBe(204)
  expect(await show(one.id)).toMatchObject({ status: 'pending' })
  const [stray, ...others] = await strays()
  expect(stray).toMatchObject({ paymentId: line.mutation_id, fitting: 0, words: 'TRSF' })
  expect(others).toEqual([])
  const operators = new Strays(server.sql, clock)
  if (stray) await operators.close(stray.id, { actor: 'test', note: 'credited by hand' })
  expect(await strays()).toEqual([])
  if (stray)
    await expect(operators.close(stray.id, { actor: 'test' })).rejects.toMatchObject({ code: 'conflict' })
})

test('money of another kind, money that went out and money from before are not believed', async () => {
  const one = await begin()
  await tell(hook, [paid(one, { type: 'DB' })])
  expect(await strays()).toEqual([])
  await tell(hook, [paid(one, { date: '2001-01-01 00:00:00' })])
  expect(await show(one.id)).toMatchObject({ status: 'pending' })
  expect(await strays()).toMatchObject([{ fitting: 0 }])
})

test('a second payment of the same amount is noted, and credits nothing', async () => {
  const one = await begin()
  await tell(hook, [paid(one)])
  const again = paid(one)
  await tell(hook, [again])
  expect(await balance(server, shop)).toBe(`${1 + one.amounts.deposit_amount}.00`)
  expect(await noted(one.id)).toContain(`${again.mutation_id} is paid, too`)
})

/** `line` is a payment as a statement has it: the bank's own name of it is another one, and only the day is known. */
const line = (amount: number, id: string) => ({
  ...{ id, amount: BigInt(amount) * 1_000_000n, currency: null, at: nowAt().slice(0, 10), words: 'TRSF' },
})
const match = (...lines: ReturnType<typeof line>[]) =>
  takeTransfers(server.sql, provider, lines, { told: 'statement', clock })
const fates = (found: Awaited<ReturnType<typeof match>>) => found.map(({ fate }) => fate)

test('a payment that a hook and a statement tell of under two names is one, whoever was first', async () => {
  const [one, two] = [await begin(), await begin()]
  await tell(hook, [paid(one)])
  expect(fates(await match(line(one.amounts.total_pay, 'a')))).toEqual(['known'])
  expect(fates(await match(line(two.amounts.total_pay, 'b')))).toEqual(['credited'])
  await tell(hook, [paid(two)])
  expect([await noted(one.id), await noted(two.id)]).toEqual([null, null])
  // What the statement has once more was paid once more.
  const total = one.amounts.total_pay
  const preview = await matchTransfers(
    server.sql,
    provider,
    [line(total, 'a'), line(total, 'c')],
    'statement',
  )
  expect(fates(preview)).toEqual(['known', 'noted'])
  expect(fates(await match(line(total, 'a'), line(total, 'c')))).toEqual(['known', 'noted'])
  const note = await noted(one.id)
  expect(note).toContain('c is paid, too')
  await tell(hook, [paid(one)])
  expect(await noted(one.id)).toBe(note)
  expect(await balance(server, shop)).toBe(`${1 + total + two.amounts.total_pay}.00`)
})

test('a line of a statement that is a stray payment of a hook says so', async () => {
  const one = await begin()
  const other = one.amounts.total_pay + 1000
  await tell(hook, [paid(one, { amount: other })])
  const [stray] = await strays()
  const found = await match(line(other, 'a'), line(other, 'b'))
  expect(fates(found)).toEqual(['known', 'unmatched'])
  expect(found[0]?.note).toBe(`stray payment ${stray?.id}, which is open`)
  if (stray) await new Strays(server.sql, clock).credit(stray.id, { account: shop.username, actor: 'test' })
  expect((await match(line(other, 'a')))[0]?.note).toContain(`closed: credited to ${shop.username}`)
})

test("a payment that comes late waits for a person, and its amount is nobody else's meanwhile", async () => {
  const one = await begin()
  await client.post(`/api/deposit/${one.id}/cancel`, {})
  for (let count = 0; count < 4; count++) {
    expect((await begin()).amounts.total_pay).not.toBe(one.amounts.total_pay)
  }
  expect((await client.post('/api/deposit', { amount: 50_000, provider_code: provider.code })).status).toBe(
    409,
  )
  await tell(hook, [paid(one)])
  expect(await show(one.id)).toMatchObject({ status: 'review' })
  await new OperatorDeposits(server.sql, clock).confirm(one.id, { actor: 'test' })
  expect(await balance(server, shop)).toBe(`${1 + one.amounts.deposit_amount}.00`)
})

test("an amount rests, and is given again; an old payment of it is then no deposit's", async () => {
  const one = await begin()
  for (let count = 0; count < 4; count++) await begin()
  await client.post(`/api/deposit/${one.id}/cancel`, {})
  const old = paid(one)
  clock.advance(3 * 86_400_000)
  const next = await begin()
  expect(next.amounts.total_pay).toBe(one.amounts.total_pay)
  await tell(hook, [paid(next)])
  expect(await show(next.id)).toMatchObject({ status: 'succeeded' })
  await tell(hook, [old])
  // It is the payment of the one that was cancelled, by its time.
  expect(await show(one.id)).toMatchObject({ status: 'review' })
})

test('a proof that the payer handed in does not keep the payment from being credited', async () => {
  const one = await begin()
  await client.post(`/api/deposit/${one.id}/proof`, { reference: 'TX 1' })
  await tell(hook, [paid(one)])
  expect(await show(one.id)).toMatchObject({ status: 'succeeded' })
})

test('a payment of what a person had confirmed is noted', async () => {
  const one = await begin()
  await new OperatorDeposits(server.sql, clock).confirm(one.id, { actor: 'test' })
  await tell(hook, [paid(one)])
  expect(await balance(server, shop)).toBe(`${1 + one.amounts.deposit_amount}.00`)
  expect(await noted(one.id)).toContain('after it was confirmed by hand')
})

test.each([
  ['another secret', { secret: 'another' }],
  ['another header', { header: 'x-signature' }],
  ['no signature', { sign: () => '' }],
  ['half of one', { sign: () => 'ab'.repeat(16) }],
])('what is signed with %s is refused and does nothing', async (_name, how) => {
  const one = await begin()
  expect((await tell(hook, [paid(one)], how)).status).toBe(401)
  expect(await show(one.id)).toMatchObject({ status: 'pending' })
})

test.each([
  ['no JSON', () => '{', 'body'],
  ['no id', (one: Body) => [paid(one), { ...paid(one), mutation_id: null }], '1: has no id'],
  ['no amount', (one: Body) => [paid(one), paid(one, { amount: 'many' })], '1: has no amount'],
  ['an amount in doubt', (one: Body) => [paid(one), paid(one, { amount: '50.001' })], '1: has no amount'],
  ['no time', (one: Body) => [paid(one), paid(one, { date: 'today' })], '1: has no time'],
])('a hook that has %s is told what is wrong, and nothing of it is done', async (_name, body, message) => {
  const one = await begin()
  const reply = await tell(hook, body(one))
  expect(reply.status).toBe(422)
  expect(reply.text).toContain(message)
  expect(await show(one.id)).toMatchObject({ status: 'pending' })
})

test('a provider without a secret hears nothing', async () => {
  const silent = await uniqueAmounts(server, { code: `silent${providers}` }, clock)
  await server.sql`update deposit_providers set secrets = null where id = ${silent.id}`
  expect((await tell(`${server.url}/hooks/deposits/${silent.code}`, [mutation(1)])).status).toBe(401)
})

test('two deposits that are open with one amount break on an index, whatever the code does', async () => {
  const [one, two] = [await begin(), await begin()]
  const same = server.sql`update deposits set amount = ${micros(BigInt(one.amounts.deposit_amount) * 1_000_000n)},
                                              total_pay = ${micros(BigInt(one.amounts.total_pay) * 1_000_000n)}
                           where id = ${two.id}`
  await expect(same).rejects.toMatchObject({ constraint: 'deposits_told_apart' })
})

test('whatever comes in whatever order, how often and from how many: each deposit is credited once, and by a payment that fits it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ deposit: fc.nat(3), by: fc.constantFrom(0, 0, 0, -1, 1), line: fc.nat(2) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.array(fc.nat(3), { maxLength: 2 }),
      async (told, cancelled) => {
        const account = await server.shop({ currency: 'IDR', deposit: '1' })
        const payer = new RestClient(server, account)
        const code = `qris${++providers}`
        const of = await uniqueAmounts(server, { code, settings: { tail_max: 99 } }, clock)
        const all: Body[] = []
        for (let count = 0; count < 4; count++) {
          all.push((await payer.post('/api/deposit', { amount: 10_000 + count, provider_code: code })).body)
        }
        for (const at of cancelled) await payer.post(`/api/deposit/${all[at].id}/cancel`, {})
        const lines = told.map(({ deposit, by, line }) => ({
          id: `${code}-${deposit}-${by}-${line}`,
          amount: BigInt(all[deposit].amounts.total_pay + by) * 1_000_000n,
          currency: null,
          at: nowAt(),
          words: '',
        }))
        const half = Math.ceil(lines.length / 2)
        const how = { told: 'hook', clock } as const
        await Promise.all([
          takeTransfers(server.sql, of, lines.slice(0, half), how),
          takeTransfers(server.sql, of, lines.slice(half), how),
          takeTransfers(server.sql, of, lines, how),
        ])
        let credited = 1
        for (const [at, one] of all.entries()) {
          const { status } = (await payer.get(`/api/deposit/${one.id}`)).body
          const isPaid = lines.some(({ amount }) => amount === BigInt(one.amounts.total_pay) * 1_000_000n)
          if (cancelled.includes(at)) expect(status).toBe(isPaid ? 'review' : 'cancelled')
          else expect(status).toBe(isPaid ? 'succeeded' : 'pending')
          if (status === 'succeeded') credited += one.amounts.deposit_amount
        }
        expect(await balance(server, account)).toBe(`${credited}.00`)
      },
    ),
    { numRuns: 15, seed: inject('seed') },
  )
})

test('nobody pays, and it expires', async () => {
  const one = await begin()
  clock.advance(25 * 3_600_000)
  const log = { warn: () => {} } as unknown as Parameters<typeof depositJobs>[0]['log']
  const gateways = {} as Parameters<typeof depositJobs>[0]['gateways']
  const [job] = Object.values(depositJobs({ sql: server.sql, gateways, clock, log }))
  await job?.({}, new AbortController().signal)
  expect(await show(one.id)).toMatchObject({ status: 'expired' })
})
