import type { DepositId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'

/** Gateway is a payment service that takes the money and says by itself when it has it. */
export interface Gateway {
  /**
   * `begin` opens a payment page. It moves no money, and gives the same page for the same attempt of the same deposit, so it may be
   * asked again when its answer was lost. Throws GatewayRefused or GatewayUnreachable.
   */
  begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }>
  /** `ask` gives what became of a payment; undefined: the gateway knows none of this name. Throws as `begin`. */
  ask(reference: string): Promise<Payment | undefined>
  /** `withdraw` closes the page, so that nobody can pay any more, where that is still possible. Throws as `begin`. */
  withdraw(reference: string): Promise<Payment | undefined>
  /** `receive` reads an inbound webhook; undefined: it is about no deposit of ours. Throws invalid_signature unless it was signed lately. */
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
  /** `state` is processing when the payer has done their part and the money is under way. */
  state: 'open' | 'processing' | 'paid' | 'failed' | 'expired'
  /** `amount` is what is to be paid or was, in micros; null: the gateway does not say. */
  amount: bigint | null
  /** `currency` is an ISO 4217 code in upper case. */
  currency: string | null
  /** `reason` tells the account why it was not paid. */
  reason?: string
}

export interface GatewayEvent {
  id: string
  type: string
  depositId: DepositId
  payment: Payment
}

/** GatewayRefused says that the gateway's whole answer is an error: nobody has a page to pay at. The message quotes it, without secrets. */
export class GatewayRefused extends Error {
  override readonly name = 'GatewayRefused'
  /** `amount` says that the gateway does not take the amount. */
  readonly amount: boolean

  constructor(message: string, { amount = false } = {}) {
    super(message)
    this.amount = amount
  }
}

/** GatewayUnreachable is any other failure: nobody knows whether the gateway took the request. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable'
}
