import type { Queryable } from '../database/database.ts'
import type { AccountId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** PriceChange is one change of what a service costs us, or of what it is sold for. Amounts: null where there was, or is, none. */
export interface PriceChange {
  at: Date
  what: 'cost' | 'price'
  /** `supplier` and `remoteId` say whose cost it is, and for which service there; null for a price. */
  supplier: string | null
  remoteId: string | null
  /** `accountId` and `group` say whom a price is for; both null: everyone. */
  accountId: AccountId | null
  group: string | null
  currency: string
  oldAmount: Micros | null
  newAmount: Micros | null
  /** `actor` changed it; null: not said. */
  actor: string | null
}

/** `selectPriceHistory` gives a service's prices and the costs of its routes, the newest first. */
export async function selectPriceHistory(
  sql: Queryable,
  service: ServiceId,
  limit: number,
): Promise<PriceChange[]> {
  return sql<PriceChange[]>`
    select h.at, h.what, s.name as supplier, h.remote_id, h.account_id, g.name as "group", h.currency,
           h.old_amount, h.new_amount, h.actor
      from (select * from price_history where service_id = ${service}
            union all
            select p.* from price_history p
              join (select distinct supplier_id, remote_service from supplier_routes where service_id = ${service}) r
                on r.supplier_id = p.supplier_id and r.remote_service = p.remote_id) h
      left join suppliers s on s.id = h.supplier_id
      left join price_groups g on g.id = h.price_group_id
     order by h.id desc limit ${limit}`.records()
}
