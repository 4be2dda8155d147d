import { type Static, Type } from 'typebox'
import type { Summary } from '../orders/read/summaries.ts'
import { amount, name, oneOf, orNull, time } from './schema.ts'

const counted = (description: string) => Type.Integer({ minimum: 0, description })

/** How an order, or one of its items, can be for its buyer. */
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
  }),
)

export const order = name(
  'Order',
  Type.Object({
    order_id: Type.Integer(),
    status: oneOf(statuses, { description: '`partial`: some items ended well and some did not' }),
    reference_id: Type.Union([Type.String(), Type.Null()], { description: "The supplier's" }),
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
    transaction_id: Type.Integer({ description: 'The transaction that reserved the price' }),
    service_code: Type.String(),
    total: counted('Items, or the quantity'),
    price: amount('Of one of them'),
    total_price: amount(),
    charged_amount: amount('For the items that ended well'),
    refunded_amount: amount('For those that did not'),
    balance_before: amount(),
    created_at: time(),
    finished_at: orNull(time()),
    currency: Type.String(),
    reference: Type.Union([Type.String(), Type.Null()], { description: "The buyer's own words" }),
  }),
)

/** `wireOrderSummary` leaves the account out: callers read only their own orders (promise 6, own data only). */
export const wireOrderSummary = ({ accountId: _, ...summary }: Summary): Static<typeof order> => summary
