import type { Queryable } from '../database/database.ts'
import type { RouteId, ServiceId, SupplierId } from '../lib/ids.ts'

/** A route as its table has it, with what its service and its supplier are called. */
export interface RouteRow {
  id: RouteId
  service_id: ServiceId
  service_code: string
  supplier_id: SupplierId
  supplier_kind: string
  supplier_name: string
  remote_service: string
  /** Of one unit, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  currency: string
  position: number
  /** Hundredths of a percent. */
  margin_floor: number
  available: boolean | null
}

/** Of one service, one supplier, both or neither (null), or the one of this id; by service, in order of preference. */
export async function selectRoutes(
  sql: Queryable,
  {
    id = null,
    service = null,
    supplier = null,
  }: { id?: RouteId | null; service?: ServiceId | null; supplier?: SupplierId | null },
): Promise<RouteRow[]> {
  return sql<RouteRow[]>`
    select r.id, r.service_id, services.code as service_code, r.supplier_id, s.kind as supplier_kind,
           s.name as supplier_name, r.remote_service, r.cost, s.currency, r.position, r.margin_floor, r.available
      from supplier_routes r
      join services on services.id = r.service_id
      join suppliers s on s.id = r.supplier_id
     where (${id}::int is null or r.id = ${id}::int)
       and (${service}::int is null or r.service_id = ${service}::int)
       and (${supplier}::int is null or r.supplier_id = ${supplier}::int)
     order by r.service_id, r.position, r.id`
}

/** The service's routes keep their order until the transaction ends. */
export async function lockRoutesOf(sql: Queryable, service: ServiceId): Promise<void> {
  await sql`select from services where id = ${service} for no key update`
}

/** What an operator writes of a route. */
export type RouteWrite = Pick<RouteRow, 'remote_service' | 'cost' | 'margin_floor'>

/** Behind the service's other routes. */
export async function insertRoute(
  sql: Queryable,
  service: ServiceId,
  supplier: SupplierId,
  row: RouteWrite,
): Promise<RouteId> {
  const [made] = await sql<{ id: RouteId }[]>`
    insert into supplier_routes (service_id, supplier_id, remote_service, cost, margin_floor, position)
    select ${service}, ${supplier}, ${row.remote_service}, ${row.cost}::bigint,
           ${row.margin_floor}, 1 + coalesce(max(position), 0)
      from supplier_routes where service_id = ${service}
    returning id`
  return made?.id as RouteId
}

/** Whether the supplier's list has another remote service is not known before it is read again. */
export async function updateRouteRow(sql: Queryable, id: RouteId, row: RouteWrite): Promise<void> {
  await sql`
    update supplier_routes
       set available = case when remote_service = ${row.remote_service} then available end,
           remote_service = ${row.remote_service}, cost = ${row.cost}::bigint,
           margin_floor = ${row.margin_floor}
     where id = ${id}`
}

export async function deleteRoute(sql: Queryable, id: RouteId): Promise<void> {
  await sql`delete from supplier_routes where id = ${id}`
}

/** Gives routes of one service the positions 1, 2, ... in this order. */
export async function renumberRoutes(sql: Queryable, ids: RouteId[]): Promise<void> {
  await sql`
    update supplier_routes r set position = given.position
      from unnest(${ids}::int[]) with ordinality as given (id, position)
     where r.id = given.id and r.position <> given.position`
}
