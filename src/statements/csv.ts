import type { BalanceChange } from '../ledger/balance-change.ts'
import { formatMicros } from '../lib/money.ts'
import type { Statement } from './statement.ts'

/**
 * `csvOf` writes for spreadsheets: UTF-8 with a byte order mark, by which they know it, and lines as RFC 4180 has them. The
 * first line after the head is the opening balance and the last one the closing balance.
 */
export async function* csvOf(
  { month, opening, closing, account, madeAt, complete }: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<string> {
  yield `\ufeff${line(['time', 'id', 'type', 'reason', 'order_id', 'note', 'credit', 'debit', 'balance', 'currency'])}`
  const balance = (time: Date, what: string, amount: bigint): string =>
    line([time.toISOString(), '', what, '', '', '', '', '', formatMicros(amount), account.currency])
  yield balance(month.from, 'opening', opening)
  for await (const piece of movements) {
    yield piece
      .map((one) => {
        const amount = formatMicros(one.amount)
        return line([
          one.createdAt.toISOString(),
          String(one.id),
          one.type,
          one.reason,
          String(one.orderId ?? ''),
          plain(one.note ?? ''),
          one.type === 'credit' ? amount : '',
          one.type === 'debit' ? amount : '',
          formatMicros(one.balanceAfter),
          account.currency,
        ])
      })
      .join('')
  }
  yield balance(complete ? month.to : madeAt, 'closing', closing)
}

/** `plain` puts an apostrophe before a text that a spreadsheet would take for a formula and run. */
const plain = (text: string): string => (/^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text)

const line = (cells: string[]): string => `${cells.map(quoted).join()}\r\n`

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
