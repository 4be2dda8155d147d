import type { Queryable } from '../database/database.ts'
import { MAX_SCANNED_ROWS, type WalkedPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import type { EventId, WebhookId } from '../lib/ids.ts'
import { pageOf } from '../lib/page.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import {
  type Replayed,
  replayEvent,
  replayPart,
  selectDeliveries,
  selectEvents,
  selectStop,
} from './events.sql.ts'
import { type OrderEvent, type WebhookDelivery, wireId } from './webhook.ts'
import { findWebhook } from './webhooks.ts'

/** REPLAYED_AT_ONCE bounds the events that one statement of a replay writes. */
const REPLAYED_AT_ONCE = 5000

interface EventFilter {
  undelivered?: boolean
  /** `before` is the last event of the page before. */
  before?: EventId | undefined
  limit?: number
  maxRows?: number
}

/** `listEvents` gives a webhook's events, the newest first. Throws not_found. */
export async function listEvents(
  sql: Queryable,
  webhook: WebhookId,
  { undelivered = false, before, limit = 100, maxRows = MAX_SCANNED_ROWS.operator }: EventFilter = {},
): Promise<WalkedPage<OrderEvent, EventId>> {
  await findWebhook(sql, webhook)
  if (before !== undefined) await findEvent(sql, before)
  const walk = { webhook, before, maxRows }
  const found = await selectEvents(sql, { ...walk, undelivered, limit: limit + 1 })
  const { items, next } = pageOf(found, limit, ({ id }) => id)
  const stoppedAt = undelivered && next === undefined ? await selectStop(sql, walk) : undefined
  return { items, next: next ?? stoppedAt, stoppedAt }
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
  maxRows = REPLAYED_AT_ONCE,
): Promise<number> {
  const webhook = 'event' in what ? (await findEvent(sql, what.event)).webhookId : what.webhook
  const { status } = await findWebhook(sql, webhook)
  if (status !== 'active') {
    throw because('conflict', 'webhook_not_active', { webhook, status }, 'webhook')
  }
  const now = clock.now()
  if ('event' in what) return await replayEvent(sql, { webhook, event: what.event }, now)
  const which = { undelivered: false, ...what, maxRows }
  let replayed = 0
  let part: Replayed = { count: 0, last: undefined }
  do {
    part = await replayPart(sql, { ...which, after: part.last }, now)
    replayed += part.count
  } while (part.last !== undefined)
  return replayed
}
