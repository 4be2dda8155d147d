import type { Micros } from '../../lib/money.ts'

/** TopUpWay is one way to pay in to our account at a supplier. Amounts are in micros of the supplier's currency, and of what is credited. */
export interface TopUpWay {
  code: string
  name: string
  /** `minAmount` and `maxAmount`, null: it names no bound. */
  minAmount: Micros | null
  maxAmount: Micros | null
  /** `feePercent` is a decimal, such as `1.5`, of what is credited; `feeFlat` is paid on top, too. */
  feePercent: string
  feeFlat: Micros
}

/** TopUpWish is a deposit that is to be begun at a supplier. */
export interface TopUpWish {
  /** `key` is the same for every call about this wish, and for no other: the idempotency key towards the supplier is made of it. */
  key: string
  way: string
  amount: Micros
  /** `at` is when the intent was written, UTC, before the first byte went out. */
  at: Date
}

/** SupplierDepositState is how a deposit at a supplier stands: only `credited` has come; the three behind it have ended without money. */
type SupplierDepositState = 'pending' | 'review' | 'credited' | 'cancelled' | 'expired' | 'failed'

/** PayTo is how a deposit is paid, as the supplier says it. */
export interface PayTo {
  account_number?: string
  account_holder_name?: string
  bank?: string
  instructions?: string
  /** `payment_url` is a page of http or https. */
  payment_url?: string
  /** `qr_string` is what a QR code holds that names payee and amount. */
  qr_string?: string
}

/** SupplierDeposit is a deposit as a supplier has it. Amounts are in micros of the supplier's currency. */
export interface SupplierDeposit {
  /** `reference` is the supplier's number. */
  reference: string
  state: SupplierDepositState
  /** `credited` is what comes to our account, which may be a little more than was asked for, so that its total is its own; null: it does not say. */
  credited: Micros | null
  /** `toPay` is what is to be paid for it, with the fee; null: it does not say. */
  toPay: Micros | null
  payTo: PayTo
  /** `reason` says why it failed. */
  reason: string | null
  expiresAt: Date | null
}

/**
 * TopUpOutcome is what became of a wish. `refused` is proof that nothing was begun; whatever is not clear is `unknown` (promise 4: no guess), with
 * `wasLookedFor` where the supplier has answered all the same, and a person may decide.
 */
export type TopUpOutcome =
  | { kind: 'begun'; deposit: SupplierDeposit }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown'; reason: string; wasLookedFor?: true }

/** TopUps are the deposits to our account at a supplier. Calls end with the signal at the latest. */
export interface TopUps {
  /** `ways` gives the ways to pay in. Throws an Error that quotes the supplier. */
  ways(signal: AbortSignal): Promise<TopUpWay[]>
  /** `begin` is called at most once for a wish, after its intent was committed. */
  begin(wish: TopUpWish, signal: AbortSignal): Promise<TopUpOutcome>
  /** `find` looks for the deposit of a wish whose answer was lost; `others` are the numbers of other wishes. It never makes a second one. */
  find(wish: TopUpWish, others: ReadonlySet<string>, signal: AbortSignal): Promise<TopUpOutcome>
  /** `ask` gives a deposit by its number. Throws an Error that quotes the supplier where it does not say. */
  ask(reference: string, signal: AbortSignal): Promise<SupplierDeposit>
  close(): Promise<void>
}
