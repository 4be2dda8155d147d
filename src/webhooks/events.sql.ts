import type { Queryable } from '../database/database.ts'
import type { EventId, WebhookId } from '../lib/ids.ts'
import type { OrderEvent, WebhookDelivery } from './webhook.ts'

const stateOf = (sql: Queryable) => sql`
  case when e.due_at is not null then 'waiting'
       when e.delivered_at is not null then 'delivered'
       when e.given_up_at is not null then 'given_up'
       else 'held' end`

/** `selectEvents` gives the newest first. */
export async function selectEvents(
  sql: Queryable,
  where: { webhook: WebhookId; undelivered: boolean; limit: number } | { event: EventId },
): Promise<OrderEvent[]> {
  return await sql<OrderEvent[]>`
    select e.id, e.webhook_id, e.order_id, e.state as order_state, ${stateOf(sql)} as state,
           e.attempts, coalesce(last.error, last.status::text) as last, e.due_at,
           e.delivered_at, e.created_at
      from order_events e
      left join webhook_deliveries last on last.account_id = e.account_id and last.event_id = e.id and last.number = e.attempts
     where ${
       'event' in where
         ? sql`e.account_id in (select account_id from webhooks) and e.id = ${where.event}`
         : sql`e.webhook_id = ${where.webhook} ${where.undelivered ? sql`and e.delivered_at is null` : sql``}`
     }
     order by e.created_at desc, e.id desc limit ${'event' in where ? 1 : where.limit}`.records()
}

/** `selectDeliveries` gives the newest first. */
export async function selectDeliveries(
  sql: Queryable,
  where: { webhook: WebhookId; limit: number } | { event: EventId; limit: number },
): Promise<WebhookDelivery[]> {
  return await sql<WebhookDelivery[]>`
    select t.event_id, e.order_id, t.number, t.at, t.ms, t.status, t.error
      from webhook_deliveries t join order_events e on e.account_id = t.account_id and e.id = t.event_id
     where ${'event' in where ? sql`t.account_id in (select account_id from webhooks) and t.event_id = ${where.event}` : sql`t.webhook_id = ${where.webhook}`}
     order by t.at desc, t.event_id desc limit ${where.limit}`.records()
}

/**
 * `replayEvents` has events sent again as if they had never been tried, and gives how many. Events that wait for a retry are due at once.
 */
export async function replayEvents(
  sql: Queryable,
  which: { webhook: WebhookId; since: Date; undelivered: boolean } | { webhook: WebhookId; event: EventId },
  now: Date,
): Promise<number> {
  const replayed = await sql`
    update order_events e set due_at = ${now}, tries = 0, given_up_at = null
     where e.webhook_id = ${which.webhook} and ${
       'event' in which
         ? sql`e.account_id = (select account_id from webhooks where id = ${which.webhook}) and e.id = ${which.event}`
         : sql`e.created_at >= ${which.since} ${which.undelivered ? sql`and e.delivered_at is null` : sql``}`
     }`
  await wakeWebhook(sql, which.webhook)
  return replayed.count
}

/** `wakeWebhook` queues the job that sends what is due for the webhook. */
export async function wakeWebhook(sql: Queryable, webhook: WebhookId): Promise<void> {
  await sql`select from wake_webhook(${webhook})`
}
