import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { completeSettings, type IntegrationContext } from '../../../src/integrations/kit/kind.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import type { TopUps } from '../../../src/integrations/suppliers/top-ups.ts'
import { orThrow } from '../../../src/lib/fault.ts'
import type { SupplierId } from '../../../src/lib/ids.ts'
import { micros } from '../../../src/lib/money.ts'
import { systemClock } from '../../../src/lib/time.ts'
import { GuardedOutbound } from '../../../src/outbound/guarded.ts'
import { lost, TestServer } from './http-server.ts'

let server: TestServer
let topUps: TopUps
const { signal } = new AbortController()
const usd = (dollars: number) => micros(BigInt(Math.round(dollars * 1e6)))
const wish = () => ({ key: '7', way: 'bank', amount: usd(50), at: new Date() })
const deposit = (over: object = {}) => ({
  ...{ id: 17, provider_code: 'bank', status: 'pending', created_at: new Date().toISOString() },
  amounts: { total_pay: '50.00', deposit_amount: '50.00' },
  ...over,
})

beforeAll(async () => {
  server = await new TestServer().start()
  const secrets = { api_key: 'id7.very-secret' }
  const settings = orThrow(completeSettings(cekceir, {}))
  const context: IntegrationContext = {
    outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }),
    ...{ clock: systemClock, installation: 'here' },
  }
  const config = { id: 1 as SupplierId, kind: 'cekceir', name: 'there', url: server.url, currency: 'USD' }
  topUps = cekceir.topUps?.({ ...config, settings, secrets }, context) as TopUps
})
afterAll(async () => {
  await topUps.close()
  await server.stop()
})
beforeEach(() => {
  server.got.length = 0
})

it('asks for exactly the amount, under a key, and reads how it is paid', async () => {
  server.says(deposit({ account_number: 'DE02', bank: 'First Bank', expires_at: '2026-12-01T00:00:00Z' }))
  expect(await topUps.begin({ ...wish(), amount: usd(12.5) }, signal)).toEqual({
    kind: 'begun',
    deposit: {
      ...{ reference: '17', state: 'pending', credited: usd(50), toPay: usd(50), reason: null },
      payTo: { account_number: 'DE02', bank: 'First Bank' },
      expiresAt: new Date('2026-12-01T00:00:00Z'),
    },
  })
  expect(server.last()).toMatchObject({
    ...{ method: 'POST', path: '/api/deposit', body: '{"amount":12.50,"provider_code":"bank"}' },
    headers: { 'idempotency-key': expect.stringMatching(/^[\da-f-]{36}$/) },
  })
})

it('gives people no page that is none of http or https, and no QR code that holds too much', async () => {
  const payToOf = async (over: object) => {
    server.says(deposit(over))
    const outcome = await topUps.begin(wish(), signal)
    return outcome.kind === 'begun' ? outcome.deposit.payTo : outcome
  }
  expect(await payToOf({ payment_url: 'javascript:alert(1)' })).toEqual({})
  expect(await payToOf({ qr_url: 'data:text/html,x', qr_string: 'x'.repeat(1001) })).toEqual({})
  expect(await payToOf({ qr_url: 'https://pay.example/1', qr_string: 'QRIS' })).toEqual({
    payment_url: 'https://pay.example/1',
    qr_string: 'QRIS',
  })
})

it('only a clear refusal proves that nothing was begun', async () => {
  const after = async (body: object, status: number) => {
    server.says({ error: true, code: 'X_ERROR', message: 'No', ...body }, status)
    return (await topUps.begin(wish(), signal)).kind
  }
  expect(await after({}, 422)).toBe('refused')
  expect(await after({}, 403)).toBe('refused')
  expect(await after({}, 503)).toBe('unknown')
  expect(await after({ mayHaveBeenDone: false }, 503)).toBe('refused')
  server.says('<html>', 502)
  expect((await topUps.begin(wish(), signal)).kind).toBe('unknown')
  server.says({ status: 'pending' })
  expect(await topUps.begin(wish(), signal)).toEqual({
    kind: 'unknown',
    reason: 'its answer is not the deposit',
  })
  server.answer = lost
  expect((await topUps.begin(wish(), signal)).kind).toBe('unknown')
})

