import { type Webhook, webhookAttributes } from '../webhooks/attributes.ts'
import { type OrderEvent, type WebhookDelivery, wireId } from '../webhooks/webhook.ts'
import { type Answer, listed, nounAnswer, nounsAnswer } from './output.ts'

export const webhookAnswer = (webhook: Webhook): Answer => nounAnswer(webhookAttributes, webhook)

export const webhooksAnswer = (webhooks: Webhook[]): Answer =>
  nounsAnswer(
    webhookAttributes,
    ['id', 'account', 'key', 'url', 'status', 'waiting', 'failingSince'],
    webhooks,
  )

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

export const eventsAnswer = (events: OrderEvent[]): Answer =>
  listed(events, {
    json: eventJson,
    columns: {
      event: (one) => wireId(one.id),
      order: (one) => one.orderId,
      became: (one) => one.orderState,
      state: (one) => one.state.replace('_', ' '),
      attempts: (one) => one.attempts,
      'last answer': (one) => one.last,
      'next try': (one) => one.dueAt,
      written: (one) => one.createdAt,
    },
    right: ['order', 'attempts'],
  })

export const attemptsAnswer = (attempts: WebhookDelivery[]): Answer =>
  listed(attempts, {
    json: (attempt) => ({
      event: wireId(attempt.eventId),
      order: attempt.orderId,
      number: attempt.number,
      at: attempt.at,
      ms: attempt.ms,
      status: attempt.status,
      error: attempt.error,
    }),
    columns: {
      event: (one) => wireId(one.eventId),
      order: (one) => one.orderId,
      attempt: (one) => one.number,
      at: (one) => one.at,
      ms: (one) => one.ms,
      // Without a duration it is under way, or was cut off with its process.
      answer: (one) => (one.ms === null ? 'none yet' : (one.error ?? one.status)),
    },
    right: ['order', 'attempt', 'ms'],
  })
