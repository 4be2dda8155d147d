import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { Headers as OtherHeaders } from 'undici'
import { describe, expect, it } from 'vitest'
import { verifySignature, verifyWebhook, WebhookError, type WebhookFault } from '../../src/client/index.ts'
import type { WireOrder } from '../../src/contract/orders.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { parseMicros } from '../../src/lib/money.ts'
import { jsonWithAmounts } from '../../src/lib/money-json.ts'
import { newSigningSecret, standardHeaders } from '../../src/lib/standard-webhooks.ts'
import { orderSignature, signedAmount } from '../../src/webhooks/signature.ts'

const SECRET = newSigningSecret()
const OTHER = newSigningSecret()
const NOW = new Date('2026-11-25T10:00:00Z')
const BODY =
  '{"order_id":7,"status":"success","total_price":0.10,"charged_amount":0.10,"result":[{"result":"Grün"}]}'

const theirs = (body = BODY, secret = SECRET, at = NOW): Record<string, string> => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(at.getTime() / 1000),
  'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
})

const options = { now: NOW }

async function fault(promise: Promise<unknown>): Promise<WebhookFault> {
  const error = await promise.then(
    () => expect.fail('it was believed'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(WebhookError)
  return (error as WebhookError).fault
}

describe('a webhook with the signature of Standard Webhooks', () => {
  it('is read, whatever the platform calls headers and body', async () => {
    const expected = { id: 'evt_1', sentAt: NOW, order: { order_id: 7, status: 'success', total_price: 0.1 } }
    const headers = theirs()
    expect(await verifyWebhook(BODY, headers, SECRET, options)).toMatchObject(expected)
    expect(await verifyWebhook(BODY, new Headers(headers), SECRET, options)).toMatchObject(expected)
    expect(await verifyWebhook(BODY, new OtherHeaders(headers), SECRET, options)).toMatchObject(expected)
    expect(await verifyWebhook(Buffer.from(BODY), headers, SECRET, options)).toMatchObject(expected)
    const shouted = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    )
    expect(await verifyWebhook(new TextEncoder().encode(BODY), shouted, SECRET, options)).toMatchObject(
      expected,
    )
    expect(await verifyWebhook(BODY, headers, SECRET.slice('whsec_'.length), options)).toMatchObject(expected)
  })

  it('is read as the server signs it, during a rotation with either secret', async () => {
    const headers = standardHeaders([OTHER, SECRET], { id: 'evt_1', body: BODY, at: NOW })
    for (const secret of [SECRET, OTHER, [newSigningSecret(), SECRET]]) {
      expect(await verifyWebhook(BODY, headers, secret, options)).toMatchObject({ id: 'evt_1' })
    }
  })

  it('has exact amounts where they are wanted', async () => {
    const { order } = await verifyWebhook(BODY, theirs(), SECRET, { ...options, exactAmounts: true })
    expect(order.total_price).toBe('0.10')
  })

  it('is not believed when one byte of body, id or time is another, or the secret', async () => {
    const headers = theirs()
    const changed: [body: string | Uint8Array, headers: Record<string, string>, secret?: string][] = [
      [BODY.replace('7', '8'), headers],
      [`${BODY}\n`, headers],
      [BODY, { ...headers, 'webhook-id': 'evt_2' }],
      [BODY, { ...headers, 'webhook-timestamp': String(NOW.getTime() / 1000 + 1) }],
      [BODY, headers, OTHER],
      [BODY, { ...headers, 'webhook-signature': `v2,${headers['webhook-signature']?.slice(3)}` }],
      [BODY, { ...headers, 'webhook-signature': 'v1,' }],
      [BODY, { ...headers, 'webhook-signature': 'v1,!' }],
    ]
    for (const [body, given, secret = SECRET] of changed) {
      expect(await fault(verifyWebhook(body, given, secret, options)), JSON.stringify(given)).toBe(
        'signature',
      )
    }
  })

  it('is not believed when it is older or newer than five minutes', async () => {
    for (const seconds of [-301, 301]) {
      const headers = theirs(BODY, SECRET, new Date(NOW.getTime() + seconds * 1000))
      expect(await fault(verifyWebhook(BODY, headers, SECRET, options))).toBe('time')
      await verifyWebhook(BODY, headers, SECRET, { ...options, toleranceSeconds: 302 })
    }
  })

  it('says what is wrong with headers, secrets and bodies', async () => {
    for (const name of Object.keys(theirs())) {
      expect(await fault(verifyWebhook(BODY, { ...theirs(), [name]: '' }, SECRET, options))).toBe('headers')
    }
    const soon = { ...theirs(), 'webhook-timestamp': 'soon' }
    expect(await fault(verifyWebhook(BODY, soon, SECRET, options))).toBe('headers')
    for (const secret of ['', 'whsec_', 'whsec_!', []]) {
      expect(await fault(verifyWebhook(BODY, theirs(), secret, options))).toBe('secret')
    }
    for (const body of ['null', '[]', '{}', '{"order_id":"7"}', 'no JSON']) {
      expect(await fault(verifyWebhook(body, theirs(body), SECRET, options))).toBe('body')
    }
    expect(await fault(verifyWebhook(new Uint8Array([0xff]), theirs(), SECRET, options))).toBe('body')
  })
})

describe('a webhook with X-Signature', () => {
  const states: WireOrder['status'][] = ['pending', 'success', 'partial', 'failed', 'cancelled']
  const amount = (text: string) => parseMicros(text) as WireOrder['total_price']

  function signed(
    status: WireOrder['status'],
    total = '0.1',
    charged = '0.05',
  ): { body: string; signature: string } {
    const receipt = {
      order_id: 7 as OrderId,
      status,
      total_price: amount(total),
      charged_amount: amount(charged),
    }
    const signature = orderSignature('s3cret', receipt.order_id, signedAmount(receipt))
    return { body: jsonWithAmounts(receipt), signature }
  }

  it.each(states)('is read as the server signs it: %s', async (status) => {
    for (const total of ['0.1', '1500', '0.000001', '12345678901.123456']) {
      const { body, signature } = signed(status, total, total)
      for (const key of ['s3cret', 'shop.s3cret']) {
        expect(await verifySignature(body, signature, key)).toMatchObject({ order_id: 7, status })
      }
      const { total_price } = await verifySignature(body, signature, 's3cret', { exactAmounts: true })
      expect(total_price).toBe(total)
    }
  })

  it('takes the amount as it is written', async () => {
    const body = '{"order_id":7,"status":"partial","total_price":5,"charged_amount":1.50}'
    const signature = createHmac('sha256', 's3cret').update('{"orderId":7,"amount":"1.50"}').digest('hex')
    expect(await verifySignature(body, signature, 's3cret')).toMatchObject({ charged_amount: 1.5 })
  })

  it('is not believed when number, amount, state or secret are others', async () => {
    const { body, signature } = signed('success')
    const changed: [body: string, key?: string][] = [
      [body.replace('7', '8')],
      [body.replace('0.05', '0.06')],
      [body.replace('success', 'failed')],
      [body, 's3cres'],
    ]
    for (const [given, key = 's3cret'] of changed) {
      expect(await fault(verifySignature(given, signature, key)), given).toBe('signature')
    }
    for (const none of [undefined, null, '', 'abc', `${signature.slice(1)}g`]) {
      expect(await fault(verifySignature(body, none, 's3cret'))).toBe('headers')
    }
    expect(await fault(verifySignature(body, signature, 'shop.'))).toBe('secret')
  })
})
