import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type Gateway, GatewayRefused, GatewayUnreachable } from '../integrations/gateways/gateway.ts'
import type { DepositId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import type { Deposit } from './deposit.ts'
import { lockDeposit, selectDeposit, updateAttempt, updateReference, updateState } from './deposits.sql.ts'
import type { Gateways } from './gateways.ts'
import type { Provider } from './provider.ts'
import { selectProvider } from './providers.sql.ts'
import { settle } from './settlement.ts'
import { expiryOf } from './terms.ts'

export interface DepositsDeps {
  sql: Sql
  gateways: Gateways
  clock: Clock
  log: Logger
}

/** PaymentPages opens and closes gateways' payment pages. No transaction is open and no lock is held while a gateway is asked. */
export class PaymentPages {
  readonly #deps: DepositsDeps

  constructor(deps: DepositsDeps) {
    this.#deps = deps
  }

  /** `open` does what `Deposits.open` promises. */
  async open(deposit: Deposit, { isKept }: { isKept: boolean }): Promise<Deposit> {
    const { sql, clock, log } = this.#deps
    const { id } = deposit
    if (!deposit.hasGateway || deposit.state !== 'pending' || deposit.reference !== null) return deposit
    const provider = (await selectProvider(sql, { id: deposit.providerId })) as Provider
    try {
      const { reference, paymentUrl } = await (await this.#gateway(provider)).begin(deposit)
      await updateReference(sql, id, { reference, details: { ...deposit.details, payment_url: paymentUrl } })
      return (await selectDeposit(sql, null, id)) as Deposit
    } catch (error) {
      if (!isTrouble(error)) throw error
      const reason = error.message
      log.warn({ deposit: id, provider: provider.code, reason }, 'a deposit could not be opened')
      // Another request for the same deposit, or the gateway's event, may have been faster.
      const now = (await selectDeposit(sql, null, id)) as Deposit
      if (now.reference !== null || now.state !== 'pending') return now
      const isRefused = error instanceof GatewayRefused
      if (!isKept) await this.#end(id, `it could not be opened: ${reason}`)
      else if (isRefused) await updateAttempt(sql, deposit, expiryOf(provider, clock.now()))
      if (!isRefused || !error.amount) throw new Refusal('provider_unavailable')
      throw because('invalid_input', 'amount_not_taken', {}, 'amount')
    }
  }

  /**
   * `close` returns when nobody can pay any more, or the payment was taken in. Throws provider_unavailable, or conflict
   * when the payment is under way.
   */
  async close({ id, providerId }: Deposit, reference: string): Promise<void> {
    const { sql, clock, log } = this.#deps
    const provider = (await selectProvider(sql, { id: providerId })) as Provider
    try {
      const gateway = await this.#gateway(provider)
      const isClosing = gateway.withdraw !== undefined
      const payment = await (isClosing ? gateway.withdraw?.(reference, id) : gateway.ask(reference, id))
      // Nobody can pay, or pages cannot be closed: the caller ends the deposit.
      if (!payment || payment.state === 'expired' || (payment.state === 'open' && !isClosing)) return
      if (payment.state === 'open') throw new GatewayUnreachable('it did not close its page')
      await settle(sql, provider, { depositId: id, payment }, clock)
      if (payment.state === 'processing') throw because('conflict', 'payment_under_way', {}, 'id')
    } catch (error) {
      if (!isTrouble(error)) throw error
      log.warn({ deposit: id, provider: provider.code, reason: error.message }, 'a page could not be closed')
      throw new Refusal('provider_unavailable')
    }
  }

  async #gateway(provider: Provider): Promise<Gateway> {
    const gateway = await this.#deps.gateways.of(provider).catch((error: Error) => {
      throw new GatewayUnreachable(error.message)
    })
    if (!gateway) throw new Error(`${provider.code} has no gateway`)
    return gateway
  }

  /** `#end` ends a deposit that nobody can come back to. */
  async #end(id: DepositId, note: string): Promise<void> {
    const { sql, clock } = this.#deps
    await sql.begin(async (transaction) => {
      const deposit = await lockDeposit(transaction, id)
      if (deposit?.state !== 'pending' || deposit.reference !== null) return
      const reason = 'the provider could not be reached'
      await updateState(transaction, deposit, {
        state: 'failed',
        settledBy: 'server',
        at: clock.now(),
        note,
        reason,
      })
    })
  }
}

const isTrouble = (error: unknown): error is GatewayRefused | GatewayUnreachable =>
  error instanceof GatewayRefused || error instanceof GatewayUnreachable
