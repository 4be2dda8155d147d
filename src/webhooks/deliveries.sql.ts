import type { Queryable, Sql, Transaction } from '../database/database.ts'
import type { AccountId, EventId, OrderId, WebhookId } from '../lib/ids.ts'
import type { OrderState } from '../lib/states.ts'
import type { Health } from './health.ts'

/** LeasedEvent is an event that this process has under a lease. */
export interface LeasedEvent {
  id: EventId
  webhookId: WebhookId
  accountId: AccountId
  orderId: OrderId
  state: OrderState
  /** `rendered` is the body as it was sent before; null before the first delivery. */
  rendered: Rendered | null
  /** `number` is that of this delivery, from 1. */
  number: number
  /** `tries` counts the failures of this event so far. */
  tries: number
  /** `failuresBefore` counts the failures of the endpoint in a row when the lease began. */
  failuresBefore: number
}

export interface Rendered {
  body: string
  /** `amount` is covered by X-Signature. */
  amount: string
}

/**
 * `leaseDueEvents` takes events that are due under a lease, and writes their deliveries down before a byte is sent. Of each order only the
 * oldest event that is still to be sent is taken, so that a receiver learns in the right sequence what became of it.
 */
export async function leaseDueEvents(
  sql: Sql,
  { id: webhook, failures }: { id: WebhookId; failures: number },
  { limit, now, leaseUntil }: { limit: number; now: Date; leaseUntil: Date },
): Promise<LeasedEvent[]> {
  const rows = await sql<
    (Omit<LeasedEvent, 'webhookId' | 'rendered' | 'failuresBefore'> & {
      body: string | null
      amount: string | null
    })[]
  >`
    with due as materialized (
      select e.account_id, e.id from order_events e
       where e.webhook_id = ${webhook} and e.due_at <= ${now}
         and (e.leased_until is null or e.leased_until <= ${now})
         and not exists (
               select from order_events before
                where before.webhook_id = e.webhook_id and before.order_id = e.order_id and before.id < e.id
                  and before.due_at is not null)
       order by e.due_at, e.id limit ${limit} for update of e skip locked
    ), leased as (
      update order_events e set attempts = e.attempts + 1, leased_until = ${leaseUntil}
        from due where e.account_id = due.account_id and e.id = due.id
      returning e.id, e.account_id, e.order_id, e.state, e.attempts as number, e.tries
    ), begun as (
      insert into webhook_deliveries (account_id, event_id, number, webhook_id, at)
      select account_id, id, number, ${webhook}, ${now} from leased
    )
    select l.*, b.body, b.amount
      from leased l left join order_event_bodies b on b.account_id = l.account_id and b.event_id = l.id
     order by l.id`.records()
  return rows.map(({ body, amount, ...event }) => ({
    ...event,
    webhookId: webhook,
    rendered: body === null || amount === null ? null : { body, amount },
    failuresBefore: failures,
  }))
}

/** `keepRendered` keeps the bodies that all deliveries send, and gives them: those of another process, where one was first. */
export async function keepRendered(
  sql: Sql,
  events: (Rendered & { accountId: AccountId; id: EventId })[],
): Promise<Map<EventId, Rendered>> {
  const rows = await sql<(Rendered & { id: bigint })[]>`
    insert into order_event_bodies as kept (account_id, event_id, body, amount)
    select * from unnest(${events.map(({ accountId }) => accountId)}::int[], ${events.map(({ id }) => id)}::bigint[], ${events.map(({ body }) => body)}::text[],
                         ${events.map(({ amount }) => amount)}::text[])
    on conflict (account_id, event_id) do update set body = kept.body
    returning event_id as id, body, amount`
  return new Map(rows.map(({ id, body, amount }) => [Number(id) as EventId, { body, amount }]))
}

/** DeliveryResult says how a delivery ended. */
export interface DeliveryResult {
  event: LeasedEvent
  delivered: boolean
  ms: number
  status: number | null
  error: string | null
  /** `retryAt` is when an event that was not delivered is tried again; null: never. */
  retryAt: Date | null
  /** `ofEndpoint` tells whether the result says something about the endpoint. */
  ofEndpoint: boolean
}

/** `writeDeliveryResults` writes every result. One whose event another process has leased since changes nothing of the event. */
export async function writeDeliveryResults(
  sql: Queryable,
  results: DeliveryResult[],
  now: Date,
): Promise<void> {
  const column = <T>(of: (one: DeliveryResult) => T): T[] => results.map(of)
  await sql`
    with given as materialized (
      select * from unnest(
        ${column(({ event }) => event.accountId)}::int[], ${column(({ event }) => event.id)}::bigint[], ${column(({ event }) => event.number)}::int[],
        ${column(({ ms }) => ms)}::int[], ${column(({ status }) => status)}::smallint[],
        ${column(({ error }) => error)}::text[], ${column(({ delivered }) => Number(delivered))}::int[],
        ${column(({ ofEndpoint }) => Number(ofEndpoint))}::int[],
        ${column(({ retryAt }) => retryAt?.toISOString() ?? null)}::text[]::timestamptz[]
      ) as g (account_id, event_id, number, ms, status, error, delivered, of_endpoint, retry_at)
    ), noted as (
      update webhook_deliveries a set ms = g.ms, status = g.status, error = g.error
        from given g where a.account_id = g.account_id and a.event_id = g.event_id and a.number = g.number
    )
    update order_events e
       set leased_until = null,
           tries = e.tries + case when g.delivered = 0 and g.of_endpoint = 1 then 1 else 0 end,
           delivered_at = case when g.delivered = 1 then ${now} else e.delivered_at end,
           -- Null before: it was stopped meanwhile.
           due_at = case when g.delivered = 0 and e.due_at is not null then g.retry_at end,
           given_up_at = case when g.delivered = 0 and e.due_at is not null and g.retry_at is null
                              then ${now}::timestamptz end
      from given g
     where e.account_id = g.account_id and e.id = g.event_id and e.attempts = g.number`
}

