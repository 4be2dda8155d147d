import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { SupplierId } from '../lib/ids.ts'
import { systemClock } from '../lib/time.ts'
import { refuseForeignKey, type Sealer } from '../secrets/sealer.ts'
import type { SupplierKind, IntegrationContext } from '../integrations/suppliers/supplier-kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { Supplier, SupplierAccount, SupplierConfig, SupplierKindName } from '../integrations/suppliers/supplier.ts'
import { completeSettings, refuse, type SupplierInput, settle, settleSecrets } from './supplier-input.ts'
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

export type { SupplierInput } from './supplier-input.ts'
export type { SupplierSheet } from './supplier-sheet.ts'

/** Throws invalid_input naming the value at fault, or conflict when the name is taken. */
export async function createSupplier(
  sql: Sql,
  sealer: Sealer,
  { kind, ...input }: SupplierInput & { kind: SupplierKindName },
): Promise<SupplierSheet> {
  const adapter = adapterOf(kind)
  const row = settle(adapter, input)
  const secrets = settleSecrets(adapter, input.secrets ?? {}, {})
  return sql
    .begin(async (transaction) => {
      const id = await insertSupplier(transaction, kind, row)
      if (Object.keys(secrets).length > 0) {
        refuseForeignKey(
          sealer,
          (await selectSuppliers(transaction)).flatMap(({ id, secrets: sealed }) =>
            sealed ? [{ sealed, owner: ownerOf(id) }] : [],
          ),
          { what: 'suppliers', mend: 'give their secrets anew' },
        )
        await updateSecrets(transaction, id, sealer.seal(secrets, ownerOf(id)))
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
      const adapter = adapterOf(row.kind)
      await updateSupplierRow(transaction, id, settle(adapter, changes, row))
      if (changes.secrets && Object.keys(changes.secrets).length > 0) {
        const secrets = settleSecrets(adapter, changes.secrets, openedOr({}, row, sealer))
        const sealed = Object.keys(secrets).length > 0 ? sealer.seal(secrets, ownerOf(id)) : null
        await updateSecrets(transaction, id, sealed)
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
  world: IntegrationContext,
  idOrName: string,
): Promise<SupplierConnection> {
  return open(await findSupplier(sql, idOrName), sealer, world)
}

/** The same by its id alone, of which a name might be the same. */
export async function connectSupplierById(
  sql: Queryable,
  sealer: Sealer,
  world: IntegrationContext,
  id: SupplierId,
): Promise<SupplierConnection> {
  const row = (await selectSuppliers(sql)).find((one) => one.id === id)
  if (!row) throw new Refusal('not_found', `there is no supplier ${id}`, 'supplier')
  return open(row, sealer, world)
}

/** Throws as `configOf` does, and what the adapter says of settings that contradict each other. */
export function open(row: SupplierRow, sealer: Sealer | undefined, world: IntegrationContext): SupplierConnection {
  const config = configOf(row, sealer)
  return { config, supplier: adapterOf(row.kind).make(config, world) }
}

/**
 * What the supplier's adapter is made of. Throws invalid_input when its settings are none of its kind any more, and an
 * Error when its secrets were sealed with another key.
 */
export function configOf(row: SupplierRow, sealer: Sealer | undefined): SupplierConfig {
  const adapter = adapterOf(row.kind)
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    url: row.url,
    currency: row.currency,
    settings: completeSettings(adapter, row.settings),
    secrets: secretsOf(row, sealer),
  }
}

/** Throws an Error when they were sealed with another key. */
function secretsOf(row: SupplierRow, sealer: Sealer | undefined): Record<string, string> {
  if (!row.secrets) return {}
  if (!sealer) throw new Error('the key of the secrets is not to be had')
  return sealer.open(row.secrets, ownerOf(row.id))
}

function openedOr<Other>(other: Other, row: SupplierRow, sealer: Sealer): Record<string, string> | Other {
  try {
    return secretsOf(row, sealer)
  } catch {
    return other
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
  sheetOf(row, adapterOf(row.kind), openedOr(undefined, row, sealer))

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

function adapterOf(kind: SupplierKindName): SupplierKind {
  return supplierKinds[kind] ?? refuse('kind', `must be one of ${Object.keys(supplierKinds).join(', ')}`)
}

/** Binds sealed secrets to their row, so that rows cannot be swapped. */
const ownerOf = (id: SupplierId): string => `supplier ${id}`
