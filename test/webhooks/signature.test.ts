import { Webhook as StandardWebhook } from 'standardwebhooks'
import { describe, expect, it, test } from 'vitest'
import { readOrderWebhook } from '../../src/integrations/suppliers/cekceir/webhook.ts'
import { ok } from '../../src/lib/fault.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { jsonWithAmounts } from '../../src/lib/money-json.ts'
import { newSigningSecret, standardHeaders } from '../../src/lib/standard-webhooks.ts'
import { healthAfter } from '../../src/webhooks/health.ts'
import { restUntil, retryAt } from '../../src/webhooks/schedule.ts'
import { orderSignature, signedAmount } from '../../src/webhooks/signature.ts'
import { readWebhookUrl } from '../../src/webhooks/url.ts'
import { eventIdOf } from '../../src/webhooks/webhook.ts'

const now = new Date()

describe('the signature of Standard Webhooks', () => {
  const message = { id: 'evt_7', body: '{"name":"Ünlü 📱"}', at: now }

  it('is what their own library makes and takes', () => {
    const secret = newSigningSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const headers = standardHeaders([secret], message)
    const theirs = new StandardWebhook(secret)
    expect(headers['webhook-signature']).toBe(theirs.sign(message.id, now, message.body))
    expect(theirs.verify(message.body, headers)).toEqual({ name: 'Ünlü 📱' })
    expect(() => theirs.verify(`${message.body} `, headers)).toThrow()
  })

  it('is made with each of two secrets', () => {
    const secrets = [newSigningSecret(), newSigningSecret()]
    const headers = standardHeaders(secrets, message)
    for (const secret of secrets) new StandardWebhook(secret).verify(message.body, headers)
    expect(() => new StandardWebhook(newSigningSecret()).verify(message.body, headers)).toThrow()
  })
})

test.each([
  ['pending', 2_500_000n, 0n, '2.5'],
  ['success', 2_500_000n, 2_500_000n, '2.5'],
  ['partial', 3_000_000n, 1_000_000n, '1'],
  ['failed', 3_000_000n, 0n, '0'],
  ['cancelled', 3_000_000n, 0n, '0'],
  ['success', 9_223_372_036_854_775_807n, 9_223_372_036_854_775_807n, '9223372036854.775807'],
  ['success', 0n, 0n, '0'],
] as const)(
  'X-Signature of a %s order of %s is taken by whoever verifies it',
  (status, total, charged, amount) => {
    const receipt = { status, total_price: micros(total), charged_amount: micros(charged) }
    expect(signedAmount(receipt)).toBe(amount)
    const body = Buffer.from(jsonWithAmounts({ order_id: 1001, ...receipt }))
    const signature = orderSignature('s3cret', 1001 as OrderId, amount)
    expect(readOrderWebhook(body, signature, 'id.s3cret')).toEqual({ orderId: '1001' })
  },
)

