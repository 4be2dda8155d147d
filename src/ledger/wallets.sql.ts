import { build } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Wallet } from './entry.ts'

export async function insertWallet(sql: Queryable, accountId: AccountId, currency: string): Promise<void> {
  await sql.run(build.insertInto('wallets').values({ accountId, currency }))
}

export async function selectWallet(sql: Queryable, accountId: AccountId): Promise<Wallet | undefined> {
  const [row] = await sql<Wallet[]>`
    select currency, available, held, credit_limit from wallets where account_id = ${accountId}`.records()
  return row
}

/**
 * `lockWallets` locks the wallets of accounts until the transaction ends, and reads them. Everything that moves money locks them here,
 * in id order, so that two transactions never wait for each other; only the statement that places orders locks them by itself, in the
 * same order. With `skipLocked` it leaves out those that somebody else has locked. It is sent at once: what the transaction sends after
 * it sees what was committed before the lock.
 */
export async function lockWallets(
  sql: Transaction,
  accountIds: readonly AccountId[],
  { skipLocked = false } = {},
): Promise<Map<AccountId, Wallet>> {
  const rows = await sql<(Wallet & { accountId: AccountId })[]>`
    select account_id, currency, available, held, credit_limit from wallets
     where account_id = any(${accountIds}::int[])
     order by account_id
       for no key update ${skipLocked ? sql`skip locked` : sql``}`.records()
  return new Map(rows.map(({ accountId, ...wallet }) => [accountId, wallet]))
}

export async function updateCreditLimit(
  sql: Queryable,
  accountId: AccountId,
  creditLimit: bigint,
): Promise<void> {
  await sql.run(build.updateTable('wallets').set({ creditLimit }).where('accountId', '=', accountId))
}
