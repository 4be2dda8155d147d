import type { Queryable } from '../database/database.ts'

/** `Finding` is a row that breaks a check: bigints named *_id are numbers of things, all others are amounts in micros. */
export type Finding = Record<string, string | number | bigint | Date | null>

export interface LedgerQuery {
  /** `name` says what holds when no row is found. */
  name: string
  rows: (sql: Queryable, limit: number) => Promise<Finding[]>
}

const check = (name: string, rows: LedgerQuery['rows']): LedgerQuery => ({ name, rows })

/** `ledgerQueries` has every promise that SQL can check; each query gives the rows that break it. */
export const ledgerQueries: LedgerQuery[] = [
  check(
    'every account has a wallet in its currency',
    (sql, limit) => sql`
      select coalesce(a.id, w.account_id) as account_id, a.currency, w.currency as wallet_currency
        from accounts a full join wallets w on w.account_id = a.id
       where w.currency is distinct from a.currency limit ${limit}`,
  ),
  check(
    'balances are the sums of the ledger entries',
    (sql, limit) => sql`
      with sums as (
        select account_id, coalesce(sum(delta) filter (where side = 'available'), 0)::bigint as available,
               coalesce(sum(delta) filter (where side = 'held'), 0)::bigint as held
          from ledger_lines group by account_id)
      select coalesce(w.account_id, s.account_id) as account_id, w.available, s.available as available_by_entries,
             w.held, s.held as held_by_entries
        from wallets w full join sums s on s.account_id = w.account_id
       where w.account_id is null or w.available <> coalesce(s.available, 0) or w.held <> coalesce(s.held, 0)
       limit ${limit}`,
  ),
  check(
    'each ledger entry notes the balance that it left',
    (sql, limit) => sql`
      select * from (
        select t.account_id, t.id as entry_id, t.available_after,
               sum(case when k.gives_to = 'available' then t.amount
                        when k.takes_from = 'available' then -t.amount else 0 end)
                 over (partition by t.account_id order by t.id)::bigint as available_by_entries
          from ledger_entries t join entry_kinds k using (kind)) chain
       where available_after <> available_by_entries
       order by account_id, entry_id limit ${limit}`,
  ),
  check(
    'the ledger entries of each account are numbered from 1, without a gap',
    (sql, limit) => sql`
      select * from (
        select account_id, id as entry_id, lag(id, 1, 0::bigint) over (partition by account_id order by id) as previous_id,
               null::bigint as last_entry_id
          from ledger_entries
        union all
        select w.account_id, coalesce(e.last, 0), null, w.last_entry
          from wallets w
          left join (select account_id, max(id) as last from ledger_entries group by account_id) e
                 on e.account_id = w.account_id) numbered
       where entry_id <> previous_id + 1 or entry_id <> last_entry_id
       order by account_id, entry_id limit ${limit}`,
  ),
  check(
    'no two orders, reviews or order events have one id',
    (sql, limit) => sql`
      select 'order' as row, id::text as id, count(*)::int as rows from orders group by id having count(*) > 1
      union all
      select 'review', id::text, count(*)::int from reviews group by id having count(*) > 1
      union all
      select 'order event', id::text, count(*)::int from order_events group by id having count(*) > 1
      limit ${limit}`,
  ),
  check(
    'no account is overdrawn beyond its credit limit',
    (sql, limit) => sql`
      select account_id, available, credit_limit from wallets where available < -credit_limit limit ${limit}`,
  ),
  check(
    'every order is held once, for the sum of its items',
    (sql, limit) => sql`
      select o.account_id, o.id as order_id, o.total, coalesce(h.holds, 0) as holds, h.amount as held,
             i.price as price_of_items
        from orders o
        left join (select account_id, order_id, count(*)::int as holds, sum(amount)::bigint as amount
                     from ledger_entries where kind = 'hold' group by account_id, order_id) h
               on h.account_id = o.account_id and h.order_id = o.id
        left join (select account_id, order_id, sum(price)::bigint as price
                     from items group by account_id, order_id) i
               on i.account_id = o.account_id and i.order_id = o.id
       where h.holds is distinct from 1 or h.amount <> o.total or i.price is distinct from o.total
       limit ${limit}`,
  ),
  check(
    'every order names the ledger entry that held its price',
    (sql, limit) => sql`
      select o.account_id, o.id as order_id, o.hold_id
        from orders o
        left join ledger_entries t on t.account_id = o.account_id and t.id = o.hold_id
       where t.order_id is distinct from o.id or t.kind <> 'hold' limit ${limit}`,
  ),
  check(
    'every order has its items, numbered from 1',
    (sql, limit) => sql`
      select o.account_id, o.id as order_id, o.item_count, coalesce(i.items, 0) as items, i.first, i.last
        from orders o
        left join (select account_id, order_id, count(*)::int as items, min(position) as first, max(position) as last
                     from items group by account_id, order_id) i
               on i.account_id = o.account_id and i.order_id = o.id
       where i.items is distinct from o.item_count or i.first <> 1 or i.last <> o.item_count limit ${limit}`,
  ),
  check(
    'success is captured once, failure and cancellation are released once, open items neither',
    (sql, limit) => sql`
      select i.account_id, i.order_id, i.position, i.state, i.price, coalesce(s.captures, 0) as captures,
             s.captured, coalesce(s.releases, 0) as releases, s.released, o.hold_id, s.entry_id
        from items i
        left join orders o on o.account_id = i.account_id and o.id = i.order_id
        left join (select account_id, order_id, position,
                          count(*) filter (where kind = 'capture')::int as captures,
                          sum(amount) filter (where kind = 'capture')::bigint as captured,
                          count(*) filter (where kind = 'release')::int as releases,
                          sum(amount) filter (where kind = 'release')::bigint as released, min(id) as entry_id,
                          -- A refund in whole makes a failure of what was charged.
                          bool_or(kind = 'refund') as refunded
                     from ledger_entries where kind in ('capture', 'release', 'refund')
                    group by account_id, order_id, position) s
               on s.account_id = i.account_id and s.order_id = i.order_id and s.position = i.position
       where case when i.ended_before is null
                  then coalesce(s.captures, 0) <> (i.state = 'success' or i.state = 'failed' and coalesce(s.refunded, false))::int
                       or coalesce(s.releases, 0) <> (i.state in ('failed', 'cancelled') and not coalesce(s.refunded, false))::int
                  else coalesce(s.captures, 0) + coalesce(s.releases, 0) <> 1 end
          or s.captured <> i.price or s.released <> i.price
          -- Nothing is settled before its order was held.
          or s.entry_id <= o.hold_id
       limit ${limit}`,
  ),
  check(
    'what was delivered after all was charged anew once, for its price, after that had been given back',
    (sql, limit) => sql`
      select i.account_id, i.order_id, i.position, i.state, i.ended_before, i.price, coalesce(n.charges, 0) as charges, n.charged,
             n.charge_id, s.id as settled_id, s.kind::text as settled_by, r.refunded, r.refunded_again
        from items i
        left join (select account_id, order_id, position, count(*)::int as charges, sum(amount)::bigint as charged, min(id) as charge_id
                     from ledger_entries where kind = 'charge' group by account_id, order_id, position) n
               on n.account_id = i.account_id and n.order_id = i.order_id and n.position = i.position
        left join ledger_entries s on s.account_id = n.account_id and s.order_id = n.order_id and s.position = n.position
                                  and s.kind in ('capture', 'release')
        left join lateral (
          select sum(e.amount) filter (where e.id < n.charge_id)::bigint as refunded,
                 sum(e.amount) filter (where e.id > n.charge_id)::bigint as refunded_again from ledger_entries e
           where e.account_id = n.account_id and e.order_id = n.order_id and e.position = n.position and e.kind = 'refund') r on true
       where coalesce(n.charges, 0) <> (i.ended_before is not null)::int or n.charged <> i.price
          or n.charges > 0 and (s.id is null or n.charge_id <= s.id
                                or i.state <> case when r.refunded_again = i.price then 'failed' else 'success' end::item_state
                                or coalesce(r.refunded, 0) <> case s.kind when 'capture' then i.price else 0 end)
       limit ${limit}`,
  ),
  check(
    'refunds are of what was charged, come after it, and are no more than it; what was given back in whole has failed',
    (sql, limit) => sql`
      select i.account_id, i.order_id, i.position, i.state, i.price, i.refunded, r.refunded as refunded_by_entries,
             c.id as capture_id, r.first_id
        from items i
        left join (select account_id, order_id, position, id from ledger_entries where kind = 'charge') n
               on n.account_id = i.account_id and n.order_id = i.order_id and n.position = i.position
        left join (select e.account_id, e.order_id, e.position, sum(e.amount) filter (where e.id > coalesce(g.id, 0))::bigint as refunded,
                          min(e.id) as earliest_id, min(e.id) filter (where e.id > coalesce(g.id, 0)) as first_id
                     from ledger_entries e
                     left join ledger_entries g on g.account_id = e.account_id and g.order_id = e.order_id
                                               and g.position = e.position and g.kind = 'charge'
                    where e.kind = 'refund' group by e.account_id, e.order_id, e.position) r
               on r.account_id = i.account_id and r.order_id = i.order_id and r.position = i.position
        left join ledger_entries c on c.account_id = i.account_id and c.order_id = i.order_id and c.position = i.position
                                  and c.kind = 'capture'
       where i.refunded <> coalesce(r.refunded, 0)
          or r.refunded > i.price
          or r.earliest_id <= coalesce(c.id, n.id)
          or r.first_id is not null and (coalesce(c.id, n.id) is null
                                         or i.state <> case when r.refunded = i.price then 'failed' else 'success' end::item_state)
       limit ${limit}`,
  ),
  check(
    'what is held is the price of the open items',
    (sql, limit) => sql`
      select w.account_id, w.held, coalesce(i.price, 0) as price_of_open_items
        from wallets w
        left join (select account_id, sum(price)::bigint as price
                     from items where finished_at is null group by account_id) i on i.account_id = w.account_id
       where w.held <> coalesce(i.price, 0) limit ${limit}`,
  ),
  check(
    'the state of an order follows from its items',
    (sql, limit) => sql`
      select o.account_id, o.id as order_id, o.state, f.state as state_by_items
        from orders o
        join (select account_id, order_id,
                     case when bool_and(state = 'success') then 'success'
                          when bool_and(state = 'pending') then 'begun or not'
                          when bool_or(state in ('pending', 'processing', 'unknown')) then 'processing'
                          when bool_or(state = 'success') then 'partial'
                          when bool_or(state = 'failed') then 'failed'
                          else 'cancelled' end as state
                from items group by account_id, order_id) f
          on f.account_id = o.account_id and f.order_id = o.id
       where o.state::text <> f.state
         -- Once an order was begun, it stays so while its items wait for another supplier.
         and not (f.state = 'begun or not' and o.state::text = case when exists (
               select from attempts a where a.account_id = o.account_id and a.order_id = o.id)
               then 'processing' else 'pending' end)
       limit ${limit}`,
  ),
  check(
    'orders have an end time exactly when they have ended',
    (sql, limit) => sql`
      select account_id, id as order_id, state, finished_at from orders
       where (finished_at is null) <> (state in ('pending', 'processing')) limit ${limit}`,
  ),
  check(
    'every open item has a next look, and no other has one',
    (sql, limit) => sql`
      select account_id, order_id, position, state, due_at, finished_at from items
       where (due_at is null) = (state in ('pending', 'processing', 'unknown'))
          or (finished_at is null) <> (state in ('pending', 'processing', 'unknown')) limit ${limit}`,
  ),
  check(
    'every success has an attempt that succeeded',
    (sql, limit) => sql`
      select i.account_id, i.order_id, i.position from items i
       -- What was delivered after all may never have been sent.
       where i.state = 'success' and i.ended_before is null and not exists (
               select from attempts a
                where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                  and a.state = 'succeeded')
       limit ${limit}`,
  ),
  check(
    'nothing was given back while a supplier may deliver',
    (sql, limit) => sql`
      select a.account_id, a.order_id, a.position, i.state, a.number, a.state as attempt_state
        from attempts a
        join items i on i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
       where i.state in ('failed', 'cancelled') and a.state not in ('refused', 'given_up')
         -- What was charged and given back afterwards had been delivered.
         and not (a.state = 'succeeded' and exists (
               select from ledger_entries r
                where r.account_id = i.account_id and r.order_id = i.order_id and r.position = i.position
                  and r.kind = 'refund'))
       limit ${limit}`,
  ),
  check(
    'what one account sent, another one received, in one currency',
    (sql, limit) => sql`
      select a.id as transfer_id, a.sender_id, a.receiver_id, a.amount, s.amount as sent, r.amount as received,
             a.currency, sw.currency as sender_currency, rw.currency as receiver_currency
        from transfers a
        left join ledger_entries s on s.account_id = a.sender_id and s.id = a.sent_id and s.kind = 'send'
                             and s.transfer_id = a.id
        left join ledger_entries r on r.account_id = a.receiver_id and r.id = a.received_id and r.kind = 'receive'
                             and r.transfer_id = a.id
        left join wallets sw on sw.account_id = a.sender_id
        left join wallets rw on rw.account_id = a.receiver_id
       where s.amount is distinct from a.amount or r.amount is distinct from a.amount
          or sw.currency is distinct from a.currency or rw.currency is distinct from a.currency
       limit ${limit}`,
  ),
  check(
    'what has succeeded of deposits was credited once and in full, and nothing else was',
    (sql, limit) => sql`
      select coalesce(d.account_id, t.account_id) as account_id, coalesce(d.id, t.deposit_id) as deposit_id, d.state,
             d.amount, t.id as entry_id, t.amount as credited
        from deposits d
        full join (select * from ledger_entries where deposit_id is not null) t
               on t.account_id = d.account_id and t.deposit_id = d.id
        left join wallets w on w.account_id = d.account_id
       where d.id is null or (d.state = 'succeeded') <> (t.id is not null) or t.amount <> d.amount
          or w.currency is distinct from d.currency limit ${limit}`,
  ),
  check(
    'every row belongs to what it names',
    (sql, limit) => sql`
      select * from (
        select 'order' as row, o.account_id, o.id as order_id, null::smallint as position, 'account' as missing
          from orders o where not exists (select from accounts a where a.id = o.account_id)
        union all
        select 'order', o.account_id, o.id, null, 'service'
          from orders o where not exists (select from services s where s.id = o.service_id)
        union all
        select 'order', o.account_id, o.id, null, 'API key'
          from orders o
         where o.key_id is not null
           and not exists (select from api_keys k where k.id = o.key_id and k.account_id = o.account_id)
        union all
        select 'item', i.account_id, i.order_id, i.position, 'order'
          from items i
         where not exists (select from orders o where o.account_id = i.account_id and o.id = i.order_id
                              and o.service_id = i.service_id)
        union all
        select 'attempt', a.account_id, a.order_id, a.position, 'item'
          from attempts a
         where not exists (select from items i where i.account_id = a.account_id and i.order_id = a.order_id
                              and i.position = a.position)
        union all
        select 'attempt', a.account_id, a.order_id, a.position, 'supplier'
          from attempts a where not exists (select from suppliers s where s.id = a.supplier_id)
        union all
        select t.kind::text, t.account_id, t.order_id, t.position, 'order'
          from ledger_entries t
         where t.kind = 'hold'
           and not exists (select from orders o where o.account_id = t.account_id and o.id = t.order_id)
        union all
        select t.kind::text, t.account_id, t.order_id, t.position, 'item'
          from ledger_entries t
         where t.kind in ('capture', 'release', 'refund', 'correction', 'charge')
           and not exists (select from items i where i.account_id = t.account_id and i.order_id = t.order_id
                              and i.position = t.position)
        union all
        select t.kind::text, t.account_id, null, null, 'transfer between accounts'
          from ledger_entries t
         where t.kind in ('send', 'receive')
           and not exists (
                 select from transfers a
                  where a.id = t.transfer_id
                    and ((t.kind = 'send' and a.sender_id = t.account_id and a.sent_id = t.id)
                      or (t.kind = 'receive' and a.receiver_id = t.account_id and a.received_id = t.id)))
        union all
        select t.kind::text, t.account_id, null, null, 'account'
          from ledger_entries t where not exists (select from accounts a where a.id = t.account_id)
      ) lost limit ${limit}`,
  ),
  check(
    'every key of a repeated request names an order',
    (sql, limit) => sql`
      select k.account_id, k.order_id, k.key::text as key from order_keys k
       where not exists (select from orders o where o.account_id = k.account_id and o.id = k.order_id)
       limit ${limit}`,
  ),
  check(
    'invoices are numbered from 1, without a gap, and each is the sum of its lines',
    (sql, limit) => sql`
      select number, wrong from (
        select n as number, 'missing' as wrong
          from generate_series(1, (select max(number) from invoices)) n
         where not exists (select from invoices i where i.number = n)
        union all
        select i.number, 'not the sum of its lines'
          from invoices i
          left join lateral (select count(*) as lines, sum(amount) as amount from invoice_lines l where l.number = i.number) l on true
         where l.lines <> i.line_count or l.amount is distinct from i.total
      ) broken limit ${limit}`,
  ),
]
