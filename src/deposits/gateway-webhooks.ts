import { Refusal } from '../errors.ts'
import type { DepositsDeps } from './pages.ts'
import { selectProvider } from './providers.sql.ts'
import { type Settled, settle } from './settlement.ts'

/** GatewayWebhooks takes in what gateways send by themselves. */
export class GatewayWebhooks {
  readonly #deps: DepositsDeps

  constructor(deps: DepositsDeps) {
    this.#deps = deps
  }

  /**
   * `receive` takes in what was sent to the hook of a provider. When it returns that is committed, or is about no deposit of ours. Throws
   * invalid_signature, and not_found when it is about a deposit that is not here: the gateway then sends it again.
   */
  async receive(code: string, body: Buffer, headers: Record<string, unknown>): Promise<void> {
    const { sql, gateways, clock, log } = this.#deps
    const provider = await selectProvider(sql, { code })
    const gateway = provider && (await gateways.of(provider))
    // One answer for both, so that a caller does not learn which providers there are.
    if (!provider || !gateway) throw new Refusal('invalid_signature')
    const event = gateway.receive(body, headers)
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
}
