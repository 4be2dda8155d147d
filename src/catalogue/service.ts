import type { PriceGroupId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** `imei` and `serial`: one device an item. `server`: no device, a quantity within the service's range. */
export type ServiceKind = 'imei' | 'serial' | 'server'

/** What a repeated purchase of the same input does: see `orders/placement.ts`. */
export type DuplicatePolicy = 'replay' | 'refuse' | 'allow'

/**
 * In which order a service's routes are tried: `fixed`: by their positions; `cheapest`: by what they cost; `fastest`:
 * by how soon they lately had results; `best`: by how often they lately succeeded.
 */
export const routings = ['fixed', 'cheapest', 'fastest', 'best'] as const
export type Routing = (typeof routings)[number]

/** An extra field of a service's order form. Its name is upper case, as it travels on the Dhru wire. */
export interface ServiceField {
  name: string
  label: string
  type: 'text' | 'dropdown'
  required: boolean
  options: string[]
}

export interface Service {
  id: ServiceId
  code: string
  name: string
  group: string
  description: string
  deliveryTime: string
  kind: ServiceKind
  /** JSON Schema 2020-12 of one item's input; derived from kind and fields unless an operator gave one. */
  inputSchema: Record<string, unknown>
  fields: ServiceField[]
  minQuantity: number
  maxQuantity: number
  /** Local times "HH:mm" in `timeZone`; both null: always open. Past midnight when closesAt <= opensAt. */
  opensAt: string | null
  closesAt: string | null
  timeZone: string
  active: boolean
  duplicatePolicy: DuplicatePolicy
  replayWindowSeconds: number
  processing: 'automatic' | 'manual'
  routing: Routing
  /** What a reseller reads when the last route has refused, unless the supplier's own words are shown. */
  failureMessage: string
  /** Between two questions to the supplier about an open item: at first, and at most. */
  minPollSeconds: number
  maxPollSeconds: number
  /** An item that is open for longer is shown to a person. */
  expirySeconds: number
  /** null: everyone; otherwise the price groups that may see and buy it. */
  visibleTo: PriceGroupId[] | null
}

/** The nearest price rule that applies to one account: what one item (or one unit of quantity) costs it. */
export interface UnitPrice {
  unitPrice: Micros
  minItems: number
  maxItems: number
}

/** A service id in a text as callers send it; undefined when it is none (then it may be a code). */
export function serviceIdOf(text: string): ServiceId | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const id = Number(text)
  return (id <= 2_147_483_647 ? id : 0) as ServiceId
}
