import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/** `recordCosts` writes changed costs into the history. It is called before `keepList`. */
export async function recordCosts(
  sql: Queryable,
  { supplier, currency, run }: { supplier: SupplierId; currency: string; run: number | undefined },
): Promise<void> {
  await sql`
    insert into cost_history (supplier_id, remote_id, currency, old_cost, new_cost, actor, run_id, plan_id)
    select ${supplier}, remote_id, ${currency}, case when k.currency = ${currency} then k.cost end, s.cost, acting(), ${run ?? null}::int,
           (acting_by() ->> 'plan_id')::int
      from staged_services s join supplier_services k using (supplier_id, remote_id)
     where supplier_id = ${supplier} and (s.cost <> k.cost or k.currency <> ${currency})
     order by s.position`
}

/** `keepList` makes the staged list the one that is known. */
export async function keepList(
  sql: Queryable,
  { supplier, currency, at }: { supplier: SupplierId; currency: string; at: Date },
): Promise<void> {
  await sql`
    insert into supplier_services as k
           (supplier_id, remote_id, type, group_name, name, kind, cost, waiting_cost, waiting_since, currency, delivery_time, description,
            min_quantity, max_quantity, quantity_options, box, fields, hash, first_seen_at, last_seen_at)
    select supplier_id, remote_id, type, group_name, name, kind, cost, waiting_cost,
           case when waiting_cost is not null then ${at}::timestamptz end, ${currency}, delivery_time, description, min_quantity, max_quantity,
           quantity_options, box, fields, hash, ${at}::timestamptz, ${at}::timestamptz
      from staged_services where supplier_id = ${supplier}
    on conflict (supplier_id, remote_id) do update
       set type = excluded.type, group_name = excluded.group_name, name = excluded.name, kind = excluded.kind, cost = excluded.cost,
           waiting_cost = excluded.waiting_cost,
           waiting_since = case when excluded.waiting_cost is not null then coalesce(k.waiting_since, excluded.waiting_since) end,
           currency = excluded.currency, delivery_time = excluded.delivery_time, description = excluded.description,
           min_quantity = excluded.min_quantity, max_quantity = excluded.max_quantity,
           quantity_options = excluded.quantity_options, box = excluded.box, fields = excluded.fields,
           hash = excluded.hash, available = true, last_seen_at = excluded.last_seen_at, gone_at = null`
  await sql`
    update supplier_services k set available = false, gone_at = ${at}, waiting_cost = null, waiting_since = null
     where k.supplier_id = ${supplier} and k.available
       and not exists (select from staged_services s where s.supplier_id = k.supplier_id and s.remote_id = k.remote_id)`
}

/** `isThere` is what a route says of the staged list: null where its service need not be in it. */
const isThere = (sql: Queryable) =>
  sql`case when s.remote_id is not null then true when not r.accept_unlisted then false end`

/**
 * `differing` selects the supplier's routes whose cost or availability the staged list changes. While another cost waits for a person,
 * that of the route stands, also one that a person wrote.
 */
const differing = (sql: Queryable, supplier: SupplierId) => sql`
  select r.id, case when s.waiting_cost is null or r.cost is null then s.cost else r.cost end as cost, ${isThere(sql)} as available
    from supplier_routes r
    left join staged_services s on s.supplier_id = r.supplier_id and s.remote_id = r.remote_service
   where r.supplier_id = ${supplier} and r.remote_service <> ''
     and (r.available is distinct from ${isThere(sql)} or (r.cost <> s.cost and s.waiting_cost is null)
          or (r.cost is null and s.cost is not null))`

/** `updateRoutes` writes routes' costs, and whether they lead anywhere. A route that leads nowhere keeps its last cost. */
export async function updateRoutes(sql: Queryable, supplier: SupplierId): Promise<number> {
  // An update of nothing would tell every process to read the catalogue again.
  const [any] = await sql`select from (${differing(sql, supplier)}) d limit 1`
  if (!any) return 0
  await sql`set local imeigate.follows_list = 'on'`
  const { count } = await sql`
    update supplier_routes r set cost = coalesce(d.cost, r.cost), available = d.available
      from (${differing(sql, supplier)}) d where r.id = d.id`
  await sql`set local imeigate.follows_list = 'off'`
  return count
}

const hasRoute = (sql: Queryable) => sql`
  exists (select from supplier_routes r where r.service_id = y.service_id and r.available is not false)`

/** `deactivateLost` makes imported services inactive whose routes are all gone, and counts them. */
export async function deactivateLost(sql: Queryable, supplier: SupplierId): Promise<number> {
  const lost = await sql<{ service_id: number }[]>`
    select y.service_id from synced_services y join services v on v.id = y.service_id
     where y.supplier_id = ${supplier} and v.active and not ${hasRoute(sql)}
       and exists (select from supplier_routes r where r.service_id = y.service_id and r.supplier_id = y.supplier_id
                      and r.remote_service = y.remote_id)`
  if (lost.length === 0) return 0
  const ids = lost.map((row) => row.service_id)
  await sql`update services set active = false, updated_at = clock_timestamp() where id = any(${ids}::int[])`
  // A trigger has just taken the mark away, as it does when anybody else changes what is active.
  await sql`update synced_services set deactivated_by_sync = true where service_id = any(${ids}::int[])`
  return ids.length
}

/** `reactivateFound` makes active again what `deactivateLost` made inactive and what has a route again, and counts it. */
export async function reactivateFound(sql: Queryable, supplier: SupplierId): Promise<number> {
  const found = await sql<{ service_id: number }[]>`
    select y.service_id from synced_services y
     where y.supplier_id = ${supplier} and y.deactivated_by_sync and ${hasRoute(sql)}`
  if (found.length === 0) return 0
  await sql`
    update services set active = true, updated_at = clock_timestamp()
     where id = any(${found.map((row) => row.service_id)}::int[]) and not active`
  return found.length
}
