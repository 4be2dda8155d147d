import type { PaperLogo } from '../brand/paper-logo.ts'
import { type BalanceChange, signed } from '../ledger/balance-change.ts'
import { grouped } from '../lib/money.ts'
import {
  type Column,
  LEFT,
  openSheet,
  RIGHT,
  ROW,
  rowsBelow,
  type Sheet,
  TOP,
  topBelow,
} from './pdf-sheet.ts'
import { minuteOf, monthName, taxIdLine, totalWords, whatOf } from './pdf-words.ts'
import type { Statement } from './statement.ts'

/** MAX_LISTED bounds the movements that a PDF lists: of a month with more it has the balances and totals. */
export const MAX_LISTED = 2000

const BALANCE = { head: 'Balance', x: 480, width: 75, right: true } as const

const columns: Column[] = [
  { head: 'Time (UTC)', x: LEFT, width: 78 },
  { head: 'Number', x: 120, width: 46 },
  { head: 'What', x: 172, width: 160 },
  { head: 'Debit', x: 336, width: 68, right: true },
  { head: 'Credit', x: 408, width: 68, right: true },
  BALANCE,
]

/** `pdfOf` writes A4 pages with the shop's logo, a head, the totals and a table of all movements, one at a time. */
export async function* pdfOf(
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
  readLogo: () => Promise<PaperLogo | undefined> = async () => undefined,
): AsyncGenerator<Uint8Array> {
  const { account, month, count, madeAt } = statement
  const logo = await readLogo()
  const isListed = count <= MAX_LISTED
  const behindFirst = (isListed ? count : 0) - rowsBelow(topBelow(logo) + summaryHeight(statement))
  const pages = 1 + Math.max(0, Math.ceil(behindFirst / rowsBelow(TOP)))
  const sheet = await openSheet({
    title: `Statement ${month.text} of ${account.name}`,
    createdAt: madeAt,
    columns,
    logo,
    foot: (page) => [`${account.username}, ${month.text}`, `Page ${page} of ${pages}`],
  })
  drawSummary(sheet, statement)
  if (!isListed) {
    sheet.text(
      `This month has ${count} movements. A PDF lists at most ${MAX_LISTED}: the CSV and JSON statements have all.`,
      LEFT,
    )
  } else if (count > 0) yield* sheet.table(movements, (one) => cellsOf(one, account.currency))
  else sheet.text('Nothing moved in this month.', LEFT)
  yield await sheet.end()
}

/** `cellsOf` leaves out the currency's sign, which the fonts may lack. */
function cellsOf(one: BalanceChange, currency: string): string[] {
  const amount = grouped(one.amount, currency)
  const [debit, credit] = one.type === 'debit' ? [amount, ''] : ['', amount]
  return [
    minuteOf(one.createdAt),
    String(one.id),
    whatOf(one),
    debit,
    credit,
    grouped(one.balanceAfter, currency),
  ]
}

/** `drawSummary` draws the account, the month and the totals. */
function drawSummary(sheet: Sheet, statement: Statement): void {
  const { account, month, opening, closing, complete, madeAt, totals, captured } = statement
  const sum = (label: string, amount: bigint, style: { bold?: boolean; grey?: boolean } = {}): void => {
    const { x, width } = BALANCE
    sheet.text(label, LEFT, { width: 330, ...style })
    sheet.text(grouped(amount, account.currency), x - 75, { width: width + 75, right: true, ...style })
    sheet.y += ROW
  }
  sheet.text('Statement', LEFT, { size: 20, bold: true })
  sheet.text(monthName(month.from), RIGHT - 250, { size: 14, width: 250, right: true, dy: 5 })
  sheet.y += 32
  sheet.text(account.name, LEFT, { size: 11, bold: true, width: 340 })
  sheet.text(`Amounts in ${account.currency}`, RIGHT - 170, { width: 170, right: true })
  sheet.y += 15
  sheet.text(`${account.username}, ${account.email}`, LEFT, { width: 340 })
  const day = (time: Date): string => time.toISOString().slice(0, 10)
  const until = complete
    ? `to ${day(new Date(month.to.getTime() - 1))}`
    : `to ${minuteOf(madeAt)}, not complete`
  sheet.text(`${day(month.from)} ${until} (UTC)`, RIGHT - 250, { width: 250, right: true })
  for (const text of partiesOf(statement)) {
    sheet.y += ROW
    sheet.text(text, LEFT)
  }
  sheet.y += 26
  sum('Opening balance', opening, { bold: true })
  for (const total of totals) sum(totalWords(total), signed(total))
  sheet.line()
  sum('Closing balance', closing, { bold: true })
  sum('Charged for items that were delivered', captured, { grey: true })
  sheet.y += 12
}

/** `summaryHeight` is that of the summary. */
const summaryHeight = (statement: Statement): number =>
  32 + 15 + 26 + ROW * (partiesOf(statement).length + statement.totals.length + 3) + 4 + 12

/** `partiesOf` gives a line each for where the account is and for who sells, as far as that is known. */
function partiesOf({ account, seller, contacts }: Statement): string[] {
  const lineOf = (...texts: string[]): string =>
    texts
      .map((text) => text.replace(/\s*\n\s*/g, ', ').trim())
      .filter(Boolean)
      .join(', ')
  const from =
    seller && `From ${lineOf(seller.name, seller.address, taxIdLine(seller.taxId), seller.contact)}`
  const questions = contacts.length > 0 ? `Questions: ${contacts.join(', ')}` : ''
  return [lineOf(account.address, taxIdLine(account.taxId)), from ?? '', questions].filter(Boolean)
}
