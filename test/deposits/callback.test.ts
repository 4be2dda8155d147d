import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Strays } from '../../src/deposits/incoming.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { RestClient } from '../support/rest.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { balance, broken, sealer } from './deposits.fixtures.ts'
import { tell } from './fake-bank.ts'

const ADDRESS = 'TXLAQ63Xg1NAzckPwKHvzw7CSEmLMEqcdj'
const SECRET = 'the secret of the bridge'
const clock = new TestClock()
let server: TestServer
let shop: Shop
let client: RestClient
let code: string
let providers = 0
beforeAll(async () => {
  server = await testServer({}, clock)
})
afterAll(() => server.stop())
beforeEach(async () => {
  code = `usdt${++providers}`
  await new Providers(server.sql, sealer, clock).create({
    ...{ kind: 'callback', code, name: 'USDT (TRC-20)', currency: 'USD' },
    settings: {
      ...{ account_number: ADDRESS, account_holder_name: 'The Operator', bank: 'TRON' },
      ...{ hook_header: 'X-Bridge-Sign', hook_algorithm: 'sha512', hook_list: 'event.transfers' },
      ...{ hook_id: 'tx', hook_amount: 'token.value', hook_decimals: 6, hook_time: 'time' },
      ...{ hook_currency: 'token.symbol', hook_currency_name: 'USDT' },
      hook_when: { to: ADDRESS, state: 'confirmed' },
    },
    secrets: { hook_secret: SECRET },
  })
  shop = await server.shop({ deposit: '1' })
  client = new RestClient(server, shop)
})
afterEach(async () => {
  expect(await broken(server)).toEqual([])
})

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
type Body = any
const begin = async (amount = 20): Promise<Body> => {
  const reply = await client.post('/api/deposit', { amount, provider_code: code })
  expect(reply.status, reply.text).toBe(200)
  return reply.body
}
const show = async (id: number): Promise<Body> => (await client.get(`/api/deposit/${id}`)).body
const status = async ({ id }: Body): Promise<string> => (await show(id)).status

let count = 0
/** `transfer` is one as a bridge tells of it, of a deposit's amount and a millionth or more on top. */
const transfer = (
  { amounts }: Body,
  { over = 0, symbol = 'USDT', ...more }: Record<string, unknown> = {},
) => ({
  ...{ tx: `0x${++count}`, to: ADDRESS, state: 'confirmed', time: Math.floor(clock.now().getTime() / 1000) },
  token: { symbol, value: String(Math.round(amounts.total_pay * 1e6) + Number(over)) },
  ...more,
})
const sha512 = (text: string, secret: string): string =>
  `sha512=${createHmac('sha512', secret).update(text).digest('base64')}`
const told = async (...transfers: unknown[]): Promise<number> => {
  const how = { secret: SECRET, header: 'x-bridge-sign', sign: sha512 }
  return (await tell(`${server.url}/hooks/deposits/${code}`, { event: { transfers } }, how)).status
}
const strays = async () =>
  (await new Strays(server.sql, clock).list(100)).filter((one) => one.providerCode === code)

test('a payer is told address and amount, and the transfer of that amount credits it', async () => {
  const one = await begin()
  expect(one).toMatchObject({ account_number: ADDRESS, bank: 'TRON', channel: 'address', payment_url: null })
  expect(one.amounts.total_pay).toBeGreaterThan(20)
  expect(one.amounts.total_pay).toBeLessThan(20.01)
  expect(await told(transfer(one))).toBe(204)
  expect(await status(one)).toBe('succeeded')
  expect(Number(await balance(server, shop))).toBeCloseTo(1 + one.amounts.total_pay, 6)
})

test('repeated, reordered and told by several at once, each transfer credits once', async () => {
  const all = [await begin(), await begin(), await begin(25)]
  const transfers = all.map((one) => transfer(one))
  const orders = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? transfers : transfers.toReversed()))
  expect(new Set(await Promise.all(orders.map((one) => told(...one))))).toEqual(new Set([204]))
  for (const one of all) expect(await status(one)).toBe('succeeded')
  const sum = all.reduce((total, { amounts }) => total + amounts.total_pay, 1)
  expect(Number(await balance(server, shop))).toBeCloseTo(sum, 6)
})

test.each([
  ['another token of the same amount', { symbol: 'FAKE' }, 1],
  ['a millionth less', { over: -1 }, 1],
  ['a millionth more', { over: 1 }, 1],
  ['money to another address', { to: 'TAnother' }, 0],
  ['what is not confirmed yet', { state: 'pending' }, 0],
])('%s credits nothing', async (_name, over, kept) => {
  const one = await begin()
  expect(await told(transfer(one, over))).toBe(204)
  expect(await status(one)).toBe('pending')
  expect(await strays()).toHaveLength(kept)
})

test('what is not confirmed yet credits once it is', async () => {
  const one = await begin()
  const early = transfer(one, { state: 'pending' })
  await told(early)
  await told({ ...early, state: 'confirmed' })
  expect(await status(one)).toBe('succeeded')
})

test('the right secret under the wrong hash, and the wrong secret, are refused', async () => {
  const one = await begin()
  const hook = `${server.url}/hooks/deposits/${code}`
  const body = { event: { transfers: [transfer(one)] } }
  expect((await tell(hook, body, { secret: SECRET, header: 'x-bridge-sign' })).status).toBe(401)
  expect((await tell(hook, body, { secret: 'wrong', header: 'x-bridge-sign', sign: sha512 })).status).toBe(
    401,
  )
  expect(await status(one)).toBe('pending')
})

test('a provider without a secret, or with a wrong setting, is not taken', async () => {
  const form = { kind: 'callback', code: `bad${providers}`, name: 'Bad', currency: 'USD' }
  const payee = { account_number: ADDRESS, account_holder_name: 'Us' }
  const make = (settings: Record<string, unknown>, secrets = {}) =>
    new Providers(server.sql, sealer, clock).create({ ...form, settings: { ...payee, ...settings }, secrets })
  await expect(make({})).rejects.toMatchObject({ field: 'hook_secret' })
  const secrets = { hook_secret: SECRET }
  await expect(make({ hook_algorithm: 'md5' }, secrets)).rejects.toMatchObject({ field: 'hook_algorithm' })
  await expect(make({ time_zone: 'Mars' }, secrets)).rejects.toMatchObject({ field: 'time_zone' })
  await expect(make({ tail_decimals: 7 }, secrets)).rejects.toMatchObject({ field: 'tail_decimals' })
  await expect(make({ hook_when: 'CR' }, secrets)).rejects.toMatchObject({ field: 'hook_when' })
})
