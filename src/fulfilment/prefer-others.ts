import type { Sql } from '../database/database.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import { type Clock, MINUTE_MS } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { findSupplier } from '../suppliers/suppliers.ts'
import { preferOthers, probeNow } from './breakers.sql.ts'

/**
 * `useOthers` sends a supplier nothing more for some minutes: its items go by their next routes, or wait with their money held. Then it is asked for our
 * account, and is used again once it answers. Throws not_found, conflict where it is off, or paused already.
 */
export async function useOthers(
  sql: Sql,
  idOrName: string,
  { minutes, why = '' }: { minutes: number; why?: string | undefined },
  clock: Clock,
): Promise<void> {
  const { id, name, enabled } = await findSupplier(sql, idOrName)
  if (!enabled) throw because('conflict', 'supplier_off', { supplier: name }, 'supplier')
  const now = clock.now()
  const until = new Date(now.getTime() + minutes * MINUTE_MS)
  if (!(await preferOthers(sql, id, { reason: why.trim() || 'its next routes are used', until, now })))
    throw because('conflict', 'supplier_paused', { supplier: name }, 'supplier')
}

/**
 * `tryAgainNow` asks a paused supplier at once whether it is back, and gives why it is paused. Throws not_found, or conflict where it is not paused.
 */
export async function tryAgainNow(
  sql: Sql,
  idOrName: string,
  clock: Clock,
): Promise<SupplierFault | 'person'> {
  const { id, name } = await findSupplier(sql, idOrName)
  const why = await probeNow(sql, id, clock.now())
  if (why === undefined) throw because('conflict', 'supplier_not_paused', { supplier: name }, 'supplier')
  return why
}
