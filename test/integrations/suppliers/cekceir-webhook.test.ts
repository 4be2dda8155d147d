import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { readOrderWebhook } from '../../../src/integrations/suppliers/cekceir/webhook.ts'

const KEY = 'id7.very.secret'
const body = (over: object = {}): string =>
  JSON.stringify({ order_id: 42, status: 'success', total_price: '5.00', charged_amount: '4.50', ...over })
const sign = (message: string, secret = 'very.secret'): string =>
  createHmac('sha256', secret).update(message).digest('hex')
const read = (text: string, signature: string | undefined, key = KEY) =>
  readOrderWebhook(Buffer.from(text), signature, key)

test.each([
  ['pending', '5.00'],
  ['failed', '0'],
  ['cancelled', '0'],
  ['success', '4.50'],
  ['partial', '4.50'],
])('news of a %s order are signed over %s', (status, amount) => {
  expect(read(body({ status }), sign(`{"orderId":42,"amount":"${amount}"}`))).toEqual({ orderId: '42' })
  expect(read(body({ status }), sign('{"orderId":42,"amount":"1"}'))).toBeUndefined()
})

test('numbers are taken as they are written', () => {
  const text = '{"order_id":9007199254740993,"status":"success","charged_amount":4.10}'
  const signature = sign('{"orderId":9007199254740993,"amount":"4.10"}')
  expect(read(text, signature)).toEqual({ orderId: '9007199254740993' })
})

test.each<[string, string, string | undefined, string?]>([
  ['no signature', body(), undefined],
  ['half a signature', body(), sign('{"orderId":42,"amount":"4.50"}').slice(1)],
  ['a signature in capitals', body(), sign('{"orderId":42,"amount":"4.50"}').toUpperCase()],
  ["another key's signature", body(), sign('{"orderId":42,"amount":"4.50"}', 'other')],
  ['the signature of another order', body({ order_id: 43 }), sign('{"orderId":42,"amount":"4.50"}')],
  ['no JSON', 'order_id=42', sign('{"orderId":42,"amount":"4.50"}')],
  ['no number', body({ order_id: '42"' }), sign('{"orderId":42,"amount":"4.50"}')],
  ['no amount', body({ charged_amount: null }), sign('{"orderId":42,"amount":"null"}')],
  ['a key without a secret', body(), sign('{"orderId":42,"amount":"4.50"}', ''), 'id7.'],
  ['a key without a dot', body(), sign('{"orderId":42,"amount":"4.50"}', 'id7'), 'id7'],
])('%s proves nothing', (_, text, signature, key) => {
  expect(read(text, signature, key)).toBeUndefined()
})
