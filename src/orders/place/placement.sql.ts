import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { KeyHolder } from './decide.ts'

/** `takeOrderIds` takes the next order ids. */
export async function takeOrderIds(sql: Queryable, count: number): Promise<OrderId[]> {
  // One text: a row for each would cost more than the order's own row.
  const [row] = await sql<{ ids: string }[]>`
    select string_agg(nextval('order_ids')::text, ' ') as ids from generate_series(1, ${count}::int)`
  return (row?.ids ?? '').split(' ').map((id) => Number(id) as OrderId)
}

/** `findKeyHolders` gives the orders that the keys (32 hex digits each) stand for. Each is looked up by itself: joined, all keys could be read. */
export async function findKeyHolders(
  sql: Queryable,
  keys: { account: AccountId; key: string }[],
): Promise<Map<string, KeyHolder>> {
  if (keys.length === 0) return new Map()
  const rows = await sql<(KeyHolder & { key: string })[]>`
    select replace(k.key::text, '-', '') as key, k.order_id, replace(k.body::text, '-', '') as body,
           o.state, o.created_at
      from unnest(${keys.map((row) => row.account)}::int[], ${keys.map((row) => row.key)}::uuid[]) as asked (account_id, key)
     cross join lateral (
       select * from order_keys k where k.account_id = asked.account_id and k.key = asked.key limit 1) k
     cross join lateral (
       select state, created_at from orders o where o.account_id = k.account_id and o.id = k.order_id limit 1) o`.records()
  return new Map(rows.map(({ key, ...holder }) => [key, holder]))
}

/** `findPlaced` finds which of these orders were committed, by an earlier try whose answer was lost. */
export async function findPlaced(
  sql: Transaction,
  orders: readonly { accountId: AccountId; orderId: OrderId }[],
): Promise<Set<OrderId>> {
  if (orders.length === 0) return new Set()
  const rows = await sql<{ id: OrderId }[]>`
    select o.id from unnest(${orders.map((order) => order.accountId)}::int[], ${orders.map((order) => order.orderId)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id`.records()
  return new Set(rows.map(({ id }) => id))
}

/** FurtherItem is one item of an order that another statement writes. */
export interface FurtherItem {
  account: AccountId
  order: OrderId
  position: number
  service: number
  input: string
  /** `fields` is JSON. */
  fields: string | null
  quantity: number
  unitPrice: bigint
}

/** NewItem is one item to be written; with position 1 it brings its order, the order's hold and its keys. */
export interface NewItem extends FurtherItem {
  key: number | null
  via: string
  /** `items` counts the items of the order. */
  items: number
  total: bigint
  reference: string | null
  /** `spent` is what the batch has spent of the account's wallet up to and with this order. */
  spent: bigint
  /** `hold` counts the batch's orders of the account up to and with this one: its hold is that many entries after the account's last. */
  hold: number
  naturalKey: string | null
  idempotencyKey: string | null
  body: string | null
}

/**
 * `insertOrders` writes orders with their items, holds and keys, and takes their price from the wallets, in one statement.
 *
 * It decides nothing: all is written, or nothing where a wallet is missing or does not hold enough, and then it gives false: an error would
 * be a line of PostgreSQL's log for each refused order. A key that stands for an order already (unless `replaceKeys`) fails it by its
 * constraint. Everything waits for the wallets, which are locked in id order, so that two processes never wait for each other.
 */
