import type { OrderId } from '../orders/order.ts'

/** One attempt as its supplier sees it. */
export interface Work {
  /** The same for every call about this attempt and for no other: the idempotency key towards the supplier. */
  attemptKey: string
  orderId: OrderId
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
 * What a supplier made of an attempt. Only `success` and `refused` are final; a supplier that cannot give a clear
 * answer throws, and whoever called takes that as unknown (promise 4).
 */
export type Outcome =
  | { kind: 'success'; result: string; reference: string | null }
  | { kind: 'accepted'; reference: string; askAgainAfterMs: number }
  | { kind: 'refused'; reason: string }

/** Someone upstream who does the work. Calls end with the signal at the latest. */
export interface Supplier {
  /** Asks for the work to be done. Called at most once for an attempt, after its intent was committed. */
  send(work: Work, signal: AbortSignal): Promise<Outcome>
  /** Asks what became of an attempt, as often as needed; changes nothing. */
  ask(work: Work, signal: AbortSignal): Promise<Outcome>
}
