import { createHmac } from 'node:crypto'
import { formatMicros } from '../lib/money.ts'
import type { FakeDeps } from './deps.ts'
import { type Order, resultOf } from './order.ts'

/** RestOrder is an order as the REST API and its webhook write it. Amounts are decimal strings. */
export interface RestOrder {
  order_id: number
  status: 'pending' | 'success' | 'partial' | 'failed'
  total_price: string
  charged_amount: string
  [name: string]: unknown
}

/** `sayOrder` writes an order for the client, with a row for each input in `result`: it reports each final answer. */
export function sayOrder({ panel, orders }: FakeDeps, order: Order): RestOrder {
  const rows = order.items.map((item): Record<string, string> => {
    const end = orders.reportEnd(order, item)
    const about: Record<string, string> = item.input === '' ? {} : { imei: item.input }
    if (end === null) return { ...about, status: 'pending' }
    const text = resultOf(order, item, end)
    return end === 'delivered'
      ? { ...about, status: 'success', result: text }
      : { ...about, status: 'failed', error: text }
  })
  const having = (status: string): number => rows.filter((row) => row['status'] === status).length
  const [pending, success, failed] = [having('pending'), having('success'), having('failed')]
  const status = pending > 0 ? 'pending' : failed === 0 ? 'success' : success === 0 ? 'failed' : 'partial'
  const price = order.unitPrice * BigInt(order.quantity)
  return {
    order_id: order.id,
    status,
    reference_id: null,
    message: `Order ${status}`,
    processed: success + failed,
    processed_success: success,
    processed_error: failed,
    remaining_balance: formatMicros(orders.balance),
    result: rows,
    error_message: status === 'failed' ? (rows[0]?.['error'] ?? null) : null,
    transaction_id: order.id,
    service_code: panel.find(order.service)?.code ?? order.service,
    total: rows.length * order.quantity,
    price: formatMicros(order.unitPrice),
    total_price: formatMicros(price * BigInt(rows.length)),
    charged_amount: formatMicros(price * BigInt(success)),
    refunded_amount: formatMicros(price * BigInt(failed)),
    balance_before: formatMicros(order.balanceBefore),
    created_at: new Date(order.at).toISOString(),
  }
}

/** `signatureOf` makes a webhook's X-Signature: hex HMAC-SHA256 of the order's number and amount, with the API key's secret. */
export function signatureOf(order: RestOrder, secret: string): string {
  const amount =
    order.status === 'pending' ? order.total_price : order.status === 'failed' ? '0' : order.charged_amount
  const message = JSON.stringify({ orderId: order.order_id, amount })
  return createHmac('sha256', secret).update(message).digest('hex')
}
