import type { EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { EntryKind } from './entry.ts'

/**
 * `happenings` are what a balance change was. An order's debit says what has become of it: `held`, `charged`, `charged_in_part` (the rest was given
 * back) or `hold_given_back` (nothing of it was ever charged). `given_back` is the price of an item that ended without a result, `refunded` is of one that had been charged,
 * `charged_anew` of one that was delivered after all.
 */
export const happenings = [
  ...(['held', 'charged', 'charged_in_part', 'hold_given_back'] as const),
  ...(['given_back', 'refunded', 'charged_anew'] as const),
  ...(['deposit', 'adjustment', 'sent', 'received', 'opening'] as const),
] as const
export type Happening = (typeof happenings)[number]

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
  /** `note` says what happened in English, for programs and statements. */
  note: string | null
  happening: Happening
  /** `position` is that of the item that it is about; null: it is about no single one. */
  position: number | null
  /** `words` are what a person said of it. */
  words: string | null
  orderId: number | null
  createdAt: Date
}

/** `balanceChangeKinds` says what each kind of entry is to the available balance; a capture and a correction are nothing. */
export const balanceChangeKinds: Record<
  Exclude<EntryKind, 'capture' | 'correction'>,
  { type: BalanceChange['type']; reason: BalanceChangeReason; happening: Happening }
> = {
  hold: { type: 'debit', reason: 'order', happening: 'held' },
  release: { type: 'credit', reason: 'refund', happening: 'given_back' },
  refund: { type: 'credit', reason: 'refund', happening: 'refunded' },
  charge: { type: 'debit', reason: 'order', happening: 'charged_anew' },
  deposit: { type: 'credit', reason: 'deposit', happening: 'deposit' },
  adjust_up: { type: 'credit', reason: 'adjustment', happening: 'adjustment' },
  adjust_down: { type: 'debit', reason: 'adjustment', happening: 'adjustment' },
  send: { type: 'debit', reason: 'transfer', happening: 'sent' },
  receive: { type: 'credit', reason: 'transfer', happening: 'received' },
  opening_up: { type: 'credit', reason: 'adjustment', happening: 'opening' },
  opening_down: { type: 'debit', reason: 'adjustment', happening: 'opening' },
}

/** `signed` is the amount of a balance change with its sign. */
export const signed = ({ type, amount }: Pick<BalanceChange, 'type' | 'amount'>): bigint =>
  type === 'credit' ? amount : -amount

/** `debitNotes` say what has become of an order's debit. */
export const debitNotes = {
  held: 'Reserved',
  charged: 'Final capture',
  charged_in_part: 'Final capture, in part',
  hold_given_back: 'Released',
} as const satisfies Partial<Record<Happening, string>>
export type Debit = keyof typeof debitNotes
