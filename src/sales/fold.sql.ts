import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { BUCKETS_A_DOUBLING, DIGITS } from './buckets.ts'

/** FOLD_LOCK lets one process change the figures at a time. It may be any constant. */
const FOLD_LOCK = 7_164_009

/** `tryFoldLock` gives whether this transaction may change the figures. */
export async function tryFoldLock(sql: Transaction): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${FOLD_LOCK}) as locked`
  return row?.locked === true
}

/** `readyToFoldMuch` lets a transaction sum up much at once. */
export async function readyToFoldMuch(sql: Transaction): Promise<void> {
  await sql`select set_config('work_mem', '128MB', true), set_config('jit', 'off', true)`
}

/** `waitForFoldLock` waits until nobody else changes the figures. */
export async function waitForFoldLock(sql: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${FOLD_LOCK})`
}

export interface SalesState {
  timeZone: string
  /** `asOf`: everything that was committed before is in the figures; null: they were not made yet. */
  asOf: Date | null
  lastLinkId: number
}

export async function selectSalesState(sql: Queryable): Promise<SalesState> {
  const [state] = await sql<SalesState[]>`select time_zone, as_of, last_link_id from sales_state`.records()
  if (!state) throw new Error('the row of sales_state is missing')
  return state
}

export async function updateSalesState(
  sql: Transaction,
  { timeZone, asOf, lastLinkId }: SalesState,
): Promise<void> {
  await sql`
    update sales_state set time_zone = ${timeZone}, as_of = ${asOf}, last_link_id = ${lastLinkId}`
}

