import type { Queryable } from '../../database/database.ts'
import type { EventId, OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { OrderState, Via } from '../../lib/states.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** Positions bounds the items of an order whose past is told. */
export interface Positions {
  first: number
  last: number
}

/** Movement is a ledger entry of an order. */
export interface Movement {
  kind: 'hold' | 'capture' | 'release' | 'refund' | 'correction' | 'charge'
  position: number | null
  amount: Micros
  actor: string | null
  note: string | null
  createdAt: Date
}

/** `selectMovements` gives the ledger entries of an order by the indexes that keep them single. */
export async function selectMovements(
  sql: Queryable,
  { accountId, id }: OrderName,
  { first, last }: Positions,
): Promise<Movement[]> {
  return await sql<Movement[]>`
    select h.kind::text as kind, h.position, h.amount, h.actor, h.note, h.created_at
      from orders o join ledger_entries h on h.account_id = o.account_id and h.id = o.hold_id
     where o.account_id = ${accountId} and o.id = ${id}
    union all
    select kind::text, position, amount, actor, note, created_at from ledger_entries
     where account_id = ${accountId} and order_id = ${id} and kind in ('capture', 'release')
       and position >= ${first} and position <= ${last}
    union all
    select kind::text, position, amount, actor, note, created_at from ledger_entries
     where account_id = ${accountId} and order_id = ${id} and kind = 'refund'
       and position >= ${first} and position <= ${last}
    union all
    select kind::text, position, amount, actor, note, created_at from ledger_entries
     where account_id = ${accountId} and order_id = ${id} and kind = 'charge'
       and position >= ${first} and position <= ${last}`.records()
}

/** Change is a line of the trail about an item: what somebody changed of it. */
export interface Change {
  at: Date
  actor: string
  why: string | null
  position: number
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

export async function selectChanges(
  sql: Queryable,
  { id }: OrderName,
  { first, last }: Positions,
): Promise<Change[]> {
  return await sql<Change[]>`
    select t.at, t.actor, t.why, p.position::int as position, t.before, t.after
      from generate_series(${first}::int, ${last}::int) as p (position)
     cross join lateral (
       select * from trail where what = 'items' and subject = ${id}::bigint || '/' || p.position order by id offset 0) t`.records()
}

/** Question is a review of an order, and what was decided. */
export interface Question {
  id: number
  position: number
  attempt: number | null
  kind: string
  detail: string
  openedBy: string
  openedAt: Date
  resolution: string | null
  resolvedBy: string | null
  why: string | null
  resolvedAt: Date | null
}

export async function selectQuestions(
  sql: Queryable,
  { accountId, id }: OrderName,
  { first, last }: Positions,
): Promise<Question[]> {
  return await sql<Question[]>`
    select id, position, attempt, kind::text as kind, detail, opened_by, opened_at, resolution, resolved_by, why, resolved_at
      from reviews
     where account_id = ${accountId} and order_id = ${id} and position >= ${first} and position <= ${last}
     order by id`.records()
}

/** Told is an event that a webhook was to be told, with each try. */
export interface Told {
  id: EventId
  state: OrderState
  createdAt: Date
  deliveredAt: Date | null
  givenUpAt: Date | null
  dueAt: Date | null
  deliveries: { number: number; at: string; ms: number | null; status: number | null; error: string | null }[]
}

/**
 * `selectTold` gives the events of an order. There is no index of them by their order, which would cost each event: what is told of is written when
 * it happens, and so is found near those times among the events of the webhook.
 */
export async function selectTold(
  sql: Queryable,
  { accountId, id }: OrderName,
  near: { from: readonly string[]; to: readonly string[] },
): Promise<Told[]> {
  return await sql<Told[]>`
    select e.id, e.state, e.created_at, e.delivered_at, e.given_up_at, e.due_at,
           coalesce((select jsonb_agg(jsonb_build_object('number', d.number, 'at', d.at, 'ms', d.ms, 'status', d.status, 'error', d.error)
                                      order by d.number)
                       from webhook_deliveries d where d.account_id = e.account_id and d.event_id = e.id), '[]') as deliveries
      from orders o
      join webhooks w on w.account_id = o.account_id and w.key_id = o.key_id
     cross join unnest(${near.from}::text[]::timestamptz[], ${near.to}::text[]::timestamptz[]) as n (from_time, to_time)
     cross join lateral (
       select * from order_events
        where webhook_id = w.id and created_at >= n.from_time and created_at < n.to_time
        order by webhook_id, created_at offset 0) e
     where o.account_id = ${accountId} and o.id = ${id} and e.order_id = o.id and e.account_id = o.account_id
     order by e.id`.records()
}

/** Placing says how an order came. */
export interface Placing {
  createdAt: Date
  via: Via
  key: string | null
  itemCount: number
  secretResults: boolean
  webhookId: number | null
  webhookStatus: string | null
}

export async function selectPlacing(
  sql: Queryable,
  { accountId, id }: OrderName,
): Promise<Placing | undefined> {
  const [row] = await sql<Placing[]>`
    select o.created_at, o.via, nullif(coalesce(nullif(k.name, ''), k.security_id), '') as key, o.item_count, s.secret_results,
           w.id as webhook_id, w.status as webhook_status
      from orders o
      join services s on s.id = o.service_id
      left join api_keys k on k.id = o.key_id
      left join webhooks w on w.account_id = o.account_id and w.key_id = o.key_id
     where o.account_id = ${accountId} and o.id = ${id}`.records()
  return row
}

/** `selectBefore` gives the orders of the same account that were about the same input before, the newest first. */
export async function selectBefore(
  sql: Queryable,
  { accountId, id }: OrderName,
  limit: number,
): Promise<OrderId[]> {
  const rows = await sql<{ id: OrderId }[]>`
    select distinct i.order_id as id
      from (select input from items
             where account_id = ${accountId} and order_id = ${id} and position = 1 and input <> '') f
     cross join lateral (
       select order_id from items
        where account_id = ${accountId} and lower(input) = lower(f.input) and order_id < ${id} and input <> ''
          and (finished_at is not null or long_open)
        order by account_id desc, lower(input) desc, order_id desc limit ${limit}) i
     order by 1 desc limit ${limit}`.records()
  return rows.map(({ id: one }) => one)
}

/** TellingOf is a message that told somebody of an order: of its end, or of money that was given back. */
export interface TellingOf {
  event: 'order.done' | 'order.refunded'
  /** `channel` is its kind. */
  channel: string
  address: string
  state: 'waiting' | 'sent' | 'failed' | 'unwanted'
  /** `problem` is why it may not have arrived; null: no attempt has failed. */
  problem: string | null
  queuedAt: Date
}

/** MAX_TELLINGS bounds the messages that are told of one order. */
const MAX_TELLINGS = 100

/**
 * `selectTellings` gives the messages that told of an order. A notice tells of a span of its account's ledger: of an order that had ended by the end of the
 * span and of which something was delivered and kept, and of what was given back within it but for what was charged anew by then. What was given back or
 * charged anew of other items than those at `first` to `last` is left out.
 *
 * Spans of one event do not overlap, so that each entry has one notice of it at most, which is found by its index; the notices of the account between the
 * first and the last entry of the order may be thousands.
 */
export async function selectTellings(
  sql: Queryable,
  { accountId, id }: OrderName,
  itemCount: number,
  { first, last }: Positions,
): Promise<TellingOf[]> {
  const noticeOf = (event: TellingOf['event']) => sql`
    select id, first_entry, last_entry from notices
     where account_id = ${accountId} and event = ${event} and last_entry >= entry_id
     order by account_id, event, last_entry limit 1`
  return await sql<TellingOf[]>`
    with settled as materialized (
      select id, kind::text as kind, position, amount from ledger_entries
       where account_id = ${accountId} and order_id = ${id} and kind in ('capture', 'release')
    ), charged as materialized (
      select id, position, amount from ledger_entries
       where account_id = ${accountId} and order_id = ${id} and kind = 'charge'
    ), ended as (
      select max(id) as entry_id from settled having count(*) = ${itemCount}::int
    ), ends as (
      select entry_id from ended
      union all
      select c.id from charged c join ended e on c.id > e.entry_id where c.position between ${first} and ${last}
    ), backs as (
      select id as entry_id, position from settled where kind = 'release' and position between ${first} and ${last}
      union all
      select id, position from ledger_entries
       where account_id = ${accountId} and order_id = ${id} and kind = 'refund' and position >= ${first} and position <= ${last}
    ), told as (
      select n.id, 'order.done' as event
        from (select distinct n.id, n.last_entry
                from ends e cross join lateral (${noticeOf('order.done')}) n where n.first_entry <= e.entry_id) n
       where exists (select from (select id, position, amount from charged
                                  union all
                                  select id, position, amount from settled where kind = 'capture') m
                      where m.id <= n.last_entry
                        and (m.amount = 0
                             or m.amount > (select coalesce(sum(r.amount), 0) from ledger_entries r
                                             where r.account_id = ${accountId} and r.order_id = ${id} and r.kind = 'refund'
                                               and r.position = m.position and r.id > m.id and r.id <= n.last_entry)))
      union
      select n.id, 'order.refunded'
        from backs b cross join lateral (${noticeOf('order.refunded')}) n
       where n.first_entry <= b.entry_id
         and not exists (select from charged c where c.position = b.position and c.id > b.entry_id and c.id <= n.last_entry))
    select t.event, m.channel, m.address, m.state, m.problem, m.queued_at
      from told t join notice_messages m on m.notice_id = t.id
     order by m.queued_at, m.channel, m.address limit ${MAX_TELLINGS}`.records()
}
