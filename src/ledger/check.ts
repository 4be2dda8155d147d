import type { Sql } from '../database/database.ts'
import { type Finding, ledgerQueries } from './check.sql.ts'

export interface LedgerCheck {
  name: string
  ok: boolean
  /** `rows` are those that break it; no more than `MAX_ROWS`. */
  rows: Finding[]
}

const MAX_ROWS = 100

/**
 * `checkLedger` recomputes every balance from the ledger entries and checks the promises that SQL can check, all of them as of one
 * moment, so that a server may go on working meanwhile.
 */
export async function checkLedger(sql: Sql): Promise<LedgerCheck[]> {
  return await sql.begin('isolation level repeatable read read only', async (transaction) => {
    const checks: LedgerCheck[] = []
    for (const { name, rows: find } of ledgerQueries) {
      const rows = [...(await find(transaction, MAX_ROWS))]
      checks.push({ name, ok: rows.length === 0, rows })
    }
    return checks
  })
}
