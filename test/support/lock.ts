import type { Sql, Transaction } from '../../src/database/database.ts'
import type { AccountId } from '../../src/lib/ids.ts'

/** `lock` holds what a statement locks until it is called back, as a session does that hangs in the middle of a transaction. */
export async function lock(
  sql: Sql,
  statement: (transaction: Transaction) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await statement(transaction)
    locked.resolve()
    await release.promise
  })
  await Promise.race([locked.promise, holding])
  return async () => {
    release.resolve()
    await holding
  }
}

/** `lockWallets` holds the wallets of accounts locked. */
export const lockWallets = (sql: Sql, ...accounts: (AccountId | number)[]): Promise<() => Promise<void>> =>
  lock(
    sql,
    (transaction) => transaction`select 1 from wallets where account_id = any(${accounts}::int[]) for update`,
  )
