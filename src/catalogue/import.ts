import { isDeepStrictEqual } from 'node:util'
import type { Sql, Transaction } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { columnOf, faultsOfEach, readForm } from '../lib/attributes.ts'
import { fault, type Result, resultOf } from '../lib/fault.ts'
import type { PriceGroupId, ServiceId, SupplierId } from '../lib/ids.ts'
import { type Micros, thousandsFault } from '../lib/money.ts'
import { newServiceAttributes, type ServiceInput } from './attributes.ts'
import type { Rerouted } from './bulk.ts'
import { writeServices } from './change-services.ts'
import { type CompletedService, completeService, type Names } from './complete-service.ts'
import { type ImportFormat, type ImportRow, type ImportRows, readRows, shownValue } from './import-rows.ts'
import type { InputSchema } from './input-schema.ts'
import { loadNames } from './names.ts'
import { priceAttributes } from './price-attributes.ts'
import { type PriceWrite, selectPrices, upsertPrices } from './prices.sql.ts'
import { MAX_BROUGHT_ID, type Service, serviceIdOf } from './service.ts'
import {
  insertServices,
  lockCatalogue,
  replaceRoutes,
  selectRoutes,
  selectServices,
  selectSupplierNames,
} from './services.sql.ts'
import { everyonesPrice } from './services.ts'

export type { ImportFormat } from './import-rows.ts'

/** Imported counts how many services of a file were new, changed, or as they are; and how many prices were new or changed. */
export interface Imported {
  created: number
  updated: number
  unchanged: number
  prices: number
}

export interface ImportOptions {
  /** `dryRun` checks everything and writes nothing. */
  dryRun?: boolean | undefined
  /** `onProgress` is told how many services of how many are written, as the writing goes on. */
  onProgress?: ((done: number, total: number) => void) | undefined
  /** `onService` is told what becomes of each service, unless something is wrong with any. */
  onService?: ((service: ImportedService) => void) | undefined
  /** `without` has codes, in lower case, of services that stay as they are. */
  without?: ReadonlySet<string> | undefined
  /** `newGroups` are price groups that will be there when the file is imported: for a `dryRun`. */
  newGroups?: readonly string[] | undefined
}

/** ImportedService is what an import does with a service of a file. */
interface ImportedService {
  /** `at` is the place of its first row. */
  at: number
  code: string
  what: 'created' | 'updated' | 'unchanged'
  /** `columns` are those of a known service that are changed. */
  columns: string[]
  /** `suppliers`, undefined: it is new, or its routes stay as they are. */
  suppliers: Rerouted | undefined
  /** `before`, undefined: it is new. */
  before: Service | undefined
  after: CompletedService['service']
}

const BATCH_SIZE = 1000

/** Entry is one service of a file: its first row, and the prices of all its rows. */
interface Entry extends CompletedService {
  existing: Service | undefined
  suppliers: Rerouted | undefined
  /** `brought` is the id that the file gives it; undefined: none. */
  brought: ServiceId | undefined
  /** `prices` are micros by currency, and `lines` the rows that have them. */
  prices: Map<string, Micros>
  lines: Map<string, number>
  changed: boolean
  id: ServiceId | undefined
  first: ImportRow
}

/** Known is what the database has beside the services: routes and suppliers' names. */
interface Known {
  names: Names
  routes: Map<ServiceId, string[]>
  supplierNames: Map<SupplierId, string>
}

/**
 * `importServices` makes the catalogue as a file says: a code that is known is changed, another one is made, a service that the
 * file does not name stays. Everything is checked before anything is written, in one transaction.
 * The result names every fault of the file, by row and column, and then nothing was written.
 */
export async function importServices(
  sql: Sql,
  text: string,
  format: ImportFormat,
  options: ImportOptions = {},
): Promise<Result<Imported>> {
  return await importRows(sql, readRows(text, format), options)
}

/** `importRows` does the same with rows that are read already. */
export async function importRows(
  sql: Sql,
  { rows, faults: unreadable }: ImportRows,
  {
    dryRun = false,
    onProgress = () => {},
    onService = () => {},
    newGroups = [],
    without,
  }: ImportOptions = {},
): Promise<Result<Imported>> {
  return await sql.begin(async (transaction) => {
    const faults = [...unreadable]
    // What is checked here must still hold when it is written.
    await lockCatalogue(transaction)
    const checked = await check(transaction, rows, faults, newGroups)
    const entries = without
      ? checked.filter(({ service: { code } }) => !without.has(code.toLowerCase()))
      : checked
    const prices = await changedPrices(transaction, faults.length > 0 ? [] : entries)
    const imported = { created: 0, updated: 0, unchanged: 0, prices: 0 }
    for (const entry of entries) {
      const what = !entry.existing ? 'created' : entry.changed || prices.has(entry) ? 'updated' : 'unchanged'
      imported[what]++
      imported.prices += prices.get(entry)?.length ?? 0
      if (faults.length > 0) continue
      const columns = [...changedColumns(entry), ...(entry.existing && prices.has(entry) ? ['price'] : [])]
      const { existing: before, service: after, suppliers } = entry
      onService({ at: entry.first.at, code: after.code, what, columns, suppliers, before, after })
    }
    if (!dryRun && faults.length === 0) await write(transaction, entries, prices, onProgress)
    return resultOf(
      imported,
      faults.sort((a, b) => Number(a.path[0]) - Number(b.path[0])),
    )
  })
}

