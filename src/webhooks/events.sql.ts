import type { Queryable } from '../database/database.ts'
import type { EventId, WebhookId } from '../lib/ids.ts'
import type { OrderEvent, WebhookDelivery } from './webhook.ts'

const stateOf = (sql: Queryable) => sql`
  case when e.due_at is not null then 'waiting'
       when e.delivered_at is not null then 'delivered'
       when e.given_up_at is not null then 'given_up'
       else 'held' end`

/** EventWalk is the part of a webhook's events that is walked through, newest first: at most `maxRows`, behind the event `before`. */
export interface EventWalk {
  webhook: WebhookId
  before?: EventId | undefined
  maxRows: number
}

/** `placeOf` is where an event stands among those of its webhook. Its time is read there: a Date is less exact. */
const placeOf = (sql: Queryable, webhook: WebhookId, event: EventId) => sql`
  ((select at.created_at from order_events at
     where at.account_id = (select account_id from webhooks where id = ${webhook}) and at.id = ${event}), ${event}::bigint)`

const walked = (sql: Queryable, { webhook, before }: EventWalk) => sql`
  webhook_id = ${webhook}
  ${before === undefined ? sql`` : sql`and (created_at, id) < ${placeOf(sql, webhook, before)}`}`

/** `selectStop` gives the last event of a walk; undefined: there are not so many. */
export async function selectStop(sql: Queryable, walk: EventWalk): Promise<EventId | undefined> {
  const [stop] = await sql<{ id: EventId }[]>`
    select id from order_events where ${walked(sql, walk)}
     order by created_at desc, id desc offset ${walk.maxRows - 1} limit 1`.records()
  return stop?.id
}

/** `selectEvents` gives the newest first. */
export async function selectEvents(
  sql: Queryable,
  where: (EventWalk & { undelivered: boolean; limit: number }) | { event: EventId },
): Promise<OrderEvent[]> {
  return await sql<OrderEvent[]>`
    select e.id, e.webhook_id, e.order_id, e.state as order_state, e.actor as by, ${stateOf(sql)} as state,
           e.attempts, coalesce(last.error, last.status::text) as last, e.due_at,
           e.delivered_at, e.created_at
      from ${
        'event' in where
          ? sql`order_events`
          : sql`(select * from order_events where ${walked(sql, where)} order by created_at desc, id desc limit ${where.maxRows})`
      } e
      left join webhook_deliveries last on last.account_id = e.account_id and last.event_id = e.id and last.number = e.attempts
     where ${
       'event' in where
         ? sql`e.account_id in (select account_id from webhooks) and e.id = ${where.event}`
         : where.undelivered
           ? sql`e.delivered_at is null`
           : sql`true`
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

/** `replayEvent` has an event sent again as if it had never been tried. One that waits for a retry is due at once. */
export async function replayEvent(
  sql: Queryable,
  { webhook, event }: { webhook: WebhookId; event: EventId },
  now: Date,
): Promise<number> {
  const { count } = await sql`
    update order_events set due_at = ${now}, tries = 0, given_up_at = null
     where account_id = (select account_id from webhooks where id = ${webhook}) and id = ${event} and webhook_id = ${webhook}`
  await wakeWebhook(sql, webhook)
  return count
}

/** Replayed is what a part of a replay did; `last` is the event that it ended with. */
export interface Replayed {
  count: number
  last: EventId | undefined
}

/** `replayPart` does `replayEvent` for at most `maxRows` of a webhook's events since a time, behind `after`, oldest first. */
export async function replayPart(
  sql: Queryable,
  which: { webhook: WebhookId; since: Date; undelivered: boolean; after: Replayed['last']; maxRows: number },
  now: Date,
): Promise<Replayed> {
  const { webhook, since, undelivered, after, maxRows } = which
  const rows = await sql<{ id: EventId; replayed: boolean }[]>`
    with part as materialized (
      select account_id, id, created_at from order_events
       where webhook_id = ${webhook} and created_at >= ${since}
         ${after === undefined ? sql`` : sql`and (created_at, id) > ${placeOf(sql, webhook, after)}`}
       order by created_at, id limit ${maxRows}
    ), replayed as (
      update order_events e set due_at = ${now}, tries = 0, given_up_at = null
        from part p where e.account_id = p.account_id and e.id = p.id
                      ${undelivered ? sql`and e.delivered_at is null` : sql``}
      returning e.id
    )
    select p.id, r.id is not null as replayed
      from part p left join replayed r on r.id = p.id
     order by p.created_at, p.id`.records()
  if (rows.length > 0) await wakeWebhook(sql, webhook)
  return { count: rows.filter(({ replayed }) => replayed).length, last: rows.at(-1)?.id }
}

/** `wakeWebhook` queues the job that sends what is due for the webhook. */
export async function wakeWebhook(sql: Queryable, webhook: WebhookId): Promise<void> {
  await sql`select from wake_webhook(${webhook})`
}
