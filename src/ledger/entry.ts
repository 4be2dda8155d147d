import type { EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

export type EntryKind =
  | 'deposit'
  | 'adjust_up'
  | 'adjust_down'
  | 'hold'
  | 'capture'
  | 'release'
  | 'send'
  | 'receive'

/** An account's balances, in micros of its currency. */
export interface Wallet {
  currency: string
  /** Negative where a credit limit is in use. */
  available: Micros
  held: Micros
  creditLimit: Micros
}

export interface LedgerEntry {
  id: EntryId
  kind: EntryKind
  /** Never negative: the kind says where it came from and went to. */
  amount: Micros
  availableAfter: Micros
  orderId: number | null
  /** The item's, of a capture or release. */
  position: number | null
  actor: string | null
  note: string | null
  createdAt: Date
}
