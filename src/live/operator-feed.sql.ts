import type { Queryable } from '../database/database.ts'

/** Marks say how small things stand that nobody writes into ledger or trail: other marks, something has changed. */
export interface Marks {
  /** `reviews` and `deposits` count what waits for a person, and name the newest; `reviews` has a hash of who works on what, too. */
  reviews: string
  deposits: string
  /** `suppliers` is a hash of how each fares. */
  suppliers: string
  /** `plans` is a hash of how far the plans have come that were changed last. */
  plans: string
}

/** PLANS_LOOKED_AT are those whose progress is told. */
const PLANS_LOOKED_AT = 20

/** MAX_COUNTED bounds what is counted for a mark. */
const MAX_COUNTED = 1000

/** `selectStand` gives the newest link of the hash chain, and the marks. */
export async function selectStand(sql: Queryable): Promise<{ link: number } & Marks> {
  const [row] = await sql<({ link: number } & Marks)[]>`
    select (select coalesce(max(id), 0) from chain_links)::float8 as link,
           (select count(*) from (select from reviews where resolved_at is null limit ${MAX_COUNTED}::int) r)
             || '/' || (select coalesce(max(id), 0) from reviews)
             || '/' || (select left(md5(coalesce(string_agg(concat_ws(' ', thing, taken_by), ',' order by thing), '')), 8)
                          from inbox_marks where taken_until > now()) as reviews,
           (select count(*) || '/' || coalesce(max(id), 0)
              from (select id from deposits where state = 'review' order by id desc limit ${MAX_COUNTED}::int) d) as deposits,
           (select left(md5(coalesce(string_agg(concat_ws(' ', supplier_id, open, opened_at, balance), ',' order by supplier_id), '')), 8)
              from supplier_health) as suppliers,
           (select left(md5(coalesce(string_agg(concat_ws(' ', id, state, changed_at), ',' order by id), '')), 8)
              from (select id, state, changed_at from plans order by changed_at desc limit ${PLANS_LOOKED_AT}::int) p) as plans`.records()
  return row as { link: number } & Marks
}

/** Written is what some links of the chain hold: of ledgers the orders, deposits and accounts, of the trail what was changed. */
export interface Written {
  /** `what` is `order`, `deposit` or `account` of a ledger, or a table of the trail. */
  what: string
  /** `subject` names the thing as the trail does. */
  subject: string
  accountId: number | null
}

/** LIMITS are what one answer names: beyond them nothing is named, and everything is to be read again. */
const LIMITS = { links: 600, entries: 1000, changes: 1000 }

/**
 * `selectWritten` gives what the links behind one hold, up to the newest. undefined: that is too much to be named, or there is no such link.
 * The chain holds what is committed, in one order, and each link follows on the one before: so nothing is missed.
 */
export async function selectWritten(
  sql: Queryable,
  since: number,
): Promise<{ upTo: number; written: Written[] | undefined }> {
  const rows = await sql<(Written & { upTo: number; fits: boolean })[]>`
    with links as materialized (
      select accounts, counts, changes from chain_links where id > ${since}::bigint
       order by id limit ${LIMITS.links + 1}::int
    ), size as (
      select (select coalesce(max(id), 0) from chain_links)::float8 as up_to,
             count(*) <= ${LIMITS.links}::int
               and coalesce(sum((select sum(c) from unnest(counts) as c)), 0) <= ${LIMITS.entries}::int
               and coalesce(sum(cardinality(changes)), 0) <= ${LIMITS.changes}::int
               and ${since}::bigint <= (select coalesce(max(id), 0) from chain_links) as fits
        from links
    ), ledgers as (
      select u.account_id, sum(u.count) as count
        from links, unnest(accounts, counts) as u (account_id, count), size
       where size.fits
       group by u.account_id
    ), entries as materialized (
      select e.account_id, e.order_id, e.deposit_id
        from ledgers l join chained_ledgers c on c.account_id = l.account_id
       cross join lateral (
         select account_id, order_id, deposit_id from ledger_entries
          where account_id = l.account_id and id > c.last_id - l.count and id <= c.last_id) e
    ), named as (
      select 'account' as what, account_id::text as subject, account_id from entries
      union select 'order', order_id::text, account_id from entries where order_id is not null
      union select 'deposit', deposit_id::text, account_id from entries where deposit_id is not null
      union select t.what, t.subject, t.account_id
              from links, unnest(changes) as u (id), size, trail t
             where size.fits and t.id = u.id
    )
    select size.up_to, size.fits, coalesce(n.what, '') as what, coalesce(n.subject, '') as subject, n.account_id
      from size left join named n on true`.records()
  const [first] = rows
  return {
    upTo: first?.upTo ?? since,
    written: first?.fits ? rows.filter(({ what }) => what !== '') : undefined,
  }
}
