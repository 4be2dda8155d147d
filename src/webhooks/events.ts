import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { EventId, WebhookId } from '../lib/ids.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { replayEvents, selectDeliveries, selectEvents } from './events.sql.ts'
import { type OrderEvent, type WebhookDelivery, wireId } from './webhook.ts'
import { findWebhook } from './webhooks.ts'

/** `listEvents` gives a webhook's events, the newest first. Throws not_found. */
export async function listEvents(
  sql: Queryable,
  webhook: WebhookId,
  { undelivered = false, limit = 100 }: { undelivered?: boolean; limit?: number } = {},
): Promise<OrderEvent[]> {
  await findWebhook(sql, webhook)
  return await selectEvents(sql, { webhook, undelivered, limit })
}

/** `findEvent` throws not_found. */
export async function findEvent(sql: Queryable, id: EventId): Promise<OrderEvent> {
  const [event] = await selectEvents(sql, { event: id })
  if (!event) throw new Refusal('not_found', `there is no event ${wireId(id)}`, 'event')
  return event
}

/** `listDeliveries` gives the deliveries to a webhook or of one event, the newest first. Throws not_found. */
export async function listDeliveries(
  sql: Queryable,
  of: { webhook: WebhookId } | { event: EventId },
  limit = 100,
): Promise<WebhookDelivery[]> {
  if ('event' in of) await findEvent(sql, of.event)
  else await findWebhook(sql, of.webhook)
  return await selectDeliveries(sql, { ...of, limit })
}

/**
 * `replay` has one event sent again, or a webhook's events since a time (with `undelivered` only those that never arrived), and gives how
 * many. They keep their ids, and their sequence within each order. Throws not_found, and conflict when the webhook is sent nothing.
 */
export async function replay(
  sql: Queryable,
  what: { event: EventId } | { webhook: WebhookId; since: Date; undelivered?: boolean },
  clock: Clock = systemClock,
): Promise<number> {
  const webhook = 'event' in what ? (await findEvent(sql, what.event)).webhookId : what.webhook
  const { status } = await findWebhook(sql, webhook)
  if (status !== 'active') {
    throw new Refusal('conflict', `webhook ${webhook} is ${status} and must be resumed first`, 'webhook')
  }
  const which = 'event' in what ? { webhook, event: what.event } : { undelivered: false, ...what }
  return await replayEvents(sql, which, clock.now())
}
