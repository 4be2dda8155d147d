import { type Reads, unshared } from '../database/account-reads.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { type Page, pageOf } from '../lib/page.ts'
import type { Period } from '../lib/period.ts'
import { type BalanceChange, type BalanceChangeReason, balanceChangeKinds } from './balance-change.ts'
import { selectBalanceChanges } from './balance-changes.sql.ts'
import { inOrder } from './entries.sql.ts'
import type { Wallet } from './entry.ts'
import { type AccountTransaction, type TransactionType, transactionKinds } from './transaction.ts'
import { selectTransactions } from './transactions.sql.ts'
import { selectWallet } from './wallets.sql.ts'
import { refuseUnknown } from './wallets.ts'

interface PageFilter extends Period {
  /** `before` is the last id of the page before: only smaller ids are given. */
  before?: EntryId | undefined
  limit: number
}

export interface BalanceChangeFilter extends PageFilter {
  type?: BalanceChange['type'] | undefined
  reason?: BalanceChangeReason | undefined
}

export interface TransactionFilter extends PageFilter {
  type?: TransactionType | undefined
}

const balanceKinds = keysOf(balanceChangeKinds)
const firstKinds = keysOf(transactionKinds)

/** ENTRIES_PER_READ is few enough to hold up nobody while they are written out. */
const ENTRIES_PER_READ = 500

/** LedgerReader reads wallets and the ledger for one account at a time (promise 6, own data only). */
export class LedgerReader {
  readonly #sql: Sql
  readonly #reads: Reads

  constructor(sql: Sql, reads: Reads = unshared(sql)) {
    this.#sql = sql
    this.#reads = reads
  }

  /** `wallet` throws not_found. */
  async wallet(accountId: AccountId): Promise<Wallet> {
    return (await selectWallet(this.#sql, accountId)) ?? refuseUnknown(accountId)
  }

  /** `transactions` gives a page of an account's transactions, newest first. */
  async transactions(
    accountId: AccountId,
    { type, limit, ...filter }: TransactionFilter,
    signal?: AbortSignal,
  ): Promise<Page<AccountTransaction, EntryId>> {
    const kinds = firstKinds.filter((kind) => type === undefined || transactionKinds[kind].type === type)
    const rows = { ...filter, kinds, limit: limit + 1 }
    const found = await inOrder(this.#reads.of(accountId, signal), (transaction) =>
      selectTransactions(transaction, accountId, rows),
    )
    return pageOf(found, limit, ({ id }) => id)
  }

  /** `transaction` throws not_found. */
  async transaction(accountId: AccountId, id: EntryId): Promise<AccountTransaction> {
    const [found] = await selectTransactions(this.#sql, accountId, { kinds: firstKinds, id, limit: 1 })
    if (!found) throw new Refusal('not_found', `there is no transaction ${id}`, 'id')
    return found
  }

  /** `balanceChanges` gives a page of an account's balance changes, newest first. */
  async balanceChanges(
    accountId: AccountId,
    { type, reason, limit, ...filter }: BalanceChangeFilter,
    signal?: AbortSignal,
  ): Promise<Page<BalanceChange, EntryId>> {
    const kinds = balanceKinds.filter(
      (kind) =>
        (type === undefined || balanceChangeKinds[kind].type === type) &&
        (reason === undefined || balanceChangeKinds[kind].reason === reason),
    )
    const rows = { ...filter, kinds, limit: limit + 1 }
    const found = await inOrder(this.#reads.of(accountId, signal), (transaction) =>
      selectBalanceChanges(transaction, accountId, rows),
    )
    return pageOf(found, limit, ({ id }) => id)
  }

  /** `balanceChange` throws not_found. */
  async balanceChange(accountId: AccountId, id: EntryId): Promise<BalanceChange> {
    const [found] = await selectBalanceChanges(this.#sql, accountId, { kinds: balanceKinds, id, limit: 1 })
    if (!found) throw new Refusal('not_found', `there is no mutation ${id}`, 'id')
    return found
  }

  /**
   * `everyBalanceChange` gives an account's balance changes after one id and up to another, oldest first, in pieces. What is in the
   * ledger never changes and nothing comes in between, so that no connection is held while a slow reader takes them.
   */
  async *everyBalanceChange(
    accountId: AccountId,
    { after, last }: { after: EntryId; last: EntryId },
    signal?: AbortSignal,
  ): AsyncGenerator<BalanceChange[]> {
    for (let from = after; ; ) {
      const rows = { kinds: balanceKinds, after: from, last, limit: ENTRIES_PER_READ }
      const piece = await inOrder(this.#reads.of(accountId, signal), (transaction) =>
        selectBalanceChanges(transaction, accountId, rows),
      )
      if (piece.length > 0) yield piece
      const end = piece.at(-1)?.id
      if (end === undefined || piece.length < ENTRIES_PER_READ) return
      from = end
    }
  }
}

function keysOf<Key extends string>(table: Record<Key, unknown>): Key[] {
  return Object.keys(table) as Key[]
}
