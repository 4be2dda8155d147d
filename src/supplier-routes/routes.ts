import type { RouteId } from '../lib/ids.ts'

export type { RouteId } from '../lib/ids.ts'

import { findService } from '../catalogue/services.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import { type Micros, micros, parseMicros } from '../lib/money.ts'
import { findSupplier } from '../suppliers/suppliers.ts'
import type { Route } from './route.ts'
import {
  deleteRoute,
  insertRoute,
  lockRoutesOf,
  type RouteRow,
  type RouteWrite,
  renumberRoutes,
  selectRoutes,
  updateRouteRow,
} from './routes.sql.ts'

export type { Route } from './route.ts'

/** A route as an operator writes it. What is left out (undefined) takes its default, or stays as it is. */
export interface RouteInput {
  remoteService?: string | undefined
  /** Of one unit, a decimal such as "0.80" in the supplier's currency; null: not known. */
  cost?: string | null | undefined
  /** From 1; the routes that are there or behind it move back. Beyond the last: the last. */
  position?: number | undefined
  /** A percentage such as "5%" or "5"; may be negative. */
  marginFloor?: string | undefined
}

/** Which routes: services by id or code, suppliers by id or name. */
export interface RouteFilter {
  service?: string | undefined
  supplier?: string | undefined
}

/** Throws service_not_found, not_found (the supplier), invalid_input naming the value at fault, or conflict. */
export async function addRoute(
  sql: Sql,
  { service, supplier, ...input }: RouteInput & Required<{ [Key in keyof RouteFilter]: string }>,
): Promise<Route> {
  return sql
    .begin(async (transaction) => {
      const { id: serviceId } = await findService(transaction, service)
      const found = await findSupplier(transaction, supplier)
      const row = settle(input, { supplier_kind: found.kind, supplier_name: found.name })
      await lockRoutesOf(transaction, serviceId)
      const id = await insertRoute(transaction, serviceId, found.id, row)
      if (input.position !== undefined) await move(transaction, id, input.position)
      return routeOf(await find(transaction, id))
    })
    .catch(refuseSecond)
}

/** By service, in order of preference. Throws service_not_found or not_found (the supplier). */
export async function listRoutes(sql: Queryable, { service, supplier }: RouteFilter = {}): Promise<Route[]> {
  const rows = await selectRoutes(sql, {
    service: service === undefined ? null : (await findService(sql, service)).id,
    supplier: supplier === undefined ? null : (await findSupplier(sql, supplier)).id,
  })
  return rows.map(routeOf)
}

/** Changes what is given and leaves the rest. Throws not_found, invalid_input naming the value at fault, or conflict. */
export async function updateRoute(sql: Sql, id: RouteId, changes: RouteInput): Promise<Route> {
  return sql
    .begin(async (transaction) => {
      const row = await findLocked(transaction, id)
      await updateRouteRow(transaction, id, settle(changes, row))
      if (changes.position !== undefined) await move(transaction, id, changes.position)
      return routeOf(await find(transaction, id))
    })
    .catch(refuseSecond)
}

/** Items that were sent by it are finished. Throws not_found. */
export async function removeRoute(sql: Sql, id: RouteId): Promise<void> {
  await sql.begin(async (transaction) => {
    const { service_id: service } = await findLocked(transaction, id)
    await deleteRoute(transaction, id)
    const left = await selectRoutes(transaction, { service })
    await renumberRoutes(
      transaction,
      left.map((route) => route.id),
    )
  })
}

async function find(sql: Queryable, id: RouteId): Promise<RouteRow> {
  const [row] = await selectRoutes(sql, { id })
  if (!row) throw new Refusal('not_found', `there is no route ${id}`, 'id')
  return row
}

/** As it is once nobody else changes the service's routes. */
async function findLocked(transaction: Transaction, id: RouteId): Promise<RouteRow> {
  await lockRoutesOf(transaction, (await find(transaction, id)).service_id)
  return find(transaction, id)
}

async function move(transaction: Transaction, id: RouteId, position: number): Promise<void> {
  if (!Number.isInteger(position) || position < 1 || position > MAX_ROUTES) {
    refuse('position', `must be a whole number from 1 to ${MAX_ROUTES}`)
  }
  const { service_id: service } = await find(transaction, id)
  const order = (await selectRoutes(transaction, { service })).map((route) => route.id)
  const others = order.filter((other) => other !== id)
  await renumberRoutes(transaction, others.toSpliced(position - 1, 0, id))
}

const MAX_ROUTES = 1000

function settle(
  { remoteService, cost, marginFloor }: RouteInput,
  existing: Pick<RouteRow, 'supplier_kind' | 'supplier_name'> & Partial<RouteRow>,
): RouteWrite {
  const remote = (remoteService ?? existing.remote_service ?? '').trim()
  if (remote === '' && supplierKinds.get(existing.supplier_kind).hasServices) {
    refuse('remoteService', `is missing: ${existing.supplier_name} has services of its own to choose from`)
  }
  if (remote.length > 200 || /\p{Cc}/u.test(remote) || !remote.isWellFormed()) {
    refuse('remoteService', 'must be at most 200 characters, none of them control characters')
  }
  return {
    remote_service: remote,
    cost: cost === undefined ? (existing.cost ?? null) : cost === null ? null : costOf(cost),
    margin_floor: marginFloor === undefined ? (existing.margin_floor ?? 0) : marginOf(marginFloor),
  }
}

/** The largest cost: with the largest quantity of an item it stays well inside a bigint. */
const MAX_COST = micros(100_000_000_000_000n)

function costOf(text: string): Micros {
  const cost = parseMicros(text)
  if (cost !== undefined && cost >= 0n && cost <= MAX_COST) return cost
  return refuse('cost', 'must be from 0 to 100,000,000, with at most 6 decimals')
}

/** Hundredths of a percent. */
function marginOf(text: string): number {
  const [, sign, whole, decimals = ''] = /^([-+]?)(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.trim()) ?? []
  const hundredths = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  if (whole !== undefined && hundredths <= 10_000) return sign === '-' ? -hundredths : hundredths
  return refuse('marginFloor', 'must be a percentage from -100% to 100%, such as 5%, with at most 2 decimals')
}

const routeOf = (row: RouteRow): Route => ({
  id: row.id,
  serviceId: row.service_id,
  serviceCode: row.service_code,
  supplierId: row.supplier_id,
  supplierName: row.supplier_name,
  remoteService: row.remote_service,
  cost: row.cost === null ? null : micros(row.cost),
  currency: row.currency,
  position: row.position,
  marginFloor: row.margin_floor,
  available: row.available,
})

function refuse(field: string, reason: string): never {
  throw new Refusal('invalid_input', `${field}: ${reason}`, field)
}

function refuseSecond(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'supplier_routes_once') {
    throw new Refusal('conflict', 'the service has a route to this supplier and remote service', 'supplier')
  }
  throw error
}
