import type { Gateway } from '../integrations/gateways/gateway.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import type { OutboundClient } from '../outbound/outbound.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Provider } from './provider.ts'
import { secretsOf, settingsOf } from './providers.ts'

/** A payer waits for the answer. */
const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 1_048_576 }

/** The gateways of this process. They are made when they are needed: from one payment to the next they may change. */
export class Gateways {
  readonly #context: IntegrationContext
  readonly #sealer: () => Promise<Sealer>
  #client: OutboundClient | undefined

  constructor(parts: { context: IntegrationContext; sealer: () => Promise<Sealer> }) {
    this.#context = parts.context
    this.#sealer = parts.sealer
  }

  /** null: its payments are seen by people. Throws an Error when its secrets do not open or its settings do not fit. */
  async of(provider: Provider): Promise<Gateway | null> {
    const kind = gatewayKinds.get(provider.kind)
    if (!kind.connect) return null
    this.#client ??= this.#context.outbound.open(LIMITS)
    return kind.connect({
      settings: settingsOf(provider),
      secrets: secretsOf(provider, await this.#sealer()),
      client: this.#client,
      clock: this.#context.clock,
      installation: this.#context.installation,
    })
  }

  async close(): Promise<void> {
    await this.#client?.close()
  }
}
