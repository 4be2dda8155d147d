import { stringify } from 'csv-stringify/sync'
import type { BalanceChange } from '../ledger/balance-change.ts'
import { asText } from '../lib/csv-text.ts'
import { formatMicros } from '../lib/money.ts'
import type { Statement } from './statement.ts'

const COLUMNS = ['time', 'id', 'type', 'reason', 'order_id', 'note', 'credit', 'debit', 'balance', 'currency']

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>>

/**
 * `csvOf` writes a statement for spreadsheets: UTF-8 with a byte order mark, by which they know that it is, and lines as RFC 4180
 * has them. The first line after the head is the opening balance and the last one the closing balance.
 */
export async function* csvOf(
  { month, opening, closing, account, madeAt, complete }: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<string> {
  const lines = (rows: Row[], isFirst = false): string =>
    stringify(
      rows.map((row) => ({ ...row, currency: account.currency })),
      { columns: COLUMNS, header: isFirst, bom: isFirst, record_delimiter: '\r\n' },
    )
  const balance = (time: Date, type: string, amount: bigint): Row => ({
    time: time.toISOString(),
    type,
    balance: formatMicros(amount, account.currency),
  })
  yield lines([balance(month.from, 'opening', opening)], true)
  for await (const piece of movements) {
    yield lines(
      piece.map(({ createdAt, id, type, reason, orderId, note, amount, balanceAfter }) => ({
        time: createdAt.toISOString(),
        id,
        type,
        reason,
        order_id: orderId,
        note: asText(note ?? ''),
        [type]: formatMicros(amount, account.currency),
        balance: formatMicros(balanceAfter, account.currency),
      })),
    )
  }
  yield lines([balance(complete ? month.to : madeAt, 'closing', closing)])
}
