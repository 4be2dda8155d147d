import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'

/**
 * `askAtOnce` makes the items of an order due that are with a supplier, except those that people do and those that it is being asked about; gives the
 * names of the suppliers.
 */
export async function askAtOnce(
  sql: Queryable,
  { accountId, orderId }: { accountId: AccountId; orderId: OrderId },
  { people, now }: { people: readonly string[]; now: Date },
): Promise<{ supplier: string; items: number }[]> {
  return await sql<{ supplier: string; items: number }[]>`
    with asked as (
      update items i set due_at = least(i.due_at, ${now}::timestamptz)
        from suppliers s
       where i.account_id = ${accountId} and i.order_id = ${orderId} and i.state in ('processing', 'unknown')
         and s.id = i.supplier_id and s.kind <> all(${people}::text[])
         and (i.leased_until is null or i.leased_until < ${now})
      returning s.name)
    select name as supplier, count(*)::int as items from asked group by 1 order by 1`.records()
}
