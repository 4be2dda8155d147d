import { createHmac } from 'node:crypto'
import type { WireOrder } from '../contract/orders.ts'
import type { OrderId } from '../lib/ids.ts'
import { decimalOf } from '../lib/money-json.ts'

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
