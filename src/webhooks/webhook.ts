import { Refusal } from '../errors.ts'
import type { AccountId, EventId, KeyId, OrderId, WebhookId } from '../lib/ids.ts'
import type { OrderState } from '../lib/states.ts'

/** As it is on the wire and on the command line: see `wireId`. */

/** `paused`: it failed for too long. `gone`: it answered 410. Neither is sent anything until it is resumed. */
export type WebhookStatus = 'active' | 'paused' | 'gone'

/** Where orders that were placed with a key are told of. */
export interface Webhook {
  id: WebhookId
  accountId: AccountId
  /** The account's. */
  username: string
  keyId: KeyId
  /** The key's public half. */
  securityId: string
  url: string
  status: WebhookStatus
  /** Attempts that failed in a row, over all of its events. */
  failures: number
  failingSince: Date | null
  pausedAt: Date | null
  /** Until when what is sent carries the signature of the signing secret before this one, too. */
  previousUntil: Date | null
  /** Events that are still to be sent. */
  waiting: number
  createdAt: Date
  updatedAt: Date
}

/**
 * `waiting`: it is sent, now or later. `held`: it happened, or was not sent yet, when the webhook stopped. `given_up`:
 * it was tried for three days, or there is nobody to tell any more. What is held or given up can be replayed.
 */
type EventState = 'waiting' | 'delivered' | 'held' | 'given_up'

/** Something that became of an order. */
export interface OrderEvent {
  id: EventId
  webhookId: WebhookId
  orderId: OrderId
  /** What the order had become. */
  orderState: OrderState
  state: EventState
  attempts: number
  /** The answer or the failure of the last attempt. */
  last: string | null
  dueAt: Date | null
  deliveredAt: Date | null
  createdAt: Date
}

/** One try to tell a webhook of an event. */
export interface WebhookDelivery {
  eventId: EventId
  orderId: OrderId
  number: number
  at: Date
  /** How long it took; null while it is under way, or when its process died. */
  ms: number | null
  /** Of the answer; null where there was none. */
  status: number | null
  error: string | null
}

/** The event's id on the wire; the same in all attempts and replays. */
export const wireId = (id: EventId): string => `evt_${id}`

/** Throws invalid_input for what is no event's id. */
export function eventIdOf(text: string): EventId {
  const [, digits] = /^evt_([1-9]\d{0,14})$/.exec(text.trim()) ?? []
  if (digits === undefined) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no event such as evt_12`, 'event')
  }
  return Number(digits) as EventId
}
