import type { Gateway } from '../integrations/gateways/gateway.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { TransferReader } from '../integrations/gateways/transfer.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import type { OutboundClient } from '../outbound/outbound.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Provider } from './provider.ts'
import { secretsOf, settingsOf } from './providers.ts'

/** LIMITS are short because a payer waits for the answer. */
const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 1_048_576 }

/** Gateways connects to gateways when they are needed, because from one payment to the next they may change. */
export class Gateways implements RuntimeService {
  readonly name = 'payment gateways'
  readonly #context: IntegrationContext
  readonly #sealer: () => Promise<Sealer>
  #client: OutboundClient | undefined

  constructor(deps: { context: IntegrationContext; sealer: () => Promise<Sealer> }) {
    this.#context = deps.context
    this.#sealer = deps.sealer
  }

  /** `of` gives null where people see the payments. Throws an Error when the secrets do not open or the settings do not fit. */
  async of(provider: Provider): Promise<Gateway | null> {
    const kind = gatewayKinds.get(provider.kind)
    if (!kind.connect) return null
    this.#client ??= this.#context.outbound.open(LIMITS)
    return kind.connect({
      code: provider.code,
      settings: settingsOf(provider),
      secrets: secretsOf(provider, await this.#sealer()),
      client: this.#client,
      clock: this.#context.clock,
      installation: this.#context.installation,
    })
  }

  /** `hearing` gives what reads transfers that the provider's hook is told of; undefined: it is told of none. Throws as `of`. */
  async hearing(provider: Provider): Promise<TransferReader | undefined> {
    const kind = gatewayKinds.get(provider.kind)
    if (!kind.hear || provider.secrets === null) return undefined
    return kind.hear({
      settings: settingsOf(provider),
      secrets: secretsOf(provider, await this.#sealer()),
      currency: provider.currency,
      clock: this.#context.clock,
    })
  }

  async stop(): Promise<void> {
    await this.#client?.close()
  }
}