/** `isTimeZone` tells whether PostgreSQL knows a time zone by this name. */
export async function isTimeZone(sql: Queryable, name: string): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (select from pg_timezone_names where name = ${name}) as known`
  return row?.known === true
}

/** Span is a part of an account's ledger: the entries from `first` to `last`. */
export interface Span {
  accountId: AccountId
  first: number
  last: number
}

/** `selectLastLink` gives the number of the hash chain's last link. */
export async function selectLastLink(sql: Queryable): Promise<number> {
  const [row] = await sql<{ id: number }[]>`select coalesce(max(id), 0)::int as id from chain_links`
  return row?.id ?? 0
}

/**
 * `selectUnfolded` gives what is not in the figures yet of the ledgers that were written to since a link: those of the links behind it, and those
 * that are still noted for the chain. Entries of an account are committed in the order of their numbers, because its wallet is locked while they
 * get them: those up to the wallet's last one are all there.
 */
export async function selectUnfolded(sql: Queryable, afterLink: number): Promise<Span[]> {
  return await sql<{ accountId: AccountId; firstId: number; lastId: number }[]>`
    with changed as (
      select unnest(accounts) as account_id from chain_links where id > ${afterLink}
      union
      select unnest(accounts) from unchained_ledgers
    )
    select w.account_id, coalesce(f.last_id, 0) + 1 as first_id, w.last_entry as last_id
      from changed c
      join wallets w on w.account_id = c.account_id
      left join folded_ledgers f on f.account_id = w.account_id
     where w.last_entry > coalesce(f.last_id, 0)
     order by w.account_id`
    .records()
    .then((rows) => rows.map(({ accountId, firstId: first, lastId: last }) => ({ accountId, first, last })))
}

/** `selectAllUnfolded` gives it of all ledgers, for figures that are made anew. */
export async function selectAllUnfolded(sql: Queryable): Promise<Span[]> {
  return await sql<{ accountId: AccountId; firstId: number; lastId: number }[]>`
    select w.account_id, coalesce(f.last_id, 0) + 1 as first_id, w.last_entry as last_id
      from wallets w
      left join folded_ledgers f on f.account_id = w.account_id
     where w.last_entry > coalesce(f.last_id, 0)
     order by w.account_id`
    .records()
    .then((rows) => rows.map(({ accountId, firstId: first, lastId: last }) => ({ accountId, first, last })))
}

/** `removeFigures` removes all of them, to be made anew. */
export async function removeFigures(sql: Transaction): Promise<void> {
  await sql`delete from sales`
  await sql`delete from sale_quarters`
  await sql`delete from folded_ledgers`
}

/**
 * `changesOf` is what ledger entries add to the figures, summed up as finely as any of them is told apart. `spans`, null: everything that is in them.
 * Nothing here depends on when it is read: what it takes from orders, items and attempts does not change once the entry is written. A supplier's
 * currency is the one that it had when the item was sent, which the trail knows.
 */
export const changesOf = (sql: Queryable, spans: readonly Span[] | null, timeZone: string) => sql`
  entries as materialized (
    select e.account_id, e.id, e.kind, e.order_id, e.position, e.amount, w.currency
      from (${
        spans === null
          ? sql`select account_id, 1::bigint as first, last_id as last from folded_ledgers`
          : sql`
        select * from unnest(${spans.map(({ accountId }) => accountId)}::int[], ${spans.map(({ first }) => first)}::bigint[],
                             ${spans.map(({ last }) => last)}::bigint[]) as g (account_id, first, last)`
      }) as s
      join wallets w on w.account_id = s.account_id
      join ledger_entries e on e.account_id = s.account_id and e.id between s.first and s.last
     where e.kind in ('hold', 'capture', 'release', 'refund', 'correction', 'charge')
  ), currencies as materialized (
    select id, at, subject::int as supplier_id, before ->> 'currency' as currency
      from trail where what = 'suppliers' and before is not null and after is not null and before ? 'currency'
  ), single_changes as (
    select (o.created_at at time zone ${timeZone}::text)::date as day, o.created_at as at, e.account_id, o.service_id, 0 as supplier_id, e.currency,
           '' as cost_currency, 1 as orders, o.item_count as placed, 0 as charged, 0 as failed, 0 as cancelled, 0 as rejected,
           0 as corrected, 0 as uncosted, 0::bigint as turnover, 0::bigint as refunded, 0::bigint as cost, 0::numeric as times
      from entries e
     cross join lateral (
       select service_id, item_count, created_at from orders o
        where o.account_id = e.account_id and o.id = e.order_id limit 1) o
     where e.kind = 'hold'
    union all
    select (i.finished_at at time zone ${timeZone}::text)::date, i.finished_at, e.account_id, i.service_id, coalesce(a.supplier_id, i.supplier_id, 0),
           e.currency,
           -- All of an item is in one row, also what becomes of it later.
           case when a.cost is null then '' else a.currency end,
           0, 0, c.is_charged::int, (e.kind = 'release' and i.ended_as = 'failed')::int,
           (e.kind = 'release' and i.ended_as = 'cancelled')::int,
           -- What was charged anew is not given back any more.
           (e.kind = 'refund' and i.price = (
             select sum(r.amount) from ledger_entries r
              where r.account_id = e.account_id and r.order_id = e.order_id and r.position = e.position and r.kind = 'refund'
                and r.id <= e.id and r.id > coalesce((
                  select n.id from ledger_entries n
                   where n.account_id = e.account_id and n.order_id = e.order_id and n.position = e.position and n.kind = 'charge'
                     and n.id < e.id), 0)))::int - c.is_again::int,
           (e.kind = 'correction')::int, (c.is_charged and a.cost is null)::int,
           case when c.is_charged then e.amount else 0 end,
           case when e.kind = 'refund' then e.amount when c.is_again then -e.amount else 0 end,
           case when c.is_charged then coalesce(a.cost, 0) else 0 end,
           case when e.kind = 'capture'
                then ('1e' || ${DIGITS}::int * floor(${BUCKETS_A_DOUBLING}::int * ln(greatest(
                       extract(epoch from i.finished_at - o.created_at)::double precision * 1000, 1)) / ln(2::double precision)))::numeric
                else 0 end
      from entries e
     cross join lateral (
       select service_id, supplier_id, coalesce(ended_before, state) as ended_as, price, finished_at from items i
        where i.account_id = e.account_id and i.order_id = e.order_id and i.position = e.position limit 1) i
     cross join lateral (
       -- What is charged anew had been charged and given back, or had failed or been cancelled.
       select e.kind = 'charge' and w.was_captured as is_again, e.kind = 'capture' or e.kind = 'charge' and not w.was_captured as is_charged
         from (select e.kind = 'charge' and exists (
                 select from ledger_entries n
                  where n.account_id = e.account_id and n.order_id = e.order_id and n.position = e.position and n.kind = 'capture'
                    and n.kind in ('capture', 'release')) as was_captured) w) c
     cross join lateral (
       select created_at from orders o where o.account_id = e.account_id and o.id = e.order_id limit 1) o
      left join lateral (
        -- The one that gave the result; a person may have rejected it since.
        select t.supplier_id, t.cost,
               coalesce((select c.currency from currencies c
                          where c.supplier_id = t.supplier_id and c.at > t.created_at order by c.id limit 1), s.currency) as currency
          from attempts t
          join suppliers s on s.id = t.supplier_id
         where t.account_id = e.account_id and t.order_id = e.order_id and t.position = e.position
           -- One that a person had chosen and that was not made gave nothing.
           and t.state in ('succeeded', 'given_up') and t.fault is distinct from 'chosen'
         order by t.finished_at desc nulls last, t.number desc limit 1) a on e.kind <> 'release'
     where e.kind <> 'hold'
    union all
    -- What is delivered after all has not failed any more, nor is it cancelled: it is taken from where it was counted.
    select (i.finished_at at time zone ${timeZone}::text)::date, i.finished_at, e.account_id, i.service_id, coalesce(i.supplier_id, 0), e.currency,
           '', 0, 0, 0, -(i.ended_before = 'failed')::int, -(i.ended_before = 'cancelled')::int, 0, 0, 0, 0, 0, 0, 0
      from entries e
     cross join lateral (
       select service_id, supplier_id, ended_before, finished_at from items i
        where i.account_id = e.account_id and i.order_id = e.order_id and i.position = e.position limit 1) i
     where e.kind = 'charge'
       and exists (select from ledger_entries n
                    where n.account_id = e.account_id and n.order_id = e.order_id and n.position = e.position and n.kind = 'release'
                      and n.kind in ('capture', 'release'))
  ), changes as (
    -- Orders are placed, and items end: what counts the ones is apart from what counts the others.
    select d.day, date_bin('15 minutes', d.at, 'epoch') as quarter, d.account_id, d.service_id, d.supplier_id, d.currency, d.cost_currency,
           d.orders > 0 as is_placing, ${sumsOf(sql)}
      from single_changes d group by 1, 2, 3, 4, 5, 6, 7, 8
  )`

/** `sumsOf` sums the figures of changes up, as both tables have them. */
const sumsOf = (sql: Queryable) => sql`
  sum(d.orders)::int as orders, sum(d.placed)::int as placed, sum(d.charged)::int as charged, sum(d.failed)::int as failed,
  sum(d.cancelled)::int as cancelled, sum(d.rejected)::int as rejected, sum(d.corrected)::int as corrected,
  sum(d.uncosted)::int as uncosted, sum(d.turnover)::bigint as turnover, sum(d.refunded)::bigint as refunded,
  sum(d.cost)::bigint as cost, sum(d.times) as times`

/** `cellsOf` sums changes up by the cuts, as the table has them. */
export const cellsOf = (sql: Queryable) => sql`
  cuts (cut, by_day, has_orders, of_accounts, of_services, of_suppliers) as (
    values ('each'::sales_cut, true, false, true, true, true), ('account_service', false, false, true, true, false),
           ('account_supplier', false, false, true, false, true), ('service_supplier', false, false, false, true, true),
           ('account', true, true, true, false, false), ('service', true, true, false, true, false),
           ('supplier', true, false, false, false, true), ('all', true, true, false, false, false)
  ), cells as (
    select c.cut, u.unit, date_trunc(u.unit::text, d.day)::date as day,
           case when c.of_accounts then d.account_id else 0 end as account_id,
           case when c.of_services then d.service_id else 0 end as service_id,
           case when c.of_suppliers then d.supplier_id else 0 end as supplier_id, d.currency, d.cost_currency, ${sumsOf(sql)}
      from changes d
      join cuts c on c.has_orders or not d.is_placing
      join unnest(enum_range(null::sales_unit)) as u (unit) on u.unit <> 'day' or c.by_day
     group by 1, 2, 3, 4, 5, 6, 7, 8
  )`

/** `quartersOf` sums changes up by quarters of an hour, as the table has them. */
export const quartersOf = (sql: Queryable) => sql`
  quarters as (
    select d.quarter as at, d.currency, d.cost_currency, ${sumsOf(sql)}
      from changes d group by 1, 2, 3
  )`

/** `added` adds what is to be inserted to the figures `f` that are there. */
const added = (sql: Queryable) => sql`
  orders = f.orders + excluded.orders, placed = f.placed + excluded.placed, charged = f.charged + excluded.charged,
  failed = f.failed + excluded.failed, cancelled = f.cancelled + excluded.cancelled, rejected = f.rejected + excluded.rejected,
  corrected = f.corrected + excluded.corrected, uncosted = f.uncosted + excluded.uncosted, turnover = f.turnover + excluded.turnover,
  refunded = f.refunded + excluded.refunded, cost = f.cost + excluded.cost, times = f.times + excluded.times`

/** `foldSpans` adds entries to the figures, and notes how far each ledger is in them. */
export async function foldSpans(sql: Transaction, spans: readonly Span[], timeZone: string): Promise<void> {
  await sql`
    with ${changesOf(sql, spans, timeZone)}, ${cellsOf(sql)}, ${quartersOf(sql)}, summed as (
      insert into sales as f
      select * from cells
      on conflict (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency) do update set ${added(sql)}
    ), summed_quarters as (
      insert into sale_quarters as f
      select * from quarters
      on conflict (at, currency, cost_currency) do update set ${added(sql)}
    )
    insert into folded_ledgers (account_id, last_id)
    select * from unnest(${spans.map(({ accountId }) => accountId)}::int[], ${spans.map(({ last }) => last)}::bigint[])
    on conflict (account_id) do update set last_id = excluded.last_id`
}
