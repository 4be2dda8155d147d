import type { Sql, Transaction } from '../database/database.ts'
import { because } from '../reasons.ts'
import type { ListedSupplier } from './remote-list.ts'
import { clearStaged, lockSync, planForMany } from './staging.sql.ts'

/** AWAKE_EVERY_MS is well within the time after which PostgreSQL ends a transaction that says nothing (`pools.long`). */
const AWAKE_EVERY_MS = 20_000

/**
 * `underLock` lets one process at a time read a supplier's list: the lock ends with the transaction, and so with the process, or a minute
 * after it froze. Until the first write the transaction holds up nothing else, however long the list takes.
 */
export async function underLock<Result>(
  sql: Sql,
  supplier: ListedSupplier,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return await sql.begin(async (transaction) => {
    if (!(await lockSync(transaction, supplier.id))) {
      throw because('conflict', 'list_read_already', { supplier: supplier.name })
    }
    await planForMany(transaction)
    // While a list is read nothing else is said in the transaction; that it was lost is told by its next statement.
    const awake = setInterval(() => transaction`select 1`.catch(() => {}), AWAKE_EVERY_MS)
    try {
      const result = await work(transaction)
      await clearStaged(transaction, supplier.id)
      return result
    } finally {
      clearInterval(awake)
    }
  })
}
