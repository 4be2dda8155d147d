import type { Queryable } from '../database/database.ts'
import { MAX_SCANNED_ROWS } from '../database/walk.ts'
import type { AccountId, ServiceId, SupplierId } from '../lib/ids.ts'
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
  /** `actor` changed it, or had the supplier's list read; null: not said. */
  actor: string | null
  /** `planId` is the plan by which it was changed, and `runId` the reading of the list that said so, with the supplier; null: by none. */
  planId: number | null
  runId: number | null
  supplierId: SupplierId | null
}

/** `selectPriceHistory` gives a service's prices, as the trail has them, and the costs of its routes' services, the newest first. */
export async function selectPriceHistory(
  sql: Queryable,
  service: ServiceId,
  limit: number,
): Promise<PriceChange[]> {
  return sql<PriceChange[]>`
    with priced as (
      select id, at, account_id, coalesce(after, before) as price, before -> 'unit_price' as before, after -> 'unit_price' as after, actor, plan_id
        from (select * from trail where what = 'prices' and subject = ${service}::int::text
               order by id desc limit ${MAX_SCANNED_ROWS.operator}) t
       where coalesce(after, before) ? 'unit_price'
       order by id desc limit ${limit}
    ), remote as (
      select distinct supplier_id, remote_service from supplier_routes where service_id = ${service}
    ), costs as (
      select h.*, s.name as supplier
        from remote r join suppliers s on s.id = r.supplier_id
       cross join lateral (
         select * from cost_history where supplier_id = r.supplier_id and remote_id = r.remote_service
          order by id desc limit ${limit}) h
    )
    select h.at, h.what, h.supplier, h.remote_id, h.account_id, h."group", h.currency, h.old_amount, h.new_amount, h.actor, h.plan_id, h.run_id,
           h.supplier_id
      from (select p.id, p.at, 'price' as what, null as supplier, null as remote_id, p.account_id, g.name as "group",
                   p.price ->> 'currency' as currency, p.before::bigint as old_amount, p.after::bigint as new_amount, p.actor, p.plan_id,
                   null::int as run_id, null::int as supplier_id
              from priced p left join price_groups g on g.id = (p.price ->> 'price_group_id')::int
            union all
            select id, at, 'cost', supplier, remote_id, null, null, currency, old_cost, new_cost, actor, plan_id, run_id, supplier_id from costs) h
     order by h.at desc, h.id desc limit ${limit}`.records()
}
