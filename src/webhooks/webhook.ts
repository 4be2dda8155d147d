import { Refusal } from '../errors.ts'
import type { EventId, OrderId, WebhookId } from '../lib/ids.ts'
import type { OrderState } from '../lib/states.ts'

/**
 * EventState says whether an event has arrived. `waiting`: it is sent, now or later. `held`: the webhook was paused or gone, and it is not
 * sent. `given_up`: it was tried for three days, or the webhook's key or account is gone. What is held or given up can be replayed.
 */
type EventState = 'waiting' | 'delivered' | 'held' | 'given_up'

/** OrderEvent is something that became of an order. */
export interface OrderEvent {
  id: EventId
  webhookId: WebhookId
  orderId: OrderId
  /** `orderState` is what the order had become. */
  orderState: OrderState
  /** `by` is who brought it about: imeigate itself, or an operator. */
  by: string | null
  state: EventState
  attempts: number
  /** `last` is the status or the failure of the last delivery. */
  last: string | null
  dueAt: Date | null
  deliveredAt: Date | null
  createdAt: Date
}

/** WebhookDelivery is one try to tell a webhook of an event. */
export interface WebhookDelivery {
  eventId: EventId
  orderId: OrderId
  number: number
  at: Date
  /** `ms` is how long it took; null while it is under way, or when its process died. */
  ms: number | null
  /** `status` is the answer's; null where there was none. */
  status: number | null
  error: string | null
}

/** `wireId` gives an event's id on the wire, which is the same in all deliveries and replays. */
export const wireId = (id: EventId): string => `evt_${id}`

/** `eventIdOf` throws invalid_input for what is no event's id. */
export function eventIdOf(text: string): EventId {
  const [, digits] = /^evt_([1-9]\d{0,14})$/.exec(text.trim()) ?? []
  if (digits === undefined) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no event such as evt_12`, 'event')
  }
  return Number(digits) as EventId
}
