import type { OrderId, SupplierId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'

/** SupplierTask is one attempt as its supplier sees it. */
export interface SupplierTask {
  /** `attemptKey` is the same for every call about this attempt and for no other: the idempotency key towards the supplier. */
  attemptKey: string
  orderId: OrderId
  /** `remoteService` is what the supplier calls the service; empty where the supplier has but one. */
  remoteService: string
  /** `input` is the IMEI or serial number; empty where the service asks for none. */
  input: string
  fields: Record<string, string> | null
  quantity: number
  /** `sentAt` is when the intent was written (UTC), before the first byte went out. */
  sentAt: Date
  /** `reference` is the supplier's own number for it, once known. */
  reference: string | null
}

/**
 * SupplierOutcome is what a supplier made of an attempt. Each kind is a proof of something, except `unknown` (promise 4: no guess):
 * whatever a supplier's code is not sure of is `unknown`, and so is what it throws.
 */
export type SupplierOutcome =
  /** `success` says that it is done; the result is for the reseller, `raw` is the result as it came, where that was another. */
  | { kind: 'success'; result: string; reference: string | null; raw?: string }
  /** `accepted` says that it was taken, and is not done yet. Without `askAgainAfterMs` the service says when to ask. */
  | { kind: 'accepted'; reference: string | null; askAgainAfterMs?: number }
  /** `refused` says that it was clearly not taken, or ended without a result, because of this item: the next route may try. */
  | { kind: 'refused'; reason: string }
  /**
   * `unavailable` says that it was clearly not taken, because of the supplier and not of the item, which may be sent again later. With
   * `retryAfterMs` the supplier says when, and the try counts for nothing.
   */
  | { kind: 'unavailable'; why: SupplierFault; reason: string; retryAfterMs?: number }
  /** `duplicate` says that the supplier has an order for the same input already; the caller finds out whose. */
  | { kind: 'duplicate'; reason: string; reference: string | null }
  /**
   * `unknown` says that nobody knows whether it was taken. Not `askable`: the supplier cannot be asked, and a person must find out.
   * `contradicts`: it answered about something else, which a person is shown at once. `unrecognised` is a refusal in words that nobody
   * knows, without what tells its items apart: a person says once what they mean.
   */
  | { kind: 'unknown'; reason: string; askable: boolean; contradicts?: true; unrecognised?: string }

/**
 * SupplierFault says why a supplier takes nothing. `credit`: our account is out of credit. `login`: it does not know us any more.
 * `transport`: no connection came about. `busy`: it asks us to come back later.
 */
export type SupplierFault = 'credit' | 'login' | 'transport' | 'busy'

/** SupplierAccount is what a supplier says of our account with it. */
export interface SupplierAccount {
  /** `balance` is in micros of `currency`; null where it says none. */
  balance: Micros | null
  currency: string | null
  /** `name` is what it calls us, for people. */
  name: string | null
}

/** SupplierService is one service of a supplier's list. */
export interface SupplierService {
  /** `id` is a route's remote service; '' where the list says none, so that nobody can order it. */
  id: string
  /** `type` is said where two services of different types may have the same id. */
  type?: string
  group: string
  name: string
  kind: 'imei' | 'serial' | 'server'
  /** `cost` is what one costs us, in micros of the supplier's currency. */
  cost: Micros
  deliveryTime: string
  /** `description` may hold HTML, of which a sync makes text. */
  description: string
  minQuantity: number
  /** `maxQuantity` is Infinity where the supplier names no bound. */
  maxQuantity: number
  /** `quantityOptions` are the only quantities that it takes; absent: any within the bounds. */
  quantityOptions?: number[]
  /** `box` is what an order is about, where it is no IMEI and the list says what it is. */
  box?: RemoteBox
  /** `fields` are the extra fields that an order there takes. */
  fields: RemoteField[]
  /** `leftOut` says why nobody can sell it; absent: somebody can. */
  leftOut?: string
}

/** RemoteBox is what a supplier calls the one thing that an order is about, such as ECID. */
export interface RemoteBox {
  name: string
  hint: string
  /** `minLength` and `maxLength` bound its characters; 0: no bound. */
  minLength: number
  maxLength: number
}

export interface RemoteField {
  /** `name` is the field's in an order to the supplier. */
  name: string
  label: string
  type: 'text' | 'dropdown'
  required: boolean
  /** `options` are a dropdown's. */
  options: string[]
}

export type MayBegin = () => boolean

/** Supplier is someone upstream who does tasks. Calls end with the signal at the latest. */
export interface Supplier {
  /** `sendAtOnce` and `askAtOnce` bound the attempts that one call of `send` or of `ask` is about. They may change as the code learns. */
  readonly sendAtOnce: number
  readonly askAtOnce: number
  /** `ordersHoldMany` says that the items of one call of `send` may have one number in common, and are told apart by their inputs. */
  readonly ordersHoldMany?: boolean
  /** `base64Results`: its results are base64 of texts. */
  readonly base64Results?: boolean
  /**
   * `send` asks for tasks to be done, and gives one outcome for each, in order. It is called at most once for an attempt, after its intent
   * was committed. `mayBegin` is asked just before the first byte of each request: false means that the tasks may be somebody else's by
   * now, and nothing is sent.
   */
  send(tasks: SupplierTask[], signal: AbortSignal, mayBegin?: MayBegin): Promise<SupplierOutcome[]>
  /** `ask` asks what became of attempts, as often as needed; it buys nothing that was not bought before. */
  ask(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]>
  /** `account` gives our account there. Throws when it cannot be had. Absent: there is none. */
  account?(signal: AbortSignal): Promise<SupplierAccount>
  /**
   * `services` gives the supplier's whole list, as it comes in. Throws when the list is not whole: cut short, malformed, refused. Absent:
   * it has no list.
   */
  services?(signal: AbortSignal): AsyncIterable<SupplierService>
  /** `close` closes connections. */
  close?(): Promise<void>
}

/** SupplierConfig is a supplier as it is configured. */
export interface SupplierConfig {
  id: SupplierId
  kind: string
  name: string
  /** `url` is where it is, for kinds that are somewhere. */
  url: string | null
  /** `currency` is that of its costs and of our balance there. */
  currency: string
  /** `settings` are what the kind's fields allow, complete with defaults. */
  settings: Record<string, unknown>
  /** `secrets` are opened; they are never logged. */
  secrets: Record<string, string>
}