/** `lockHealth` locks the webhook until the transaction ends. */
export async function lockHealth(sql: Transaction, id: WebhookId): Promise<Health | undefined> {
  const [row] = await sql<Health[]>`
    select failures, failing_since as "failingSince", status from webhooks where id = ${id} for update`
  return row
}

export async function updateHealth(
  sql: Transaction,
  id: WebhookId,
  { failures, failingSince, restUntil, status }: Health & { restUntil: Date | null },
  now: Date,
): Promise<void> {
  await sql`
    update webhooks
       set failures = ${failures}, failing_since = ${failingSince}, rest_until = ${restUntil}, status = ${status},
           paused_at = case when ${status} = 'active' then null else coalesce(paused_at, ${now}) end
     where id = ${id}`
}

/** `makeEventsDue` has everything that waits for the webhook sent now. */
export const makeEventsDue = (sql: Transaction, id: WebhookId, now: Date): Promise<unknown> =>
  sql`update order_events set due_at = ${now} where webhook_id = ${id} and due_at > ${now}`.execute()

/** `holdEvents` has nothing more sent of what waits for the webhook. */
export const holdEvents = (sql: Transaction, id: WebhookId): Promise<unknown> =>
  sql`update order_events set due_at = null where webhook_id = ${id} and due_at is not null`.execute()

/** `giveUpEvents` ends what waits for a webhook whose key or account is gone. */
export const giveUpEvents = (sql: Sql, id: WebhookId, now: Date): Promise<unknown> =>
  sql`
    update order_events set due_at = null, given_up_at = ${now}
     where webhook_id = ${id} and due_at is not null and (leased_until is null or leased_until <= ${now})`.execute()

/** `claimTry` tells whether this process may try a failing endpoint now; no other process may before `until`. */
export async function claimTry(sql: Sql, id: WebhookId, now: Date, until: Date): Promise<boolean> {
  const claimed = await sql`
    update webhooks set rest_until = ${until}
     where id = ${id} and status = 'active' and (rest_until is null or rest_until <= ${now})`
  return claimed.count > 0
}

export async function releaseTry(sql: Sql, id: WebhookId): Promise<void> {
  await sql`update webhooks set rest_until = null where id = ${id}`
}

/** `selectNextDue` gives when there is something to send next; null: nothing waits. */
export async function selectNextDue(sql: Sql, id: WebhookId): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select case when next.at is not null then greatest(next.at, w.rest_until) end as at
      from webhooks w,
           lateral (select min(greatest(e.due_at, e.leased_until)) as at from order_events e
                     where e.webhook_id = w.id and e.due_at is not null
                       and not exists (
                             select from order_events before
                              where before.webhook_id = e.webhook_id and before.order_id = e.order_id
                                and before.id < e.id and before.due_at is not null)) next
     where w.id = ${id} and w.status = 'active'`
  return row?.at ?? null
}

/** `selectDueWebhooks` gives the webhooks that something is due for. */
export async function selectDueWebhooks(sql: Sql, now: Date): Promise<WebhookId[]> {
  const rows = await sql<{ id: WebhookId }[]>`
    select w.id from webhooks w
     where w.status = 'active' and (w.rest_until is null or w.rest_until <= ${now})
       and exists (select from order_events e where e.webhook_id = w.id and e.due_at <= ${now})`
  return rows.map(({ id }) => id)
}

/** `sweepEvents` removes up to `limit` old events that are not to be sent, with their deliveries, and gives how many. */
export async function sweepEvents(sql: Sql, before: Date, limit: number): Promise<number> {
  const swept = await sql`
    with old as (
      delete from order_events where ctid = any(array(
        select e.ctid from webhooks w, lateral (
                 select ctid from order_events
                  where webhook_id = w.id and created_at < ${before} and due_at is null
                  order by created_at limit ${limit} for update skip locked) e
         limit ${limit}))
      returning account_id, id
    ), deliveries as (
      delete from webhook_deliveries a using old where a.account_id = old.account_id and a.event_id = old.id
    ), bodies as (
      delete from order_event_bodies b using old where b.account_id = old.account_id and b.event_id = old.id
    )
    select id from old`
  return swept.length
}
