import type { Selectable } from 'kysely'
import type { ServiceKind } from '../catalogue/service.ts'
import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { SupplierRoutes } from '../database/types.ts'
import type { RouteId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Route } from './attributes.ts'
import type { ListedService } from './near-services.ts'

/** RouteRecord is a route with its supplier's kind. */
export type RouteRecord = Route & { supplierKind: string }

/** RoutePlace is where a route stands among all, which are by service and in order of preference. */
export interface RoutePlace extends Pick<Route, 'serviceId' | 'position'> {}

/** `selectRoutes` gives the routes of one service, one supplier, both or neither, or the one of this id, in order of preference. */
export async function selectRoutes(
  sql: Queryable,
  {
    id,
    service,
    supplier,
    after,
    limit = null,
  }: {
    id?: RouteId
    service?: ServiceId
    supplier?: SupplierId
    after?: RoutePlace | undefined
    limit?: number | null
  },
): Promise<RouteRecord[]> {
  let query = build
    .selectFrom('supplierRoutes as r')
    .innerJoin('services as v', 'v.id', 'r.serviceId')
    .innerJoin('suppliers as s', 's.id', 'r.supplierId')
    .select(['r.id', 'r.serviceId', 'v.code as serviceCode', 'r.supplierId', 's.kind as supplierKind'])
    .select(['s.name as supplierName', 'r.remoteService', 'r.cost', 's.currency', 'r.position'])
    .select(['r.marginFloor', 'r.available', 'r.acceptUnlisted'])
    .select(
      literal<Micros | null>`(select waiting_cost from supplier_services k
         where k.supplier_id = r.supplier_id and k.remote_id = r.remote_service and k.currency = s.currency)`.as(
        'waitingCost',
      ),
    )
    .select(literal<boolean>`s.enabled and r.available is not false`.as('works'))
    .orderBy('r.serviceId')
    .orderBy('r.position')
    .orderBy('r.id')
    .limit(limit)
  if (after !== undefined) {
    query = query.where(
      literal<boolean>`(r.service_id, r.position) > (${after.serviceId}::int, ${after.position}::int)`,
    )
  }
  if (id !== undefined) query = query.where('r.id', '=', id)
  if (service !== undefined) query = query.where('r.serviceId', '=', service)
  if (supplier !== undefined) query = query.where('r.supplierId', '=', supplier)
  return await sql.run(query)
}

/** `lockRoutesOf` keeps the order of the service's routes until the transaction ends. */
export async function lockRoutesOf(sql: Queryable, service: ServiceId): Promise<void> {
  await sql`select from services where id = ${service} for no key update`
}

/** `keepSupplier` has a change of the supplier wait until the transaction ends. It comes before `lockRoutesOf`. */
export async function keepSupplier(sql: Queryable, supplier: SupplierId): Promise<void> {
  await sql`select from suppliers where id = ${supplier} for share`
}

/** RouteWrite is what an operator writes of a route. */
export type RouteWrite = Pick<
  Selectable<SupplierRoutes>,
  'remoteService' | 'cost' | 'marginFloor' | 'acceptUnlisted'
>

/** `selectListed` gives the services of a supplier's list, as it was last read. */
export const selectListed = (sql: Queryable, supplier: SupplierId): Promise<ListedService[]> =>
  sql<ListedService[]>`
    select remote_id, type, name from supplier_services where supplier_id = ${supplier} and available
     order by remote_id`.records()

/** InList is what a supplier's list, as it was last read, says of a remote service. */
export interface InList {
  /** `available`, null: no list was read. */
  available: boolean | null
  /** `cost` is null where the list lacks the service, or was read in another currency. */
  cost: Micros | null
  /** `goneAt` is since when the list has lacked it; null: it has it, or never had it. */
  goneAt: Date | null
}

export async function selectInList(
  sql: Queryable,
  supplier: SupplierId,
  remoteService: string,
): Promise<InList> {
  const [row] = await sql<InList[]>`
    select case when exists (select from supplier_services l where l.supplier_id = s.id)
                then coalesce(k.available, false) end as available,
           case when k.available and k.currency = s.currency then k.cost end as cost, k.gone_at
      from suppliers s left join supplier_services k on k.supplier_id = s.id and k.remote_id = ${remoteService}
     where s.id = ${supplier}`.records()
  return row ?? { available: null, cost: null, goneAt: null }
}

/** RoutedKinds are the kinds of a route's service of ours, and of theirs with its name there. */
export interface RoutedKinds {
  ours: ServiceKind
  theirs: ServiceKind
  name: string
}

/** `selectKinds` gives nothing where the supplier's list lacks the remote service. */
export const selectKinds = (sql: Queryable, route: RouteId): Promise<RoutedKinds[]> =>
  sql<RoutedKinds[]>`
    select v.kind as ours, k.kind as theirs, k.name
      from supplier_routes r
      join services v on v.id = r.service_id
      join supplier_services k on k.supplier_id = r.supplier_id and k.remote_id = r.remote_service
     where r.id = ${route} and k.available`.records()

/** `insertRoute` puts a route behind the service's others. */
export async function insertRoute(
  sql: Queryable,
  serviceId: ServiceId,
  supplierId: SupplierId,
  row: RouteWrite & Pick<Selectable<SupplierRoutes>, 'available'>,
): Promise<RouteId> {
  const [made] = await sql.run(
    build
      .insertInto('supplierRoutes')
      .values((eb) => ({
        ...{ serviceId, supplierId, ...row },
        position: eb
          .selectFrom('supplierRoutes')
          .select(literal<number>`1 + coalesce(max(position), 0)`.as('next'))
          .where('serviceId', '=', serviceId),
      }))
      .returning('id'),
  )
  return made?.id as RouteId
}

export async function updateRouteRow(
  sql: Queryable,
  id: RouteId,
  row: RouteWrite & Pick<Selectable<SupplierRoutes>, 'available'>,
): Promise<void> {
  await sql.run(build.updateTable('supplierRoutes').set(row).where('id', '=', id))
}

export async function deleteRoute(sql: Queryable, id: RouteId): Promise<void> {
  await sql.run(build.deleteFrom('supplierRoutes').where('id', '=', id))
}

/** `renumberRoutes` gives routes of one service the positions 1, 2, ... in this order. */
export async function renumberRoutes(sql: Queryable, ids: RouteId[]): Promise<void> {
  await sql`
    update supplier_routes r set position = given.position
      from unnest(${ids}::int[]) with ordinality as given (id, position)
     where r.id = given.id and r.position <> given.position`
}
