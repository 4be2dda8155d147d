import type { Attributes, ValuesOf } from '../../lib/attributes.ts'
import type { IntegrationContext, IntegrationKind } from '../kit/kind.ts'
import type { Supplier, SupplierConfig } from './supplier.ts'
import type { TopUps } from './top-ups.ts'

/** SupplierKind describes one sort of supplier, and connects to suppliers of it. */
export interface SupplierKind extends IntegrationKind {
  /** `hasUrl` says that such a supplier has a URL, which is needed. */
  readonly hasUrl?: boolean
  /** `hasServices` says that such a supplier has many services, so that a route must name one. */
  readonly hasServices?: boolean
  /** `doneByPeople` says that people answer its items, by the commands of manual work. */
  readonly doneByPeople?: boolean
  /** `isPractice` says that it does nothing real: orders that it did are marked. */
  readonly isPractice?: boolean
  /** `showsReasons` is the default of a supplier's `showsReasons`: whether resellers read its words for a refusal. */
  readonly showsReasons?: boolean
  /** `connect` throws invalid_input when the settings contradict each other. It calls nobody. */
  connect(config: SupplierConfig, context: IntegrationContext): Supplier
  /** `topUps` gives the deposits to our account at a supplier. It calls nobody. Absent: the protocol has none, and one tops up elsewhere. */
  topUps?(config: SupplierConfig, context: IntegrationContext): TopUps
  /**
   * `readWebhook` gives the order that an inbound webhook is about, undefined unless the supplier has signed it. Absent: suppliers of
   * this kind send none.
   */
  readWebhook?(
    body: Buffer,
    signature: string | undefined,
    secrets: Record<string, string>,
  ): { orderId: string } | undefined
}

/** `supplierKind` makes a kind whose `connect` reads settings of the types that its fields say. */
export function supplierKind<const F extends Attributes>(
  definition: Omit<SupplierKind, 'fields' | 'connect' | 'topUps'> & {
    fields: F
    connect(config: SupplierConfig & { settings: ValuesOf<F> }, context: IntegrationContext): Supplier
    topUps?(config: SupplierConfig & { settings: ValuesOf<F> }, context: IntegrationContext): TopUps
  },
): SupplierKind {
  return definition as SupplierKind
}
