import type { AccountId, DepositId, ProviderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** pending: to be paid. review: a person decides. Only `succeeded` has been credited, and that once. */
export const depositStates = ['pending', 'review', 'succeeded', 'cancelled', 'expired', 'failed'] as const
export type DepositState = (typeof depositStates)[number]

/** How a deposit is paid, as the provider was when it began. */
export interface DepositDetails {
  account_number?: string
  account_holder_name?: string
  bank?: string
  instructions?: string
  /** The gateway's page. */
  payment_url?: string
}

/** Money that an account pays in through a provider. Amounts are in the account's currency. */
export interface Deposit {
  id: DepositId
  accountId: AccountId
  providerId: ProviderId
  providerCode: string
  channel: string
  /** Whether a gateway says when it is paid; else a person does. */
  hasGateway: boolean
  state: DepositState
  currency: string
  /** What is credited. */
  amount: Micros
  fee: Micros
  /** What is paid: amount and fee. */
  totalPay: Micros
  /** The gateway's name of the payment; null: it has none, or its answer never arrived. */
  reference: string | null
  /** Counts what the gateway answered with an error: each further try is a new request to it. */
  attempt: number
  details: DepositDetails
  /** The payer's words on the payment. */
  proof: string | null
  hasFile: boolean
  /** For operators. */
  note: string | null
  /** For the account: why it failed. */
  reason: string | null
  expiresAt: Date
  checkAt: Date | null
  settledAt: Date | null
  settledBy: string | null
  createdAt: Date
}

/** What a gateway said of a deposit by itself. */
export interface DepositEvent {
  id: string
  type: string
  outcome: string
  receivedAt: Date
}
