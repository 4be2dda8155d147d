import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { completeSettings, readSecrets } from '../integrations/kit/kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { Supplier, SupplierAccount, SupplierConfig } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import { systemClock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type SupplierInput, settle } from './supplier-input.ts'
import { type SupplierSheet, sheetOf } from './supplier-sheet.ts'
import {
  insertSupplier,
  lockSupplier,
  type SupplierRow,
  type SupplierSheetRow,
  selectSupplier,
  selectSupplierSheets,
  selectSuppliers,
  updateEnabled,
  updateSecrets,
  updateSupplierRow,
  upsertBalance,
} from './suppliers.sql.ts'

/** `credentials` seals secrets sealed for the owner `supplier <id>`. */
const credentials = new Credentials('supplier')

export type { SupplierInput } from './supplier-input.ts'
export type { SupplierSheet } from './supplier-sheet.ts'

/** Throws invalid_input naming the value at fault, or conflict when the name is taken. */
export async function createSupplier(
  sql: Sql,
  sealer: Sealer,
  { kind, ...input }: SupplierInput & { kind: string },
): Promise<SupplierSheet> {
  const known = supplierKinds.get(kind)
  const row = settle(known, input)
  const secrets = readSecrets('supplier', known, input.secrets ?? {})
  return sql
    .begin(async (transaction) => {
      const id = await insertSupplier(transaction, known.kind, row)
      if (Object.keys(secrets).length > 0) {
        const others = await selectSuppliers(transaction)
        await updateSecrets(transaction, id, credentials.sealNew(id, secrets, sealer, others))
      }
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * Changes what is given and leaves the rest: settings and secrets one by one.
 * Throws not_found, invalid_input naming the value at fault, or conflict when the new name is taken.
 */
export async function updateSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  changes: SupplierInput,
): Promise<SupplierSheet> {
  return sql
    .begin(async (transaction) => {
      const { id } = await findSupplier(transaction, idOrName)
      const row = (await lockSupplier(transaction, id)) as SupplierRow
      const kind = supplierKinds.get(row.kind)
      await updateSupplierRow(transaction, id, settle(kind, changes, row))
      if (changes.secrets && Object.keys(changes.secrets).length > 0) {
        const existing = credentials.tryOpen(row, sealer)
        const secrets = readSecrets('supplier', kind, changes.secrets, existing)
        await updateSecrets(transaction, id, credentials.seal(id, secrets, sealer))
      }
      return written(transaction, sealer, id)
    })
    .catch(refuseTakenName)
}

/**
 * A disabled supplier is sent nothing more; what it has is finished. There is no deleting: orders name it.
 * Throws not_found.
 */
export async function enableSupplier(
  sql: Sql,
  sealer: Sealer,
  idOrName: string,
  enabled: boolean,
): Promise<SupplierSheet> {
  const { id } = await findSupplier(sql, idOrName)
  await updateEnabled(sql, id, enabled)
  return showSupplier(sql, sealer, String(id))
}

/** By id. */
export async function listSuppliers(sql: Queryable, sealer: Sealer): Promise<SupplierSheet[]> {
  return (await selectSupplierSheets(sql)).map((row) => shown(row, sealer))
}

/** Throws not_found. */
export async function showSupplier(sql: Queryable, sealer: Sealer, idOrName: string): Promise<SupplierSheet> {
  const { id } = await findSupplier(sql, idOrName)
  const [row] = await selectSupplierSheets(sql, id)
  return shown(row as SupplierSheetRow, sealer)
}

/** Throws not_found. */
export async function findSupplier(sql: Queryable, idOrName: string): Promise<SupplierRow> {
  const row = await selectSupplier(sql, idOrName.trim())
  if (!row) throw new Refusal('not_found', `there is no supplier ${idOrName}`, 'supplier')
  return row
}

/** What the supplier said of our balance just now, for operators to see. */
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

/** A supplier to call at once, apart from the workers. The caller closes it. Throws not_found or invalid_input. */
export async function connectSupplier(
  sql: Queryable,
  sealer: Sealer,
  context: IntegrationContext,
  idOrName: string,
): Promise<SupplierConnection> {
  return open(await findSupplier(sql, idOrName), sealer, context)
}

/** The same by its id alone, of which a name might be the same. */
export async function connectSupplierById(
  sql: Queryable,
  sealer: Sealer,
  context: IntegrationContext,
  id: SupplierId,
): Promise<SupplierConnection> {
  const row = (await selectSuppliers(sql)).find((one) => one.id === id)
  if (!row) throw new Refusal('not_found', `there is no supplier ${id}`, 'supplier')
  return open(row, sealer, context)
}

/** Throws as `configOf` does, and what the adapter says of settings that contradict each other. */
export function open(
  row: SupplierRow,
  sealer: Sealer | undefined,
  context: IntegrationContext,
): SupplierConnection {
  const config = configOf(row, sealer)
  return { config, supplier: supplierKinds.get(row.kind).connect(config, context) }
}

/**
 * What the supplier's adapter is made of. Throws invalid_input when its settings are none of its kind any more, and an
 * Error when its secrets were sealed with another key.
 */
export function configOf(row: SupplierRow, sealer: Sealer | undefined): SupplierConfig {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    url: row.url,
    currency: row.currency,
    settings: completeSettings('supplier', supplierKinds.get(row.kind), row.settings),
    secrets: credentials.open(row, sealer),
  }
}

/** Whether an adapter can be made of what was written is found out by making one. */
async function written(transaction: Transaction, sealer: Sealer, id: SupplierId): Promise<SupplierSheet> {
  const [row] = await selectSupplierSheets(transaction, id)
  const { supplier } = open(row as SupplierSheetRow, sealer, nowhere)
  await supplier.close?.()
  return shown(row as SupplierSheetRow, sealer)
}

const shown = (row: SupplierSheetRow, sealer: Sealer): SupplierSheet =>
  sheetOf(row, supplierKinds.get(row.kind), credentials.tryOpen(row, sealer))

/** A world in which nobody is reached. */
const unreachable = (): never => {
  throw new Error('this supplier is only looked at')
}
const nowhere: IntegrationContext = {
  outbound: { open: () => ({ request: unreachable, stream: unreachable, close: async () => {} }) },
  clock: systemClock,
  installation: '',
}

function refuseTakenName(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23505' && constraint === 'suppliers_name') {
    throw new Refusal('conflict', 'another supplier has this name', 'name')
  }
  throw error
}