/** `changedColumns` names what a known service has otherwise now. */
const changedColumns = ({ existing, service, supplierId }: Entry): string[] =>
  existing === undefined
    ? []
    : [
        ...Object.entries(service)
          .filter(([name, value]) => !isDeepStrictEqual(value, existing[name as keyof typeof service]))
          .map(([name]) => columnOf(name)),
        ...(supplierId === undefined ? [] : ['supplier']),
      ]

/** NEW_GROUP stands for a price group that is not there yet. */
const NEW_GROUP = -1 as PriceGroupId

/** `check` checks every row, and adds what is wrong to the faults. */
async function check(
  transaction: Transaction,
  rows: ImportRow[],
  faults: Fault[],
  newGroups: readonly string[],
): Promise<Entry[]> {
  const [services, routes, suppliers, names] = await Promise.all([
    selectServices(transaction),
    selectRoutes(transaction),
    selectSupplierNames(transaction),
    loadNames(transaction),
  ])
  const existing = new Map(services.map(({ service }) => [service.code.toLowerCase(), service]))
  const groups = new Map([
    ...newGroups.map((name): [string, PriceGroupId] => [name.toLowerCase(), NEW_GROUP]),
    ...names.groups,
  ])
  const byId = new Map(services.map(({ service }) => [service.id, service]))
  const brought = new Map<ServiceId, number>()
  const known = {
    names: { ...names, groups },
    routes,
    supplierNames: new Map(suppliers.map(({ id, name }) => [id, name])),
  }
  const schemas = new Map<string, InputSchema>()
  const entries = new Map<string, Entry>()

  for (const row of rows) {
    const { given, faults: unreadable } = readForm(newServiceAttributes, row.form)
    const { price, currency, ...input } = given
    const report = (found: readonly Fault[]) =>
      faults.push(...found.map(({ path: [name], message }) => faultAt(row, columnOf(String(name)), message)))
    // What cannot be read is reported as that alone.
    const isRead = (name: string | number | undefined) => unreadable.every(({ path }) => path[0] !== name)
    report(unreadable)
    const key = input.code?.toLowerCase()
    if (!key) {
      if (isRead('code')) report([fault('code', 'is missing')])
      continue
    }
    let entry = entries.get(key)
    if (entry) {
      report(differences(row, entry.first))
    } else {
      // Rows with the same schema share one object, which is then compiled once.
      if (input.inputSchema) {
        const text = JSON.stringify(input.inputSchema)
        input.inputSchema = schemas.get(text) ?? input.inputSchema
        schemas.set(text, input.inputSchema)
      }
      entry = entryOf(row, input, existing.get(key), known)
      entries.set(key, entry)
      report(bringId(entry, byId, brought))
      report(entry.faults.filter(({ path }) => isRead(path[0])))
      if (!entry.existing && row.form['price'] === undefined) {
        report([fault('price', 'is missing: a new service needs a price')])
      }
    }
    report(addPrice(entry, row, price, currency))
  }
  return [...entries.values()]
}

/** `faultAt` names the row and the column, and what stands there. */
function faultAt({ at, form }: ImportRow, column: string, message: string): Fault {
  const given = form[column]
  return { path: [at, column], message, ...(given !== undefined && { value: shownValue(given) }) }
}

/** `entryOf` makes the entry of a service's first row. */
function entryOf(row: ImportRow, input: ServiceInput, existing: Service | undefined, known: Known): Entry {
  const completed = completeService(input, existing, known.names)
  const supplier = completed.supplierId && known.supplierNames.get(completed.supplierId)
  const isRerouted =
    existing !== undefined &&
    supplier !== undefined &&
    !isDeepStrictEqual(known.routes.get(existing.id), [supplier])
  return {
    ...completed,
    // A supplier that stays needs no write.
    supplierId: existing && !isRerouted ? undefined : completed.supplierId,
    existing,
    suppliers: isRerouted ? { before: known.routes.get(existing.id) ?? [], after: [supplier] } : undefined,
    id: existing?.id,
    brought: undefined,
    changed:
      !existing || isRerouted || !isDeepStrictEqual({ id: existing.id, ...completed.service }, existing),
    prices: new Map(),
    lines: new Map(),
    first: row,
  }
}

