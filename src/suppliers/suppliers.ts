import { actBecause } from '../audit/acting.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import { type IntegrationContext, nowhere, readSecrets } from '../integrations/kit/kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { Supplier, SupplierConfig } from '../integrations/suppliers/supplier.ts'
import { both, orThrow } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import { systemClock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import type { Sealer } from '../secrets/sealer.ts'
import {
  completeSupplier,
  type SupplierForm,
  type SupplierRow,
  type SupplierView,
  supplierAttributes,
} from './attributes.ts'
import { spendingRates } from './spending.ts'
import {
  insertSupplier,
  lockSupplier,
  type SupplierViewRow,
  selectSupplier,
  selectSuppliers,
  selectSupplierViews,
  updateSupplierRow,
} from './suppliers.sql.ts'

export { recordBalance } from './suppliers.sql.ts'

/** `credentials` seals secrets for the owner `supplier <id>`. */
const credentials = new Credentials(supplierKinds)

/** `createSupplier` throws invalid_input that names the value at fault, or conflict when the name is taken. */
export async function createSupplier(
  sql: Sql,
  sealer: Sealer,
  { kind: name, ...form }: SupplierForm & { kind: string },
): Promise<SupplierView> {
  const known = supplierKinds.get(name)
  const { kind } = known
  const [row] = orThrow(both(completeSupplier(known, form), readSecrets(known, form.secrets)))
  return sql
    .begin(async (transaction) => {
      const id = await insertSupplier(transaction, kind, row)
      const added = { id, kind, secrets: null }
      const others = () => selectSuppliers(transaction)
      const sealed = await credentials.change(added, form.secrets, async () => sealer, others)
      await updateSupplierRow(transaction, id, sealed)
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * `updateSupplier` changes what is given and leaves the rest: settings and secrets one by one. Throws not_found, invalid_input that names
 * the value at fault, or conflict when the new name is taken.
 */
export async function updateSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  changes: SupplierForm,
  seen?: string,
): Promise<SupplierView> {
  return sql
    .begin(async (transaction) => {
      const { id } = await findSupplier(transaction, idOrName)
      const row = (await lockSupplier(transaction, id)) as SupplierRow
      if (seen !== undefined)
        checkVersion(seen, supplierVersion(await showSupplier(transaction, sealer, String(id))))
      const write = orThrow(completeSupplier(supplierKinds.get(row.kind), changes, row))
      const sealed = await credentials.change(row, changes.secrets, async () => sealer)
      await updateSupplierRow(transaction, id, { ...write, ...sealed })
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * `enableSupplier` enables or disables a supplier, which is never deleted, because orders name it. A disabled one is sent nothing more, and
 * what it has is finished. `why` is for the trail. Throws not_found, or invalid_input for the reason.
 */
export async function enableSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  enabled: boolean,
  why?: string,
): Promise<SupplierView> {
  const { id, enabled: before } = await findSupplier(sql, idOrName)
  await sql.begin(async (transaction) => {
    await actBecause(transaction, why)
    if (enabled !== before) await updateSupplierRow(transaction, id, { enabled })
  })
  return showSupplier(sql, sealer, String(id))
}

/** `listSuppliers` lists suppliers by id. */
export async function listSuppliers(sql: Queryable, sealer: Sealer): Promise<SupplierView[]> {
  const rates = await spendingRates(sql, systemClock.now())
  return (await selectSupplierViews(sql)).map((row) => shown(row, sealer, rates))
}

/** supplierStates are how a supplier is used: items go to it, or it is passed over because of trouble, or somebody has switched it off. */
export const supplierStates = ['in_use', 'paused', 'off'] as const
export type SupplierState = (typeof supplierStates)[number]

/** SupplierFilter narrows a list of suppliers; each part that is left out lets all through. */
export interface SupplierFilter {
  states?: readonly SupplierState[]
  kinds?: readonly string[]
  /** `low`: only those whose balance is. */
  low?: boolean
  /** `name` is in theirs, in whichever letters. */
  name?: string
}

/** SOON is in how many days a balance that ends is told of. */
const SOON = 3

const stateOf = ({ enabled, open }: SupplierView): SupplierState =>
  !enabled ? 'off' : open ? 'paused' : 'in_use'

/** `isLow`: less is left there than its low mark, or it lasts less than SOON days. */
export const isLow = ({ balance, lowBalance, daysLeft }: SupplierView): boolean =>
  (lowBalance !== null && balance !== null && balance < lowBalance) || (daysLeft !== null && daysLeft < SOON)

/** `fitsSupplier` tells which suppliers a filter lets through. There are few of them, so that no index is asked. */
export const fitsSupplier =
  ({ states, kinds, low = false, name = '' }: SupplierFilter) =>
  (one: SupplierView): boolean =>
    (states?.includes(stateOf(one)) ?? true) &&
    (kinds?.includes(one.kind) ?? true) &&
    (!low || isLow(one)) &&
    one.name.toLowerCase().includes(name.trim().toLowerCase())

/** `showSupplier` throws not_found. */
export async function showSupplier(sql: Queryable, sealer: Sealer, idOrName: string): Promise<SupplierView> {
  const { id } = await findSupplier(sql, idOrName)
  const [row] = await selectSupplierViews(sql, id)
  return shown(row as SupplierViewRow, sealer, await spendingRates(sql, systemClock.now()))
}

/** `supplierVersion` names how a supplier stands, but for its secrets. */
export const supplierVersion = (view: SupplierView): string =>
  versionOfNoun(supplierAttributes, view, view.settings, view.enabled)

/** `findSupplier` throws not_found. A number is an id only: a name may look like another's id. */
export async function findSupplier(sql: Queryable, idOrName: string | SupplierId): Promise<SupplierRow> {
  const [row] =
    typeof idOrName === 'string'
      ? [await selectSupplier(sql, idOrName.trim())]
      : await selectSupplierViews(sql, idOrName)
  if (!row) throw because('not_found', 'supplier_unknown', { supplier: idOrName }, 'supplier')
  return row
}

/** MAX_COMMAS is how many commas a name may have that is looked for among others. */
const MAX_COMMAS = 4

/**
 * `findSuppliers` finds what a text names: ids and names, with commas between. A name may have commas itself: of those that begin at the same place the longest
 * counts. Throws not_found for the first that there is not.
 */
export async function findSuppliers(sql: Queryable, named: string): Promise<SupplierRow[]> {
  const parts = named.split(',')
  const found: SupplierRow[] = []
  for (let at = 0; at < parts.length; ) {
    const part = parts[at] ?? ''
    const long = await longestNamed(sql, parts.slice(at, at + 1 + MAX_COMMAS))
    if (long) found.push(long.row)
    else if (part.trim() !== '') found.push(await findSupplier(sql, part))
    at += long?.length ?? 1
  }
  return found
}

/** `longestNamed` gives the supplier whose name has commas and begins with the first part, and of how many parts it is. */
async function longestNamed(
  sql: Queryable,
  parts: readonly string[],
): Promise<{ row: SupplierRow; length: number } | undefined> {
  for (let { length } = parts; length > 1; length--) {
    const row = await selectSupplier(sql, parts.slice(0, length).join(',').trim())
    if (row) return { row, length }
  }
  return undefined
}

/** `supplierIdOf` takes a number for an id, also of a supplier that is no more. Throws not_found. */
export const supplierIdOf = async (sql: Queryable, idOrName: string): Promise<SupplierId> =>
  /^\d{1,9}$/.test(idOrName) ? (Number(idOrName) as SupplierId) : (await findSupplier(sql, idOrName)).id

/** SupplierConnection is a supplier that can be called. */
export interface SupplierConnection {
  config: SupplierConfig
  supplier: Supplier
}

/** `connectSupplier` connects to a supplier apart from the workers. The caller closes it. Throws not_found or invalid_input. */
export async function connectSupplier(
  sql: Queryable,
  sealer: Sealer,
  context: IntegrationContext,
  idOrName: string,
): Promise<SupplierConnection> {
  return open(await findSupplier(sql, idOrName), sealer, context)
}

/** `connectSupplierById` finds by id only, because a supplier's name may look like another's id. Throws not_found. */
export async function connectSupplierById(
  sql: Queryable,
  sealer: Sealer,
  context: IntegrationContext,
  id: SupplierId,
): Promise<SupplierConnection> {
  return open(await findSupplier(sql, id), sealer, context)
}

/** `open` throws as `configOf` does, and invalid_input for settings that contradict each other. */
export function open(
  row: SupplierRow,
  sealer: Sealer | undefined,
  context: IntegrationContext,
): SupplierConnection {
  const config = configOf(row, sealer)
  return { config, supplier: supplierKinds.get(row.kind).connect(config, context) }
}

/**
 * `configOf` gives what a supplier is made of. Throws invalid_input when its settings are none of its kind any more, and an Error when
 * its secrets were sealed with another key.
 */
export const configOf = (row: SupplierRow, sealer: Sealer | undefined): SupplierConfig => {
  const { id, kind, name, url, currency } = row
  return { id, kind, name, url, currency, ...credentials.open(row, sealer) }
}

/** `written` gives the view of what was written. Throws invalid_input when no supplier can be made of it. */
async function written(transaction: Transaction, sealer: Sealer, id: SupplierId): Promise<SupplierView> {
  const [row] = await selectSupplierViews(transaction, id)
  const { supplier } = open(row as SupplierViewRow, sealer, nowhere)
  await supplier.close?.()
  return shown(row as SupplierViewRow, sealer, await spendingRates(transaction, systemClock.now()))
}

/** `shown` leaves out what is kept of an earlier opening. */
function shown(
  row: SupplierViewRow,
  sealer: Sealer,
  rates: Awaited<ReturnType<typeof spendingRates>>,
): SupplierView {
  const open = row.open === true
  const closed = open ? {} : { why: null, reason: null, openedAt: null, probeAt: null }
  const { daysLeft } = rates(row.id, row.balance)
  return { ...row, open, ...closed, daysLeft, ...credentials.show(row, sealer) }
}

function refuseTakenName(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'suppliers_name') {
    throw because('conflict', 'supplier_taken', {}, 'name')
  }
  throw error
}
