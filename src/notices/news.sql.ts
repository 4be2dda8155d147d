import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, DepositId, OrderId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { mailedByDefault, type NewsName, newsNames } from './events.ts'

/** READ_AT_ONCE bounds the entries of one account that one look reads. */
const READ_AT_ONCE = 100_000
/** LOOKED_AT bounds the accounts that one look tells. */
const LOOKED_AT = 1000
/** NAMED is how many orders or deposits a message names. */
export const NAMED = 20

/** `keepReads` begins to read for what somebody is told of, from now on, and ends it where nobody is any more. */
export async function keepReads(sql: Queryable): Promise<void> {
  await sql`
    with wanted as (
      select distinct s.account_id, e.event
        from notice_subscriptions s
        join accounts a on a.id = s.account_id and a.status = 'active'
        cross join unnest(${newsNames}::text[]) as e (event)
       where s.events is null or e.event = any(s.events)
      union
      select p.account_id, e.event
        from account_people p
        join accounts a on a.id = p.account_id and a.status = 'active'
        join notice_channels c on c.kind in ('email', 'telegram')
        cross join unnest(${newsNames}::text[]) as e (event)
       where p.password is not null and p.suspended_at is null
         and e.event = any(case c.kind when 'email' then coalesce(p.mailed, ${mailedByDefault}::text[])
                                       else case when p.chat is not null then p.chatted end end)
    ), gone as (
      delete from notice_reads r
       where not exists (select from wanted w where w.account_id = r.account_id and w.event = r.event)
    )
    insert into notice_reads (account_id, event, last_entry)
    select w.account_id, w.event, l.last_entry from wanted w join wallets l on l.account_id = w.account_id
    on conflict do nothing`
}

/** Unread are the entries of an account after one id and up to another that were not read for an event. */
export interface Unread {
  accountId: AccountId
  event: NewsName
  currency: string
  after: bigint
  upTo: bigint
}

/** `selectUnread` gives the accounts whose ledgers have grown, for the events of the ledger that may be told now. */
export const selectUnread = (sql: Queryable, now: Date): Promise<Pick<Unread, 'accountId' | 'event'>[]> =>
  sql<Pick<Unread, 'accountId' | 'event'>[]>`
    select r.account_id, r.event
      from notice_reads r join wallets w on w.account_id = r.account_id
     where w.last_entry > r.last_entry and r.event not in ('price.changed', 'deposit.refused') and (r.next_at is null or r.next_at <= ${now})
     order by r.account_id, r.event limit ${LOOKED_AT}`.records()

/** `lockUnread` keeps other processes from telling the same; undefined: one has, or is doing so. */
export async function lockUnread(
  transaction: Transaction,
  { accountId, event }: Pick<Unread, 'accountId' | 'event'>,
  now: Date,
): Promise<Unread | undefined> {
  const [row] = await transaction<Unread[]>`
    select r.account_id, r.event, w.currency, r.last_entry as after,
           least(w.last_entry, r.last_entry + ${READ_AT_ONCE}) as up_to
      from notice_reads r join wallets w on w.account_id = r.account_id
     where r.account_id = ${accountId} and r.event = ${event} and w.last_entry > r.last_entry
       and (r.next_at is null or r.next_at <= ${now})
       for update of r skip locked`.records()
  return row
}

/** `updateRead` says how far the ledger was read. `nextAt`, undefined: nothing was told. */
export async function updateRead(
  sql: Queryable,
  { accountId, event, upTo }: Unread,
  nextAt: Date | undefined,
): Promise<void> {
  await sql`
    update notice_reads set last_entry = ${upTo}, next_at = coalesce(${nextAt ?? null}::timestamptz, next_at)
     where account_id = ${accountId} and event = ${event}`
}

/** EndedOrder is one of the first orders that have ended; `count` counts all of them. */
export interface EndedOrder {
  id: OrderId
  service: string
  /** `input` is that of the only item. */
  input: string | null
  items: number
  done: number
  charged: Micros
  count: number
}

/**
 * `selectEndedOrders` gives the orders whose last item was settled in these entries, so that each is given once, and of which something was
 * delivered. What is delivered after all, and charged anew, is told as if it had ended then.
 */
