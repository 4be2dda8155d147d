import type { Fields } from '../protocols/dhru/fields.ts'
import { readOrderFields, readOrderIds } from '../protocols/dhru/order-fields.ts'
import { type Call, echo, refuse, rowsOf, succeed } from './dhru-call.ts'
import { type Order, resultOf, type Verdict } from './order.ts'
import type { Parts } from './parts.ts'
import type { Reply } from './reply.ts'

/** Buys one row; undefined when it cannot be read. */
export function buy({ orders }: Call, fields: Fields | undefined, key: string | null): Verdict {
  const read = fields && readOrderFields(fields)
  if (!read || 'malformed' in read) return { kind: 'refused', refusal: 'request' }
  return orders.place({
    via: 'dhru',
    service: read.service ?? '',
    inputs: [read.imei ?? ''],
    quantity: Number(read.quantity ?? 1),
    fields: read.extra,
    key,
  })
}

export const PLACED = 'Order received'

export function placeOrder(call: Call): Reply {
  const [row, ...others] = rowsOf(call.parameters)
  if (!row || others.length > 0) return refuse('request')
  const verdict = buy(call, row.fields, call.key)
  if (verdict.kind === 'refused') return refuse(verdict.refusal)
  if (verdict.kind === 'ignored') return { ...refuse('failure'), manner: verdict.manner }
  const placed = { MESSAGE: PLACED, REFERENCEID: String(verdict.order.id) }
  return { ...succeed(placed, echo(row.fields)), manner: verdict.manner }
}

/** One order as a status answer; real panels put the result, or the reason, into CODE. */
export function statusOf({ orders }: Parts, order: Order): Record<string, string> {
  const [item] = order.items
  const end = item ? orders.tell(order, item) : null
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
  const [id] = Array.isArray(ids) ? ids : []
  const order = id === undefined ? undefined : call.orders.ask(id, 'dhru')
  return order ? succeed(statusOf(call, order)) : refuse('order')
}
