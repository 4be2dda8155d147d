import type { ChangeListener } from '../database/change-notifier.ts'
import { KeptCopy } from '../database/kept-copy.ts'
import { Refusal } from '../errors.ts'
import type { Gateway, GatewayEvent } from '../integrations/gateways/gateway.ts'
import { Bucket } from '../throttles/bucket.ts'
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

/** Listening is a provider whose gateway signs what it sends. */
interface Listening {
  provider: Provider
  gateway: Gateway
}

/** GatewayWebhooks takes in what gateways send by themselves. Signatures are checked by what is in memory: strangers cost no query each. */
export class GatewayWebhooks {
  readonly #deps: DepositsDeps
  readonly #providers: KeptCopy<ReadonlyMap<string, Listening>>
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
   * `receive` takes in what was sent to the hook of a provider. When it returns that is committed, or is about no deposit of ours. Throws
   * invalid_signature, and not_found when it is about a deposit that is not here: the gateway then sends it again.
   */
  async receive(code: string, body: Buffer, headers: Record<string, unknown>): Promise<void> {
    const { sql, clock, log } = this.#deps
    const { provider, event } = await this.#check(code, body, headers)
    if (!event) return
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

  /** `#check` gives the provider and what its gateway tells. Throws invalid_signature. */
  async #check(
    code: string,
    body: Buffer,
    headers: Record<string, unknown>,
  ): Promise<{ provider: Provider; event: GatewayEvent | undefined }> {
    const read = (providers: ReadonlyMap<string, Listening>) => {
      const known = providers.get(code)
      // One answer for both, so that a caller does not learn which providers there are.
      if (!known) throw new Refusal('invalid_signature')
      return { provider: known.provider, event: known.gateway.receive(body, headers) }
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
        const gateway = await gateways.of(provider)
        if (gateway) listening.set(provider.code, { provider, gateway })
      } catch (error) {
        const reason = (error as Error).message
        log.error({ provider: provider.code, reason }, 'a payment gateway cannot be heard')
      }
    }
    return listening
  }
}
