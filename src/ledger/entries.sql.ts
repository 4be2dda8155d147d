import type { Queryable, Sql, Transaction } from '../database/database.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Period } from '../lib/period.ts'
import type { EntryKind, LedgerEntry } from './entry.ts'

/**
 * `insertEntry` writes an entry between bank and available under the account's next number, and the balance that follows. The wallet
 * must be locked.
 */
export async function insertEntry(
  sql: Queryable,
  entry: Omit<LedgerEntry, 'id'> & { accountId: AccountId },
  depositId: number | null = null,
): Promise<EntryId> {
  const [row] = await sql<{ id: EntryId }[]>`
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
    returning id`.records()
  if (!row) throw new Error(`account ${entry.accountId} has no wallet`)
  return row.id
}

/** `ofKinds` filters ledger entries by kind. Where no kind is of an order, the small index serves. */
export const ofKinds = (sql: Queryable, kinds: EntryKind[]) => sql`
  kind = any(${kinds}::text[]::entry_kind[])
  ${
    kinds.some((kind) => kind === 'hold' || kind === 'capture' || kind === 'release')
      ? sql``
      : sql`and kind in ('deposit', 'adjust_up', 'adjust_down', 'send', 'receive')`
  }`

/** `ofPeriod` filters an account's ledger entries by time, through their ids: `first_entry_since` of the schema explains the 15 minutes. */
export const ofPeriod = (sql: Queryable, accountId: AccountId, { from, to }: Period) => sql`
  ${
    from === undefined
      ? sql``
      : sql`and created_at >= ${from} and id >= first_entry_since(${accountId}, ${from})`
  }
  ${
    to === undefined
      ? sql``
      : sql`and created_at < ${to}
            and id < coalesce(first_entry_since(${accountId}, ${to}::timestamptz + interval '15 minutes'),
                              9223372036854775807)`
  }`

/**
 * `inOrder` reads a page of an account's entries by the index that has them in the order of their ids. Without this a table that grew
 * since its statistics were made would be read whole and sorted for each page.
 */
export const inOrder = async <Row>(
  sql: Sql,
  read: (transaction: Transaction) => Promise<Row[]>,
): Promise<Row[]> =>
  (await sql.begin('read only', async (transaction) => {
    await transaction`set local enable_bitmapscan = off`
    return await read(transaction)
  })) as Row[]
