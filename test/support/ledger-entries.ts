import type { Sql } from '../../src/database/database.ts'
import type { LedgerEntry } from '../../src/ledger/entry.ts'
import type { AccountId } from '../../src/lib/ids.ts'

/** `ledgerEntries` gives an account's ledger entries of every kind, newest first. */
export const ledgerEntries = async (sql: Sql, accountId: AccountId): Promise<LedgerEntry[]> =>
  await sql<LedgerEntry[]>`
    select id, kind, amount, available_after, actor, note, created_at
      from ledger_entries where account_id = ${accountId} order by id desc`.records()
