import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { checkThousands, type FormOf, readGiven, readValues } from '../lib/attributes.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import { groupsOf } from '../lib/groups.ts'
import type { ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { pageOf } from '../lib/page.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import { type newServiceAttributes, type ServiceInput, serviceAttributes } from './attributes.ts'
import { writeServices } from './change-services.ts'
import { completeService } from './complete-service.ts'
import { loadNames } from './names.ts'
import { priceAttributes } from './price-attributes.ts'
import { type Price, type PriceWrite, selectPrices, upsertPrices } from './prices.sql.ts'
import type { Service } from './service.ts'
import {
  insertServices,
  lockService,
  replaceRoutes,
  type ServiceName,
  type ServicePart,
  type StoredService,
  selectGroupNames,
  selectNames,
  selectRoutes,
  selectService,
  selectServicesOf,
} from './services.sql.ts'

export { writeServices } from './change-services.ts'
export {
  countRoutes,
  findUnrouted,
  selectServiceNames as listServiceNames,
  selectServices as readServices,
  type UnroutedService,
} from './services.sql.ts'

/** NewService is a new service with everyone's price in one currency. */
export type NewService = ServiceInput & {
  code: string
  name: string
  group: string
  price: string | Micros
  currency: string
}

/** `readNewService` reads a new service; its price stays as it was written, because its thousands are looked at. Throws invalid_input. */
export const readNewService = (form: FormOf<typeof newServiceAttributes>): NewService => {
  const { price, currency } = form
  return { ...readGiven(serviceAttributes, form), price, currency } as NewService
}

/** `createService` throws invalid_input naming the value at fault, or conflict when the code is taken. */
export async function createService(sql: Sql, input: NewService): Promise<Service> {
  const { service, supplierId, faults } = completeService(input, undefined, await loadNames(sql))
  orThrow(resultOf(service, faults))
  const { price, currency } = readValues(priceAttributes, {
    price: input.price,
    currency: input.currency,
  }) as {
    price: Micros
    currency: string
  }
  checkThousands(priceAttributes, { price: input.price }, currency)
  return sql
    .begin(async (transaction) => {
      const ids = await insertServices(transaction, [service])
      const id = ids.get(service.code) as ServiceId
      await upsertPrices(transaction, [everyonesPrice(id, currency, price)])
      if (supplierId !== undefined) await replaceRoutes(transaction, [{ service: id, supplier: supplierId }])
      return { id, ...service }
    })
    .catch(refuseTakenCode)
}

/** `serviceVersion` names how a service stands. */
export const serviceVersion = (service: Service): string => versionOfNoun(serviceAttributes, service)

/** `findService` finds by id or by code in any case. Throws service_not_found. */
export async function findService(sql: Queryable, idOrCode: string): Promise<Service> {
  return (await findStored(sql, idOrCode)).service
}

async function findStored(sql: Queryable, idOrCode: string): Promise<StoredService> {
  const stored = await selectService(sql, idOrCode)
  if (!stored) throw new Refusal('service_not_found', idOrCode, 'service')
  return stored
}

/**
 * `updateService` changes what is given and leaves the rest; a supplier becomes the only route.
 * `seen` is the version that whoever changes it has seen. Throws service_not_found, invalid_input naming the value at fault, conflict when the new
 * code is taken, or version_conflict.
 */
export async function updateService(
  sql: Sql,
  idOrCode: string,
  changes: ServiceInput,
  seen?: string,
): Promise<Service> {
  return sql
    .begin(async (transaction) => {
      const found = await selectService(transaction, idOrCode)
      const old = found && (await lockService(transaction, found.service.id))
      if (!old) throw new Refusal('service_not_found', idOrCode, 'service')
      checkVersion(seen, serviceVersion(old))
      const { service, supplierId, faults } = completeService(changes, old, await loadNames(transaction))
      const changed = { id: old.id, ...orThrow(resultOf(service, faults)) }
      await writeServices(transaction, [changed])
      if (supplierId !== undefined)
        await replaceRoutes(transaction, [{ service: old.id, supplier: supplierId }])
      return changed
    })
    .catch(refuseTakenCode)
}

/** ServiceView is a service as operators see it: with its routes' suppliers in order of preference (each once), its groups' names, its prices. */
export interface ServiceView extends Pick<StoredService, 'service' | 'unroutedSince'> {
  suppliers: string[]
  visibleTo: string[] | null
  prices: Price[]
}

/** ServiceFilter chooses services: `search` is looked for in code and name, and groups are compared, in any case. */
export interface ServiceFilter extends Partial<Omit<ServicePart, 'after'>> {
  group?: string | undefined
  search?: string | undefined
}

/** ServicePage is a page of services; `next` is the service that the next page begins behind, undefined at the end. */
export interface ServicePage {
  services: ServiceView[]
  next: ServiceId | undefined
}

/** `serviceSorts` are the orders of a list: by group, then id, unless said otherwise; by name; or by how often it succeeded lately. */
export const serviceSorts = ['group', 'name', '-name', 'success', '-success'] as const
export type ServiceSort = (typeof serviceSorts)[number]

/**
 * `sortedServices` gives a page of services in another order than that of groups; `rates` are the success rates by service. Those without a rate come last.
 * Everything that fits is looked at: names are short, and a catalogue is never large.
 */
export async function sortedServices(
  sql: Queryable,
  { limit, after, ...filter }: ServiceFilter & { limit: number; after?: ServiceId | undefined },
  sort: Exclude<ServiceSort, 'group'>,
  rates: (service: ServiceId) => number | undefined,
): Promise<ServicePage> {
  const found: ServiceName[] = []
  for await (const { fitting } of namesOf(sql, filter, undefined, NAMES_PER_READ)) found.push(...fitting)
  const sign = sort.startsWith('-') ? -1 : 1
  const compareNames = new Intl.Collator('en', { numeric: true }).compare
  const byName = (a: ServiceName, b: ServiceName): number => compareNames(a.name, b.name) || a.id - b.id
  const compare = (a: ServiceName, b: ServiceName): number => {
    if (sort.endsWith('name')) return sign * byName(a, b)
    const [rate, other] = [rates(a.id), rates(b.id)]
    if (rate === undefined || other === undefined)
      return Number(rate === undefined) - Number(other === undefined) || byName(a, b)
    return sign * (rate - other) || byName(a, b)
  }
  found.sort(compare)
  const at = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1
  const { items, next } = pageOf(found.slice(at), limit, (last) => last.id)
  return { services: await viewsNamed(sql, items), next }
}

/** `listServices` lists by group, then id, and reads no more than the page and what it passes over. */
export async function listServices(
  sql: Queryable,
  { limit, after, ...filter }: ServiceFilter & { limit: number; after?: ServiceId | undefined },
): Promise<ServicePage> {
  const found: ServiceName[] = []
  for await (const { fitting } of namesOf(sql, filter, after, limit + 1)) {
    found.push(...fitting)
    if (found.length > limit) break
  }
  const { items, next } = pageOf(found, limit, (last) => last.id)
  return { services: await viewsNamed(sql, items), next }
}

async function viewsNamed(sql: Queryable, items: readonly ServiceName[]): Promise<ServiceView[]> {
  const services: ServiceView[] = []
  for (const some of groupsOf(items, () => 1, VIEWS_PER_READ)) {
    const stored = await selectServicesOf(
      sql,
      some.map(({ id }) => id),
    )
    const byId = new Map(stored.map((one) => [one.service.id, one]))
    const inOrder = some.flatMap(({ id }) => byId.get(id) ?? [])
    services.push(...(await viewsOf(sql, inOrder)))
  }
  return services
}

/** MAX_COUNTED is how many services a count looks at. */
const MAX_COUNTED = 10_000

/** `countServices` counts the services that fit; `capped`: it has looked at so many, and there are more. */
export async function countServices(
  sql: Queryable,
  filter: ServiceFilter,
  most = MAX_COUNTED,
): Promise<{ value: number; capped: boolean }> {
  let [value, seen] = [0, 0]
  for await (const { fitting, read } of namesOf(sql, filter, undefined, most)) {
    value += fitting.length
    seen += read
    if (seen > most) return { value: Math.min(value, most), capped: true }
  }
  return { value, capped: false }
}

/** `findServices` gives the services that fit, by group, then id. */
export async function findServices(sql: Queryable, filter: ServiceFilter): Promise<ServiceId[]> {
  const found: ServiceId[] = []
  for await (const { fitting } of namesOf(sql, filter, undefined, NAMES_PER_READ)) {
    found.push(...fitting.map(({ id }) => id))
  }
  return found
}

/** NAMES_PER_READ are the services whose names are searched together. */
const NAMES_PER_READ = 1000

/** `namesOf` gives the services that fit, part by part, and how many each part was found in; `wanted` are enough. */
async function* namesOf(
  sql: Queryable,
  { group, search, active, unrouted = false, kind, supplier, visibleTo, hours = false }: ServiceFilter,
  after: ServiceId | undefined,
  wanted: number,
): AsyncGenerator<{ fitting: ServiceName[]; read: number }, void> {
  const [sought, inGroup] = [search?.toLowerCase() ?? '', group?.toLowerCase()]
  const isSearched = sought !== '' || inGroup !== undefined
  const limit = isSearched ? NAMES_PER_READ : Math.min(wanted, NAMES_PER_READ)
  for (let behind = after; ; ) {
    const part = { after: behind, active, unrouted, kind, supplier, visibleTo, hours }
    const names = await selectNames(sql, part, limit)
    const fitting = names.filter(
      (one) =>
        (inGroup === undefined || one.group.toLowerCase() === inGroup) &&
        (one.code.toLowerCase().includes(sought) || one.name.toLowerCase().includes(sought)),
    )
    yield { fitting, read: names.length }
    if (names.length < limit) return
    behind = names.at(-1)?.id
  }
}

/** `showService` throws service_not_found. */
export async function showService(sql: Queryable, idOrCode: string): Promise<ServiceView> {
  const stored = await findStored(sql, idOrCode)
  const [view] = await viewsOf(sql, [stored])
  return view as ServiceView
}

/** VIEWS_PER_READ are the services whose prices and routes are read together. */
const VIEWS_PER_READ = 250

async function viewsOf(sql: Queryable, services: StoredService[]): Promise<ServiceView[]> {
  const only = services.map(({ service }) => service.id)
  const [prices, suppliers, groups] = await Promise.all([
    selectPrices(sql, only),
    selectRoutes(sql, only),
    selectGroupNames(sql),
  ])
  const names = new Map(groups.map(({ id, name }) => [id, name]))
  const pricesOf = Map.groupBy(prices, (price) => price.serviceId)
  return services.map(({ service, unroutedSince }) => ({
    service,
    unroutedSince,
    suppliers: [...new Set(suppliers.get(service.id))],
    visibleTo: service.visibleTo?.map((id) => names.get(id) ?? String(id)) ?? null,
    prices: pricesOf.get(service.id) ?? [],
  }))
}

export const everyonesPrice = (serviceId: ServiceId, currency: string, unitPrice: Micros): PriceWrite => ({
  ...{ serviceId, accountId: null, priceGroupId: null, currency },
  ...{ unitPrice, minItems: null, maxItems: null },
})

function refuseTakenCode(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'services_code') {
    throw because('conflict', 'service_code_taken', {}, 'code')
  }
  throw error
}
