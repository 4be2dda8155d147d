import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { ServiceId } from '../lib/ids.ts'
import { type Micros, parseMicros } from '../lib/money.ts'
import { serviceOf } from './catalogue.ts'
import { loadNames } from './names.ts'
import { selectPrices, upsertPrices } from './prices.sql.ts'
import { type Price, priceProblems, ruleOf } from './prices.ts'
import type { Service } from './service.ts'
import type { Problem } from './service-checks.ts'
import { type ServiceInput, settle } from './service-input.ts'
import {
  insertServices,
  lockService,
  replaceRoutes,
  type ServiceRow,
  type ServiceWrite,
  selectGroupNames,
  selectRoutes,
  selectService,
  selectServices,
  updateServices,
} from './services.sql.ts'

/** A new service with everyone's price in one currency. */
export type NewService = ServiceInput & {
  code: string
  name: string
  group: string
  /** A decimal such as "0.77". */
  price: string
  currency: string
}

/** Throws invalid_input naming the value at fault, or conflict when the code is taken. */
export async function createService(sql: Sql, input: NewService): Promise<Service> {
  const { service, supplierId, problems } = settle(input, undefined, await loadNames(sql))
  const price = parseMicros(input.price)
  refuse([...problems, ...priceProblems({ currency: input.currency, unitPrice: price })])
  return sql
    .begin(async (transaction) => {
      const ids = await insertServices(transaction, [writeOf(service)])
      const id = ids.get(service.code) as ServiceId
      await upsertPrices(transaction, [everyonesPrice(id, input.currency, price as Micros)])
      if (supplierId !== undefined) await replaceRoutes(transaction, [{ service: id, supplier: supplierId }])
      return { id, ...service }
    })
    .catch(refuseTakenCode)
}

/** By id or by code in any case. Throws service_not_found. */
export async function findService(sql: Queryable, idOrCode: string): Promise<Service> {
  const row = await selectService(sql, idOrCode)
  if (!row) throw new Refusal('service_not_found', idOrCode, 'service')
  return serviceOf(row)
}

/**
 * Changes what is given and leaves the rest; a supplier becomes the only route.
 * Throws service_not_found, invalid_input naming the value at fault, or conflict when the new code is taken.
 */
export async function updateService(sql: Sql, idOrCode: string, changes: ServiceInput): Promise<Service> {
  return sql
    .begin(async (transaction) => {
      const found = await selectService(transaction, idOrCode)
      const row = found && (await lockService(transaction, found.id))
      if (!row) throw new Refusal('service_not_found', idOrCode, 'service')
      const { service, supplierId, problems } = settle(changes, serviceOf(row), await loadNames(transaction))
      refuse(problems)
      await updateServices(transaction, [{ id: row.id, ...writeOf(service) }])
      if (supplierId !== undefined)
        await replaceRoutes(transaction, [{ service: row.id, supplier: supplierId }])
      return { id: row.id, ...service }
    })
    .catch(refuseTakenCode)
}

/** A service as operators see it: with its routes' suppliers in order of preference (each once), its groups' names, its prices. */
export interface ServiceView {
  service: Service
  suppliers: string[]
  visibleTo: string[] | null
  prices: Price[]
}

/** By group, then id. `search` is looked for in code and name, in any case; inactive ones only with `all`. */
export async function listServices(
  sql: Queryable,
  {
    group,
    search,
    all = false,
  }: { group?: string | undefined; search?: string | undefined; all?: boolean } = {},
): Promise<ServiceView[]> {
  const sought = search?.toLowerCase() ?? ''
  const rows = (await selectServices(sql)).filter(
    (row) =>
      (all || row.active) &&
      (group === undefined || row.group_name.toLowerCase() === group.toLowerCase()) &&
      (row.code.toLowerCase().includes(sought) || row.name.toLowerCase().includes(sought)),
  )
  return sheets(sql, rows, null)
}

/** Throws service_not_found. */
export async function showService(sql: Queryable, idOrCode: string): Promise<ServiceView> {
  const row = await selectService(sql, idOrCode)
  const [sheet] = row ? await sheets(sql, [row], row.id) : []
  if (!sheet) throw new Refusal('service_not_found', idOrCode, 'service')
  return sheet
}

async function sheets(sql: Queryable, rows: ServiceRow[], only: ServiceId | null): Promise<ServiceView[]> {
  const [prices, suppliers, groups] = await Promise.all([
    selectPrices(sql, only),
    selectRoutes(sql, only),
    selectGroupNames(sql),
  ])
  const names = new Map(groups.map(({ id, name }) => [id, name]))
  const pricesOf = Map.groupBy(prices, (price) => price.service_id)
  return rows.map((row) => ({
    service: serviceOf(row),
    suppliers: [...new Set(suppliers.get(row.id))],
    visibleTo: row.visible_to?.map((id) => names.get(id) ?? String(id)) ?? null,
    prices: (pricesOf.get(row.id) ?? []).map((price) => ruleOf(price, names)),
  }))
}

export const everyonesPrice = (service: ServiceId, currency: string, unitPrice: Micros) => ({
  service_id: service,
  account_id: null,
  price_group_id: null,
  currency,
  unit_price: unitPrice,
  min_items: null,
  max_items: null,
})

export function writeOf(service: Omit<Service, 'id'>): ServiceWrite {
  return {
    code: service.code,
    name: service.name,
    group_name: service.group,
    description: service.description,
    delivery_time: service.deliveryTime,
    kind: service.kind,
    input_schema: service.inputSchema,
    fields: service.fields,
    min_quantity: service.minQuantity,
    max_quantity: service.maxQuantity,
    opens_at: service.opensAt,
    closes_at: service.closesAt,
    time_zone: service.timeZone,
    active: service.active,
    duplicate_policy: service.duplicatePolicy,
    replay_window_seconds: service.replayWindowSeconds,
    processing: service.processing,
    routing: service.routing,
    failure_message: service.failureMessage,
    min_poll_seconds: service.minPollSeconds,
    max_poll_seconds: service.maxPollSeconds,
    expiry_seconds: service.expirySeconds,
    visible_to: service.visibleTo,
  }
}

function refuse([problem]: Problem[]): void {
  if (problem) throw new Refusal('invalid_input', `${problem.field}: ${problem.reason}`, problem.field)
}

function refuseTakenCode(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'services_code') {
    throw new Refusal('conflict', 'another service has this code', 'code')
  }
  throw error
}
