import { echo, type Fields } from '../protocols/dhru/fields.ts'
import { readOrderFields, readOrderIds } from '../protocols/dhru/order-fields.ts'
import type { FakeDeps } from './deps.ts'
import { type Call, refuse, rowsOf, succeed } from './dhru-call.ts'
import { type Order, type PurchaseResult, resultOf } from './order.ts'
import type { Reply } from './reply.ts'

/** `buy` buys one row; one that cannot be read is refused. */
export function buy({ orders }: Call, fields: Fields | undefined, key: string | null): PurchaseResult {
  const read = fields && readOrderFields(fields)
  if (!read?.ok) return { kind: 'refused', refusal: 'request' }
  const { service = '', imei = '', quantity = 1, extra } = read.value
  return orders.place({
    via: 'dhru',
    service,
    inputs: [imei],
    quantity: Number(quantity),
    fields: extra,
    key,
  })
}

export const PLACED = 'Order received'

export function placeOrder(call: Call): Reply {
  const [row, ...others] = rowsOf(call.parameters)
  if (!row || others.length > 0) return refuse('request')
  const result = buy(call, row.fields, call.key)
  if (result.kind === 'refused') return refuse(result.refusal)
  if (result.kind === 'ignored') return { ...refuse('failure'), manner: result.manner }
  const placed = { MESSAGE: PLACED, REFERENCEID: String(result.order.id) }
  return { ...succeed(placed, echo(row.fields)), manner: result.manner }
}

/** `statusOf` makes the status row of an order. Real panels put the result, or the reason, into CODE. */
export function statusOf({ orders }: FakeDeps, order: Order): Record<string, string> {
  const [item] = order.items
  const end = item ? orders.reportEnd(order, item) : null
  return {
    STATUS: end === null ? '1' : end === 'delivered' ? '4' : '3',
    CODE: item && end ? resultOf(order, item, end) : '',
    COMMENTS: '',
    REFERENCEID: String(order.id),
    IMEI: item?.input ?? '',
  }
}

export function orderStatus(call: Call): Reply {
  const ids = readOrderIds(call.parameters, call.request.form)
  const [id] = ids.ok ? ids.value : []
  const order = id === undefined ? undefined : call.orders.ask(id, 'dhru')
  return order ? succeed(statusOf(call, order)) : refuse('order')
}
