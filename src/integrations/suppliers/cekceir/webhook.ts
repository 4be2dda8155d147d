import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObject, parseExact, textField } from '../http-kit/json.ts'

/**
 * `readOrderWebhook` reads what the API posts about an order; undefined unless `signature`, its X-Signature header, was made with our key's
 * secret. The signature covers the order's number and an amount, but no result, which is therefore asked for.
 */
export function readOrderWebhook(
  rawBody: Buffer,
  signature: string | undefined,
  apiKey: string,
): { orderId: string } | undefined {
  const dot = apiKey.indexOf('.')
  const secret = apiKey.slice(dot + 1)
  if (dot < 0 || secret === '' || signature === undefined || !/^[0-9a-f]{64}$/.test(signature))
    return undefined
  const body = parseExact(rawBody.toString('utf8'))
  if (!isObject(body)) return undefined
  const orderId = textField(body, 'order_id') ?? ''
  const amount = amountOf(textField(body, 'status') ?? '', {
    whole: textField(body, 'total_price'),
    charged: textField(body, 'charged_amount'),
  })
  if (!/^\d{1,19}$/.test(orderId) || amount === undefined) return undefined
  const signed = `{"orderId":${orderId},"amount":${JSON.stringify(amount)}}`
  const expected = createHmac('sha256', secret).update(signed).digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? { orderId } : undefined
}

/** `amountOf` gives the amount that is signed, which depends on what has become of the order. */
function amountOf(
  status: string,
  amounts: { whole: string | undefined; charged: string | undefined },
): string | undefined {
  if (status === 'pending') return amounts.whole
  return ['failed', 'cancelled'].includes(status) ? '0' : amounts.charged
}
