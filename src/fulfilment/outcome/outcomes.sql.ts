import type { Transaction } from '../../database/database.ts'
import type { AccountId, OrderId, SupplierId } from '../../lib/ids.ts'
import type { AttemptState, ItemState } from '../../lib/states.ts'
import { sanitize } from '../../lib/text.ts'
import type { ItemName } from '../claimed-item.ts'
import type { AttemptFault } from '../dispatch/routing.ts'
import type { ReviewKind } from '../people/review.ts'

/** ItemUpdate is what became of an item, as it is to be written. */
export interface ItemUpdate {
  item: ItemName & { fence: number }
  itemState: ItemState
  /** `attempt` is null where there is none (a pending item was cancelled). */
  attempt: AttemptUpdate | null
  result: string | null
  reason: string | null
  /** `dueAt` is when to look again; null exactly when `itemState` is final. */
  dueAt: Date | null
  /** `review` is what a person should look at from now on. */
  review: { kind: ReviewKind; detail: string } | null
  /** `claim` is the supplier's number that the answer claims for the item; null: it claims none, or says again what is known. */
  claim: ReferenceClaim | null
}

/** ReferenceClaim is a supplier's number: one that another of our orders has already is no answer to this one (promise 4). */
export interface ReferenceClaim {
  supplierId: SupplierId
  reference: string
  /** `shared`: such a number is of all items sent together, at `sentAt`, which are told apart by their inputs. */
  shared: { input: string; sentAt: Date } | null
}

/** ItemPosition names an item to people, who know its account. */
export type ItemPosition = Pick<ItemName, 'orderId' | 'position'>

/** Written says that the update with this number, from 1, was written; or was not, since `takenBy` has its number already. */
export interface Written {
  ord: number
  takenBy: ItemPosition | null
}

export interface AttemptUpdate {
  number: number
  state: AttemptState
  /** `reference`: null leaves what is known. */
  reference: string | null
  detail: string | null
  asked: number
  /** `fault` is that of a refusal: an item's fault closes the route to it. */
  fault: AttemptFault | null
  /** `recheckAt` is when to ask once more, to learn of a change of mind. */
  recheckAt: Date | null
  /** `unrecognised` is the text that it waits for; null: it waits for none any more; left out: what is known stays. */
  unrecognised?: string | null
}

/** CLAIM_LOCKS is how many locks a supplier's numbers share: PostgreSQL has room for a few thousand in all, and a batch may have a thousand numbers. */
const CLAIM_LOCKS = 64

/**
 * `lockClaims` has transactions that claim the same number, in whatever process, wait for each other: what is sent behind it sees what the one
 * before has written. It comes before any other lock, and is sent at once.
 */
export async function lockClaims(sql: Transaction, updates: readonly ItemUpdate[]): Promise<void> {
  const claims = updates.flatMap(({ claim }) => claim ?? [])
  if (claims.length === 0) return
  await sql`
    select pg_advisory_xact_lock(supplier_id, number)
      from (select distinct supplier_id, hashtext(reference) & ${CLAIM_LOCKS - 1} as number
              from unnest(${claims.map(({ supplierId }) => supplierId)}::int[],
                          ${claims.map(({ reference }) => sanitize(reference))}::text[]) as c (supplier_id, reference)
             order by supplier_id, number) c`.execute()
}

/**
 * `writeItemUpdates` writes updates in one statement: items, attempts, reviews, and for each item that ended its capture or release and
 * the wallet's balances. An update whose fence is no longer the item's, whose item has ended, or whose number is another item's, changes
 * nothing. A shared number is another's where the other item has the same input, travelled alone, or was not sent together with this one.
 * `answeredBy` is the person who has answered all of the attempts by hand.
 */
