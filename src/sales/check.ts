import type { Sql } from '../database/database.ts'
import type { LedgerCheck } from '../ledger/check.ts'
import { selectWrongFigures, selectWrongQuarters } from './check.sql.ts'
import { selectSalesState } from './fold.sql.ts'

const MAX_ROWS = 100

/** `checkSales` holds the sales figures against the ledger, as far as they have taken it, as of one moment. */
export const checkSales = (sql: Sql): Promise<LedgerCheck[]> =>
  sql.begin('isolation level repeatable read read only', async (transaction) => {
    const { timeZone } = await selectSalesState(transaction)
    const checks = [
      [
        'the sales figures are those of the ledger',
        await selectWrongFigures(transaction, timeZone, MAX_ROWS),
      ],
      [
        'the sales figures of quarters of an hour are those of the ledger',
        await selectWrongQuarters(transaction, timeZone, MAX_ROWS),
      ],
    ] as const
    return checks.map(([name, rows]) => ({ name, ok: rows.length === 0, rows: [...rows] }))
  })
