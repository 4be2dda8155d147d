import type { Queryable } from '../../database/database.ts'
import type { RouteId } from '../../lib/ids.ts'

/** RouteTrouble is what is wrong with a route beside its cost. */
export interface RouteTrouble {
  routeId: RouteId
  /** `enabled`: the supplier is not switched off. */
  enabled: boolean
  /** `why` the supplier is paused, in one word and in its own; null: it is not. */
  why: string | null
  reason: string | null
}

/** `selectTroubles` gives it of the routes called. */
export async function selectTroubles(sql: Queryable, routes: readonly RouteId[]): Promise<RouteTrouble[]> {
  return await sql<RouteTrouble[]>`
    select r.id as route_id, s.enabled, case when h.open then h.why end as why, case when h.open then h.reason end as reason
      from supplier_routes r
      join suppliers s on s.id = r.supplier_id
      left join supplier_health h on h.supplier_id = r.supplier_id
     where r.id = any(${routes}::int[])`.records()
}
