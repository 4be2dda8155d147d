import type { PaperLogo } from '../brand/paper-logo.ts'
import { wireStatementHead } from '../contract/statements.ts'
import { wireMutation } from '../contract/wallet.ts'
import type { BalanceChange } from '../ledger/balance-change.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import { csvOf } from './csv.ts'
import { pdfOf } from './pdf.ts'
import type { Statement } from './statement.ts'

/** `jsonOf` writes `{"data": {...}}` with the movements last, so that they can be written as they are read. */
async function* jsonOf(
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<string> {
  yield `{"data":${jsonWithAmounts(wireStatementHead(statement)).slice(0, -1)},"movements":[`
  let between = ''
  for await (const piece of movements) {
    yield between + piece.map((one) => jsonWithAmounts(wireMutation(one))).join()
    between = ','
  }
  yield ']}}'
}

export type StatementFormat = 'json' | 'csv' | 'pdf'

type Writer = (
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
  readLogo: () => Promise<PaperLogo | undefined>,
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
