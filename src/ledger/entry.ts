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
  | 'refund'
  | 'correction'
  | 'charge'
  | 'opening_up'
  | 'opening_down'

/** Wallet is an account's balances, in micros of its currency. */
export interface Wallet {
  currency: string
  /** `available` is negative where a credit limit is in use. */
  available: Micros
  held: Micros
  creditLimit: Micros
}

/** LedgerEntry is an entry that moves money between the bank and an account's available balance. */
export interface LedgerEntry {
  id: EntryId
  kind: EntryKind
  /** `amount` is never negative: the kind says where it came from and went to. */
  amount: Micros
  availableAfter: Micros
  actor: string | null
  note: string | null
  /** `reference` names the request of a person, which counts once. */
  reference: string | null
  createdAt: Date
}
