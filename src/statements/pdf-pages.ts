import { type BalanceChange, signed } from '../ledger/balance-change.ts'
import { grouped } from '../lib/money.ts'
import { Fonts } from './pdf-fonts.ts'
import { minuteOf, monthName, totalWords, whatOf } from './pdf-words.ts'
import type { Statement } from './statement.ts'

/** LEFT, RIGHT, TOP, BOTTOM, ROW are in points, of which A4 has 595 x 842. */
const LEFT = 40
const RIGHT = 555
const TOP = 40
const BOTTOM = 790
const ROW = 14

const columns = [
  { head: 'Time (UTC)', x: LEFT, width: 78 },
  { head: 'Number', x: 120, width: 46 },
  { head: 'What', x: 172, width: 160 },
  { head: 'Debit', x: 336, width: 68, right: true },
  { head: 'Credit', x: 408, width: 68, right: true },
  { head: 'Balance', x: 480, width: 75, right: true },
]

/** Pages draws the pages of a statement from top to bottom. */
export class Pages {
  readonly #document: PDFKit.PDFDocument
  readonly #fonts: Fonts
  readonly #statement: Statement
  readonly #count: number
  #page = 1
  #y = TOP

  /** `rows` is how many will be drawn, so that each page can say of how many it is. */
  constructor(document: PDFKit.PDFDocument, statement: Statement, { rows }: { rows: number }) {
    this.#document = document
    this.#fonts = new Fonts(document)
    this.#statement = statement
    const onFirst = rowsBelow(TOP + summaryHeight(statement))
    this.#count = 1 + Math.max(0, Math.ceil((rows - onFirst) / rowsBelow(TOP)))
    this.#foot()
  }

  /** `summary` draws the account, the month and the totals. */
  summary(): void {
    const { account, month, opening, closing, complete, madeAt, totals, captured } = this.#statement
    this.#text('Statement', LEFT, { size: 20, bold: true })
    this.#text(monthName(month.from), RIGHT - 250, { size: 14, width: 250, right: true, dy: 5 })
    this.#y += 32
    this.#text(account.name, LEFT, { size: 11, bold: true, width: 340 })
    this.#text(`Amounts in ${account.currency}`, RIGHT - 170, { width: 170, right: true })
    this.#y += 15
    this.#text(`${account.username}, ${account.email}`, LEFT, { width: 340 })
    const day = (time: Date): string => time.toISOString().slice(0, 10)
    const until = complete
      ? `to ${day(new Date(month.to.getTime() - 1))}`
      : `to ${minuteOf(madeAt)}, not complete`
    this.#text(`${day(month.from)} ${until} (UTC)`, RIGHT - 250, { width: 250, right: true })
    for (const text of partiesOf(this.#statement)) {
      this.#y += ROW
      this.#text(text, LEFT)
    }
    this.#y += 26
    this.#sum('Opening balance', opening, { bold: true })
    for (const total of totals) this.#sum(totalWords(total), signed(total))
    this.#line()
    this.#sum('Closing balance', closing, { bold: true })
    this.#sum('Charged for items that were delivered', captured, { grey: true })
    this.#y += 12
  }

  say(text: string): void {
    this.#text(text, LEFT, { width: RIGHT - LEFT })
    this.#y += ROW
  }

  tableHead(): void {
    for (const { head, x, width, right } of columns) this.#text(head, x, { bold: true, width, right })
    this.#y += ROW - 2
    this.#line()
  }

  /** `row` draws a movement; true: on a new page. */
  row(one: BalanceChange): boolean {
    const full = this.#y + ROW > BOTTOM
    if (full) {
      this.#document.addPage()
      this.#page += 1
      this.#y = TOP
      this.#foot()
      this.tableHead()
    }
    const amount = this.#grouped(one.amount)
    const [debit, credit] = one.type === 'debit' ? [amount, ''] : ['', amount]
    const cells = [
      minuteOf(one.createdAt),
      String(one.id),
      whatOf(one),
      debit,
      credit,
      this.#grouped(one.balanceAfter),
    ]
    for (const [index, { x, width, right }] of columns.entries()) {
      this.#text(cells[index] ?? '', x, { width, right })
    }
    this.#y += ROW
    return full
  }

  #sum(label: string, amount: bigint, { bold, grey }: { bold?: boolean; grey?: boolean } = {}): void {
    const { x, width } = columns.at(-1) as (typeof columns)[number]
    this.#text(label, LEFT, { width: 330, bold, grey })
    this.#text(this.#grouped(amount), x - 75, { width: width + 75, right: true, bold, grey })
    this.#y += ROW
  }

  /** `#grouped` leaves out the currency's sign, which the fonts may lack. */
  #grouped(amount: bigint): string {
    return grouped(amount, this.#statement.account.currency)
  }

  #line(): void {
    this.#document.moveTo(LEFT, this.#y).lineTo(RIGHT, this.#y).lineWidth(0.5).stroke('#999999')
    this.#y += 4
  }

  #foot(): void {
    const { account, month } = this.#statement
    const y = this.#y
    this.#y = BOTTOM + 14
    this.#text(`${account.username}, ${month.text}`, LEFT, { size: 8, grey: true, width: 340 })
    this.#text(`Page ${this.#page} of ${this.#count}`, RIGHT - 150, {
      size: 8,
      grey: true,
      width: 150,
      right: true,
    })
    this.#y = y
  }

  #text(given: string, x: number, style: TextStyle = {}): void {
    const { size = 9, bold = false, grey = false, right = false, width = RIGHT - x, dy = 0 } = style
    this.#fonts.write(given, { x, y: this.#y + dy, width, size, bold, right, grey })
  }
}

interface TextStyle {
  size?: number
  bold?: boolean | undefined
  grey?: boolean | undefined
  right?: boolean | undefined
  width?: number
  dy?: number
}

/** `summaryHeight` is that of the summary and of the head of the table below it. */
const summaryHeight = (statement: Statement): number =>
  32 + 15 + 26 + ROW * (partiesOf(statement).length + statement.totals.length + 3) + 4 + 12

/** `partiesOf` gives a line each for where the account is and for who sells, as far as that is known. */
function partiesOf({ account, seller, contacts }: Statement): string[] {
  const lineOf = (...texts: string[]): string =>
    texts
      .map((text) => text.replace(/\s*\n\s*/g, ', ').trim())
      .filter(Boolean)
      .join(', ')
  const tax = (id: string): string => (id === '' ? '' : `Tax id: ${id}`)
  const from = seller && `From ${lineOf(seller.name, seller.address, tax(seller.taxId), seller.contact)}`
  const questions = contacts.length > 0 ? `Questions: ${contacts.join(', ')}` : ''
  return [lineOf(account.address, tax(account.taxId)), from ?? '', questions].filter(Boolean)
}

/** `rowsBelow` gives how many rows a table has whose head begins at `y`. */
const rowsBelow = (y: number): number => Math.floor((BOTTOM - (y + ROW + 2)) / ROW)
