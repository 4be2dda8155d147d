import type { ServiceKind } from '../../catalogue/service.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import { micros, ZERO } from '../../lib/money.ts'
import type { Item, Order } from '../order.ts'

/** What there is to know for its buyer of an order. */
export interface Bought {
  order: Order
  service: { code: string; kind: ServiceKind }
  currency: string
  /** The transfer that reserved the price, and what was available once it had. */
  hold: { id: number; availableAfter: Micros }
  /** What is available now. */
  available: Micros
  /** The supplier's number of the first item. */
  supplierReference: string | null
}

/** An open order of ours is `pending`, whether it was begun or not. */
export type ReceiptStatus = 'pending' | 'success' | 'partial' | 'failed' | 'cancelled'

/** One item: `imei`, `serial` or (of a server service) `input` says what it is for, where there is anything. */
export interface ReceiptRow {
  position: number
  imei?: string
  serial?: string
  input?: string
  quantity: number
  status: 'pending' | 'success' | 'failed' | 'cancelled'
  result: string | null
  error: string | null
}

/**
 * An order as its buyer is told of it, by the REST API and by webhooks: the field names are those of the API that
 * integrations were written for. Amounts are micros (see `jsonWithAmounts`).
 */
export interface Receipt {
  order_id: OrderId
  status: ReceiptStatus
  /** The supplier's. */
  reference_id: string | null
  message: string
  /** Items that have ended, and how. */
  processed: number
  processed_success: number
  processed_error: number
  remaining_balance: Micros
  result: ReceiptRow[]
  error_message: string | null
  transaction_id: number
  service_code: string
  /** Units: items, or the quantity of a service without inputs. */
  total: number
  price: Micros
  total_price: Micros
  charged_amount: Micros
  refunded_amount: Micros
  balance_before: Micros
  created_at: string
  finished_at: string | null
  currency: string
  /** The buyer's own words. */
  reference: string | null
}

/** What an order's items come to. */
export interface Tally {
  /** Items that have ended, and those of them that ended well. */
  ended: number
  success: number
  units: number
  charged: Micros
  refunded: Micros
  /** The first reason of an item. */
  reason: string | null
}

/** As the order is now. */
export function receiptOf(bought: Bought): Receipt {
  const { items } = bought.order
  return tell(
    bought,
    tallyOf(items),
    items.map((item) => rowOf(item, bought.service.kind)),
  )
}

/** `order`: its items are not looked at. */
export function tell(
  { order, service, currency, hold, available, supplierReference }: Bought,
  tally: Tally,
  result: ReceiptRow[],
): Receipt {
  const status = statusOf(order)
  return {
    order_id: order.id,
    status,
    reference_id: supplierReference,
    message: words[status],
    processed: tally.ended,
    processed_success: tally.success,
    processed_error: tally.ended - tally.success,
    remaining_balance: available,
    result,
    error_message: status === 'failed' || status === 'cancelled' ? tally.reason : null,
    transaction_id: hold.id,
    service_code: service.code,
    total: tally.units,
    price: order.unitPrice,
    total_price: order.total,
    charged_amount: tally.charged,
    refunded_amount: tally.refunded,
    balance_before: micros(hold.availableAfter + order.total),
    created_at: order.createdAt.toISOString(),
    finished_at: order.finishedAt?.toISOString() ?? null,
    currency,
    reference: order.reference,
  }
}

function tallyOf(items: Item[]): Tally {
  const ended = items.filter(({ finishedAt }) => finishedAt !== null)
  const success = ended.filter(({ state }) => state === 'success')
  return {
    ended: ended.length,
    success: success.length,
    units: items.reduce((sum, { quantity }) => sum + quantity, 0),
    charged: sumOf(success),
    refunded: micros(sumOf(ended) - sumOf(success)),
    reason: items.find(({ reason }) => reason !== null)?.reason ?? null,
  }
}

/** As the order was when it was placed, whatever has become of it since: a repeated request gets the same answer. */
export function receiptAsPlaced(bought: Bought): Receipt {
  const items = bought.order.items.map((item) => ({ ...item, ...UNTOUCHED }))
  return receiptOf({
    ...bought,
    order: { ...bought.order, state: 'pending', finishedAt: null, items },
    available: bought.hold.availableAfter,
    supplierReference: null,
  })
}

const UNTOUCHED = { state: 'pending', result: null, reason: null, finishedAt: null } as const

const words: Record<ReceiptStatus, string> = {
  pending: 'Order is being processed',
  success: 'Order completed',
  partial: 'Order partially completed',
  failed: 'Order failed',
  cancelled: 'Order cancelled',
}

/** As much of an item as its row needs. */
export type ReceiptItem = Pick<
  Item,
  'position' | 'subject' | 'quantity' | 'state' | 'result' | 'reason' | 'finishedAt'
>

const statusOf = ({ state }: Pick<Order, 'state'>): ReceiptStatus =>
  state === 'processing' ? 'pending' : state

export function rowOf(item: ReceiptItem, kind: ServiceKind): ReceiptRow {
  const { position, subject, quantity, result, reason } = item
  const state = item.finishedAt === null ? 'pending' : (item.state as ReceiptRow['status'])
  return {
    position,
    ...(kind === 'imei' && { imei: subject }),
    ...(kind === 'serial' && { serial: subject }),
    ...(kind === 'server' && subject !== '' && { input: subject }),
    quantity,
    status: state,
    result,
    // While it is open, what was said last is nobody's answer.
    error: state === 'failed' || state === 'cancelled' ? reason : null,
  }
}

const sumOf = (items: Item[]): Micros => micros(items.reduce((sum, { price }) => sum + price, ZERO as bigint))