/** `bringId` takes a row's id into its entry; gives what is wrong with it. `brought` has the lines of the ids that the file gives to others. */
function bringId(
  entry: Entry,
  byId: ReadonlyMap<ServiceId, Service>,
  brought: Map<ServiceId, number>,
): Fault[] {
  const given = entry.first.form['id']
  if (given === undefined) return []
  const id =
    typeof given === 'number' || typeof given === 'string' ? serviceIdOf(String(given).trim()) : undefined
  if (id !== undefined && id === entry.existing?.id) return []
  if (entry.existing) return [fault('id', `is ${entry.existing.id}, and no id ever changes`)]
  if (id === undefined || id < 1 || id > MAX_BROUGHT_ID) {
    return [
      fault(
        'id',
        `must be a whole number from 1 to ${MAX_BROUGHT_ID.toLocaleString('en')}: services that bring none get larger ones`,
      ),
    ]
  }
  const [other, line] = [byId.get(id), brought.get(id)]
  brought.set(id, entry.first.at)
  entry.brought = id
  return [
    ...(other === undefined ? [] : [fault('id', `is that of ${other.code}`)]),
    ...(line === undefined ? [] : [fault('id', `is that of another service, too, at ${line}`)]),
  ]
}

/** `addPrice` takes a row's price into its entry; gives what is wrong with it. */
function addPrice(entry: Entry, row: ImportRow, price?: Micros, currency?: string): Fault[] {
  const hasPrice = row.form['price'] !== undefined
  if (currency === undefined) return hasPrice ? [fault('currency', 'is missing beside the price')] : []
  if (!hasPrice) return [fault('price', 'is missing beside the currency')]
  const line = entry.lines.get(currency)
  entry.lines.set(currency, row.at)
  if (price !== undefined) entry.prices.set(currency, price)
  const doubt = thousandsFault(row.form['price'], currency)
  return [
    ...(doubt === undefined ? [] : [fault('price', doubt)]),
    ...(line === undefined ? [] : [fault('code', `has a price in ${currency} already, at ${line}`)]),
    ...faultsOfEach(priceAttributes, { currency, price }),
  ]
}

/** `differences` gives what a further row of a service says otherwise than the first: it may only add a price. */
function differences({ form }: ImportRow, first: ImportRow): Fault[] {
  return Object.keys(form)
    .filter((column) => !['code', 'price', 'currency'].includes(column))
    .filter((column) => !isDeepStrictEqual(form[column], first.form[column]))
    .map((column) => fault(column, `differs from the service's first row, at ${first.at}`))
}

/** `changedPrices` gives the prices that are new or other than they were. */
async function changedPrices(
  transaction: Transaction,
  entries: Entry[],
): Promise<Map<Entry, [currency: string, price: Micros][]>> {
  const old = new Map(
    (await selectPrices(transaction))
      .filter(({ accountId, priceGroupId }) => accountId === null && priceGroupId === null)
      .map(({ serviceId, currency, unitPrice }) => [`${serviceId} ${currency}`, unitPrice]),
  )
  const changed = new Map<Entry, [string, Micros][]>()
  for (const entry of entries) {
    const prices = [...entry.prices].filter(
      ([currency, price]) => old.get(`${entry.id} ${currency}`) !== price,
    )
    if (prices.length > 0) changed.set(entry, prices)
  }
  return changed
}

async function write(
  transaction: Transaction,
  entries: Entry[],
  prices: Map<Entry, [currency: string, price: Micros][]>,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  onProgress(0, entries.length)
  for (let start = 0; start < entries.length; start += BATCH_SIZE) {
    const batch = entries.slice(start, start + BATCH_SIZE)
    const made = batch.filter((entry) => entry.id === undefined)
    if (made.length > 0) {
      const ids = await insertServices(
        transaction,
        made.map(({ service, brought }) => ({ id: brought, ...service })),
      )
      for (const entry of made) entry.id = ids.get(entry.service.code)
    }
    const ofId = batch as (Entry & { id: ServiceId })[]
    const changed = ofId.filter((entry) => entry.existing && entry.changed)
    if (changed.length > 0) {
      await writeServices(
        transaction,
        changed.map((entry) => ({ id: entry.id, ...entry.service })),
      )
    }
    const routes = ofId.flatMap(({ id, supplierId }) =>
      supplierId ? [{ service: id, supplier: supplierId }] : [],
    )
    if (routes.length > 0) await replaceRoutes(transaction, routes)
    const priced: PriceWrite[] = ofId.flatMap((entry) =>
      (prices.get(entry) ?? []).map(([currency, price]) => everyonesPrice(entry.id, currency, price)),
    )
    if (priced.length > 0) await upsertPrices(transaction, priced)
    onProgress(start + batch.length, entries.length)
  }
}
