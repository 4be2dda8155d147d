import type { Queryable } from '../database/database.ts'
import type { AccountId, OrderId } from '../lib/ids.ts'
import type { FormerOrder } from '../orders/former/former-order.ts'

/** FormerFilter chooses former orders; `open`: only those that have not ended. */
export interface FormerFilter {
  accountId?: AccountId | undefined
  id?: OrderId | undefined
  open?: boolean
  limit: number
}

/** ListedFormer is a former order as operators read it. */
export type ListedFormer = FormerOrder & { username: string; currency: string; service: string | null }

/** `selectFormerList` gives former orders by account and number. */
export async function selectFormerList(
  sql: Queryable,
  { accountId, id, open = false, limit }: FormerFilter,
): Promise<ListedFormer[]> {
  return await sql<ListedFormer[]>`
    select f.account_id, f.id, f.type, f.service_id, f.input, f.state, f.answer, f.price, f.placed_at, f.ended_at,
           a.username, a.currency, s.code as service
      from former_orders f
      join accounts a on a.id = f.account_id
      left join services s on s.id = f.service_id
     where (${accountId ?? null}::int is null or f.account_id = ${accountId ?? null}::int)
       and (${id ?? null}::bigint is null or f.id = ${id ?? null}::bigint)
       ${open ? sql`and f.state in ('pending', 'processing')` : sql``}
     order by f.account_id, f.id, f.type limit ${limit}`.records()
}