describe('a webhook URL', () => {
  it.each([
    ['https://shop.example/hooks?token=a%20b', []],
    ['https://shop.example:8443', []],
    ['https://93.184.216.34/x', []],
    ['https://[2606:4700::1111]/', []],
    ['http://10.1.2.3/x', ['10.0.0.0/8']],
    ['https://10.1.2.3/x', ['10.0.0.0/8']],
    ['http://localhost:3000/x', ['127.0.0.0/8']],
    ['http://inside.example/x', ['10.0.0.0/8']],
  ])('may be %s where %j is allowed', (url, allow) => {
    expect(readWebhookUrl(` ${url}`, allow)).toEqual(ok(new URL(url).href))
  })

  it.each<[string, RegExp, string[]?]>([
    ['', /no https URL/],
    ['shop.example/x', /no https URL/],
    ['ftp://shop.example/x', /no https URL/],
    ['http://shop.example/x', /must begin with https/],
    ['http://93.184.216.34/x', /must begin with https/, ['10.0.0.0/8']],
    ['https://user:s3cret@shop.example/x', /no user or password/],
    ['https://user@shop.example/x', /no user or password/],
    ['https://shop.example/x#', /no fragment/],
    ['https://shop.example/#part', /no fragment/],
    [`https://shop.example/${'x'.repeat(2000)}`, /more than 2000 characters/],
    ['https://localhost/x', /no public address/],
    ['https://localhost./x', /no public address/],
    ['https://api.localhost/x', /no public address/],
    ['https://127.0.0.1/x', /no public address/],
    ['https://0x7f.1/x', /no public address/],
    ['https://2130706433/x', /no public address/],
    ['https://192.168.1.1/x', /no public address/],
    ['https://169.254.169.254/latest', /no public address/],
    ['https://[::1]/x', /no public address/],
    ['https://[::ffff:127.0.0.1]/x', /no public address/],
    ['https://11.1.2.3/x'.replace('11', '10'), /no public address/, ['11.0.0.0/8']],
  ])('may not be %s', (url, why, allow = []) => {
    const read = readWebhookUrl(url, allow)
    expect(read).toMatchObject({
      code: 'invalid_input',
      faults: [{ path: ['webhook_url'], message: expect.stringMatching(why) }],
    })
    expect(JSON.stringify(read)).not.toMatch(/s3cret/)
  })
})

test('an event is tried again for three days, less and less often, and then never', () => {
  const waits = Array.from({ length: 12 }, (_, n) => retryAt(n + 1, now, 0.5)?.getTime())
  const seconds = waits.map((at) => at && (at - now.getTime()) / 1000)
  expect(seconds).toEqual([5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400, undefined])
  expect(retryAt(1, now, 0)?.getTime()).toBe(now.getTime() + 4000)
  expect(retryAt(1, now, 1)?.getTime()).toBe(now.getTime() + 6000)
})

describe('an endpoint', () => {
  const well = { failures: 0, failingSince: null, status: 'active' } as const
  const failed = { delivered: false, status: 500 }
  const ago = (ms: number) => new Date(now.getTime() - ms)

  it('rests from its third failure in a row on, for as long as it has failed, and a minute at most', () => {
    expect(healthAfter(well, [failed, failed], now)).toMatchObject({ failures: 2, restUntil: null })
    expect(healthAfter(well, [failed, failed, failed], now).restUntil).toEqual(restUntil(0, now))
    const rests = [0, 5, 20, 60, 3600].map((s) => (restUntil(s * 1000, now).getTime() - now.getTime()) / 1000)
    expect(rests).toEqual([5, 5, 20, 60, 60])
  })

  it('is well again with its first success, and fails anew after it', () => {
    const failing = { failures: 3, failingSince: ago(9000), status: 'active' } as const
    const delivered = { delivered: true, status: 200 }
    expect(healthAfter(failing, [delivered], now)).toMatchObject({
      ...well,
      recovered: true,
      restUntil: null,
    })
    expect(healthAfter(failing, [delivered, failed], now)).toMatchObject({ failures: 1, failingSince: now })
    expect(healthAfter({ ...failing, failures: 2 }, [delivered], now).recovered).toBe(false)
  })

  it('is gone when it says so, and paused after five days', () => {
    const days = (n: number) =>
      ({ failures: 9, failingSince: ago(n * 86_400_000), status: 'active' }) as const
    expect(healthAfter(well, [{ delivered: false, status: 410 }], now).status).toBe('gone')
    expect(healthAfter(days(4.99), [failed], now).status).toBe('active')
    expect(healthAfter(days(5), [failed], now).status).toBe('paused')
    expect(healthAfter(days(5), [{ delivered: true, status: 204 }], now).status).toBe('active')
  })
})

test.each(['evt_', 'evt_0', 'evt_01', '12', 'evt_1x', 'evt_1234567890123456'])('%s is no event', (text) => {
  expect(() => eventIdOf(text)).toThrow('is no event such as evt_12')
  expect(eventIdOf(' evt_12 ')).toBe(12)
})
