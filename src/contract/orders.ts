import { type Static, Type } from 'typebox'
import type { ServiceKind } from '../catalogue/service.ts'
import type { Wallet } from '../ledger/entry.ts'
import { ZERO } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import type { FormerOrder } from '../orders/former/former-order.ts'
import type {
  BuyerItem,
  BuyerItemStatus,
  BuyerOrder,
  BuyerOrderSummary,
  BuyerStatus,
  OrderDetails,
} from '../orders/read/buyer-order.ts'
import { turnForMany } from '../runtime/pace.ts'
import { amount, id, name, oneOf, orNull, time } from './schema.ts'

const counted = (description: string) => Type.Integer({ minimum: 0, description })

/** `statuses` and `rowStatuses` are the states of an order and of an item that a buyer is told. */
export const statuses = ['pending', 'success', 'partial', 'failed', 'cancelled'] as const
export const rowStatuses = ['pending', 'success', 'failed', 'cancelled'] as const

export const orderRow = name(
  'OrderItem',
  Type.Object({
    position: Type.Integer({ minimum: 1 }),
    imei: Type.Optional(Type.String()),
    serial: Type.Optional(Type.String()),
    input: Type.Optional(Type.String({ description: 'What an item of another kind is for' })),
    quantity: Type.Integer({ minimum: 1 }),
    status: oneOf(rowStatuses),
    result: orNull(Type.String()),
    error: orNull(Type.String()),
    refunded_amount: Type.Optional(amount('Given back of the price of an item that ended well')),
  }),
)

export const order = name(
  'Order',
  Type.Object({
    order_id: Type.Integer(),
    status: oneOf(statuses, { description: '`partial`: some items ended well and some did not' }),
    reference_id: orNull(Type.String(), "The supplier's"),
    message: Type.String(),
    processed: counted('Items that have ended'),
    processed_success: counted('Items that ended well'),
    processed_error: counted('Items that failed or were cancelled'),
    remaining_balance: amount('What the account has available'),
    result: Type.Array(orderRow),
    result_truncated: Type.Optional(
      Type.Boolean({ description: 'Items are missing in `result`; everything else counts all of them' }),
    ),
    error_message: orNull(Type.String()),
    transaction_id: orNull(
      Type.Integer(),
      'The transaction that reserved the price; null: of a former order, which holds no money here',
    ),
    service_code: Type.String({ description: 'Empty: of a former order, whose service has not moved in' }),
    total: counted('Items, or the quantity'),
    price: amount('Of one of them'),
    total_price: amount(),
    charged_amount: amount('For the items that ended well, less what was given back of it'),
    refunded_amount: amount('For those that did not, and of those that did what was given back'),
    balance_before: orNull(amount(), 'null: of a former order'),
    created_at: time(),
    finished_at: orNull(time()),
    currency: Type.String(),
    reference: orNull(Type.String(), "The buyer's own words"),
    former: Type.Optional(
      Type.Boolean({
        description:
          'Only `true`: it was placed at the panel that the account has come from, and amounts are what it cost there',
      }),
    ),
  }),
)

/** `cancellation` answers the request to cancel an order. */
export const cancellation = name(
  'OrderCancellation',
  Type.Object({
    data: Type.Object({
      order_id: id(),
      cancelled: counted('Items that were cancelled'),
      requested: counted('Items that are with a supplier: their cancellation is requested'),
      ended: counted('Items that had ended before'),
    }),
  }),
)

/** `verification` answers the request to verify an order. */
export const verification = name(
  'OrderVerification',
  Type.Object({
    data: Type.Object({
      order_id: id(),
      requested: counted('Items that are looked at again'),
      open: counted('Items that have not ended: they are asked about anyway'),
    }),
  }),
)

export type WireOrder = Static<typeof order>
export type WireOrderItem = Static<typeof orderRow>

/**
 * `wireOrder` gives an order under the names of the API that integrations were written for. It leaves the account out:
 * callers read only their own orders (promise 6, own data only).
 */
