import { MAX_ID, type ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { ServiceValues } from './attributes.ts'

export type { ServiceField } from './service-fields.ts'

/** Service is what can be bought; `serviceAttributes` says what each value is. */
export type Service = ServiceValues & { id: ServiceId }

/** ServiceKind: `imei` and `serial` are one device an item; `server` is no device, but a quantity within the service's range. */
export type ServiceKind = Service['kind']

/** DuplicatePolicy says what a repeated purchase of the same input does: see `orders/place/placement.ts`. */
export type DuplicatePolicy = Service['duplicatePolicy']

/** UnitPrice is the nearest price that applies to one account: what one item (or one unit of quantity) costs it. */
export interface UnitPrice {
  unitPrice: Micros
  minItems: number
  maxItems: number
}

/** MAX_BROUGHT_ID is the largest id that a service may bring along in a file; all others get larger ones: see `services` of the schema. */
export const MAX_BROUGHT_ID = 1_000_000

/** `serviceIdOf` reads a service id as callers send it; undefined: the text is none, and may be a code. */
export function serviceIdOf(text: string): ServiceId | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const id = Number(text)
  return (id <= MAX_ID ? id : 0) as ServiceId
}
