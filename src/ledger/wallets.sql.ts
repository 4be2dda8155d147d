import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import type { EntryKind, LedgerEntry, Wallet } from './entry.ts'

interface WalletRow {
  currency: string
  available: bigint
  held: bigint
  credit_limit: bigint
}

const walletOf = (row: WalletRow): Wallet => ({
  currency: row.currency,
  available: micros(row.available),
  held: micros(row.held),
  creditLimit: micros(row.credit_limit),
})

export async function insertWallet(sql: Queryable, accountId: AccountId, currency: string): Promise<void> {
  await sql`insert into wallets (account_id, currency) values (${accountId}, ${currency})`
}

export async function selectWallet(sql: Queryable, accountId: AccountId): Promise<Wallet | undefined> {
  const [row] = await sql<WalletRow[]>`
    select currency, available, held, credit_limit from wallets where account_id = ${accountId}`
  return row && walletOf(row)
}

/**
 * `lockWallets` locks the wallets of accounts until the transaction ends, and reads them. Everything that moves money locks them here,
 * in id order, so that two transactions never wait for each other. With `skipLocked` it leaves out those that somebody else has
 * locked. It is sent at once: what the transaction sends after it sees what was committed before the lock.
 */
export async function lockWallets(
  sql: Transaction,
  accountIds: readonly AccountId[],
  { skipLocked = false } = {},
): Promise<Map<AccountId, Wallet>> {
  const rows = await sql<(WalletRow & { account_id: AccountId })[]>`
    select account_id, currency, available, held, credit_limit from wallets
     where account_id = any(${accountIds}::int[])
     order by account_id
       for no key update ${skipLocked ? sql`skip locked` : sql``}`.execute()
  return new Map(rows.map((row) => [row.account_id, walletOf(row)]))
}

export async function updateCreditLimit(
  sql: Queryable,
  accountId: AccountId,
  creditLimit: bigint,
): Promise<void> {
  await sql`update wallets set credit_limit = ${creditLimit} where account_id = ${accountId}`
}

/**
 * `insertEntry` writes an entry between bank and available under the account's next number, and the balance that follows. The wallet
 * must be locked.
 */
export async function insertEntry(
  sql: Queryable,
  entry: Omit<LedgerEntry, 'id' | 'orderId' | 'position'> & { accountId: AccountId },
  depositId: number | null = null,
): Promise<EntryId> {
  const [row] = await sql<{ id: bigint }[]>`
    with balanced as (
      update wallets set available = ${entry.availableAfter}, last_entry = last_entry + 1
       where account_id = ${entry.accountId}
      returning account_id, last_entry, available
    )
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, note, deposit_id, created_at)
    select account_id, last_entry, ${entry.kind}::entry_kind, ${entry.amount}::bigint, available,
           ${entry.actor}::text, ${entry.note}::text,
           ${depositId}::bigint, ${entry.createdAt}::timestamptz
      from balanced
    returning id`
  return Number(row?.id) as EntryId
}

/** `selectEntries` gives an account's entries, newest first. `before` is the last id of the page before. */
export async function selectEntries(
  sql: Queryable,
  accountId: AccountId,
  { before, limit }: { before: EntryId | undefined; limit: number },
): Promise<LedgerEntry[]> {
  const rows = await sql<
    {
      id: bigint
      kind: EntryKind
      amount: bigint
      available_after: bigint
      order_id: bigint | null
      position: number | null
      actor: string | null
      note: string | null
      created_at: Date
    }[]
  >`
    select id, kind, amount, available_after, order_id, position, actor, note, created_at
      from ledger_entries
     where account_id = ${accountId} ${before === undefined ? sql`` : sql`and id < ${before}`}
     order by id desc limit ${limit}`
  return rows.map((row) => ({
    id: Number(row.id) as EntryId,
    kind: row.kind,
    amount: micros(row.amount),
    availableAfter: micros(row.available_after),
    orderId: row.order_id === null ? null : Number(row.order_id),
    position: row.position,
    actor: row.actor,
    note: row.note,
    createdAt: row.created_at,
  }))
}
