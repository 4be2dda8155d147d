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
     cross join lateral (select created_at from orders
                          where account_id = a.account_id order by account_id desc, id desc limit 1) o`.records()
}
