import { findService } from '../catalogue/services.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import { checkThousands, readValues } from '../lib/attributes.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { RouteId, SupplierId } from '../lib/ids.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import { findSupplier } from '../suppliers/suppliers.ts'
import { type Route, type RouteForm, routeAttributes } from './attributes.ts'
import { nearServices } from './near-services.ts'
import {
  deleteRoute,
  type InList,
  insertRoute,
  keepSupplier,
  lockRoutesOf,
  type RoutedKinds,
  type RoutePlace,
  type RouteRecord,
  type RouteWrite,
  renumberRoutes,
  selectInList,
  selectKinds,
  selectListed,
  selectRoutes,
  updateRouteRow,
} from './routes.sql.ts'

export type { Route, RouteForm } from './attributes.ts'

/** RouteFilter chooses routes: services by id or code, suppliers by id or name. */
export interface RouteFilter {
  service?: string | undefined
  supplier?: string | undefined
}

/** `addRoute` throws service_not_found, not_found (the supplier), invalid_input naming the value at fault, or conflict. */
export async function addRoute(
  sql: Sql,
  form: RouteForm & { service: string; supplier: string },
): Promise<Route> {
  return sql
    .begin(async (transaction) => {
      const { id: serviceId } = await findService(transaction, form.service)
      const { id: supplierId, kind, name, currency } = await findSupplier(transaction, form.supplier)
      const given = readValues(routeAttributes, form)
      checkThousands(routeAttributes, form, currency)
      const { remoteService = '', marginFloor = 0, acceptUnlisted = false, position } = given
      const supplier = { id: supplierId, kind, name }
      checkRemoteService(remoteService, supplier)
      const inList = await findInList(transaction, supplier, { remoteService, acceptUnlisted })
      const { cost = inList.cost } = given
      const row = { remoteService, cost, marginFloor, acceptUnlisted, available: inList.available }
      await keepSupplier(transaction, supplierId)
      await lockRoutesOf(transaction, serviceId)
      const id = await insertRoute(transaction, serviceId, supplierId, row)
      if (position !== undefined) await move(transaction, id, position)
      return viewOf(await find(transaction, id))
    })
    .catch(refuseSecond)
}

/** `listRoutes` lists by service, in order of preference, behind the place `after`. Throws service_not_found or not_found (the supplier). */
export async function listRoutes(
  sql: Queryable,
  {
    service,
    supplier,
    after,
    limit = null,
  }: RouteFilter & { after?: RoutePlace | undefined; limit?: number | null } = {},
): Promise<Route[]> {
  const routes = await selectRoutes(sql, {
    limit,
    after,
    ...(service !== undefined && { service: (await findService(sql, service)).id }),
    ...(supplier !== undefined && { supplier: (await findSupplier(sql, supplier)).id }),
  })
  return routes.map(viewOf)
}

/** `routeVersion` names how a route stands. */
export const routeVersion = (one: Route): string => versionOfNoun(routeAttributes, one)

/**
 * `updateRoute` changes what is given. `seen` is the version that whoever changes it has seen. Throws not_found, invalid_input naming the value at
 * fault, conflict, or version_conflict.
 */
export async function updateRoute(sql: Sql, id: RouteId, changes: RouteForm, seen?: string): Promise<Route> {
  return sql
    .begin(async (transaction) => {
      const old = await findLocked(transaction, id)
      checkVersion(seen, routeVersion(old))
      const given = readValues(routeAttributes, changes)
      checkThousands(routeAttributes, changes, old.currency)
      const {
        position,
        remoteService = old.remoteService,
        cost = old.cost,
        marginFloor = old.marginFloor,
        acceptUnlisted = old.acceptUnlisted,
      } = given
      const supplier = { id: old.supplierId, kind: old.supplierKind, name: old.supplierName }
      checkRemoteService(remoteService, supplier)
      const row = { remoteService, cost, marginFloor, acceptUnlisted }
      const { available } =
        remoteService !== old.remoteService
          ? await findInList(transaction, supplier, row)
          : acceptUnlisted !== old.acceptUnlisted
            ? await readInList(transaction, supplier, row)
            : old
      await updateRouteRow(transaction, id, { ...row, available })
      if (position !== undefined) await move(transaction, id, position)
      return viewOf(await find(transaction, id))
    })
    .catch(refuseSecond)
}

