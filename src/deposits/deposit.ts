import type { AccountId, DepositId, ProviderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** `depositStates`: `pending` says that the money is to be paid, `review` that a person decides; only `succeeded` has been credited, once. */
export const depositStates = ['pending', 'review', 'succeeded', 'cancelled', 'expired', 'failed'] as const
export type DepositState = (typeof depositStates)[number]

/** DepositDetails say how a deposit is paid, as the provider was when it began. */
export interface DepositDetails {
  account_number?: string
  account_holder_name?: string
  bank?: string
  instructions?: string
  /** `payment_url` is the gateway's page. */
  payment_url?: string
  /** `qr_string` is what a QR code holds that names payee and amount. */
  qr_string?: string
}

/** Deposit is money that an account pays in through a provider. Amounts are in the account's currency. */
export interface Deposit {
  id: DepositId
  accountId: AccountId
  /** `username` is the account's. */
  username: string
  /** `accountName` is what the account is called. */
  accountName: string
  providerId: ProviderId
  providerCode: string
  providerName: string
  channel: string
  /** `hasGateway` says that a gateway confirms the payment; otherwise a person does. */
  hasGateway: boolean
  state: DepositState
  currency: string
  /** `amount` is what is credited. */
  amount: Micros
  fee: Micros
  /** `totalPay` is what is paid: amount and fee. */
  totalPay: Micros
  /** `tail` is the part of `amount` by which `totalPay` differs from that of all other open deposits of the provider; 0: it need not differ. */
  tail: Micros
  /** `reference` is the gateway's name of the payment; null: it has none, or its answer never arrived. */
  reference: string | null
  /** `attempt` counts the gateway's errors: after each one the next try is a new request to it. */
  attempt: number
  details: DepositDetails
  /** `proof` is what the payer wrote of the payment. */
  proof: string | null
  hasFile: boolean
  /** `note` is for operators. */
  note: string | null
  /** `reason` tells the account why it failed. */
  reason: string | null
  expiresAt: Date
  checkAt: Date | null
  settledAt: Date | null
  settledBy: string | null
  createdAt: Date
}

/** DepositEvent is what a gateway said of a deposit by itself. */
export interface DepositEvent {
  id: string
  type: string
  outcome: string
  receivedAt: Date
}
