import type { Clock } from '../lib/time.ts'
import type { OutboundClient } from '../outbound/outbound.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Gateway, IntegrationContext } from '../integrations/gateways/gateway.ts'
import { kinds } from '../integrations/gateways/index.ts'
import type { Provider } from './provider.ts'
import { secretsOf, settingsOf } from './providers.ts'

/** A payer waits for the answer. */
const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 1_048_576 }

/** The gateways of this process. They are made when they are needed: from one payment to the next they may change. */
export class Gateways {
  readonly #world: IntegrationContext
  readonly #sealer: () => Promise<Sealer>
  readonly #clock: Clock
  #client: OutboundClient | undefined

  constructor(parts: { world: IntegrationContext; sealer: () => Promise<Sealer>; clock: Clock }) {
    this.#world = parts.world
    this.#sealer = parts.sealer
    this.#clock = parts.clock
  }

  /** null: its payments are seen by people. Throws an Error when its secrets do not open or its settings do not fit. */
  async of(provider: Provider): Promise<Gateway | null> {
    const { gateway } = kinds[provider.kind]
    if (!gateway) return null
    this.#client ??= this.#world.outbound.open(LIMITS)
    return gateway({
      settings: settingsOf(provider),
      secrets: secretsOf(provider, await this.#sealer()),
      client: this.#client,
      clock: this.#clock,
      installation: this.#world.installation,
    })
  }

  async close(): Promise<void> {
    await this.#client?.close()
  }
}