/** `removeRoute` deletes a route. Items that were sent by it are finished. Throws not_found. */
export async function removeRoute(sql: Sql, id: RouteId): Promise<void> {
  await sql.begin(async (transaction) => {
    const { serviceId: service } = await findLocked(transaction, id)
    await deleteRoute(transaction, id)
    const left = await selectRoutes(transaction, { service })
    await renumberRoutes(
      transaction,
      left.map((route) => route.id),
    )
  })
}

/**
 * `otherKind` gives the kinds of a route between a service that is about a device and one that is not: an id may be that of two services, and
 * the other one be meant. Undefined: both are, or neither is, or nobody knows.
 */
export async function otherKind(sql: Queryable, { id }: Pick<Route, 'id'>): Promise<RoutedKinds | undefined> {
  const [kinds] = await selectKinds(sql, id)
  return kinds && (kinds.ours === 'server') !== (kinds.theirs === 'server') ? kinds : undefined
}

/** `findRoute` throws not_found. */
export const findRoute = async (sql: Queryable, id: RouteId): Promise<Route> => viewOf(await find(sql, id))

const viewOf = ({ supplierKind: _, ...route }: RouteRecord): Route => route

async function find(sql: Queryable, id: RouteId): Promise<RouteRecord> {
  const [route] = await selectRoutes(sql, { id })
  if (!route) throw new Refusal('not_found', `there is no route ${id}`, 'id')
  return route
}

/** `findLocked` finds a route as it is once nobody else changes the service's routes. */
async function findLocked(transaction: Transaction, id: RouteId): Promise<RouteRecord> {
  await lockRoutesOf(transaction, (await find(transaction, id)).serviceId)
  return find(transaction, id)
}

/** `move` puts a route before the one that stands there, or last. */
async function move(transaction: Transaction, id: RouteId, position: number): Promise<void> {
  const { serviceId: service } = await find(transaction, id)
  const order = (await selectRoutes(transaction, { service })).map((route) => route.id)
  const others = order.filter((other) => other !== id)
  await renumberRoutes(transaction, others.toSpliced(position - 1, 0, id))
}

interface RoutedSupplier {
  id: SupplierId
  kind: string
  name: string
}

type Remote = Pick<RouteWrite, 'remoteService' | 'acceptUnlisted'>

/** `findInList` refuses a remote service that the supplier's list lacks, unless the operator says that it need not be there. */
async function findInList(sql: Queryable, supplier: RoutedSupplier, remote: Remote): Promise<InList> {
  const inList = await readInList(sql, supplier, remote)
  if (inList.available !== false) return inList
  const near = nearServices(remote.remoteService, await selectListed(sql, supplier.id))
  const said = near.map(
    ({ remoteId, type, name }) => `${remoteId} (${[type, name].filter(Boolean).join(': ')})`,
  )
  const gone = inList.goneAt && ` (it was there until ${inList.goneAt.toISOString().slice(0, 10)})`
  const reason = [
    `${remote.remoteService} is not in the list of ${supplier.name}, as it was last applied${gone ?? ''}`,
    said.length > 0 && `near are ${said.join(', ')}`,
    'supplier sync --apply reads it anew, --accept-unlisted takes it all the same',
  ]
  throw refusalFor(invalid('remoteService', reason.filter(Boolean).join('; ')))
}

async function readInList(sql: Queryable, { id }: RoutedSupplier, remote: Remote): Promise<InList> {
  const none = { available: null, cost: null, goneAt: null }
  if (remote.remoteService === '') return none
  const inList = await selectInList(sql, id, remote.remoteService)
  return inList.available === false && remote.acceptUnlisted ? none : inList
}

function checkRemoteService(remoteService: string, { kind, name }: RoutedSupplier): void {
  if (remoteService !== '' || !supplierKinds.get(kind).hasServices) return
  const reason = `is missing: ${name} has services of its own to choose from`
  throw refusalFor(invalid('remoteService', reason))
}

function refuseSecond(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'supplier_routes_once') {
    throw because('conflict', 'route_taken', {}, 'supplier')
  }
  throw error
}