export const selectEndedOrders = (
  sql: Queryable,
  { accountId, after, upTo }: Unread,
): Promise<EndedOrder[]> =>
  sql<EndedOrder[]>`
    with settled as (
      select distinct order_id from ledger_entries
       where account_id = ${accountId} and id > ${after} and id <= ${upTo} and kind in ('capture', 'release', 'charge')
    ), ended as (
      select o.id, o.service_id, o.item_count, count(*) over () as count
        from settled s
        join orders o on o.account_id = ${accountId} and o.id = s.order_id and o.state in ('success', 'partial')
       where not exists (select from ledger_entries later
                          where later.account_id = ${accountId} and later.order_id = o.id
                            and later.kind in ('capture', 'release', 'charge') and later.id > ${upTo})
       order by o.id limit ${NAMED}
    )
    select e.id, v.name as service, case when e.item_count = 1 then i.input end as input, e.item_count as items,
           i.done, i.charged, e.count::int as count
      from ended e
      join services v on v.id = e.service_id
      cross join lateral (
        select min(input) as input, count(*) filter (where state = 'success')::int as done,
               coalesce(sum(price - refunded) filter (where state = 'success'), 0)::bigint as charged
          from items where account_id = ${accountId} and order_id = e.id
      ) i
     order by e.id`.records()

/** RefundedOrder is one of the first orders for which money was given back; `count` and `total` are of all of them. */
export interface RefundedOrder {
  id: OrderId
  service: string
  input: string | null
  amount: Micros
  reason: string | null
  count: number
  total: string
}

/** `selectRefundedOrders` gives the orders for which these entries give money back, but for what was charged anew since: it was delivered after all. */
export const selectRefundedOrders = (
  sql: Queryable,
  { accountId, after, upTo }: Unread,
): Promise<RefundedOrder[]> =>
  sql<RefundedOrder[]>`
    with given as (
      select order_id, sum(amount) as amount, min(position) as position,
             (array_agg(note order by id desc) filter (where kind = 'refund'))[1] as note
        from ledger_entries e
       where account_id = ${accountId} and id > ${after} and id <= ${upTo} and kind in ('release', 'refund')
         and not exists (select from ledger_entries n
                          where n.account_id = e.account_id and n.order_id = e.order_id and n.position = e.position
                            and n.kind = 'charge' and n.id > e.id)
       group by order_id
    ), named as (
      select *, count(*) over () as count, sum(amount) over () as total from given order by order_id limit ${NAMED}
    )
    select o.id, v.name as service, case when o.item_count = 1 then i.input end as input,
           g.amount::bigint as amount, coalesce(g.note, i.reason) as reason, g.count::int as count, g.total::text as total
      from named g
      join orders o on o.account_id = ${accountId} and o.id = g.order_id
      join services v on v.id = o.service_id
      join items i on i.account_id = ${accountId} and i.order_id = o.id and i.position = g.position
     order by o.id`.records()

/** `selectCredited` adds up the deposits of these entries, and says what can be spent after the last. */
export async function selectCredited(
  sql: Queryable,
  { accountId, after, upTo }: Unread,
): Promise<{ count: number; total: string; available: Micros } | undefined> {
  const [row] = await sql<{ count: number; total: string; available: Micros | null }[]>`
    select count(*)::int as count, coalesce(sum(amount), 0)::text as total,
           (array_agg(available_after order by id desc))[1] as available
      from ledger_entries
     where account_id = ${accountId} and id > ${after} and id <= ${upTo} and kind = 'deposit'`.records()
  const { available } = row ?? { available: null }
  return row && available !== null ? { ...row, available } : undefined
}

/** RefusedDeposit is a deposit that nobody was told of yet. */
export interface RefusedDeposit {
  id: DepositId
  accountId: AccountId
  currency: string
  amount: Micros
  proof: string | null
  reason: string | null
  available: Micros
}

/**
 * `selectRefusedDeposits` gives the deposits that were refused, or whose payment failed, after a time, and of which nobody was told since. One for
 * which another amount was credited is none of them.
 */
