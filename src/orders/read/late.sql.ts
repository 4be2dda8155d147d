import type { Queryable } from '../../database/database.ts'
import type { ServiceId } from '../../lib/ids.ts'

export interface LateOrders {
  /** `count` is that of the orders that were found late, and `capped` tells that not all were looked at. */
  count: number
  capped: boolean
  oldest: Date | null
}

/** `selectLate` counts the orders that were placed before the time of their service and are open, among so many open items that wait, and that are away. */
export async function selectLate(
  sql: Queryable,
  { serviceIds, placedBefore }: { serviceIds: ServiceId[]; placedBefore: string[] },
  most: number,
): Promise<LateOrders> {
  const [late] = await sql<LateOrders[]>`
    with open as materialized (
      (select account_id, order_id, service_id from items where state = 'pending' limit ${most + 1})
      union all
      (select account_id, order_id, service_id from items where state in ('processing', 'unknown') limit ${most + 1})
    ), late as (
      select distinct o.id, o.created_at
        from open i
        join unnest(${serviceIds}::int[], ${placedBefore}::text[]::timestamptz[]) as d (service_id, placed_before)
          on d.service_id = i.service_id
       cross join lateral (select id, created_at from orders where account_id = i.account_id and id = i.order_id offset 0) o
       where o.created_at < d.placed_before
    )
    select count(*)::int as count, (select count(*) from open) > ${most} as capped, min(created_at) as oldest from late`
  return late as LateOrders
}
