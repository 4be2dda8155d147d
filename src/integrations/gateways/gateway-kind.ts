import type { Attributes } from '../../lib/attributes.ts'
import type { Clock } from '../../lib/time.ts'
import type { OutboundClient } from '../../outbound/outbound.ts'
import type { IntegrationKind } from '../kit/kind.ts'
import type { Gateway } from './gateway.ts'

/** GatewayKind describes one way to be paid, and connects to the payment service behind it. */
export interface GatewayKind extends IntegrationKind {
  /** `wireKind` is the kind's name in the public contract, where it is another one there. */
  readonly wireKind?: string
  /** `shown` are the settings that tell the payer how to pay. */
  readonly shown: readonly string[]
  /** `channel` is how payments travel, as callers read it. */
  readonly channel: string
  /** `step` gives the smallest amount that can be paid in a currency, in micros: every payment is a multiple of it. */
  step(currency: string): bigint
  /** `minutes` gives how long a deposit may be paid. */
  minutes(settings: Record<string, unknown>): number
  /** `connect` is absent where a person sees that the money is there; such a provider has no inbound webhook. */
  connect?(deps: GatewayDeps): Gateway
}

export interface GatewayDeps {
  settings: Record<string, unknown>
  secrets: Record<string, string>
  client: OutboundClient
  clock: Clock
  installation: string
}

/** `gatewayKind` makes a kind whose `shown` names fields of its own. */
export function gatewayKind<const F extends Attributes>(
  definition: Omit<GatewayKind, 'fields' | 'shown'> & { fields: F; shown: readonly (keyof F & string)[] },
): GatewayKind {
  return definition
}
