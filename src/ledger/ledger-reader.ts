import { type Reads, unshared } from '../database/account-reads.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { MAX_SCANNED_ROWS } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { type Page, pageOf } from '../lib/page.ts'
import type { Period } from '../lib/period.ts'
import { type BalanceChange, type BalanceChangeReason, balanceChangeKinds } from './balance-change.ts'
import { selectBalanceChanges } from './balance-changes.sql.ts'
import { type EntryRange, inOrder, ofOrders, selectRange } from './entries.sql.ts'
import type { EntryKind, Wallet } from './entry.ts'
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
const ENTRIES_PER_READ = 1000

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
    return await inOrder(this.#reads.of(accountId, signal), async (transaction) => {
      const { range, next } = await this.#lookAt(transaction, accountId, filter, kinds)
      const rows = { ...filter, kinds, range, limit: limit + 1 }
      const { found, isCut } = await selectTransactions(transaction, accountId, rows)
      const page = pageOf(found, limit, ({ id }) => id)
      return { ...page, next: page.next ?? (isCut ? found.at(-1)?.id : next) }
    })
  }

  /** `transaction` throws not_found. */
  async transaction(accountId: AccountId, id: EntryId): Promise<AccountTransaction> {
    const rows = { kinds: firstKinds, range: only(id), limit: 1 }
    const [found] = (await selectTransactions(this.#sql, accountId, rows)).found
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
    return await inOrder(this.#reads.of(accountId, signal), async (transaction) => {
      const { range, next } = await this.#lookAt(transaction, accountId, filter, kinds)
      const rows = { ...filter, kinds, range, limit: limit + 1 }
      const page = pageOf(await selectBalanceChanges(transaction, accountId, rows), limit, ({ id }) => id)
      return { ...page, next: page.next ?? next }
    })
  }

  /** `balanceChange` throws not_found. */
  async balanceChange(accountId: AccountId, id: EntryId): Promise<BalanceChange> {
    const [found] = await selectBalanceChanges(this.#sql, accountId, {
      kinds: balanceKinds,
      range: only(id),
      limit: 1,
    })
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
    for (let first = after + 1; first <= last; first += ENTRIES_PER_READ) {
      const range = { first, below: Math.min(first + ENTRIES_PER_READ, last + 1) } as EntryRange
      const rows = { kinds: balanceKinds, range, oldestFirst: true, limit: ENTRIES_PER_READ }
      const piece = await inOrder(this.#reads.of(accountId, signal), (transaction) =>
        selectBalanceChanges(transaction, accountId, rows),
      )
      if (piece.length > 0) yield piece
    }
  }

  /** `#lookAt` gives the entries that a page is looked for in, and where the next page goes on behind them. */
  async #lookAt(
    transaction: Transaction,
    accountId: AccountId,
    { before, from, to }: Omit<PageFilter, 'limit'>,
    kinds: readonly EntryKind[],
  ): Promise<{ range: EntryRange; next: EntryId | undefined }> {
    const { first, below } = await selectRange(transaction, accountId, { before, from, to })
    // Entries of no order have an index of their own.
    const isWide = kinds.some((kind) => ofOrders.includes(kind))
    const downTo = (isWide ? Math.max(first, below - MAX_SCANNED_ROWS.account) : first) as EntryId
    return { range: { first: downTo, below }, next: downTo > first ? downTo : undefined }
  }
}

/** `only` is the range of one entry. */
const only = (id: EntryId): EntryRange => ({ first: id, below: (id + 1) as EntryId })

function keysOf<Key extends string>(table: Record<Key, unknown>): Key[] {
  return Object.keys(table) as Key[]
}
