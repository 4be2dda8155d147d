import { Readable } from 'node:stream'
import type { Sql } from '../database/database.ts'
import type { BalanceChange } from '../ledger/balance-change.ts'
import { csvOf } from './csv.ts'
import { jsonOf } from './json.ts'
import { pdfOf } from './pdf.ts'
import type { Statement } from './statement.ts'
import { movementsOf } from './statements.ts'

export type StatementFormat = 'json' | 'csv' | 'pdf'

type Writer = (
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
) => AsyncGenerator<string | Uint8Array>

/** How each is written, in pieces, and its media type. */
export const statementFormats: Record<StatementFormat, { type: string; write: Writer }> = {
  json: { type: 'application/json', write: jsonOf },
  csv: { type: 'text/csv', write: csvOf },
  pdf: { type: 'application/pdf', write: pdfOf },
}

export const isStatementFormat = (text: string): text is StatementFormat =>
  Object.hasOwn(statementFormats, text)

/** A statement as a stream of bytes, which reads no faster than it is taken. */
export const streamOf = (sql: Sql, statement: Statement, format: StatementFormat): Readable =>
  Readable.from(statementFormats[format].write(statement, movementsOf(sql, statement)), { objectMode: false })

export const fileNameOf = ({ account, month }: Statement, format: StatementFormat): string =>
  `statement-${account.username}-${month.text}.${format}`
