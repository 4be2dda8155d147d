import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import { completeSettings, type IntegrationContext, nowhere, readSecrets } from '../integrations/kit/kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { Supplier, SupplierAccount, SupplierConfig } from '../integrations/suppliers/supplier.ts'
import { both, orThrow } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { completeSupplier, type SupplierInput } from './supplier-input.ts'
import { type SupplierView, viewOf } from './supplier-view.ts'
import {
  insertSupplier,
  lockSupplier,
  type SupplierRow,
  type SupplierViewRow,
  selectSupplier,
  selectSuppliers,
  selectSupplierViews,
  updateSupplierRow,
  upsertBalance,
} from './suppliers.sql.ts'

/** `credentials` seals secrets for the owner `supplier <id>`. */
const credentials = new Credentials('supplier')

export type { SupplierInput } from './supplier-input.ts'
export type { SupplierView } from './supplier-view.ts'

/** `createSupplier` throws invalid_input that names the value at fault, or conflict when the name is taken. */
export async function createSupplier(
  sql: Sql,
  sealer: Sealer,
  { kind, ...input }: SupplierInput & { kind: string },
): Promise<SupplierView> {
  const known = supplierKinds.get(kind)
  const [row, secrets] = orThrow(
    both(completeSupplier(known, input), readSecrets(known, input.secrets ?? {})),
  )
  return sql
    .begin(async (transaction) => {
      const id = await insertSupplier(transaction, known.kind, row)
      if (Object.keys(secrets).length > 0) {
        const others = await selectSuppliers(transaction)
        const sealed = credentials.sealNew(id, secrets, sealer, others)
        await updateSupplierRow(transaction, id, { secrets: sealed })
      }
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * `updateSupplier` changes what is given and leaves the rest: settings and secrets one by one.
 * Throws not_found, invalid_input that names the value at fault, or conflict when the new name is taken.
 */
export async function updateSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  changes: SupplierInput,
): Promise<SupplierView> {
  return sql
    .begin(async (transaction) => {
      const { id } = await findSupplier(transaction, idOrName)
      const row = (await lockSupplier(transaction, id)) as SupplierRow
      const kind = supplierKinds.get(row.kind)
      await updateSupplierRow(transaction, id, orThrow(completeSupplier(kind, changes, row)))
      if (changes.secrets && Object.keys(changes.secrets).length > 0) {
        const existing = credentials.tryOpen(row, sealer)
        const secrets = orThrow(readSecrets(kind, changes.secrets, existing))
        await updateSupplierRow(transaction, id, { secrets: credentials.seal(id, secrets, sealer) })
      }
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * `enableSupplier` enables or disables: a disabled supplier is sent nothing more, and what it has is finished. None is deleted, because
 * orders name it.
 * Throws not_found.
 */
export async function enableSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  enabled: boolean,
): Promise<SupplierView> {
  const { id, enabled: before } = await findSupplier(sql, idOrName)
  if (enabled !== before) await updateSupplierRow(sql, id, { enabled })
  return showSupplier(sql, sealer, String(id))
}

/** `listSuppliers` lists suppliers by id. */
export async function listSuppliers(sql: Queryable, sealer: Sealer): Promise<SupplierView[]> {
  return (await selectSupplierViews(sql)).map((row) => shown(row, sealer))
}

/** `showSupplier` throws not_found. */
export async function showSupplier(sql: Queryable, sealer: Sealer, idOrName: string): Promise<SupplierView> {
  const { id } = await findSupplier(sql, idOrName)
  const [row] = await selectSupplierViews(sql, id)
  return shown(row as SupplierViewRow, sealer)
}

/** `findSupplier` throws not_found. */
export async function findSupplier(sql: Queryable, idOrName: string): Promise<SupplierRow> {
  const row = await selectSupplier(sql, idOrName.trim())
  if (!row) throw new Refusal('not_found', `there is no supplier ${idOrName}`, 'supplier')
  return row
}

/** `recordBalance` keeps what the supplier has just said of our balance, for operators to see. */
export async function recordBalance(
  sql: Queryable,
  id: SupplierId,
  { balance }: SupplierAccount,
  at: Date,
): Promise<void> {
  if (balance !== null) await upsertBalance(sql, id, balance, at)
}

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
  const [row] = await selectSupplierViews(sql, id)
  if (!row) throw new Refusal('not_found', `there is no supplier ${id}`, 'supplier')
  return open(row, sealer, context)
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
export function configOf(row: SupplierRow, sealer: Sealer | undefined): SupplierConfig {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    url: row.url,
    currency: row.currency,
    settings: orThrow(completeSettings(supplierKinds.get(row.kind), row.settings)),
    secrets: credentials.open(row, sealer),
  }
}

/** `written` finds out whether a supplier can be made of what was written, by making one. */
async function written(transaction: Transaction, sealer: Sealer, id: SupplierId): Promise<SupplierView> {
  const [row] = await selectSupplierViews(transaction, id)
  const { supplier } = open(row as SupplierViewRow, sealer, nowhere)
  await supplier.close?.()
  return shown(row as SupplierViewRow, sealer)
}

const shown = (row: SupplierViewRow, sealer: Sealer): SupplierView =>
  viewOf(row, supplierKinds.get(row.kind), credentials.tryOpen(row, sealer))

function refuseTakenName(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'suppliers_name') {
    throw new Refusal('conflict', 'another supplier has this name', 'name')
  }
  throw error
}
