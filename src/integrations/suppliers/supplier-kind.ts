import type { TObject } from 'typebox'
import type { Clock } from '../../lib/time.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import type { Supplier, SupplierConfig, SupplierKindName } from './supplier.ts'

/** How suppliers of one kind are described by an operator, and spoken to. */
export interface SupplierKind {
  kind: SupplierKindName
  /** Whether such a supplier is somewhere: then its `url` is needed. */
  hasUrl: boolean
  /** Whether it has many services, so that a route must say which of them is meant. */
  hasServices: boolean
  /** What an operator may set, each with a default or needed, and described for people. Nothing secret. */
  settings: TObject
  /** What is sealed: name and whether it is needed. */
  secrets: Record<string, { needed: boolean; description: string }>
  /** Throws a Refusal (invalid_input) when the settings contradict each other. */
  make(config: SupplierConfig, world: IntegrationContext): Supplier
}

/** What supplierKinds see of the world. */
export interface IntegrationContext {
  outbound: Outbound
  clock: Clock
  /** Names this installation among all, so that its idempotency keys are its own: see `installationId`. */
  installation: string
}
