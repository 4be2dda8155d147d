import type { Attributes } from '../../lib/attributes.ts'
import type { Clock } from '../../lib/time.ts'
import type { OutboundClient } from '../../outbound/outbound.ts'
import type { IntegrationKind } from '../kit/kind.ts'
import type { Gateway } from './gateway.ts'
import type { TellingApart, TransferReader } from './transfer.ts'

/** GatewayKind describes one way to be paid, and connects to the payment service behind it. */
export interface GatewayKind extends IntegrationKind {
  /** `wireKind` is the kind's name in the public contract, where it is another one there. */
  readonly wireKind?: string
  /** `shown` are the settings that tell the payer how to pay. */
  readonly shown: readonly string[]
  /** `channel` is how payments travel, as callers read it. */
  readonly channel: string
  /** `currencies` are those that it takes; absent: all. */
  readonly currencies?: readonly string[]
  /** `step` gives the smallest amount that can be paid in a currency, in micros: every payment is a multiple of it. */
  step(currency: string): bigint
  /** `minutes` gives how long a deposit may be paid. */
  minutes(settings: Record<string, unknown>): number
  /** `connect` is absent where no payment service is asked: a person, or a transfer that fits, says that the money is there. */
  connect?(deps: GatewayDeps): Gateway
  /** `unproved` are the fields that no test of ours can prove, because they count only when the gateway calls us. */
  readonly unproved?: readonly string[]
  /** `toldApart` is there where each deposit has an amount of its own. */
  toldApart?(settings: Record<string, unknown>, currency: string): TellingApart
  /** `details` tell the payer more than `shown`, by what the deposit is. */
  details?(
    settings: Record<string, unknown>,
    deposit: { totalPay: bigint; currency: string },
  ): Record<string, string>
  /** `hear` reads what the hook is told of transfers; undefined: it has no secret, and is told nothing. */
  hear?(deps: HearingDeps): TransferReader | undefined
}

interface HearingDeps {
  settings: Record<string, unknown>
  secrets: Record<string, string>
  currency: string
  clock: Clock
}

export interface GatewayDeps {
  /** `code` is the provider's, which its hook is called by. */
  code: string
  settings: Record<string, unknown>
  secrets: Record<string, string>
  client: OutboundClient
  clock: Clock
  installation: string
}

/** `gatewayKind` makes a kind whose `shown` names fields of its own. */
export function gatewayKind<const F extends Attributes>(
  definition: Omit<GatewayKind, 'fields' | 'shown' | 'unproved'> & {
    fields: F
    shown: readonly (keyof F & string)[]
    unproved?: readonly (keyof F & string)[]
  },
): GatewayKind {
  return definition
}
