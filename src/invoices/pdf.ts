import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { grouped } from '../lib/money.ts'
import { Fonts } from '../statements/pdf-fonts.ts'
import { monthName } from '../statements/pdf-words.ts'
import { type Invoice, type InvoiceLine, nameOf } from './invoice.ts'

/** LEFT, RIGHT, TOP, BOTTOM, ROW are in points, of which A4 has 595 x 842. */
const LEFT = 40
const RIGHT = 555
const TOP = 40
const BOTTOM = 790
const ROW = 14
const SIZE = 9

const columns = [
  { head: 'Date', x: LEFT, width: 56 },
  { head: 'Order', x: 100, width: 60 },
  { head: 'Service', x: 164, width: 176 },
  { head: 'For', x: 344, width: 126 },
  { head: 'Amount', x: 474, width: RIGHT - 474, right: true },
]

/** `invoicePdf` writes an invoice on A4 pages, one at a time, with a pause between them in which the server does other things. */
export async function* invoicePdf(
  invoice: Invoice,
  lines: AsyncIterable<InvoiceLine[]>,
): AsyncGenerator<Uint8Array> {
  // Loaded here, so that processes that write no PDF do not pay for it.
  const { default: Document } = await import('pdfkit')
  const { seller, customer, currency, month, total, issuedAt } = invoice
  const name = nameOf(invoice)
  const document = new Document({
    size: 'A4',
    // Nothing flows: every text has its place.
    margin: 0,
    info: { Title: `Invoice ${name}`, Creator: 'imeigate', Producer: 'imeigate', CreationDate: issuedAt },
  })
  const chunks: Uint8Array[] = []
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = once(document, 'end')
  const fonts = new Fonts(document)
  let [y, page] = [TOP, 1]
  const write = (
    text: string,
    x: number,
    { size = SIZE, bold = false, width = RIGHT - x, right = false } = {},
  ): void => fonts.write(text, { x, y, width, size, bold, right })
  const foot = (): void => {
    const at = y
    y = BOTTOM + 14
    write(`${seller.name}, invoice ${name}, page ${page}`, LEFT, { size: 8 })
    y = at
  }
  const head = (): void => {
    for (const { head: text, x, width, right } of columns) write(text, x, { bold: true, width, right })
    y += ROW
  }
  const party = (texts: string[], x: number): number => {
    const from = y
    for (const [at, text] of texts.entries()) {
      write(text, x, { bold: at === 0, width: 250 })
      y += ROW
    }
    const to = y
    y = from
    return to
  }
  foot()
  write('Invoice', LEFT, { size: 20, bold: true })
  write(name, RIGHT - 250, { size: 14, width: 250, right: true })
  y += 34
  const left = party(
    [seller.name, ...linesOfText(seller.address), taxOf(seller.taxId), seller.contact].filter(Boolean),
    LEFT,
  )
  const right = party(
    [customer.name, ...linesOfText(customer.address), taxOf(customer.taxId), customer.email].filter(Boolean),
    RIGHT - 250,
  )
  y = Math.max(left, right) + ROW
  write(`Date: ${issuedAt.toISOString().slice(0, 10)}`, LEFT)
  write(`${monthName(new Date(`${month}-01`))}, amounts in ${currency}`, RIGHT - 250, {
    width: 250,
    right: true,
  })
  y += ROW * 2
  head()
  for await (const piece of lines) {
    for (const { at, orderId, service, input, reference, amount } of piece) {
      if (y + ROW > BOTTOM) {
        document.addPage()
        page += 1
        y = TOP
        foot()
        head()
        yield Buffer.concat(chunks.splice(0))
        await setImmediate()
      }
      const cells = [
        at.toISOString().slice(0, 10),
        String(orderId),
        amount < 0n ? `Given back: ${service}` : service,
        [input, reference].filter(Boolean).join(' / '),
        grouped(amount, currency),
      ]
      for (const [index, { x, width, right: isRight }] of columns.entries())
        write(cells[index] ?? '', x, { width, right: isRight ?? false })
      y += ROW
    }
  }
  y += 4
  write('Total', LEFT, { bold: true })
  write(`${grouped(total, currency)} ${currency}`, RIGHT - 200, { width: 200, right: true, bold: true })
  document.end()
  await ended
  yield Buffer.concat(chunks)
}

const linesOfText = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim())
const taxOf = (id: string): string => (id === '' ? '' : `Tax id: ${id}`)
