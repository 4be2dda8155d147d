import { createHmac, timingSafeEqual } from 'node:crypto'
import { membersOf } from '../../../lib/json-text.ts'
import { isObject, parseExact, textField } from '../http-kit/json.ts'

/** SIGNED are the fields that the signature is made of. */
const SIGNED = ['order_id', 'status', 'total_price', 'charged_amount']
/** MAX_MEMBERS and MAX_LENGTH bound what is read of a body that nobody has signed yet: its fields, and the text of one of the SIGNED. */
const MAX_MEMBERS = 1000
const MAX_LENGTH = 200

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
  const body = parseExact(signedPart(rawBody.toString('utf8')))
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

/** `signedPart` gives the SIGNED fields of a body as JSON, and leaves all others unread. */
function signedPart(body: string): string {
  const members = membersOf(body.replace(/^\ufeff+/, ''), MAX_MEMBERS)
  if (members === undefined || members === 'excess') return ''
  const fields = SIGNED.map((name) => [name, members.get(name)] as const)
  const short = fields.filter(([, json]) => json !== undefined && json.length <= MAX_LENGTH)
  return `{${short.map(([name, json]) => `"${name}":${json}`).join(',')}}`
}

/** `amountOf` gives the amount that is signed, which depends on what has become of the order. */
function amountOf(
  status: string,
  amounts: { whole: string | undefined; charged: string | undefined },
): string | undefined {
  if (status === 'pending') return amounts.whole
  return ['failed', 'cancelled'].includes(status) ? '0' : amounts.charged
}