function wireOrder(found: BuyerOrder): WireOrder {
  const { tally, hold } = found
  const status = statusOf(found.order.state)
  return {
    order_id: found.order.id,
    status,
    reference_id: found.supplierReference,
    message: messages[status],
    processed: tally.ended,
    processed_success: tally.success,
    processed_error: tally.ended - tally.success,
    remaining_balance: found.available,
    result: found.items.map((item) => wireOrderItem(item, found.service.kind)),
    error_message: status === 'failed' || status === 'cancelled' ? tally.reason : null,
    transaction_id: hold.id,
    service_code: found.service.code,
    total: tally.units,
    price: found.order.unitPrice,
    total_price: found.order.total,
    charged_amount: tally.charged,
    refunded_amount: tally.refunded,
    balance_before: hold.availableAfter + found.order.total,
    created_at: found.order.createdAt.toISOString(),
    finished_at: found.order.finishedAt?.toISOString() ?? null,
    currency: found.currency,
    reference: found.order.reference,
  }
}

/** `wireFormerOrder` gives an order of a former panel as one of a single item, whose answer is all that is known of it. */
export function wireFormerOrder(
  { id, type, input, state, answer, price, placedAt, endedAt }: FormerOrder,
  { wallet, service }: { wallet: Wallet; service: { code: string; kind: ServiceKind } | undefined },
): WireOrder {
  const status = statusOf(state)
  const isOpen = status === 'pending'
  const isGood = status === 'success' || status === 'partial'
  const item = {
    ...{ position: 1, input, quantity: 1, refunded: ZERO },
    ...{ state: isOpen ? ('pending' as const) : isGood ? ('success' as const) : itemStateOf(status) },
    ...{
      result: isGood ? answer : null,
      reason: isGood ? null : answer,
      finishedAt: isOpen ? null : placedAt,
    },
  }
  return {
    ...{ order_id: id, status, reference_id: null, message: messages[status] },
    ...{
      processed: isOpen ? 0 : 1,
      processed_success: isGood ? 1 : 0,
      processed_error: isOpen || isGood ? 0 : 1,
    },
    remaining_balance: wallet.available,
    result: [wireOrderItem(item, service?.kind ?? type)],
    error_message: isOpen || isGood ? null : answer,
    ...{ transaction_id: null, service_code: service?.code ?? '' },
    ...{ total: 1, price, total_price: price, charged_amount: isGood ? price : ZERO },
    ...{ refunded_amount: isOpen || isGood ? ZERO : price, balance_before: null },
    ...{ created_at: placedAt.toISOString(), finished_at: endedAt?.toISOString() ?? null },
    ...{ currency: wallet.currency, reference: null, former: true },
  }
}

const itemStateOf = (status: BuyerStatus): BuyerItemStatus =>
  status === 'cancelled' ? 'cancelled' : 'failed'

/** `wireDetails` gives an order with all of its items, for thousands of them in several turns of the event loop. */
export async function wireDetails(
  details: OrderDetails,
  as: (details: OrderDetails) => BuyerOrder,
): Promise<WireOrder> {
  const { length } = details.order.items
  await turnForMany(length)
  const found = as(details)
  await turnForMany(length)
  return wireOrder(found)
}

/** `wireOrderSummary` also says whether items are missing. */
export const wireOrderSummary = (summary: BuyerOrderSummary): WireOrder => ({
  ...wireOrder(summary),
  result_truncated: summary.truncated,
})

/** `wireOrderItem` names the input by the service's kind: `imei`, `serial`, or `input` where a server service has one. */
export function wireOrderItem(item: BuyerItem, kind: ServiceKind): WireOrderItem {
  const { position, input, quantity, result, reason, refunded } = item
  const status = item.finishedAt === null ? 'pending' : (item.state as BuyerItemStatus)
  return {
    position,
    ...(kind === 'imei' && { imei: input }),
    ...(kind === 'serial' && { serial: input }),
    ...(kind === 'server' && input !== '' && { input }),
    quantity,
    status,
    result,
    // A reason of an open item is not its answer.
    error: status === 'failed' || status === 'cancelled' ? reason : null,
    ...(status === 'success' && refunded > 0n && { refunded_amount: refunded }),
  }
}

const statusOf = (state: OrderState): BuyerStatus => (state === 'processing' ? 'pending' : state)

const messages: Record<BuyerStatus, string> = {
  pending: 'Order is being processed',
  success: 'Order completed',
  partial: 'Order partially completed',
  failed: 'Order failed',
  cancelled: 'Order cancelled',
}