export async function insertOrders(
  sql: Queryable,
  rows: readonly NewItem[],
  { now, replaceKeys }: { now: Date; replaceKeys: boolean },
): Promise<boolean> {
  const accounts = [...new Set(rows.map((row) => row.account))].sort((a, b) => a - b)
  const slots = new Map(accounts.map((account, index) => [account, index + 1]))
  // An account's last order stands: it has spent all that the batch spends.
  const spent = new Map(rows.map((row) => [row.account, row.spent]))
  const taken = await sql`
    with locked as materialized (
      select account_id, available, credit_limit, last_entry from wallets
       where account_id = any(${accounts}::int[])
       order by account_id
         for no key update
    ), found as materialized (
      -- Looked up by position: a join would go through all wallets for every row.
      select array_agg(account_id) as accounts, array_agg(available) as available,
             array_agg(last_entry) as last_entry,
             count(*) = ${accounts.length}::int
             and bool_and(available - (${accounts.map((account) => String(spent.get(account)))}::bigint[])[slot] >= -credit_limit) as enough
        from (select *, row_number() over (order by account_id) as slot from locked) l
    ), asked as materialized (
      select r.*, found.available[r.slot] - r.spent as available_after,
             found.last_entry[r.slot] + r.hold as hold_id
        from unnest(${rows.map((row) => row.account)}::int[], ${rows.map((row) => row.order)}::bigint[],
                    ${rows.map((row) => row.position)}::smallint[], ${rows.map((row) => row.service)}::int[],
                    ${rows.map((row) => row.input)}::text[], ${sparse(rows, (row) => row.fields)}::text[],
                    ${rows.map((row) => row.quantity)}::int[],
                    ${rows.map((row) => row.key)}::int[], ${rows.map((row) => row.via)}::text[],
                    ${rows.map((row) => row.items)}::int[], ${rows.map((row) => String(row.unitPrice))}::bigint[],
                    ${rows.map((row) => String(row.total))}::bigint[], ${sparse(rows, (row) => row.reference)}::text[],
                    ${rows.map((row) => String(row.spent))}::bigint[], ${rows.map((row) => row.hold)}::int[],
                    ${sparse(rows, (row) => row.naturalKey)}::uuid[],
                    ${sparse(rows, (row) => row.idempotencyKey)}::uuid[], ${sparse(rows, (row) => row.body)}::uuid[],
                    ${rows.map((row) => slots.get(row.account) ?? 0)}::int[])
          as r (account_id, order_id, position, service_id, input, fields, quantity, key_id, via, item_count,
                unit_price, total, reference, spent, hold, natural_key, idempotency_key, body, slot), found
       where found.enough and found.accounts[r.slot] = r.account_id
    ), new_orders as (
      insert into orders (account_id, id, service_id, key_id, via, item_count, unit_price, total, reference, hold_id,
                          created_at)
      select account_id, order_id, service_id, key_id, via, item_count, unit_price, total, reference, hold_id, ${now}
        from asked where position = 1
    ), new_items as (
      insert into items (account_id, order_id, position, service_id, input, fields, quantity, price, due_at)
      select account_id, order_id, position, service_id, input, fields::jsonb, quantity, unit_price * quantity, ${now}
        from asked
    ), holds as (
      insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, created_at)
      select account_id, hold_id, 'hold', total, available_after, order_id, ${now}
        from asked where position = 1
    ), new_keys as (
      insert into order_keys (account_id, key, order_id, body, created_at)
      select account_id, natural_key, order_id, null, ${now} from asked where position = 1 and natural_key is not null
      union all
      select account_id, idempotency_key, order_id, body, ${now} from asked
       where position = 1 and idempotency_key is not null
      ${replaceKeys ? sql`on conflict (account_id, key) do update set order_id = excluded.order_id, created_at = excluded.created_at` : sql``}
    ), noted as (
      insert into unchained_ledgers (accounts) select accounts from found where enough
    )
    update wallets w set available = w.available - s.spent, held = w.held + s.spent, last_entry = w.last_entry + s.holds
      from (select account_id, sum(total)::bigint as spent, count(*) as holds from asked where position = 1 group by account_id) s
     where w.account_id = s.account_id`
  return taken.count === accounts.length
}

/** `insertItems` writes further items of an order that the same transaction has written. */
export async function insertItems(sql: Transaction, rows: readonly FurtherItem[], now: Date): Promise<void> {
  await sql`
    insert into items (account_id, order_id, position, service_id, input, fields, quantity, price, due_at)
    select account_id, order_id, position, service_id, input, fields::jsonb, quantity, unit_price * quantity, ${now}
      from unnest(${rows.map((row) => row.account)}::int[], ${rows.map((row) => row.order)}::bigint[],
                  ${rows.map((row) => row.position)}::smallint[], ${rows.map((row) => row.service)}::int[],
                  ${rows.map((row) => row.input)}::text[], ${sparse(rows, (row) => row.fields)}::text[],
                  ${rows.map((row) => row.quantity)}::int[], ${rows.map((row) => String(row.unitPrice))}::bigint[])
        as r (account_id, order_id, position, service_id, input, fields, quantity, unit_price)`
}

/** `sparse` leaves a column out that is empty in every row: `unnest` fills up what is missing with nulls. */
const sparse = <Row>(rows: readonly Row[], of: (row: Row) => string | null): (string | null)[] =>
  rows.some((row) => of(row) !== null) ? rows.map(of) : []

/** `bindKeys` lets idempotency keys stand for orders that were found by their input. */
export async function bindKeys(
  sql: Transaction,
  keys: { account: AccountId; key: string; order: OrderId; body: string }[],
  now: Date,
): Promise<void> {
  await sql`
    insert into order_keys (account_id, key, order_id, body, created_at)
    select account_id, key, order_id, body, ${now}
      from unnest(${keys.map((row) => row.account)}::int[], ${keys.map((row) => row.key)}::uuid[],
                  ${keys.map((row) => row.order)}::bigint[], ${keys.map((row) => row.body)}::uuid[])
        as k (account_id, key, order_id, body)
    on conflict (account_id, key) do nothing`
}

/**
 * `writeProbe` does what placing does, but without an order: it needs the same locks and the same right to write, commits a row of its own, and has
 * a sort that finds no room in its memory find room on the disk. `lane` is who asks, so that nobody waits for another's row.
 */
export async function writeProbe(sql: Sql, { lane, now }: { lane: string; now: Date }): Promise<void> {
  await sql.begin(async (transaction) => {
    await Promise.all([
      insertOrders(transaction, [], { now, replaceKeys: false }),
      transaction`set local work_mem = '64kB'`,
      transaction`
        with room as materialized (
          select count(*) as sorted from (select n from generate_series(1, 8000) as n order by md5(n::text) offset 0) as many
        ), old as (
          delete from placement_probes where at < ${now}::timestamptz - interval '1 hour'
        )
        insert into placement_probes (lane, at) select ${lane}, ${now} from room
        on conflict (lane) do update set at = excluded.at`,
    ])
  })
}
