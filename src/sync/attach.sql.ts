import type { Queryable } from '../database/database.ts'
import type { ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Match, OurCandidate, TheirCandidate } from './attach-matches.ts'

/** `selectOurs` gives all active services of ours, with the supplier's services that they have routes to. */
export async function selectOurs(sql: Queryable, supplier: SupplierId): Promise<OurCandidate[]> {
  return sql<OurCandidate[]>`
    select v.id, v.code, v.name, v.kind, array(select f ->> 'name' from jsonb_array_elements(v.fields) f) as fields,
           coalesce(r.routes, '{}') as routes
      from services v
      left join (select service_id, array_agg(remote_service) as routes from supplier_routes
                  where supplier_id = ${supplier} group by service_id) r on r.service_id = v.id
     where v.active order by v.id`.records()
}

export async function selectTheirs(sql: Queryable, supplier: SupplierId): Promise<TheirCandidate[]> {
  return sql<(TheirCandidate & { cost: Micros })[]>`
    select remote_id, name, kind, cost, fields from staged_services where supplier_id = ${supplier} order by position`.records()
}

/** `selectListed` gives the services of a supplier's list as it was last taken over, as far as their costs are in its currency. */
export async function selectListed(
  sql: Queryable,
  { supplier, currency }: { supplier: SupplierId; currency: string },
): Promise<TheirCandidate[]> {
  return sql<(TheirCandidate & { cost: Micros })[]>`
    select remote_id, name, kind, cost, fields from supplier_services
     where supplier_id = ${supplier} and available and currency = ${currency} order by remote_id`.records()
}

/** LowestPrice is the lowest that a service is sold for in a currency, to whomever. */
export interface LowestPrice {
  serviceId: ServiceId
  currency: string
  price: Micros
}

export async function selectLowestPrices(
  sql: Queryable,
  services: readonly ServiceId[],
): Promise<LowestPrice[]> {
  return sql<LowestPrice[]>`
    select service_id, currency, min(unit_price) as price from prices
     where service_id = any(${services}::int[]) group by service_id, currency order by service_id, currency`.records()
}

/** `insertAttached` puts routes behind those that the services have. */
export async function insertAttached(sql: Queryable, supplier: SupplierId, matches: Match[]): Promise<void> {
  const rows = matches.map(({ ours, theirs, names }, n) => ({
    n,
    service_id: ours.id,
    remote_id: theirs.remoteId,
    cost: theirs.cost.toString(),
    names: Object.fromEntries(names),
  }))
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as g (
        n integer, service_id integer, remote_id text, cost bigint, names jsonb)
    ), routed as (
      insert into supplier_routes (service_id, supplier_id, remote_service, cost, available, position)
      select g.service_id, ${supplier}, remote_id, cost, true,
             coalesce((select max(position) from supplier_routes r where r.service_id = g.service_id), 0)
             + row_number() over (partition by g.service_id order by n)
        from given g
      returning id, service_id, remote_service
    )
    insert into supplier_route_fields (route_id, ours, theirs)
    select routed.id, f.key, f.value
      from routed join given g on g.service_id = routed.service_id and g.remote_id = routed.remote_service,
           lateral jsonb_each_text(g.names) f`
}
