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

const signed = sign('{"orderId":42,"amount":"4.50"}')
test.each<[string, string | Buffer, string?]>([
  ['spaced out', JSON.stringify(JSON.parse(body()), null, 2)],
  ['behind a byte order mark', `\ufeff${body()}`],
  ['with line ends of Windows', `\r\n${body()}\r\n`],
  ['with its number as a text', body({ order_id: '42' })],
  ['with its amount as a number', body().replace('"4.50"', '4.50')],
  ['with escapes', body().replace('"success"', '"\\u0073uccess"')],
  ['with a result that was changed on the way', body({ result: [{ imei: '1', status: 'failed' }] })],
  ['with results in Russian', body({ result: 'Чистый' })],
  ['with results in single bytes', Buffer.from(body({ result: 'Espa\u00f1a' }), 'latin1')],
  ['with a name that stands there twice, saying the same', body().replace('{', '{"order_id": 42, ')],
  ['with another number before the one that is signed', body().replace('{', '{"order_id": 43, ')],
  ['with an order of another kind inside', body({ data: { order_id: 43 } })],
  ['partly done', body({ status: 'partial' })],
  ['in a state that nobody knows', body({ status: 'refunded' })],
])('news that come %s are heard', (_, text, signature = signed) => {
  const raw = typeof text === 'string' ? Buffer.from(text) : text
  expect(readOrderWebhook(raw, signature, KEY)).toEqual({ orderId: '42' })
})

test.each<[string, string, string?]>([
  ['nothing', ''],
  ['null', 'null'],
  ['a list', `[${body()}]`],
  ['two of them', `${body()}${body()}`],
  ['half of it', body().slice(0, -1)],
  ['a form', 'order_id=42&status=success&charged_amount=4.50'],
  ['a form with JSON', `payload=${encodeURIComponent(body())}`],
  ['XML', '<order><order_id>42</order_id></order>'],
  ['what is wrapped', JSON.stringify({ data: JSON.parse(body()) })],
  ['another amount', body({ charged_amount: '4.5' })],
  ['an amount of another state', body({ status: 'failed' })],
  ['a number with a point', body().replace('42', '42.0'), sign('{"orderId":42.0,"amount":"4.50"}')],
  ['a number below nothing', body({ order_id: -42 }), sign('{"orderId":-42,"amount":"4.50"}')],
  ['a number with an exponent', body().replace('42', '4.2e1'), sign('{"orderId":4.2e1,"amount":"4.50"}')],
  ['a list of numbers', body({ order_id: [42] }), sign('{"orderId":42,"amount":"4.50"}')],
  ['other spellings', JSON.stringify({ Order_Id: 42, Status: 'success', Charged_Amount: '4.50' })],
  ['a signature with its name before it', body(), `sha256=${signed}`],
  ['two signatures', body(), `${signed}, ${signed}`],
  ['a signature in base64', body(), Buffer.from(signed, 'hex').toString('base64')],
  ['a signature of the body', body(), sign(body())],
])('%s under a signature proves nothing', (_, text, signature = signed) => {
  expect(read(text, signature)).toBeUndefined()
})
