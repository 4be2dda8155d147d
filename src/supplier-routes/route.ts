import type { RouteId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** One way to have a service's items done: a supplier, and its service there. */
export interface Route {
  id: RouteId
  serviceId: ServiceId
  serviceCode: string
  supplierId: SupplierId
  supplierName: string
  /** The service's id there; empty where the supplier has but one. */
  remoteService: string
  /** What one unit costs us, in micros of `currency`; null: not known, and then no margin is checked. */
  cost: Micros | null
  /** The supplier's. */
  currency: string
  /** From 1, in order of preference. */
  position: number
  /** What must remain of the sale price, in hundredths of a percent of it. */
  marginFloor: number
  /** Whether the supplier's list has the remote service; null: the list was not read since. */
  available: boolean | null
}
