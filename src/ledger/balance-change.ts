import type { EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import type { EntryKind } from './entry.ts'

export type BalanceChangeReason = 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'

/**
 * BalanceChange is what an entry does to an account's available balance. An order's price is taken from it when the order is placed,
 * so that a capture changes nothing here: the order's debit says what has become of it.
 */
export interface BalanceChange {
  id: EntryId
  /** `transactionId` is the business event that it belongs to: an order's is the entry that held its price. */
  transactionId: EntryId
  type: 'credit' | 'debit'
  reason: BalanceChangeReason
  amount: Micros
  /** `balanceAfter` is the available balance that it left. */
  balanceAfter: Micros
  note: string | null
  orderId: number | null
  createdAt: Date
}

/** `balanceChangeKinds` says what each kind of entry is to the available balance; a capture and a correction are nothing. */
export const balanceChangeKinds: Record<
  Exclude<EntryKind, 'capture' | 'correction'>,
  { type: BalanceChange['type']; reason: BalanceChangeReason }
> = {
  hold: { type: 'debit', reason: 'order' },
  release: { type: 'credit', reason: 'refund' },
  refund: { type: 'credit', reason: 'refund' },
  charge: { type: 'debit', reason: 'order' },
  deposit: { type: 'credit', reason: 'deposit' },
  adjust_up: { type: 'credit', reason: 'adjustment' },
  adjust_down: { type: 'debit', reason: 'adjustment' },
  send: { type: 'debit', reason: 'transfer' },
  receive: { type: 'credit', reason: 'transfer' },
  opening_up: { type: 'credit', reason: 'adjustment' },
  opening_down: { type: 'debit', reason: 'adjustment' },
}

/** `signed` is the amount of a balance change with its sign. */
export const signed = ({ type, amount }: Pick<BalanceChange, 'type' | 'amount'>): bigint =>
  type === 'credit' ? amount : -amount

/** `debitNotes` says what has become of an order's debit. */
export const debitNotes: Record<OrderState, string> = {
  pending: 'Reserved',
  processing: 'Reserved',
  success: 'Final capture',
  partial: 'Final capture, in part',
  failed: 'Released',
  cancelled: 'Released',
}
