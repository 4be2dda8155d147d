import { type Static, Type } from 'typebox'
import type { AccountTransaction } from '../ledger/transaction.ts'
import { amount, id, name, oneOf, orNull, time } from './schema.ts'

export const transactionTypes = ['order', 'deposit', 'adjustment', 'transfer'] as const

export const transaction = name(
  'Transaction',
  Type.Object({
    id: id(),
    access_channel: oneOf(['api', 'operator'], { description: 'Who began it: a key, or the operator' }),
    type: oneOf(transactionTypes),
    status: oneOf(['pending', 'succeeded', 'failed', 'cancelled']),
    amount: amount("Never negative. An order's total, whatever becomes of it"),
    description: Type.String(),
    reference_id: Type.String({ description: 'The id, to be read out: TX-654' }),
    external_reference: orNull(
      Type.String({
        description: "Your own reference of an order; the gateway's name of a deposit's payment",
      }),
    ),
    related_order_id: orNull(Type.Integer()),
    related_deposit_id: orNull(Type.Integer()),
    related_transfer_id: orNull(Type.Integer()),
    metadata: Type.Object({
      direction: oneOf(['in', 'out']),
      service_code: Type.Optional(Type.String({ description: "An order's" })),
      captured: Type.Optional(amount('Charged for the items of an order that succeeded')),
      refunded: Type.Optional(amount('Given back for those that failed or were cancelled')),
    }),
    created_at: time(),
    completed_at: orNull(time('When it ended; null: it has not, or was cancelled')),
    cancelled_at: orNull(time()),
  }),
)

export function wireTransaction(one: AccountTransaction): Static<typeof transaction> {
  const { order, status } = one
  const ended = one.endedAt?.toISOString() ?? null
  const byKey = order !== null || one.transferId !== null || one.depositId !== null
  return {
    id: one.id,
    access_channel: byKey ? 'api' : 'operator',
    type: one.type,
    status,
    amount: one.amount,
    description: describe(one),
    reference_id: `TX-${one.id}`,
    external_reference: one.externalReference,
    related_order_id: order?.id ?? null,
    related_deposit_id: one.depositId,
    related_transfer_id: one.transferId,
    metadata: {
      direction: one.direction,
      ...(order && { service_code: order.serviceCode, captured: order.captured, refunded: order.refunded }),
    },
    created_at: one.createdAt.toISOString(),
    completed_at: status === 'cancelled' ? null : ended,
    cancelled_at: status === 'cancelled' ? ended : null,
  }
}

function describe({ type, direction, order, note }: AccountTransaction): string {
  if (order) return `Order ${order.id}: ${order.serviceName}`
  if (note !== null) return note
  if (type === 'transfer') return direction === 'in' ? 'Transfer received' : 'Transfer sent'
  return type === 'deposit' ? 'Deposit' : 'Adjustment'
}
