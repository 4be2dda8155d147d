import type { Queryable } from '../database/database.ts'
import type { RouteId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** MadeService is a service that was imported, with its route. `cost` is in the supplier's currency. */
export interface MadeService {
  service: ServiceId
  code: string
  name: string
  group: string
  remoteId: string
  cost: Micros | null
  routeId: RouteId
}

/** `selectMadeServices` gives the services that these of a supplier's list were imported as, in the order of the list. */
export const selectMadeServices = (
  sql: Queryable,
  supplier: SupplierId,
  remoteIds: readonly string[],
): Promise<MadeService[]> =>
  sql<MadeService[]>`
    select v.id as service, v.code, v.name, v.group_name as "group", y.remote_id, r.cost, r.id as route_id
      from synced_services y
      join services v on v.id = y.service_id
      join supplier_routes r on r.service_id = y.service_id and r.supplier_id = y.supplier_id and r.remote_service = y.remote_id
      join staged_services s on s.supplier_id = y.supplier_id and s.remote_id = y.remote_id
     where y.supplier_id = ${supplier} and y.remote_id = any(${remoteIds}::text[]) order by s.position`.records()

/** MadeRoute is a further route of a service of ours. `theirs` is what it is called there. */
export interface MadeRoute {
  service: ServiceId
  code: string
  name: string
  remoteId: string
  theirs: string
  position: number
  cost: Micros | null
  routeId: RouteId
}

/** `selectMadeRoutes` gives the routes of these pairs. */
export const selectMadeRoutes = (
  sql: Queryable,
  supplier: SupplierId,
  pairs: readonly { service: ServiceId; remoteId: string }[],
): Promise<MadeRoute[]> =>
  sql<MadeRoute[]>`
    select v.id as service, v.code, v.name, r.remote_service as remote_id, s.name as theirs, r.position, r.cost, r.id as route_id
      from jsonb_to_recordset(${JSON.stringify(pairs.map(({ service, remoteId }) => ({ service, remote_id: remoteId })))}::text::jsonb)
           as g (service integer, remote_id text)
      join services v on v.id = g.service
      join supplier_routes r on r.service_id = g.service and r.supplier_id = ${supplier} and r.remote_service = g.remote_id
      join staged_services s on s.supplier_id = r.supplier_id and s.remote_id = r.remote_service
     order by s.position, v.id`.records()

/** `setFloor` sets the margin floor of routes, in hundredths of a percent. */
export async function setFloor(sql: Queryable, routes: readonly RouteId[], floor: number): Promise<void> {
  await sql`update supplier_routes set margin_floor = ${floor} where id = any(${routes}::int[])`
}
