import type { DepositId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'

/** A payment service that takes the money and says by itself when it has it. */
export interface Gateway {
  /**
   * Opens a payment page. Moves no money, and gives the same page for the same attempt of the same deposit, so it may be
   * asked again when its answer was lost. Throws GatewayRefused or GatewayUnreachable.
   */
  begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }>
  /** What became of a payment; undefined: it knows none of this name. Throws as `begin`. */
  ask(reference: string): Promise<Payment | undefined>
  /** Closes the page, so that nobody can pay any more, where that is still possible. Throws as `begin`. */
  withdraw(reference: string): Promise<Payment | undefined>
  /**
   * What was sent to our hook: undefined when it is about no deposit of ours.
   * Throws invalid_signature unless it is signed, and that lately.
   */
  receive(body: Buffer, headers: Record<string, unknown>): GatewayEvent | undefined
}

/** PaymentRequest is what a gateway reads of a deposit. */
export interface PaymentRequest {
  id: DepositId
  /** `attempt` counts what the gateway answered with an error: each further try is a new request to it. */
  attempt: number
  currency: string
  totalPay: Micros
  expiresAt: Date
}

/** Payment is a payment as the gateway sees it. */
export interface Payment {
  reference: string
  /** processing: the payer has done his part, the money is under way. */
  state: 'open' | 'processing' | 'paid' | 'failed' | 'expired'
  /** What is to be paid or was, in micros; null: it does not say. */
  amount: bigint | null
  /** ISO 4217, upper case. */
  currency: string | null
  /** Why it was not paid, for the account. */
  reason?: string
}

export interface GatewayEvent {
  id: string
  type: string
  depositId: DepositId
  payment: Payment
}

/**
 * The gateway's whole answer is an error: whatever it did, nobody has a page to pay at. The message has its words and no
 * secrets.
 */
export class GatewayRefused extends Error {
  override readonly name = 'GatewayRefused'
  /** Whether the amount is what it does not take. */
  readonly amount: boolean

  constructor(message: string, { amount = false } = {}) {
    super(message)
    this.amount = amount
  }
}

/** Anything else: nobody knows whether it took the request. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable'
}
