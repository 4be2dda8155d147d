import type { Transaction } from '../database/database.ts'
import { because } from '../reasons.ts'
import { type KeptList, selectKept } from './kept-list.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { clearStaged, countStaged, insertStaged, lockSync, planForMany } from './staging.sql.ts'

/** `lockList` has this transaction be the one that works with a supplier's list, and nothing staged. Throws conflict. */
export async function lockList(transaction: Transaction, { id, name }: ListedSupplier): Promise<void> {
  if (!(await lockSync(transaction, id))) {
    throw because('conflict', 'list_being_read', { supplier: name })
  }
  await planForMany(transaction)
  await clearStaged(transaction, id)
}

/** `stageRead` stages the list that was read last, which must be the one of this id. Call it under the supplier's lock. Throws conflict. */
export async function stageRead(
  transaction: Transaction,
  supplier: ListedSupplier,
  list: number,
): Promise<KeptList> {
  const kept = await selectKept(transaction, supplier.id)
  if (kept?.id !== list) {
    throw because('conflict', 'list_read_again', { supplier: supplier.name }, 'list')
  }
  await insertStaged(transaction, supplier.id, kept.services)
  await countStaged(transaction)
  return kept
}
