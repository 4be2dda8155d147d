import type { Queryable } from '../database/database.ts'
import type { ServiceId, SupplierId } from '../lib/ids.ts'
import type { Details } from './details.ts'
import type { StagedService } from './staging.sql.ts'

/** ChangedThere is a service that was imported, with what the staged list has in its place. */
export interface ChangedThere extends StagedService {
  service_id: ServiceId
  /** `made` is what the list made of it before. */
  made: Details
}

/**
 * `selectChangedThere` gives the services that were imported, still have their route, and are of other details in the staged list than in
 * the one that is known.
 */
export async function selectChangedThere(sql: Queryable, supplier: SupplierId): Promise<ChangedThere[]> {
  return sql<ChangedThere[]>`
    select y.service_id, y.made, s.remote_id, s.type, s.position, s.group_name, s.name, s.kind, s.cost::text as cost, s.delivery_time,
           s.description, s.min_quantity, s.max_quantity, s.quantity_options, s.box, s.fields
      from synced_services y
      join staged_services s using (supplier_id, remote_id)
      join supplier_services k using (supplier_id, remote_id)
     where supplier_id = ${supplier} and s.hash <> k.hash
       and (s.kind, s.min_quantity, s.max_quantity, s.quantity_options, s.box, s.fields)
           is distinct from (k.kind, k.min_quantity, k.max_quantity, k.quantity_options, k.box, k.fields)
       and exists (select from supplier_routes r
                    where r.service_id = y.service_id and r.supplier_id = y.supplier_id and r.remote_service = y.remote_id)
     order by s.position`
}

/** `lockThese` lets nobody else change these services until the transaction ends. */
export async function lockThese(sql: Queryable, ids: ServiceId[]): Promise<void> {
  await sql`select from services where id = any(${ids}::int[]) order by id for no key update`
}

/** Made is what a list makes of an imported service, with its supplier's names of fields, by ours, where they differ. */
interface Made {
  service_id: ServiceId
  made: Details
  names: Record<string, string>
}

/** `writeMade` remembers what the list makes of services. What a field that is no longer there was called there stays, for open orders. */
export async function writeMade(sql: Queryable, rows: Made[]): Promise<void> {
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as g (service_id integer, made jsonb, names jsonb)
    ), remembered as (
      update synced_services y set made = g.made from given g where y.service_id = g.service_id
    ), here as materialized (
      select r.id as route_id, g.made, g.names
        from given g join synced_services y using (service_id)
        join supplier_routes r on r.service_id = g.service_id and r.supplier_id = y.supplier_id and r.remote_service = y.remote_id
    ), same as (
      delete from supplier_route_fields n using here
       where n.route_id = here.route_id and here.made -> 'fields' @> jsonb_build_array(jsonb_build_object('name', n.ours))
         and not here.names ? n.ours
    )
    insert into supplier_route_fields (route_id, ours, theirs)
    select here.route_id, f.key, f.value from here, lateral jsonb_each_text(here.names) f
    on conflict (route_id, ours) do update set theirs = excluded.theirs where supplier_route_fields.theirs <> excluded.theirs`
}
