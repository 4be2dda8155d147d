import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Period } from '../lib/period.ts'
import { inOrder } from './ledger-rows.sql.ts'
import { type AccountTransaction, type TransactionType, transactionKinds } from './transaction.ts'
import { selectTransactions } from './transactions.sql.ts'

export interface TransactionFilter extends Period {
  type?: TransactionType | undefined
  /** Only smaller ids: the last id of the page before. */
  before?: EntryId | undefined
  limit: number
}

const everyKind = Object.keys(transactionKinds) as (keyof typeof transactionKinds)[]

/** A page of an account's transactions, newest first; `next` is the cursor of the following page, if there is one. */
export async function listTransactions(
  sql: Sql,
  accountId: AccountId,
  { type, limit, ...filter }: TransactionFilter,
): Promise<{ transactions: AccountTransaction[]; next: EntryId | undefined }> {
  const kinds = everyKind.filter((kind) => type === undefined || transactionKinds[kind].type === type)
  const rows = { ...filter, kinds, limit: limit + 1 }
  const found = await inOrder(sql, (transaction) => selectTransactions(transaction, accountId, rows))
  const transactions = found.slice(0, limit)
  return { transactions, next: found.length > limit ? transactions.at(-1)?.id : undefined }
}

/** Throws not_found. */
export async function findTransaction(
  sql: Queryable,
  accountId: AccountId,
  id: EntryId,
): Promise<AccountTransaction> {
  const [found] = await selectTransactions(sql, accountId, { kinds: everyKind, id, limit: 1 })
  if (!found) throw new Refusal('not_found', `there is no transaction ${id}`, 'id')
  return found
}
