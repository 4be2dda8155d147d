import type { Sql } from '../../database/database.ts'
import type { EventId, OrderId, WebhookId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import { replay } from '../../webhooks/events.ts'
import { wireId } from '../../webhooks/webhook.ts'
import { listAttempts } from '../read/operator-orders.sql.ts'
import { insertNote } from './notes.sql.ts'
import { mustNameOrder } from './order-name.ts'
import { selectChanges, selectMovements, selectPlacing, selectTold } from './timeline.sql.ts'
import { windowsOf } from './timeline.ts'

/** MAX_POSITION is more than any order has. */
const MAX_POSITION = 32_767

/** LastEvent is the newest event of an order, and the webhook that it is for. */
interface LastEvent {
  event: EventId
  webhook: WebhookId
}

/** `lastEventOf` finds what a webhook was told last of an order. Throws order_not_found, and conflict where no webhook was told anything. */
async function lastEventOf(sql: Sql, id: OrderId): Promise<LastEvent> {
  const name = await mustNameOrder(sql, id)
  const placing = await selectPlacing(sql, name)
  if (placing?.webhookId == null) throw because('conflict', 'key_without_webhook', { order: id }, 'id')
  const all = { first: 1, last: Math.min(placing.itemCount, MAX_POSITION) }
  const [movements, attempts, changes] = await Promise.all([
    selectMovements(sql, name, all),
    listAttempts(sql, [name]),
    selectChanges(sql, name, { first: 1, last: Math.min(all.last, 200) }),
  ])
  const times = [
    placing.createdAt,
    ...movements.map(({ createdAt }) => createdAt),
    ...attempts.flatMap(({ createdAt, finishedAt }) => (finishedAt ? [createdAt, finishedAt] : [createdAt])),
    ...changes.map(({ at }) => at),
  ]
  const event = (await selectTold(sql, name, windowsOf(times))).at(-1)?.id
  if (event === undefined) throw because('conflict', 'webhook_untold', { order: id }, 'id')
  return { event, webhook: placing.webhookId as WebhookId }
}

/**
 * `resendLastEvent` has the newest event of an order sent to its webhook again, and notes it with the order; gives the event. Throws order_not_found, and
 * conflict where no webhook was told anything, or it is sent nothing.
 */
export async function resendLastEvent(
  sql: Sql,
  id: OrderId,
  actor: string,
  clock: Clock = systemClock,
): Promise<string> {
  const { event } = await lastEventOf(sql, id)
  const { accountId } = await mustNameOrder(sql, id)
  await replay(sql, { event }, clock)
  const text = wireId(event)
  await insertNote(sql, { accountId, orderId: id }, { at: clock.now(), actor, kind: 'webhook', text })
  return text
}