export async function writeItemUpdates(
  sql: Transaction,
  updates: ItemUpdate[],
  now: Date,
  { answeredBy = null }: { answeredBy?: string | null } = {},
): Promise<Written[]> {
  const column = <T>(of: (update: ItemUpdate) => T): T[] => updates.map(of)
  const texts = (of: (update: ItemUpdate) => string | null | undefined): (string | null)[] =>
    updates.map((update) => {
      const text = of(update)
      return text == null ? null : sanitize(text)
    })
  const times = (of: (update: ItemUpdate) => Date | null | undefined): (string | null)[] =>
    updates.map((update) => of(update)?.toISOString() ?? null)
  const rows = await sql<{ ord: number; orderId: OrderId | null; position: number | null }[]>`
    with given as materialized (
      select * from unnest(
          ${column((r) => r.item.accountId)}::int[], ${column((r) => r.item.orderId)}::bigint[],
          ${column((r) => r.item.position)}::smallint[], ${column((r) => r.item.fence)}::int[],
          ${column((r) => r.itemState)}::text[]::item_state[], ${texts((r) => r.result)}::text[],
          ${texts((r) => r.reason)}::text[], ${times((r) => r.dueAt)}::text[]::timestamptz[],
          ${column((r) => r.attempt?.number ?? null)}::smallint[],
          ${column((r) => r.attempt?.state ?? null)}::text[]::attempt_state[],
          ${texts((r) => r.attempt?.reference)}::text[], ${texts((r) => r.attempt?.detail)}::text[],
          ${column((r) => r.attempt?.asked ?? null)}::int[], ${column((r) => r.attempt?.fault ?? null)}::text[],
          ${times((r) => r.attempt?.recheckAt)}::text[]::timestamptz[], ${texts((r) => (r.attempt?.unrecognised === null ? '' : r.attempt?.unrecognised))}::text[],
          ${column((r) => r.review?.kind ?? null)}::text[]::review_kind[], ${texts((r) => r.review?.detail)}::text[],
          ${column((r) => r.claim?.supplierId ?? null)}::int[], ${texts((r) => r.claim?.reference)}::text[],
          ${column((r) => r.claim?.shared?.input ?? null)}::text[], ${times((r) => r.claim?.shared?.sentAt)}::text[]::timestamptz[]
        ) with ordinality as r (account_id, order_id, position, fence, item_state, result, reason, due_at,
                                number, attempt_state, reference, detail, asked, fault, recheck_at,
                                unrecognised, review, review_detail, supplier_id, claimed, input, sent_at, ord)
    ), taken as materialized (
      select g.ord, o.order_id, o.position
        from given g
       cross join lateral (
         select a.order_id, a.position from attempts a
          where a.supplier_id = g.supplier_id and a.reference = g.claimed
            and (a.account_id, a.order_id, a.position) <> (g.account_id, g.order_id, g.position)
            and (g.input is null or a.created_at <> g.sent_at
                 or exists (select from items i
                             where i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
                               and (i.input in (g.input, '') or i.quantity <> 1)))
          limit 1) o
       where g.claimed is not null
    ), moved as (
      update items i
         set state = r.item_state, result = r.result, reason = r.reason, due_at = r.due_at, leased_until = null,
             finished_at = case when r.due_at is null then ${now}::timestamptz end
        from given r
       where i.account_id = r.account_id and i.order_id = r.order_id and i.position = r.position
         and i.fence = r.fence and i.finished_at is null and not exists (select from taken t where t.ord = r.ord)
      returning i.account_id, i.order_id, i.position, i.price, i.state, i.finished_at,
                r.number, r.attempt_state, r.reference, r.detail, r.asked, r.fault, r.recheck_at,
                r.unrecognised, r.review, r.review_detail, r.ord
    ), tried as (
      update attempts a
         set state = m.attempt_state, reference = coalesce(m.reference, a.reference),
             -- What was noted of an accepted one, such as who works on it, stays.
             detail = case when m.attempt_state = 'accepted' then coalesce(m.detail, a.detail) else m.detail end,
             asked = m.asked, fault = m.fault, recheck_at = m.recheck_at,
             answered_by = coalesce(${answeredBy}::text, a.answered_by),
             -- Once the supplier has said more, it waits for no text any more.
             unrecognised = case when m.attempt_state = 'unknown' then nullif(coalesce(m.unrecognised, a.unrecognised), '') end,
             finished_at = case when m.attempt_state in ('succeeded', 'refused', 'given_up')
                                then ${now}::timestamptz end
        from moved m
       where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         and a.number = m.number
    ), answered as (
      -- What a person was asked about this item is settled by what the supplier said.
      update reviews v
         set resolution = 'settled', resolved_by = 'imeigate', resolved_at = ${now},
             why = case when m.unrecognised = '' then 'the supplier has said something else since' else 'the item is ' || m.state end
        from moved m
       where v.account_id = m.account_id and v.order_id = m.order_id and v.position = m.position
         and v.resolved_at is null
         and case when m.finished_at is not null then v.kind not in ('changed', 'verify')
                       -- It came as the supplier of this attempt said.
                       or v.kind = 'changed' and v.attempt = m.number and m.state = 'success'
                  when v.kind = 'unrecognised answer' then m.state <> 'unknown' or m.unrecognised = ''
                  when v.kind = 'unknown' then m.state <> 'unknown'
                  -- It waits no more, but is with a supplier.
                  else v.kind in ('margin', 'supplier') and m.state <> 'pending' end
    ), shown as (
      insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
      select account_id, order_id, position, number, review, review_detail, 'imeigate', ${now}
        from moved m
       where review is not null
         -- A person said not long ago that it may take longer.
         and (review <> 'expired' or (
               select v.id from reviews v
                where v.account_id = m.account_id and v.order_id = m.order_id and v.position = m.position
                  and v.kind = 'expired' and v.resolved_at > ${now}::timestamptz - interval '1 day' limit 1) is null)
      -- One that is open already is about the supplier that has it now.
      on conflict (account_id, order_id, position, kind) where resolved_at is null do update
         set attempt = excluded.attempt
       where reviews.kind = 'expired' and reviews.attempt is distinct from excluded.attempt
    ), ended as materialized (
      select m.*, sum(case when state = 'success' then 0 else price end)
                    over (partition by account_id order by ord) as freed,
             row_number() over (partition by account_id order by ord) as entry
        from moved m where finished_at is not null
    ), settled as (
      insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, created_at)
      select e.account_id, w.last_entry + e.entry, case when e.state = 'success' then 'capture' else 'release' end::entry_kind,
             e.price, w.available + e.freed, e.order_id, e.position, ${now}
        from ended e join wallets w on w.account_id = e.account_id
       order by e.ord
    ), balanced as (
      update wallets w set available = w.available + e.freed, held = w.held - e.price, last_entry = w.last_entry + e.entries
        from (select account_id, count(*) as entries, sum(price) as price,
                     sum(case when state = 'success' then 0 else price end) as freed
                from ended group by account_id) e
       where w.account_id = e.account_id
    ), noted as (
      insert into unchained_ledgers (accounts) select array_agg(distinct account_id) from ended having count(*) > 0
    )
    select ord::int, null::bigint as order_id, null::smallint as position from moved
    union all
    select ord::int, order_id, position from taken`.records()
  return rows.map(({ ord, orderId, position }) => ({
    ord,
    takenBy: orderId === null || position === null ? null : { orderId, position },
  }))
}

