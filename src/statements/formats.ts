import type { BalanceChange } from '../ledger/balance-change.ts'
import { csvOf } from './csv.ts'
import { jsonOf } from './json.ts'
import { pdfOf } from './pdf.ts'
import type { Statement } from './statement.ts'

export type StatementFormat = 'json' | 'csv' | 'pdf'

type Writer = (
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
) => AsyncGenerator<string | Uint8Array>

/** `statementFormats` has the media type of each format, and how it is written, in pieces. */
export const statementFormats: Record<StatementFormat, { type: string; write: Writer }> = {
  json: { type: 'application/json', write: jsonOf },
  csv: { type: 'text/csv', write: csvOf },
  pdf: { type: 'application/pdf', write: pdfOf },
}

export const isStatementFormat = (text: string): text is StatementFormat =>
  Object.hasOwn(statementFormats, text)

export const fileNameOf = ({ account, month }: Statement, format: StatementFormat): string =>
  `statement-${account.username}-${month.text}.${format}`
