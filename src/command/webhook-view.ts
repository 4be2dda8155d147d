import { jsonOf } from '../lib/attributes.ts'
import { type Webhook, webhookAttributes } from '../webhooks/attributes.ts'
import { type OrderEvent, type WebhookDelivery, wireId } from '../webhooks/webhook.ts'
import { type Answer, nounTable, nounText, table } from './output.ts'

export const webhookAnswer = (webhook: Webhook): Answer => ({
  json: jsonOf(webhookAttributes, webhook),
  text: nounText(webhookAttributes, webhook),
})

export const webhooksAnswer = (webhooks: Webhook[]): Answer => ({
  json: webhooks.map((one) => jsonOf(webhookAttributes, one)),
  text: nounTable(
    webhookAttributes,
    ['id', 'account', 'key', 'url', 'status', 'waiting', 'failingSince'],
    webhooks,
  ),
})

export const eventJson = (event: OrderEvent): unknown => ({
  id: wireId(event.id),
  webhook: event.webhookId,
  order: event.orderId,
  order_state: event.orderState,
  state: event.state,
  attempts: event.attempts,
  last: event.last,
  due_at: event.dueAt,
  delivered_at: event.deliveredAt,
  created_at: event.createdAt,
})

export const eventTable = (events: OrderEvent[]): string =>
  table(
    ['event', 'order', 'became', 'state', 'attempts', 'last answer', 'next try', 'written'],
    events.map((one) => [
      wireId(one.id),
      one.orderId,
      one.orderState,
      one.state.replace('_', ' '),
      one.attempts,
      one.last,
      one.dueAt,
      one.createdAt,
    ]),
    { right: ['order', 'attempts'] },
  )

export const attemptJson = (attempt: WebhookDelivery): unknown => ({
  event: wireId(attempt.eventId),
  order: attempt.orderId,
  number: attempt.number,
  at: attempt.at,
  ms: attempt.ms,
  status: attempt.status,
  error: attempt.error,
})

export const attemptTable = (attempts: WebhookDelivery[]): string =>
  table(
    ['event', 'order', 'attempt', 'at', 'ms', 'answer'],
    attempts.map((one) => [
      wireId(one.eventId),
      one.orderId,
      one.number,
      one.at,
      one.ms,
      // Without a duration it is under way, or was cut off with its process.
      one.ms === null ? 'none yet' : (one.error ?? one.status),
    ]),
    { right: ['order', 'attempt', 'ms'] },
  )
