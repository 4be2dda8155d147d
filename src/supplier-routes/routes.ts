import type { RouteId } from '../lib/ids.ts'

export type { RouteId } from '../lib/ids.ts'

import { findService } from '../catalogue/services.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import { fault, orThrow, type Result, resultOf } from '../lib/fault.ts'
import { type Micros, micros, parseMicros } from '../lib/money.ts'
import { lineFault } from '../lib/text.ts'
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
      const row = orThrow(settle(input, { supplier_kind: found.kind, supplier_name: found.name }))
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
      await updateRouteRow(transaction, id, orThrow(settle(changes, row)))
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
  const { service_id: service } = await find(transaction, id)
  const order = (await selectRoutes(transaction, { service })).map((route) => route.id)
  const others = order.filter((other) => other !== id)
  await renumberRoutes(transaction, others.toSpliced(position - 1, 0, id))
}

const MAX_ROUTES = 1000

/** `settle` completes what an operator wrote, from the existing route or the defaults, and checks the whole. */
function settle(
  { remoteService, cost, marginFloor, position = 1 }: RouteInput,
  existing: Pick<RouteRow, 'supplier_kind' | 'supplier_name'> & Partial<RouteRow>,
): Result<RouteWrite> {
  const remote = (remoteService ?? existing.remote_service ?? '').trim()
  const isMissing = remote === '' && supplierKinds.get(existing.supplier_kind).hasServices
  const price = cost == null ? cost : readCost(cost)
  const floor = marginFloor === undefined ? (existing.margin_floor ?? 0) : readMargin(marginFloor)
  const write = {
    remote_service: remote,
    cost: price === undefined ? (existing.cost ?? null) : price,
    margin_floor: floor ?? 0,
  }
  return resultOf(write, [
    isMissing
      ? fault('remoteService', `is missing: ${existing.supplier_name} has services of its own to choose from`)
      : lineFault('remoteService', remote, 200),
    cost != null && price === undefined
      ? fault('cost', 'must be from 0 to 100,000,000, with at most 6 decimals')
      : undefined,
    floor === undefined
      ? fault('marginFloor', 'must be a percentage from -100% to 100%, such as 5%, with at most 2 decimals')
      : undefined,
    Number.isInteger(position) && position >= 1 && position <= MAX_ROUTES
      ? undefined
      : fault('position', `must be a whole number from 1 to ${MAX_ROUTES}`),
  ])
}

/** MAX_COST: with the largest quantity of an item it stays well inside a bigint. */
const MAX_COST = micros(100_000_000_000_000n)

function readCost(text: string): Micros | undefined {
  const cost = parseMicros(text)
  return cost !== undefined && cost >= 0n && cost <= MAX_COST ? cost : undefined
}

/** `readMargin` gives hundredths of a percent. */
function readMargin(text: string): number | undefined {
  const [, sign, whole, decimals = ''] = /^([-+]?)(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.trim()) ?? []
  const hundredths = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  if (whole === undefined || hundredths > 10_000) return undefined
  return sign === '-' ? -hundredths : hundredths
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

function refuseSecond(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'supplier_routes_once') {
    throw new Refusal('conflict', 'the service has a route to this supplier and remote service', 'supplier')
  }
  throw error
}
