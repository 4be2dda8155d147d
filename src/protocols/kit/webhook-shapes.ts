import { type Static, Type } from 'typebox'
import { type Webhook, webhookAttributes } from '../../webhooks/attributes.ts'
import { type OrderEvent, type WebhookDelivery, wireId } from '../../webhooks/webhook.ts'
import { webhookVersion } from '../../webhooks/webhooks.ts'
import { type Json, shapeOf, wire } from './nouns.ts'
import { id, oneOf, orNull, pageQuery, text, time, version } from './shapes.ts'

/** `webhook` is where a program of an account is told of orders. */
export const webhook = shapeOf(webhookAttributes, { more: { version } })

export const wireWebhook = (one: Webhook): Json => ({
  ...wire(webhookAttributes, one),
  version: webhookVersion(one),
})

const eventId = Type.String({ description: 'Such as `evt_12`, as deliveries name it' })

export const orderEvent = Type.Object({
  id: eventId,
  webhook: id,
  order: Type.Integer(),
  order_state: Type.String({ description: 'What the order had become' }),
  state: oneOf(['waiting', 'delivered', 'held', 'given_up']),
  by: orNull(Type.String(), 'Who brought it about'),
  attempts: Type.Integer(),
  last: orNull(Type.String(), 'The status or the failure of the last delivery'),
  due_at: orNull(time('When it is sent next')),
  delivered_at: orNull(time()),
  created_at: time(),
})

export const wireEvent = (one: OrderEvent): Static<typeof orderEvent> => ({
  ...{ id: wireId(one.id), webhook: one.webhookId, order: one.orderId, order_state: one.orderState },
  ...{ state: one.state, by: one.by, attempts: one.attempts, last: one.last },
  ...{ due_at: one.dueAt, delivered_at: one.deliveredAt, created_at: one.createdAt },
})

export const delivery = Type.Object({
  event: eventId,
  order: Type.Integer(),
  number: Type.Integer(),
  at: time(),
  ms: orNull(Type.Integer(), 'null: it is under way, or was cut off with its process'),
  status: orNull(Type.Integer(), 'Of the answer'),
  error: orNull(Type.String()),
})

export const wireDelivery = (one: WebhookDelivery): Static<typeof delivery> => ({
  ...{ event: wireId(one.eventId), order: one.orderId, number: one.number },
  ...{ at: one.at, ms: one.ms, status: one.status, error: one.error },
})

/** `deliveryQuery` bounds the deliveries that are shown. */
export const deliveryQuery = Type.Object({ limit: pageQuery.limit })

export const eventParams = Type.Object({ event: text(20, { description: 'Such as `evt_12`' }) })

/** `tested` is what came of a test. */
export const tested = Type.Object({
  id,
  url: Type.String(),
  ok: Type.Boolean({ description: 'An event would have arrived' }),
  status: orNull(Type.Integer(), 'Of the answer'),
  milliseconds: Type.Integer(),
  problem: orNull(Type.String()),
})

/** `replayForm` says which events of a webhook are sent again. */
export const replayForm = {
  since: Type.String({ format: 'date-time' }),
  undelivered: Type.Optional(Type.Boolean({ description: 'Only what has never arrived' })),
}
