import type { EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import type { EntryKind } from './entry.ts'

export type BalanceChangeReason = 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'

/**
 * A movement of an account's available balance. What was reserved for an order is taken from it when the order is placed,
 * so that a capture moves nothing here and is none of its own: the order's debit says what has become of it.
 */
export interface BalanceChange {
  id: EntryId
  /** The business event that it belongs to: an order's is the transfer that reserved its price. */
  transactionId: EntryId
  type: 'credit' | 'debit'
  reason: BalanceChangeReason
  amount: Micros
  /** The available balance that it left. */
  balanceAfter: Micros
  note: string | null
  orderId: number | null
  createdAt: Date
}

/** What each kind of transfer is to the available balance; a capture is nothing. */
export const balanceChangeKinds: Record<
  Exclude<EntryKind, 'capture'>,
  { type: BalanceChange['type']; reason: BalanceChangeReason }
> = {
  hold: { type: 'debit', reason: 'order' },
  release: { type: 'credit', reason: 'refund' },
  deposit: { type: 'credit', reason: 'deposit' },
  adjust_up: { type: 'credit', reason: 'adjustment' },
  adjust_down: { type: 'debit', reason: 'adjustment' },
  send: { type: 'debit', reason: 'transfer' },
  receive: { type: 'credit', reason: 'transfer' },
}

/** What a mutation does to the balance: its amount with its sign. */
export const signed = ({ type, amount }: Pick<BalanceChange, 'type' | 'amount'>): bigint =>
  type === 'credit' ? amount : -amount

/** What has become of an order's debit. */
export const debitNotes: Record<OrderState, string> = {
  pending: 'Reserved',
  processing: 'Reserved',
  success: 'Final capture',
  partial: 'Final capture, in part',
  failed: 'Released',
  cancelled: 'Released',
}

/** A mutation under the field names of the API that integrations were written for; amounts are micros. */
export const balanceChangeFields = (one: BalanceChange) => ({
  id: one.id,
  reference_transaction_id: one.transactionId,
  type: one.type,
  reason: one.reason,
  amount: one.amount,
  balance_after: one.balanceAfter,
  note: one.note,
  order_id: one.orderId,
  created_at: one.createdAt.toISOString(),
})
