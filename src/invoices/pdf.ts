import type { PaperLogo } from '../brand/paper-logo.ts'
import { grouped } from '../lib/money.ts'
import { type Column, LEFT, openSheet, RIGHT, ROW, type Sheet } from '../statements/pdf-sheet.ts'
import { monthName, taxIdLine } from '../statements/pdf-words.ts'
import { type Invoice, type InvoiceLine, nameOf } from './invoice.ts'

const columns: Column[] = [
  { head: 'Date', x: LEFT, width: 56 },
  { head: 'Order', x: 100, width: 60 },
  { head: 'Service', x: 164, width: 176 },
  { head: 'For', x: 344, width: 126 },
  { head: 'Amount', x: 474, width: RIGHT - 474, right: true },
]

/** HALF is the width of what stands on the right. */
const HALF = 250

/** `invoicePdf` writes an invoice, with the shop's logo, on A4 pages, one at a time. */
export async function* invoicePdf(
  invoice: Invoice,
  lines: AsyncIterable<InvoiceLine[]>,
  logo?: PaperLogo,
): AsyncGenerator<Uint8Array> {
  const { seller, currency, total, issuedAt } = invoice
  const name = nameOf(invoice)
  const sheet = await openSheet({
    title: `Invoice ${name}`,
    createdAt: issuedAt,
    columns,
    logo,
    foot: (page) => [`${seller.name}, invoice ${name}`, `Page ${page}`],
  })
  drawHead(sheet, invoice)
  yield* sheet.table(lines, ({ at, orderId, service, input, reference, amount }) => [
    at.toISOString().slice(0, 10),
    String(orderId),
    amount < 0n ? `Given back: ${service}` : service,
    [input, reference].filter(Boolean).join(' / '),
    grouped(amount, currency),
  ])
  sheet.y += 4
  sheet.text('Total', LEFT, { bold: true })
  sheet.text(`${grouped(total, currency)} ${currency}`, RIGHT - 200, { width: 200, right: true, bold: true })
  yield await sheet.end()
}

/** `drawHead` draws what the invoice is, who sells and who buys. */
function drawHead(sheet: Sheet, invoice: Invoice): void {
  const { seller, customer, currency, month, issuedAt } = invoice
  const party = (texts: string[], x: number): number => {
    const said = texts.filter(Boolean)
    for (const [at, text] of said.entries())
      sheet.text(text, x, { bold: at === 0, width: HALF, dy: at * ROW })
    return said.length * ROW
  }
  sheet.text('Invoice', LEFT, { size: 20, bold: true })
  sheet.text(nameOf(invoice), RIGHT - HALF, { size: 14, width: HALF, right: true, dy: 5 })
  sheet.y += 34
  const left = party(
    [seller.name, ...linesOfText(seller.address), taxIdLine(seller.taxId), seller.contact],
    LEFT,
  )
  const right = party(
    [customer.name, ...linesOfText(customer.address), taxIdLine(customer.taxId), customer.email],
    RIGHT - HALF,
  )
  sheet.y += Math.max(left, right) + ROW
  sheet.text(`Date: ${issuedAt.toISOString().slice(0, 10)}`, LEFT)
  const about = `${monthName(new Date(`${month}-01`))}, amounts in ${currency}`
  sheet.text(about, RIGHT - HALF, { width: HALF, right: true })
  sheet.y += ROW * 2
}

const linesOfText = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim())
