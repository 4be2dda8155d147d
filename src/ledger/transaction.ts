import type { EntryId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import type { EntryKind } from './entry.ts'

export type TransactionType = 'order' | 'deposit' | 'adjustment' | 'transfer'
export type TransactionStatus = 'pending' | 'succeeded' | 'failed' | 'cancelled'

/**
 * AccountTransaction is one business event of an account: one order, however many ledger entries it makes, one deposit, one
 * adjustment, or one transfer. It is read from the ledger and kept nowhere else.
 */
export interface AccountTransaction {
  /** `id` is the id of its first ledger entry: an order's is its hold. */
  id: EntryId
  type: TransactionType
  direction: 'in' | 'out'
  status: TransactionStatus
  /** `amount` of an order is its total, whatever becomes of it. */
  amount: Micros
  note: string | null
  order: TransactionOrder | null
  /** `externalReference` is the buyer's reference of an order, or the gateway's name of a payment. */
  externalReference: string | null
  depositId: number | null
  transferId: TransferId | null
  createdAt: Date
  /** `endedAt` is null while it is pending. */
  endedAt: Date | null
}

interface TransactionOrder {
  id: number
  serviceCode: string
  serviceName: string
  captured: Micros
  refunded: Micros
}

/** `transactionKinds` has the kinds of entry that a transaction begins with. */
export const transactionKinds: Record<
  Exclude<EntryKind, 'capture' | 'release' | 'refund' | 'correction' | 'charge'>,
  { type: TransactionType; direction: 'in' | 'out' }
> = {
  hold: { type: 'order', direction: 'out' },
  deposit: { type: 'deposit', direction: 'in' },
  adjust_up: { type: 'adjustment', direction: 'in' },
  adjust_down: { type: 'adjustment', direction: 'out' },
  send: { type: 'transfer', direction: 'out' },
  receive: { type: 'transfer', direction: 'in' },
  opening_up: { type: 'adjustment', direction: 'in' },
  opening_down: { type: 'adjustment', direction: 'out' },
}

/** `statusOfOrder` gives the status of a transaction by its order's state. */
export const statusOfOrder: Record<OrderState, TransactionStatus> = {
  pending: 'pending',
  processing: 'pending',
  success: 'succeeded',
  partial: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}
