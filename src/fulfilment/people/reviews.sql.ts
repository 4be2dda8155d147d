import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { AccountId, OrderId, ReviewId, SupplierId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { AttemptState, ItemState } from '../../lib/states.ts'
import { sanitize } from '../../lib/text.ts'
import { reviewWords } from '../../orders/read/secret-results.ts'
import type { ItemName } from '../claimed-item.ts'
import type { Review, ReviewKind } from './review.ts'

export interface NewReview {
  item: ItemName
  attempt: number | null
  kind: ReviewKind
  detail: string
  /** `openedBy` is who asks; imeigate itself when left out. */
  openedBy?: string
}

/**
 * `openReviews` opens reviews; one that is open already stays as it is. What a person has seen and let be is not shown again within a day: an
 * `expired` one however it was resolved, one about an item that waits when it was dismissed.
 */
export async function openReviews(sql: Queryable, reviews: NewReview[], now: Date): Promise<number> {
  const { count } = await sql`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    select g.*, ${now}
      from unnest(${reviews.map(({ item }) => item.accountId)}::int[],
                  ${reviews.map(({ item }) => item.orderId)}::bigint[],
                  ${reviews.map(({ item }) => item.position)}::smallint[],
                  ${reviews.map(({ attempt }) => attempt)}::smallint[],
                  ${reviews.map(({ kind }) => kind)}::text[]::review_kind[],
                  ${reviews.map(({ detail }) => sanitize(detail))}::text[],
                  ${reviews.map(({ openedBy }) => openedBy ?? 'imeigate')}::text[])
        as g (account_id, order_id, position, attempt, kind, detail, opened_by)
     where g.kind not in ('expired', 'margin', 'supplier') or not exists (
             select from reviews v
              where v.account_id = g.account_id and v.order_id = g.order_id and v.position = g.position
                and v.kind = g.kind and (v.kind = 'expired' or v.resolution = 'dismiss')
                and v.resolved_at > ${now}::timestamptz - interval '1 day')
    on conflict do nothing`
  return count
}

const columns = (sql: Queryable) => sql`
  v.id, v.account_id, v.order_id, v.position, v.kind, v.detail, v.attempt, v.opened_by, v.opened_at, v.resolution,
  v.resolved_by, v.why, v.resolved_at`

/** ReviewView is a review with what an operator wants to see beside it. */
export interface ReviewView extends Review {
  username: string
  serviceCode: string
  input: string
  /** `secretResults`: `detail` is without what may be a result. */
  secretResults: boolean
  state: ItemState
  /** `supplier`, `reference` and `sentAt` are those of the attempt in question. */
  supplier: string | null
  reference: string | null
  sentAt: Date | null
}

const views = (sql: Queryable) => sql`
  select ${columns(sql)}, ac.username, sv.code as service_code, sv.secret_results, i.input, i.state,
         s.name as supplier, a.reference, a.created_at as sent_at
    from reviews v
    join items i on i.account_id = v.account_id and i.order_id = v.order_id and i.position = v.position
    join accounts ac on ac.id = v.account_id
    join services sv on sv.id = i.service_id
    left join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                        and a.number = v.attempt
    left join suppliers s on s.id = a.supplier_id`

/** ReviewFilter narrows a list of reviews; `behind` is the last one of the page before. */
export interface ReviewFilter {
  kind?: ReviewKind | undefined
  order?: OrderId | undefined
  behind?: ReviewId | undefined
}

/**
 * `ofOrder` gives the reviews of an order. Of words that nobody knows people are asked once, so that the open review about one order is that of all
 * orders with an item that waits for these words.
 */
const ofOrder = (sql: Queryable, order: OrderId) => sql`
  (select v.account_id, v.id, v.kind, v.resolved_at
     from orders o join reviews v on v.account_id = o.account_id and v.order_id = o.id
    where o.id = ${order}
    union
   select v.account_id, v.id, v.kind, v.resolved_at
     from reviews v
     join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                    and a.number = v.attempt
    where v.kind = 'unrecognised answer' and v.resolved_at is null and exists (
            select from orders o join attempts x on x.account_id = o.account_id and x.order_id = o.id
             where o.id = ${order} and x.supplier_id = a.supplier_id and x.unrecognised = a.unrecognised
               and x.state = 'unknown' and x.finished_at is null)) v`

/**
 * `selectReviews` gives open ones, the oldest first; with `all` the newest of all. Each filter has an index, of which no more is read than is
 * given; an order's reviews are read whole.
 */
export async function selectReviews(
  sql: Sql,
  filter: ReviewFilter & { all: boolean; limit: number },
): Promise<ReviewView[]> {
  const order = filter.all ? sql`v.id desc` : sql`v.id`
  const found = await sql<ReviewView[]>`
    with wanted as materialized (
      select v.account_id, v.id from ${filter.order === undefined ? sql`reviews v` : ofOrder(sql, filter.order)}
       where true ${filter.all ? sql`` : sql`and v.resolved_at is null`}
         ${filter.kind === undefined ? sql`` : sql`and v.kind = ${filter.kind}`}
         ${filter.behind === undefined ? sql`` : filter.all ? sql`and v.id < ${filter.behind}` : sql`and v.id > ${filter.behind}`}
       order by ${order} limit ${filter.limit})
    ${views(sql)} where (v.account_id, v.id) in (select account_id, id from wanted)
     order by ${order}`.records()
  return found.map(shown)
}

export async function selectReviewView(sql: Sql, id: ReviewId): Promise<ReviewView | undefined> {
  const [review] = await sql<ReviewView[]>`${views(sql)} where v.id = ${id}`.records()
  return review && shown(review)
}

const shown = (review: ReviewView): ReviewView => ({ ...review, detail: reviewWords(review) })

export async function selectReview(sql: Queryable, id: ReviewId): Promise<Review | undefined> {
  const [review] = await sql<Review[]>`select ${columns(sql)} from reviews v where id = ${id}`.records()
  return review
}

export async function lockReview(sql: Transaction, id: ReviewId): Promise<Review | undefined> {
  const [review] = await sql<Review[]>`
    select ${columns(sql)} from reviews v where id = ${id} for update`.records()
  return review
}

export async function updateResolved(
  sql: Queryable,
  id: ReviewId,
  decision: { resolution: string; by: string; why: string; at: Date },
): Promise<void> {
  await sql`
    update reviews set resolution = ${decision.resolution}, resolved_by = ${decision.by}, why = ${decision.why},
                       resolved_at = ${decision.at}
     where id = ${id} and resolved_at is null`
}

/** `releaseRestored` has an item sent on at once that was held because a backup was restored in which it was open. */
export async function releaseRestored(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
  now: Date,
): Promise<void> {
  await sql`
    update items set restored = false,
           due_at = case when state = 'pending' and leased_until is null then least(due_at, ${now}::timestamptz) else due_at end
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and restored`
}

/** Decided is an item that a person decides about, with its latest attempt. */
export interface Decided extends ItemName {
  fence: number
  state: ItemState
  /** `askedUntil` is until when a supplier is asked about it at the latest; null: none is. */
  askedUntil: Date | null
  price: bigint
  attempt: {
    number: number
    state: AttemptState
    supplierId: SupplierId
    supplierKind: string
    reference: string | null
    asked: number
  } | null
}

/**
 * `takeForDecision` takes an item from whoever works on it: what a worker reports of it later does not count. Wallets must be locked
 * before, as everywhere. With `ifFreeAt` an item about which a supplier is being asked then is left to whoever asks.
 */
export async function takeForDecision(
  sql: Transaction,
  name: ItemName,
  ifFreeAt: Date | null = null,
): Promise<Decided | undefined> {
  const [row] = await sql<DecidedRow[]>`
    with taken as (
      update items set fence = fence + 1
       where account_id = ${name.accountId} and order_id = ${name.orderId} and position = ${name.position}
         and (${ifFreeAt}::timestamptz is null or (
               (leased_until is null or leased_until <= ${ifFreeAt})
               and not exists (select from attempts r
                                where r.account_id = items.account_id and r.order_id = items.order_id
                                  and r.position = items.position and r.recheck_lease > ${ifFreeAt})))
      returning account_id, order_id, position, fence, state, leased_until, price
    )
    ${withLatest(sql)}`.records()
  return row && decidedOf(name, row)
}

/** `readForDecision` gives an item as `takeForDecision` does, and leaves it to whoever works on it. */
export async function readForDecision(sql: Queryable, name: ItemName): Promise<Decided | undefined> {
  const [row] = await sql<DecidedRow[]>`
    with taken as (
      select account_id, order_id, position, fence, state, leased_until, price from items
       where account_id = ${name.accountId} and order_id = ${name.orderId} and position = ${name.position})
    ${withLatest(sql)}`.records()
  return row && decidedOf(name, row)
}

type DecidedRow = Pick<Decided, 'fence' | 'state' | 'askedUntil' | 'price'> & {
  number: number | null
  attemptState: AttemptState
  supplierId: SupplierId
  supplierKind: string
  reference: string | null
  asked: number
}

const withLatest = (sql: Queryable) => sql`
    select t.fence, t.state, t.price,
           greatest(t.leased_until, (
             select max(r.recheck_lease) from attempts r
              where r.account_id = t.account_id and r.order_id = t.order_id and r.position = t.position)) as asked_until,
            a.number, a.state as attempt_state, a.supplier_id, s.kind as supplier_kind,
           a.reference, a.asked
      from taken t
      left join lateral (
        select * from attempts a
         where a.account_id = t.account_id and a.order_id = t.order_id and a.position = t.position
         order by a.number desc limit 1) a on true
      left join suppliers s on s.id = a.supplier_id`

function decidedOf(name: ItemName, row: DecidedRow): Decided {
  const { fence, state, askedUntil, price, number, attemptState, ...attempt } = row
  return {
    ...name,
    fence,
    state,
    askedUntil,
    price,
    attempt: number === null ? null : { ...attempt, number, state: attemptState },
  }
}

export async function allowAnyMargin(sql: Transaction, item: ItemName, now: Date): Promise<void> {
  await sql`
    update items set any_margin = true, due_at = ${now}
     where account_id = ${item.accountId} and order_id = ${item.orderId} and position = ${item.position}
       and state = 'pending'`
}

/** `referenceIsTaken` tells whether another item was bought from the supplier under this reference. */
export async function referenceIsTaken(
  sql: Queryable,
  supplierId: SupplierId,
  reference: string,
  item: ItemName,
): Promise<boolean> {
  const rows = await sql`
    select from attempts
     where supplier_id = ${supplierId} and reference = ${reference}
       and (account_id, order_id, position) <> (${item.accountId}, ${item.orderId}, ${item.position}) limit 1`
  return rows.length > 0
}

/** OrderItem is an item of an order, as far as a request about it needs to know. */
export interface OrderItem {
  position: number
  fence: number
  state: ItemState
  /** `attempt` is the latest. */
  attempt: number | null
  /** `isDoubted`: a person is asked about a supplier that says otherwise than before, or a former supplier is asked at this moment. */
  isDoubted: boolean
}

/** `doubted` is `isDoubted` of an item `i`. */
const doubted = (sql: Queryable, now: Date) => sql`
  ((select v.id from reviews v
     where v.account_id = i.account_id and v.order_id = i.order_id and v.position = i.position
       and v.kind = 'changed' and v.resolved_at is null limit 1) is not null
   or exists (
     select from attempts a
      where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
        and a.recheck_lease > ${now}))`

/** CancelPreview is what cancelling an order would do now: `items` are cancelled at once, which gives back so much; `asked` would be asked about, and were not yet. */
interface CancelPreview {
  items: number
  givesBack: Micros
  asked: number
}

/** `previewCancel` gives what cancelling an account's order would do. */
export async function previewCancel(
  sql: Queryable,
  { accountId, orderId }: { accountId: AccountId; orderId: OrderId },
  now: Date,
): Promise<CancelPreview> {
  const [row] = await sql<CancelPreview[]>`
    select count(*) filter (where o.is_unsent)::int as items,
           coalesce(sum(o.price) filter (where o.is_unsent), 0)::bigint as gives_back,
           count(*) filter (where not o.is_unsent and not o.is_asked)::int as asked
      from (select i.price, i.state = 'pending' and not ${doubted(sql, now)} as is_unsent,
                   exists (
                     select from reviews v
                      where v.account_id = i.account_id and v.order_id = i.order_id and v.position = i.position
                        and v.kind = 'cancel' and v.resolved_at is null) as is_asked
              from items i
             where i.account_id = ${accountId} and i.order_id = ${orderId} and i.finished_at is null) o`.records()
  return row as CancelPreview
}

/** `itemsOfOrder` gives the items of an account's order. */
export async function itemsOfOrder(
  sql: Queryable,
  accountId: AccountId,
  orderId: OrderId,
  now: Date,
): Promise<OrderItem[]> {
  return await sql<OrderItem[]>`
    select i.position, i.fence, i.state,
           ${doubted(sql, now)} as is_doubted,
           (select max(a.number) from attempts a
             where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position) as attempt
      from items i where i.account_id = ${accountId} and i.order_id = ${orderId} order by i.position`.records()
}
