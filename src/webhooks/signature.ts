import { createHmac, randomBytes } from 'node:crypto'
import type { WireOrder } from '../contract/orders.ts'
import type { OrderId } from '../lib/ids.ts'
import { decimalOf } from '../lib/money-json.ts'

const PREFIX = 'whsec_'
/** SECRET_BYTES: Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32

/** `newSigningSecret` makes a secret in the form in which its owner gets it: `whsec_` and base64. */
export const newSigningSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/** `signedAmount` gives the amount that X-Signature covers: what the order is to cost while it is open, and what it did cost in the end. */
export function signedAmount({
  status,
  total_price,
  charged_amount,
}: Pick<WireOrder, 'status' | 'total_price' | 'charged_amount'>): string {
  if (status === 'pending') return decimalOf(total_price)
  return status === 'failed' || status === 'cancelled' ? '0' : decimalOf(charged_amount)
}

/** `orderSignature` gives X-Signature, as existing integrations verify it; `secret` is the API key's, after the dot. It covers no result. */
export const orderSignature = (secret: string, order: OrderId, amount: string): string =>
  createHmac('sha256', secret)
    .update(`{"orderId":${order},"amount":${JSON.stringify(amount)}}`)
    .digest('hex')

/** `standardHeaders` gives the headers of Standard Webhooks: what is sent now, signed with each of the signing secrets, the newest first. */
export function standardHeaders(
  secrets: string[],
  { id, body, at }: { id: string; body: string; at: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
