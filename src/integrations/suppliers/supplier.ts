import type { OrderId, SupplierId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'

/** One attempt as its supplier sees it. */
export interface SupplierTask {
  /** The same for every call about this attempt and for no other: the idempotency key towards the supplier. */
  attemptKey: string
  orderId: OrderId
  /** What the supplier calls the service: the route's remote service; empty where the supplier has but one. */
  remoteService: string
  /** The IMEI or serial number; empty where the service asks for none. */
  subject: string
  fields: Record<string, string> | null
  quantity: number
  /** When the intent was written (UTC), before the first byte went out. */
  sentAt: Date
  /** The supplier's own number for it, once known. */
  reference: string | null
}

/**
 * What a supplier made of an attempt. Each kind is a proof of something, but for `unknown` (promise 4): whatever an
 * adapter is not sure of is `unknown`, and so is what it throws.
 */
export type SupplierOutcome =
  /** Done; the result is for the reseller. */
  | { kind: 'success'; result: string; reference: string | null }
  /** Taken, and not done yet. Without `askAgainAfterMs` the service says when to ask. */
  | { kind: 'accepted'; reference: string | null; askAgainAfterMs?: number }
  /** Clearly not taken, or ended without a result, because of this item: the next route may try. */
  | { kind: 'refused'; reason: string }
  /** Clearly not taken, because of the supplier and not of the item: the item may be sent to it again later. */
  | { kind: 'unavailable'; why: SupplierFault; reason: string }
  /** It says that it has an order for the same input already: whose, is for the caller to find out. */
  | { kind: 'duplicate'; reason: string; reference: string | null }
  /** Nobody can say whether it was taken. Not `askable`: the supplier cannot be asked either, a person must find out. */
  | { kind: 'unknown'; reason: string; askable: boolean }

/**
 * `credit`: out of credit. `login`: it does not know us any more. `transport`: nothing was sent, since no connection
 * came about. `busy`: it asks us to come back later.
 */
export type SupplierFault = 'credit' | 'login' | 'transport' | 'busy'

/** What a supplier says of our account with it. */
export interface SupplierAccount {
  /** In micros of `currency`; null where it says none. */
  balance: Micros | null
  currency: string | null
  /** How it calls us, for people. */
  name: string | null
}

/** One service of a supplier's list. */
export interface SupplierService {
  /** Its id there: a route's remote service. */
  id: string
  group: string
  name: string
  kind: 'imei' | 'serial' | 'server'
  /** What one costs us, in micros of the supplier's currency. */
  cost: Micros
  deliveryTime: string
  /** May hold HTML. */
  description: string
  minQuantity: number
  maxQuantity: number
  /** Extra fields that an order there takes. */
  fields: RemoteField[]
}

export interface RemoteField {
  /** As it is called in an order to the supplier. */
  name: string
  label: string
  type: 'text' | 'dropdown'
  required: boolean
  /** Of a dropdown. */
  options: string[]
}

/** Someone upstream who does the work. Calls end with the signal at the latest. */
export interface Supplier {
  /** How many attempts one call of `send` or of `ask` may be about. May change as the adapter learns. */
  readonly sendAtOnce: number
  readonly askAtOnce: number
  /**
   * Asks for the work to be done; gives one outcome for each, in order. Called at most once for an attempt, after its
   * intent was committed.
   */
  send(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]>
  /** Asks what became of attempts, as often as needed; buys nothing that was not bought before. */
  ask(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]>
  /** Our account there. Throws when it cannot be had. Absent: there is none. */
  account?(signal: AbortSignal): Promise<SupplierAccount>
  /**
   * Its whole list, as it comes in. Throws when the list is not whole: cut short, malformed, refused. Absent: it has
   * no list.
   */
  services?(signal: AbortSignal): AsyncIterable<SupplierService>
  /** Lets go of connections. */
  close?(): Promise<void>
}

/** A supplier as it is configured: what an adapter is made of. */
export interface SupplierConfig {
  id: SupplierId
  kind: string
  name: string
  /** Where it is, for kinds that are somewhere. */
  url: string | null
  /** Of its costs and of our balance there. */
  currency: string
  /** What the kind's own settings schema allows, complete with defaults. */
  settings: Record<string, unknown>
  /** Opened; never logged. */
  secrets: Record<string, string>
}
