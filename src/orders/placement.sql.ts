import type { ReservedSql } from 'postgres'
import type { AccountId } from '../accounts/account.ts'
import type { Funds, Holder } from './decide.ts'
import type { OrderId, OrderState } from './order.ts'

type Connection = ReservedSql<{ bigint: bigint }>

/** Numbers and hashes as an array literal: far cheaper than a driver's generic array encoding. */
const list = (values: readonly (number | bigint | string | null)[]): string =>
  `{${values.map((value) => value ?? 'null').join()}}`

/** Locks the wallets in id order, so that two processes never wait for each other, and reads what they hold. */
export async function lockWallets(sql: Connection, accounts: AccountId[]): Promise<Map<AccountId, Funds>> {
  const rows = await sql<{ account_id: AccountId; available: bigint; credit_limit: bigint }[]>`
    select account_id, available, credit_limit from wallets
     where account_id = any(${list(accounts)}::int[])
     order by account_id
       for no key update`
  return new Map(
    rows.map((row) => [row.account_id, { available: row.available, creditLimit: row.credit_limit }]),
  )
}

export async function takeOrderIds(sql: Connection, count: number): Promise<OrderId[]> {
  const rows = await sql<{ id: bigint }[]>`
    select nextval('order_ids') as id from generate_series(1, ${count}::int)`
  return rows.map((row) => Number(row.id) as OrderId)
}

/** The orders that the keys stand for. `keys` are 32 hex digits. */
export async function findHolders(
  sql: Connection,
  accounts: AccountId[],
  keys: string[],
): Promise<Map<string, Holder>> {
  const rows = await sql<
    { key: string; order_id: bigint; body: string | null; state: OrderState; created_at: Date }[]
  >`
    select replace(k.key::text, '-', '') as key, k.order_id, replace(k.body::text, '-', '') as body,
           o.state, o.created_at
      from unnest(${list(accounts)}::int[], ${list(keys)}::uuid[]) as asked (account_id, key)
      join order_keys k on k.account_id = asked.account_id and k.key = asked.key
      join orders o on o.account_id = k.account_id and o.id = k.order_id`
  return new Map(
    rows.map((row) => [
      row.key,
      {
        orderId: Number(row.order_id) as OrderId,
        body: row.body,
        state: row.state,
        createdAt: row.created_at,
      },
    ]),
  )
}

/** Which of these order ids were committed, by an earlier try whose answer was lost. */
export async function findPlaced(sql: Connection, ids: OrderId[]): Promise<Set<OrderId>> {
  const rows = await sql<{ id: bigint }[]>`select id from orders where id = any(${list(ids)}::bigint[])`
  return new Set(rows.map((row) => Number(row.id) as OrderId))
}

/** Columns of everything that one batch writes; the arrays of each group run in step. */
export interface Writes {
  now: Date
  orders: {
    account: AccountId[]
    id: OrderId[]
    service: number[]
    key: (number | null)[]
    via: string[]
    items: number[]
    unitPrice: bigint[]
    total: bigint[]
    reference: (string | null)[]
    availableAfter: bigint[]
  }
  items: {
    account: AccountId[]
    order: OrderId[]
    position: number[]
    service: number[]
    subject: string[]
    fields: (string | null)[]
    quantity: number[]
    price: bigint[]
  }
  keys: { account: AccountId[]; key: string[]; order: OrderId[]; body: (string | null)[] }
  wallets: { account: AccountId[]; spent: bigint[] }
}

/**
 * Writes the batch in one statement: orders, items, their holds, their keys, and the wallets' balances.
 * It is on its way when this returns, so that a commit sent next follows it.
 */
export function writeBatch(sql: Connection, { now, orders, items, keys, wallets }: Writes): Promise<unknown> {
  return sql`
    with new_orders as (
      insert into orders (account_id, id, service_id, key_id, via, item_count, unit_price, total, reference, created_at)
      select account_id, id, service_id, key_id, via, item_count, unit_price, total, reference, ${now}
        from unnest(${list(orders.account)}::int[], ${list(orders.id)}::bigint[], ${list(orders.service)}::int[],
                    ${list(orders.key)}::int[], ${list(orders.via)}::text[], ${list(orders.items)}::int[],
                    ${list(orders.unitPrice)}::bigint[], ${list(orders.total)}::bigint[],
                    ${orders.reference}::text[])
          as o (account_id, id, service_id, key_id, via, item_count, unit_price, total, reference)
    ), new_items as (
      insert into items (account_id, order_id, position, service_id, subject, fields, quantity, price, due_at)
      select account_id, order_id, position, service_id, subject, fields::jsonb, quantity, price, ${now}
        from unnest(${list(items.account)}::int[], ${list(items.order)}::bigint[], ${list(items.position)}::smallint[],
                    ${list(items.service)}::int[], ${items.subject}::text[], ${items.fields}::text[],
                    ${list(items.quantity)}::int[], ${list(items.price)}::bigint[])
          as i (account_id, order_id, position, service_id, subject, fields, quantity, price)
    ), holds as (
      insert into transfers (account_id, kind, amount, available_after, order_id, created_at)
      select account_id, 'hold', amount, available_after, order_id, ${now}
        from unnest(${list(orders.account)}::int[], ${list(orders.total)}::bigint[],
                    ${list(orders.availableAfter)}::bigint[], ${list(orders.id)}::bigint[])
          as t (account_id, amount, available_after, order_id)
    ), new_keys as (
      insert into order_keys (account_id, key, order_id, body, created_at)
      select account_id, key, order_id, body, ${now}
        from unnest(${list(keys.account)}::int[], ${list(keys.key)}::uuid[], ${list(keys.order)}::bigint[],
                    ${list(keys.body)}::uuid[])
          as k (account_id, key, order_id, body)
      on conflict (account_id, key) do update set order_id = excluded.order_id, created_at = excluded.created_at
    )
    update wallets w set available = w.available - s.spent, held = w.held + s.spent
      from unnest(${list(wallets.account)}::int[], ${list(wallets.spent)}::bigint[]) as s (account_id, spent)
     where w.account_id = s.account_id`.execute()
}
