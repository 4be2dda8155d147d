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
    ), noted as (
      insert into unchained_ledgers (accounts) select array[account_id] from balanced
    )
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, note, reference, deposit_id,
                                created_at)
    select account_id, last_entry, ${entry.kind}::entry_kind, ${entry.amount}::bigint, available,
           ${entry.actor}::text, ${entry.note}::text, ${entry.reference}::text,
           ${depositId}::bigint, ${entry.createdAt}::timestamptz
      from balanced
    returning id`.records()
  if (!row) throw new Error(`account ${entry.accountId} has no wallet`)
  return row.id
}

/** `selectByReference` gives what a person has paid in or corrected under a reference. */
export async function selectByReference(
  sql: Queryable,
  accountId: AccountId,
  reference: string,
): Promise<LedgerEntry | undefined> {
  const [row] = await sql<LedgerEntry[]>`
    select id, kind, amount, available_after, actor, note, reference, created_at
      from ledger_entries
     where account_id = ${accountId} and reference = ${reference} and kind in ('deposit', 'adjust_up', 'adjust_down')`.records()
  return row
}

/** `ofOrders` are the kinds of entries that name an order. */
export const ofOrders: readonly EntryKind[] = ['hold', 'capture', 'release', 'refund', 'correction', 'charge']

/** `ofKinds` filters ledger entries by kind. Where no kind is of an order, the small index serves. */
export const ofKinds = (sql: Queryable, kinds: EntryKind[]) => sql`
  kind = any(${kinds}::text[]::entry_kind[])
  ${
    kinds.some((kind) => ofOrders.includes(kind))
      ? sql``
      : sql`and kind in ('deposit', 'adjust_up', 'adjust_down', 'send', 'receive', 'opening_up', 'opening_down')`
  }`

/** `ofPeriod` filters entries by time, beside `selectRange`, which bounds their ids. */
export const ofPeriod = (sql: Queryable, { from, to }: Period) => sql`
  ${from === undefined ? sql`` : sql`and created_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and created_at < ${to}`}`

/** EntryRange is a part of an account's entries by their ids: from `first`, which is in it, to `below`, which is not. */
export interface EntryRange {
  first: EntryId
  below: EntryId
}

/** `selectRange` gives the ids of a period, and of the page behind `before`: `first_entry_since` of the schema explains the 15 minutes. */
export async function selectRange(
  sql: Queryable,
  accountId: AccountId,
  { before, from, to }: Period & { before?: EntryId | undefined },
): Promise<EntryRange> {
  const [row] = await sql<{ firstId: EntryId; belowId: EntryId }[]>`
    select ${from === undefined ? sql`1::bigint` : sql`coalesce(first_entry_since(${accountId}, ${from}), last_entry + 1)`}
             as first_id,
           least(last_entry + 1, ${before ?? Number.MAX_SAFE_INTEGER}::bigint,
                 ${to === undefined ? sql`null` : sql`first_entry_since(${accountId}, ${to}::timestamptz + interval '15 minutes')`})
             as below_id
      from wallets where account_id = ${accountId}`.records()
  return { first: row?.firstId ?? (1 as EntryId), below: row?.belowId ?? (1 as EntryId) }
}

/**
 * `inOrder` reads a page of an account's entries by the index that has them in the order of their ids. Without this a table that grew
 * since its statistics were made would be read whole and sorted for each page.
 */
export const inOrder = async <T>(sql: Sql, read: (transaction: Transaction) => Promise<T>): Promise<T> =>
  await sql.begin('read only', async (transaction) => {
    await transaction`set local enable_bitmapscan = off`
    return await read(transaction)
  })