export const selectRefusedDeposits = (
  sql: Queryable,
  { after, now }: { after: Date; now: Date },
): Promise<RefusedDeposit[]> =>
  sql<RefusedDeposit[]>`
    select d.id, d.account_id, d.currency, d.amount, d.proof, d.reason, w.available
      from deposits d
      join accounts a on a.id = d.account_id and a.status = 'active'
      join wallets w on w.account_id = d.account_id
     where d.state = 'failed' and d.settled_at > ${after}
       -- The clock of who refused it may be ahead: then it is told a little later, and not twice.
       and d.settled_at <= ${now}
       and not exists (select from notices n
                        where n.event = 'deposit.refused' and n.subject = d.id::text and n.raised_at >= d.settled_at)
       and not exists (select from ledger_entries e
                        where e.account_id = d.account_id and e.reference = 'deposit ' || d.id and e.kind = 'deposit')
     order by d.id limit ${LOOKED_AT}`.records()

/** PriceReader is an account that is told of changes of its prices. */
export interface PriceReader {
  accountId: AccountId
  currency: string
  priceGroupId: number | null
  /** `nextAt`, null: the account was never told. */
  nextAt: Date | null
}

/** `lockPriceReaders` keeps other processes from telling the same. */
export const lockPriceReaders = (transaction: Transaction): Promise<PriceReader[]> =>
  transaction<PriceReader[]>`
    select r.account_id, a.currency, a.price_group_id, r.next_at
      from notice_reads r join accounts a on a.id = r.account_id
     where r.event = 'price.changed' order by r.account_id for update of r`.records()

export async function updatePriceReaders(sql: Queryable, nextAt: Date): Promise<void> {
  await sql`update notice_reads set next_at = ${nextAt} where event = 'price.changed'`
}

/** `selectChangedPrices` gives the services of which a price is another than when it was noticed. */
export async function selectChangedPrices(sql: Queryable): Promise<ServiceId[]> {
  const rows = await sql<{ id: ServiceId }[]>`
    select distinct coalesce(p.service_id, n.service_id) as id
      from prices p
      full join noticed_prices n
        on n.service_id = p.service_id and n.currency = p.currency
       and coalesce(n.account_id, 0) = coalesce(p.account_id, 0)
       and coalesce(n.price_group_id, 0) = coalesce(p.price_group_id, 0)
     where p.unit_price is distinct from n.unit_price
     order by 1`.records()
  return rows.map(({ id }) => id)
}

/** PriceOf is a price of a service for an account, a price group or (both null) everyone. */
export interface PriceOf {
  serviceId: ServiceId
  accountId: AccountId | null
  priceGroupId: number | null
  currency: string
  unitPrice: Micros
}

/** `selectPricesOf` gives the prices of some services: as they are, or as they were noticed. */
export const selectPricesOf = (
  sql: Queryable,
  services: ServiceId[],
  { noticed }: { noticed: boolean },
): Promise<PriceOf[]> =>
  sql<PriceOf[]>`
    select service_id, account_id, price_group_id, currency, unit_price
      from ${noticed ? sql`noticed_prices` : sql`prices`} where service_id = any(${services}::int[])`.records()

/** `selectOffered` gives those of some services that are active, by code, with the price groups that see them. */
export const selectOffered = (
  sql: Queryable,
  services: ServiceId[],
): Promise<{ id: ServiceId; name: string; visibleTo: number[] | null }[]> =>
  sql<{ id: ServiceId; name: string; visibleTo: number[] | null }[]>`
    select id, name, visible_to from services
     where id = any(${services}::int[]) and active order by lower(code)`.records()

/** `notePrices` keeps the prices of some services as they are now; null: of all. */
export async function notePrices(sql: Queryable, services: ServiceId[] | null): Promise<void> {
  await sql`delete from noticed_prices where ${services}::int[] is null or service_id = any(${services}::int[])`
  await sql`
    insert into noticed_prices (service_id, account_id, price_group_id, currency, unit_price)
    select service_id, account_id, price_group_id, currency, unit_price from prices
     where ${services}::int[] is null or service_id = any(${services}::int[])`
}

/** `forgetPrices` keeps no prices where nobody is told of their changes. */
export async function forgetPrices(sql: Queryable): Promise<void> {
  await sql`
    delete from noticed_prices where not exists (select from notice_reads where event = 'price.changed')`
}
