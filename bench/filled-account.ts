import type { Sql } from '../src/database/database.ts'

/** FilledAccount says how much an account has: every order of it has ended well. */
interface FilledAccount {
  accountId: number
  serviceId: number
  orders: number
  itemsPerOrder: number
  /** The orders are spread evenly over this time. */
  from: Date
  to: Date
}

/** `inputOf` gives the input of an account's nth item, the first of which is 1. */
export const inputOf = (n: number): string => `35${String(n).padStart(13, '0')}`

/**
 * `fillAccount` writes an account's past: orders with items, attempts, keys, requests and ledger entries, as if they had been placed and done. The
 * ledger adds up. The nth order has the reference `Ref-n`; gives the number of the first. The account must be a new one, without entries.
 */
export async function fillAccount(
  sql: Sql,
  { accountId, serviceId, orders, itemsPerOrder, from, to }: FilledAccount,
): Promise<number> {
  const [row] = await sql<{ first: bigint }[]>`
    select setval('order_ids', nextval('order_ids') + ${orders}::bigint - 1) - ${orders}::bigint + 1 as first`
  const first = Number(row?.first)
  const price = 1_000_000n
  const each = price * BigInt(itemsPerOrder)
  const total = each * BigInt(orders)
  // An order's entries: its hold, and a capture for each item. The first entry is the deposit.
  const entries = itemsPerOrder + 1
  const at = sql`${from}::timestamptz + (${to}::timestamptz - ${from}::timestamptz) * n / ${orders}::int`
  await sql.begin(async (transaction) => {
    await transaction`set local synchronous_commit = off`
    await transaction`
      insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at)
      values (${accountId}, 1, 'deposit', ${total}, ${total}, 'bench', ${from})`
    await transaction`
      insert into orders (account_id, id, service_id, via, state, item_count, unit_price, total, reference, created_at,
                          finished_at, hold_id)
      select ${accountId}, ${first}::bigint + n - 1, ${serviceId}, 'rest', 'success', ${itemsPerOrder}, ${price}, ${each},
             'Ref-' || n, ${at}, ${at}, 2 + (n - 1) * ${entries}::bigint
        from generate_series(1, ${orders}::int) n`
    await transaction`
      insert into order_keys (account_id, key, order_id, created_at)
      select ${accountId}, gen_random_uuid(), ${first}::bigint + n - 1, ${at} from generate_series(1, ${orders}::int) n`
    await transaction`
      insert into items (account_id, order_id, position, service_id, input, quantity, price, state, result, finished_at)
      select ${accountId}, ${first}::bigint + n - 1, p, ${serviceId}, '35' || lpad(((n - 1) * ${itemsPerOrder}::int + p)::text, 13, '0'),
             1, ${price}, 'success', 'Clean, model A2342, ' || p, ${at}
        from generate_series(1, ${orders}::int) n, generate_series(1, ${itemsPerOrder}::int) p`
    await transaction`
      insert into attempts (account_id, order_id, position, number, supplier_id, state, reference, created_at, finished_at)
      select ${accountId}, ${first}::bigint + n - 1, p, 1, 1, 'succeeded', ${accountId} || '-' || n || '-' || p, ${at}, ${at}
        from generate_series(1, ${orders}::int) n, generate_series(1, ${itemsPerOrder}::int) p`
    await transaction`
      insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, created_at)
      select ${accountId}, 2 + (n - 1) * ${entries}::bigint + p, case p when 0 then 'hold' else 'capture' end::entry_kind,
             case p when 0 then ${each}::bigint else ${price}::bigint end, ${total}::bigint - n * ${each}::bigint,
             ${first}::bigint + n - 1, nullif(p, 0), ${at}
        from generate_series(1, ${orders}::int) n, generate_series(0, ${itemsPerOrder}::int) p`
    await transaction`
      insert into requests (account_id, at, key_id, via, action, status, outcome, order_id, ip, took_us, request_id)
      select ${accountId}, ${at}, 0, 'rest', 'POST /api/order', 200, 'ok', ${first}::bigint + n - 1, '192.0.2.1', 4000,
             gen_random_uuid()
        from generate_series(1, ${orders}::int) n`
    await transaction`
      update wallets set available = 0, held = 0, last_entry = 1 + ${orders}::bigint * ${entries}::bigint
       where account_id = ${accountId}`
  })
  return first
}
