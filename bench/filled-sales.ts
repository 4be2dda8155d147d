import { createAccount } from '../src/accounts/accounts.ts'
import { createService } from '../src/catalogue/services.ts'
import type { Sql } from '../src/database/database.ts'

/** FilledSales says what a shop has sold. `seed` makes the same choices again. */
export interface FilledSales {
  accounts: number
  services: number
  orders: number
  from: Date
  to: Date
  seed: number
  /** `isEven`: every account buys of every service alike. Otherwise some buy and are bought much more than others, as in a real shop. */
  isEven?: boolean
}

const CURRENCIES = ['USD', 'USD', 'USD', 'EUR', 'IDR']
const COST_CURRENCIES = ['USD', 'EUR', 'USD', 'USD', 'IDR', 'USD', 'USD', 'USD']

/**
 * `fillSales` writes the past of a shop: orders of several items with attempts and ledger entries, which ended in every way, some of them refunded in
 * part or in whole, or corrected, and some still open. Balances are not kept: it is for figures. Needs the role that owns the tables.
 */
export async function fillSales(
  sql: Sql,
  { accounts, services, orders, from, to, seed, isEven = false }: FilledSales,
): Promise<void> {
  const ofAccounts: number[] = []
  for (let n = 0; n < accounts; n++) {
    const currency = CURRENCIES[n % CURRENCIES.length] as string
    const form = {
      name: `Shop ${n}`,
      email: `shop${n}@example.com`,
      username: `sales${seed % 1000}-${n}`,
      currency,
    }
    ofAccounts.push((await createAccount(sql, form, 'bench')).id)
  }
  const ofServices: number[] = []
  for (let n = 0; n < services; n++) {
    const made = await createService(sql, {
      ...{ code: `sold-${seed % 1000}-${n}`, name: `Service ${n}`, group: `Group ${n % 12}`, kind: 'imei' },
      ...{ price: '1', currency: 'USD', supplier: 'sandbox' },
    })
    ofServices.push(made.id)
  }
  const suppliers = await sql<{ id: number }[]>`
    insert into suppliers (kind, name, currency)
    select 'sandbox', 'upstream ' || ${seed}::int || '-' || n, currency
      from unnest(${COST_CURRENCIES}::text[]) with ordinality as c (currency, n)
    returning id`
  const ofSuppliers = suppliers.map(({ id }) => id)
  /** Each service has a supplier, and another one for a tenth of its items. `one` chooses from an array; not even: the first ones more often than the last. */
  const one = (numbers: number[]) =>
    sql`(${numbers}::int[])[1 + floor(${numbers.length}::int * power(random(), ${isEven ? 1 : 2}::int))::int]`
  await sql.begin(async (transaction) => {
    await transaction`set local synchronous_commit = off`
    await transaction`set local max_parallel_workers_per_gather = 0`
    await transaction`select setseed(${(seed % 1000) / 1000}::double precision)`
    await transaction`
      create temporary table sold_orders on commit drop as
      select (select coalesce(max(id), 1000) from orders) + n as id, ${one(ofAccounts)} as account_id, ${one(ofServices)} as service_id,
             -- Numbers grow with the time, as they do where orders are placed.
             ${from}::timestamptz + (${to}::timestamptz - ${from}::timestamptz) * ((n - random()) / ${orders}::int) as placed_at,
             (case when random() < 0.85 then 1 else 2 + floor(random() * 3) end)::int as items
        from generate_series(1, ${orders}::int) n`
    await transaction`
      create temporary table sold_items on commit drop as
      select i.*, placed_at + i.took as ended_at, placed_at + i.took * 0.2 as sent_at,
             placed_at + i.took + interval '1 hour' + interval '40 days' * random() * random() as changed_at
        from (select o.*, p::smallint as position, (100000 + floor(random() * 900000) * 10)::bigint as price,
                     interval '1 second' * exp(random() * 11 - 3) as took, (${ofSuppliers}::int[])[1 + (o.service_id + (random() < 0.1)::int) % ${ofSuppliers.length}::int] as supplier_id,
                     case when random() < 0.9 then (50000 + floor(random() * 400000))::bigint end as cost,
                     case when r < 0.85 then 'success' when r < 0.93 then 'failed' when r < 0.97 then 'cancelled' else 'processing' end as state,
                     case when random() < 0.03 then 'part' when random() < 0.03 then 'whole' when random() < 0.02 then 'corrected' else '' end as later
                from sold_orders o cross join generate_series(1, o.items) p cross join lateral (select random() + 0 * p as r) x) i`
    await transaction`
      insert into orders (account_id, id, service_id, via, state, item_count, unit_price, total, created_at, finished_at)
      select o.account_id, o.id, o.service_id, 'rest', 'processing', o.items, 0, sum(i.price), o.placed_at, null
        from sold_orders o join sold_items i on i.id = o.id
       group by o.account_id, o.id, o.service_id, o.items, o.placed_at`
    await transaction`
      insert into items (account_id, order_id, position, service_id, input, quantity, price, state, result, due_at, finished_at, supplier_id)
      select account_id, id, position, service_id, '35' || lpad((id * 10 + position)::text, 13, '0'), 1, price, state::item_state,
             case state when 'success' then 'Clean' end, case state when 'processing' then ended_at end,
             case when state <> 'processing' then ended_at end, case when state <> 'cancelled' then supplier_id end
        from sold_items`
    // Some were tried elsewhere first. What is given back in whole was rejected half of the times.
    await transaction`
      insert into attempts (account_id, order_id, position, number, supplier_id, state, reference, created_at, finished_at, cost)
      select account_id, id, position, 1, ${ofSuppliers[0]}, 'refused', null, placed_at, sent_at, 70000
        from sold_items where id % 7 = 0 and state <> 'cancelled'
      union all
      select account_id, id, position, 2, supplier_id,
             case state when 'success' then case when later = 'whole' and id % 2 = 0 then 'given_up' else 'succeeded' end
                        when 'failed' then 'refused' else 'accepted' end::attempt_state,
             id || '-' || position, sent_at, case when state <> 'processing' then ended_at end, cost
        from sold_items where state <> 'cancelled'`
    await transaction`
      create temporary table sold_entries on commit drop as
      select account_id, 'hold'::entry_kind as kind, sum(price)::bigint as amount, id as order_id, null::smallint as position, placed_at as at
        from sold_items group by account_id, id, placed_at
      union all
      select account_id, case state when 'success' then 'capture' else 'release' end::entry_kind, price, id, position, ended_at
        from sold_items where state <> 'processing'
      union all
      select account_id, 'refund', part.amount, id, position, changed_at + interval '1 minute' * part.n
        from sold_items
       cross join lateral (
         select 1 as n, case later when 'part' then price / 4 else price / 2 end as amount
         union all
         select 2, case later when 'part' then price / 4 else price - price / 2 end) part
       where state = 'success' and later in ('part', 'whole')
      union all
      select account_id, 'correction', 0, id, position, changed_at
        from sold_items where state = 'success' and later = 'corrected'`
    await transaction`
      insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, reference, created_at)
      select e.account_id, w.last_entry + row_number() over (partition by e.account_id order by e.at, e.order_id, e.kind, e.position),
             e.kind, e.amount, 0, e.order_id, e.position, case when e.kind in ('refund', 'correction') then 'bench' end,
             case when e.kind in ('refund', 'correction') then 'late' end,
             case when e.kind = 'refund' then 'bench ' || e.amount || ' ' || e.at end, e.at
        from sold_entries e join wallets w on w.account_id = e.account_id
       order by e.account_id, e.at, e.order_id, e.kind, e.position`
    await transaction`
      update wallets w set last_entry = w.last_entry + e.count
        from (select account_id, count(*) from sold_entries group by account_id) e where e.account_id = w.account_id`
    await transaction`insert into unchained_ledgers (accounts) values (${ofAccounts}::int[])`
  })
  await sql.unsafe(`
    update orders set state = 'success', finished_at = created_at where state = 'processing'
       and not exists (select from items i where i.account_id = orders.account_id and i.order_id = orders.id and i.finished_at is null);
    analyze`)
}