it('finds the one deposit that fits, and no other', async () => {
  const among = async (items: object[], others: string[] = []) => {
    server.says({ data: { page: { items, next_cursor: null } } })
    const outcome = await topUps.find(wish(), new Set(others), signal)
    return outcome.kind === 'begun' ? outcome.deposit.reference : outcome
  }
  const raised = { amounts: { total_pay: '50.37', deposit_amount: '50.37' } }
  const not = (reason: string) => ({
    kind: 'unknown',
    wasLookedFor: true,
    reason: expect.stringContaining(reason),
  })
  const missing = not('does not have it')
  expect(await among([deposit()])).toBe('17')
  expect(await among([deposit(raised)])).toBe('17')
  expect(await among([deposit({ ...raised, id: 16 }), deposit()])).toBe('17')
  expect(await among([deposit({ ...raised, status: 'succeeded' })])).toEqual(missing)
  expect(await among([deposit()], ['17'])).toEqual(missing)
  expect(await among([deposit({ provider_code: 'card' })])).toEqual(missing)
  expect(await among([deposit({ created_at: new Date(Date.now() - 600_000).toISOString() })])).toEqual(
    missing,
  )
  expect(await among([deposit({ amounts: { total_pay: '60', deposit_amount: '60' } })])).toEqual(missing)
  expect(await among([deposit(), deposit({ id: 18 })])).toEqual(not('several deposits'))
  // It was not looked for where nobody answered; where the server has no list, a person may decide.
  server.answer = lost
  expect(await topUps.find(wish(), new Set(), signal)).toEqual({
    kind: 'unknown',
    reason: expect.any(String),
  })
  server.says({ error: true, code: 'NOT_FOUND_ERROR', message: 'no such path' }, 404)
  expect(await topUps.find(wish(), new Set(), signal)).toEqual(not('cannot be listed'))
  expect(server.got.filter(({ method }) => method === 'POST')).toEqual([])
})

it('lists the ways in the currency of the supplier, and quotes what the API says', async () => {
  const way = {
    code: 'bank',
    name: 'Bank',
    currency: 'USD',
    is_active: true,
    min_deposit: '5',
    max_deposit: null,
  }
  server.says({
    data: [
      { ...way, fee_percent: '1.5', fee_flat: '0.30' },
      { ...way, code: 'off', is_active: false },
    ],
  })
  expect(await topUps.ways(signal)).toEqual([
    { code: 'bank', name: 'Bank', minAmount: usd(5), maxAmount: null, feePercent: '1.5', feeFlat: usd(0.3) },
  ])
  server.says({ data: { items: [{ ...way, currency: 'EUR' }] } })
  await expect(topUps.ways(signal)).rejects.toThrow('are in EUR, and the supplier is kept in USD')
  server.says({ error: true, code: 'FORBIDDEN_ERROR', message: 'key id7.very-secret lacks it' }, 403)
  await expect(topUps.ways(signal)).rejects.toThrow('HTTP 403: key *** lacks it')
})

it('asks about a deposit by its number, and believes no answer about another one', async () => {
  server.says({ data: deposit({ status: 'SUCCEEDED' }) })
  expect(await topUps.ask('17', signal)).toMatchObject({ state: 'credited' })
  server.says(deposit({ status: 'on its way' }))
  expect(await topUps.ask('17', signal)).toMatchObject({ state: 'pending' })
  server.says(deposit({ status: 'failed', reason: 'It bounced' }))
  expect(await topUps.ask('17', signal)).toMatchObject({ state: 'failed', reason: 'It bounced' })
  server.says(deposit({ id: 18 }))
  await expect(topUps.ask('17', signal)).rejects.toThrow('asked about deposit 17, answered about 18')
})
