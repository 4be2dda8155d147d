import { createHmac, randomBytes } from 'node:crypto'
import type { WireOrder } from '../contract/orders.ts'
import type { OrderId } from '../lib/ids.ts'
import { decimalOf } from '../lib/money-json.ts'

const PREFIX = 'whsec_'
/** SECRET_BYTES is within the 24 to 64 that Standard Webhooks asks for. */
const SECRET_BYTES = 32

/** `newSigningSecret` makes a secret in the form in which its owner gets it: `whsec_` and base64. */
export const newSigningSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/** `signedAmount` gives the amount that X-Signature covers: an open order's total, and what an ended one cost. */
export function signedAmount(order: Pick<WireOrder, 'status' | 'total_price' | 'charged_amount'>): string {
  if (order.status === 'pending') return decimalOf(order.total_price)
  return order.status === 'failed' || order.status === 'cancelled' ? '0' : decimalOf(order.charged_amount)
}

/** `orderSignature` gives X-Signature, as existing integrations verify it. It covers no result. `secret` is the API key's. */
export const orderSignature = (secret: string, order: OrderId, amount: string): string =>
  createHmac('sha256', secret)
    .update(`{"orderId":${order},"amount":${JSON.stringify(amount)}}`)
    .digest('hex')

/** `standardHeaders` gives the headers of Standard Webhooks, with one signature for each signing secret, the newest first. */
export function standardHeaders(
  secrets: string[],
  { id, body, at }: { id: string; body: string; at: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
