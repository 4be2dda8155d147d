import type { Queryable } from '../../database/database.ts'
import type { AccountId } from '../../lib/ids.ts'

/** `selectLastOrders` gives when each of some accounts last ordered, by the primary key. Who never did is not in it. */
export async function selectLastOrders(
  sql: Queryable,
  accounts: readonly AccountId[],
): Promise<{ accountId: AccountId; at: Date }[]> {
  return await sql<{ accountId: AccountId; at: Date }[]>`
    select a.account_id, o.created_at as at
      from unnest(${accounts}::int[]) a (account_id)
     cross join lateral (
       -- Bounded by both columns of the primary key: with an equation of the account, orders of all accounts might be gone through for one that has none.
       select created_at from orders
        where (account_id, id) >= (a.account_id, 0) and (account_id, id) < (a.account_id, ${Number.MAX_SAFE_INTEGER}::bigint)
        order by account_id desc, id desc limit 1) o`.records()
}
