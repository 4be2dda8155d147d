import type { DepositId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { GatewayTest } from './gateway-test.ts'

/** Gateway is a payment service that takes the money and says by itself when it has it. */
export interface Gateway {
  /**
   * `begin` opens a payment page. It moves no money, and gives the same page for the same attempt of the same deposit, so it may be
   * asked again when its answer was lost. Throws GatewayRefused or GatewayUnreachable.
   */
  begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }>
  /** `ask` gives what became of a deposit's payment; undefined: the gateway knows none of this name. Throws as `begin`. */
  ask(reference: string, deposit: DepositId): Promise<Payment | undefined>
  /**
   * `withdraw` closes the page, so that nobody can pay any more, where that is still possible. Throws as `begin`. It is absent where pages cannot
   * be closed: what is paid on one after all waits for a person.
   */
  withdraw?(reference: string, deposit: DepositId): Promise<Payment | undefined>
  /** `test` asks what begins no payment and changes nothing, and only a right key has answered. Throws GatewayUnreachable. */
  test(): Promise<GatewayTest>
  /**
   * `receive` reads an inbound webhook; undefined: it is about no deposit of ours. `mark` is what stood behind the provider's code and a dot in the
   * address that it came to. Throws invalid_signature unless the gateway has sent it.
   */
  receive(
    body: Buffer,
    headers: Record<string, unknown>,
    mark: string,
  ): GatewayEvent | GatewayWake | undefined
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

/** GatewayWake says that something happened to a deposit's payment, and not what: the gateway is asked. */
export interface GatewayWake {
  depositId: DepositId
}

/** GatewayEvent says what became of a payment. */
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
