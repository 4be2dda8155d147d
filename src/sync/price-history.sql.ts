import type { Queryable } from '../database/database.ts'
import type { AccountId, ServiceId } from '../lib/ids.ts'

interface PriceHistoryRow {
  at: Date
  what: 'cost' | 'price'
  supplier: string | null
  remote_id: string | null
  account_id: AccountId | null
  price_group: string | null
  currency: string
  old_amount: bigint | null
  new_amount: bigint | null
  actor: string | null
}

/** A service's prices and the costs of its routes, the newest first. */
export async function selectPriceHistory(
  sql: Queryable,
  service: ServiceId,
  limit: number,
): Promise<PriceHistoryRow[]> {
  return sql<PriceHistoryRow[]>`
    select h.at, h.what, s.name as supplier, h.remote_id, h.account_id, g.name as price_group, h.currency,
           h.old_amount, h.new_amount, h.actor
      from (select * from price_history where service_id = ${service}
            union all
            select p.* from price_history p
              join (select distinct supplier_id, remote_service from supplier_routes where service_id = ${service}) r
                on r.supplier_id = p.supplier_id and r.remote_service = p.remote_id) h
      left join suppliers s on s.id = h.supplier_id
      left join price_groups g on g.id = h.price_group_id
     order by h.id desc limit ${limit}`
}