/**
 * `followItems` lets each order's state follow from its items. An order that was begun stays so, also where all of its items wait
 * for another supplier. `isTold`: what was changed after the end of an order is an event of it, whatever its state.
 */
export const followItems = (
  sql: Transaction,
  orders: { accountId: AccountId; orderId: OrderId }[],
  now: Date,
  { isTold = false } = {},
): Promise<unknown> =>
  sql`
    update orders o
       set state = f.state,
           finished_at = case when f.state not in ('pending', 'processing') then coalesce(o.finished_at, ${now}::timestamptz) end
      from (
        select i.account_id, i.order_id,
               case when bool_and(i.state = 'pending') then null
                    when bool_or(i.finished_at is null) then 'processing'
                    when bool_and(i.state = 'success') then 'success'
                    when bool_or(i.state = 'success') then 'partial'
                    when bool_or(i.state = 'failed') then 'failed'
                    else 'cancelled' end::order_state as state
          from (select distinct account_id, order_id
                  from unnest(${orders.map((order) => order.accountId)}::int[],
                              ${orders.map((order) => order.orderId)}::bigint[]) as d (account_id, order_id)) d
          join items i on i.account_id = d.account_id and i.order_id = d.order_id
         group by i.account_id, i.order_id) f
     where o.account_id = f.account_id and o.id = f.order_id and f.state is not null
       and (o.state <> f.state ${isTold ? sql`or o.finished_at is not null` : sql``})`.execute()
