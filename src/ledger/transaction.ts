import type { EntryId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import type { EntryKind } from './entry.ts'

export type TransactionType = 'order' | 'deposit' | 'adjustment' | 'transfer'
export type TransactionStatus = 'pending' | 'succeeded' | 'failed' | 'cancelled'

/**
 * Something that happened between the operator, or another account, and this account: one order, however many rows of
 * the ledger it makes, one deposit, one adjustment, one transfer. It is read from the ledger and kept nowhere else.
 */
export interface AccountTransaction {
  /** That of the ledger's first row of it: an order's is its hold. */
  id: EntryId
  type: TransactionType
  direction: 'in' | 'out'
  status: TransactionStatus
  /** An order's: its total, whatever becomes of it. */
  amount: Micros
  note: string | null
  order: TransactionOrder | null
  /** The buyer's own words with an order; the gateway's name of a payment. */
  externalReference: string | null
  depositId: number | null
  accountTransferId: TransferId | null
  createdAt: Date
  /** null: it is pending. */
  endedAt: Date | null
}

interface TransactionOrder {
  id: number
  serviceCode: string
  serviceName: string
  captured: Micros
  refunded: Micros
}

/** The kinds of transfer that a transaction begins with. */
export const transactionKinds: Record<
  Exclude<EntryKind, 'capture' | 'release'>,
  { type: TransactionType; direction: 'in' | 'out' }
> = {
  hold: { type: 'order', direction: 'out' },
  deposit: { type: 'deposit', direction: 'in' },
  adjust_up: { type: 'adjustment', direction: 'in' },
  adjust_down: { type: 'adjustment', direction: 'out' },
  send: { type: 'transfer', direction: 'out' },
  receive: { type: 'transfer', direction: 'in' },
}

/** What an order's state is to its transaction. */
export const statusOfOrder: Record<OrderState, TransactionStatus> = {
  pending: 'pending',
  processing: 'pending',
  success: 'succeeded',
  partial: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}
