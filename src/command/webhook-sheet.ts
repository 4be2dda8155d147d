import { type OrderEvent, type Webhook, type WebhookDelivery, wireId } from '../webhooks/webhook.ts'
import { keyValues, table } from './output.ts'

export const webhookJson = (webhook: Webhook): unknown => ({
  id: webhook.id,
  account: webhook.accountId,
  key: webhook.keyId,
  url: webhook.url,
  status: webhook.status,
  waiting: webhook.waiting,
  failures: webhook.failures,
  failing_since: webhook.failingSince,
  paused_at: webhook.pausedAt,
  previous_secret_until: webhook.previousUntil,
  created_at: webhook.createdAt,
  updated_at: webhook.updatedAt,
})

export const webhookTable = (webhooks: Webhook[]): string =>
  table(
    ['id', 'account', 'key', 'URL', 'status', 'waiting', 'failing since'],
    webhooks.map((one) => [
      one.id,
      one.username,
      one.keyId,
      one.url,
      one.status,
      one.waiting,
      one.failingSince,
    ]),
    { right: ['id', 'key', 'waiting'] },
  )

export const webhookText = (webhook: Webhook): string =>
  keyValues([
    ['id', webhook.id],
    ['account', `${webhook.accountId} ${webhook.username}`],
    ['key', `${webhook.keyId} ${webhook.securityId}`],
    ['URL', webhook.url],
    ['status', webhook.status],
    ['waiting', webhook.waiting],
    ['failures in a row', webhook.failures],
    ['failing since', webhook.failingSince],
    ['stopped', webhook.pausedAt],
    ['old secret until', webhook.previousUntil],
    ['created', webhook.createdAt],
  ])

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
