import type { ChangeListener } from '../database/change-notifier.ts'
import { KeptCopy } from '../database/kept-copy.ts'
import { Refusal } from '../errors.ts'
import type { Gateway, GatewayEvent, GatewayWake } from '../integrations/gateways/gateway.ts'
import type { Transfer, TransferReader } from '../integrations/gateways/transfer.ts'
import { Bucket } from '../throttles/bucket.ts'
import { selectDeposit } from './deposits.sql.ts'
import { takeTransfers } from './incoming.ts'
import type { DepositsDeps } from './pages.ts'
import type { Provider } from './provider.ts'
import { selectProviders } from './providers.sql.ts'
import { type Settled, settle } from './settlement.ts'

/** MAX_PROVIDERS bounds the providers that are kept in memory. */
const MAX_PROVIDERS = 1000
/**
 * REREADS_PER_MINUTE bounds how often the providers are read again because a signature did not fit, in each process: a secret may have been
 * changed a moment ago, and a flood of wrong signatures costs the database no more than this.
 */
const REREADS_PER_MINUTE = 60

/** WAKES_PER_MINUTE bounds how often gateways are asked because they told of something, in each process. */
const WAKES_PER_MINUTE = 600

/** Listening is a provider whose hook is told of payments, or of transfers that may be any deposit's. */
interface Listening {
  provider: Provider
  gateway: Gateway | null
  hearing: TransferReader | undefined
}

/** Heard is what a hook was told. */
interface Heard {
  provider: Provider
  event?: GatewayEvent | GatewayWake | undefined
  gateway?: Gateway | null
  transfers?: Transfer[] | undefined
}

/** GatewayWebhooks takes in what gateways send by themselves. Signatures are checked by what is in memory: strangers cost no query each. */
export class GatewayWebhooks {
  readonly #deps: DepositsDeps
  readonly #providers: KeptCopy<ReadonlyMap<string, Listening>>
  readonly #wakes = new Bucket('questions because gateways told of something', () => {})
  readonly #rereads = new Bucket('providers read for wrong signatures', () => {})

  constructor(deps: DepositsDeps, notifier: ChangeListener) {
    this.#deps = deps
    this.#providers = new KeptCopy<ReadonlyMap<string, Listening>>(
      'deposit_providers',
      notifier,
      new Map(),
      () => this.#read(),
    )
  }

  /**
   * `receive` takes in what was sent to the hook of a provider, whose name is its code, and perhaps a dot and a mark. When it returns that is committed, or is about no deposit of ours. Throws
   * invalid_signature, and not_found when it is about a deposit that is not here: the gateway then sends it again.
   */
  async receive(name: string, body: Buffer, headers: Record<string, unknown>): Promise<void> {
    const [code = '', mark = ''] = name.split('.', 2)
    const { sql, clock, log } = this.#deps
    const { provider, event, gateway, transfers = [] } = await this.#check({ code, mark }, body, headers)
    await this.#take(provider, transfers)
    if (!event) return
    if (!('payment' in event)) return await this.#wake(provider, gateway as Gateway, event)
    const { depositId, payment } = event
    const { outcome, note }: Settled = await settle(sql, provider, { depositId, payment, event }, clock)
    const said = { provider: code, event: event.id, type: event.type, deposit: depositId, outcome }
    if (outcome === 'unknown') {
      log.error(said, 'a gateway told of a deposit that is not here')
      throw new Refusal('not_found')
    }
    if (note === undefined) log.info(said, 'a gateway told of a deposit')
    else log.warn({ ...said, note }, 'a deposit waits for a person')
  }

  /**
   * `#wake` asks the gateway what became of a deposit's payment, and takes it in. Throws not_found when there is no such deposit, and what has the
   * gateway come again: too_many_requests, temporarily_unavailable before its page is known here, provider_unavailable.
   */
  async #wake(provider: Provider, gateway: Gateway, { depositId }: GatewayWake): Promise<void> {
    const { sql, clock, log } = this.#deps
    const said = { provider: provider.code, deposit: depositId }
    if (this.#wakes.take(WAKES_PER_MINUTE, performance.now()) > 0) throw new Refusal('too_many_requests')
    const deposit = await selectDeposit(sql, null, depositId)
    if (deposit?.providerId !== provider.id) {
      log.error(said, 'a gateway told of a deposit that is not here')
      throw new Refusal('not_found')
    }
    if (deposit.reference === null) throw new Refusal('temporarily_unavailable')
    const payment = await gateway.ask(deposit.reference, depositId).catch((error: Error) => {
      log.warn({ ...said, reason: error.message }, 'a gateway that told of a deposit cannot be asked')
      throw new Refusal('provider_unavailable')
    })
    const { outcome, note } = payment
      ? await settle(sql, provider, { depositId, payment }, clock)
      : { outcome: 'nothing new', note: undefined }
    if (note === undefined) log.info({ ...said, outcome }, 'a gateway told of a deposit')
    else log.warn({ ...said, outcome, note }, 'a deposit waits for a person')
  }

  async #take(provider: Provider, transfers: Transfer[]): Promise<void> {
    if (transfers.length === 0) return
    const { sql, clock, log } = this.#deps
    for (const { transfer, fate, deposit, note } of await takeTransfers(sql, provider, transfers, {
      told: 'hook',
      clock,
    })) {
      const said = { provider: provider.code, payment: transfer.id, deposit: deposit?.id, fate, note }
      if (fate === 'credited' || fate === 'known') log.info(said, 'a hook told of a payment')
      else log.warn(said, 'a payment waits for a person')
    }
  }

  /** `#check` gives the provider and what its hook was told. Throws invalid_signature. */
  async #check(
    { code, mark }: { code: string; mark: string },
    body: Buffer,
    headers: Record<string, unknown>,
  ): Promise<Heard> {
    const read = (providers: ReadonlyMap<string, Listening>) => {
      const known = providers.get(code)
      // One answer for both, so that a caller does not learn which providers there are.
      if (!known) throw new Refusal('invalid_signature')
      const { provider, gateway, hearing } = known
      return hearing
        ? { provider, transfers: hearing.receive(body, headers) }
        : { provider, gateway, event: gateway?.receive(body, headers, mark) }
    }
    try {
      return read(await this.#providers.current())
    } catch (error) {
      const isWrong = error instanceof Refusal && error.code === 'invalid_signature'
      if (!isWrong || this.#rereads.take(REREADS_PER_MINUTE, performance.now()) > 0) throw error
      return read(await this.#providers.latest())
    }
  }

  async #read(): Promise<ReadonlyMap<string, Listening>> {
    const { sql, gateways, log } = this.#deps
    const listening = new Map<string, Listening>()
    for (const provider of await selectProviders(sql, { limit: MAX_PROVIDERS })) {
      try {
        const [gateway, hearing] = [await gateways.of(provider), await gateways.hearing(provider)]
        if (gateway || hearing) listening.set(provider.code, { provider, gateway, hearing })
      } catch (error) {
        const reason = (error as Error).message
        log.error({ provider: provider.code, reason }, 'a payment gateway cannot be heard')
      }
    }
    return listening
  }
}
