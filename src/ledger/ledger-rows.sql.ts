import type { Queryable, Sql, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Period } from '../lib/period.ts'
import type { EntryKind } from './entry.ts'

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
