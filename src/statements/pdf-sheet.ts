import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { PaperLogo } from '../brand/paper-logo.ts'
import { Fonts } from './pdf-fonts.ts'

/** LEFT, RIGHT, TOP, BOTTOM, ROW are in points, of which A4 has 595 x 842. */
export const LEFT = 40
export const RIGHT = 555
export const TOP = 40
const BOTTOM = 790
export const ROW = 14

/** LOGO is the room of the shop's logo, and GAP what is left free below it. */
const LOGO = { width: 170, height: 40 }
const GAP = 16

/** `topBelow` is where the first text stands: below the logo, where there is one. */
export const topBelow = (logo: PaperLogo | undefined): number => (logo ? TOP + LOGO.height + GAP : TOP)

/** TABLE_HEAD is the height of a table's head. */
const TABLE_HEAD = ROW + 2

const SMALL = { size: 8, grey: true }
const LACKING = '"?" stands for letters that the fonts of this document lack.'

/** Column is one of a table: its text begins at `x`, or, where it is `right`, ends at `x + width`. */
export interface Column {
  head: string
  x: number
  width: number
  right?: boolean
}

interface SheetOptions {
  title: string
  /** `logo` stands above everything else of the first page. */
  logo: PaperLogo | undefined
  createdAt: Date
  columns: readonly Column[]
  /** `foot` gives what stands below a page, left and right. */
  foot(page: number): [left: string, right: string]
}

interface TextStyle {
  size?: number
  bold?: boolean | undefined
  grey?: boolean | undefined
  right?: boolean | undefined
  width?: number
  dy?: number
}

/** `openSheet` begins a document. Loads pdfkit, so that processes that write no PDF do not pay for it. */
export async function openSheet(options: SheetOptions): Promise<Sheet> {
  const { default: Document } = await import('pdfkit')
  const { title, createdAt } = options
  const info = { Title: title, Creator: 'imeigate', Producer: 'imeigate', CreationDate: createdAt }
  // Nothing flows: every text has its place.
  return new Sheet(new Document({ size: 'A4', margin: 0, info }), options)
}

/** Sheet draws texts and one table from top to bottom on A4 pages, which it gives one at a time. */
class Sheet {
  /** `y` is where the next text stands. */
  y = TOP
  readonly #document: PDFKit.PDFDocument
  readonly #fonts: Fonts
  readonly #options: SheetOptions
  readonly #chunks: Uint8Array[] = []
  readonly #ended: Promise<unknown>
  #page = 1

  constructor(document: PDFKit.PDFDocument, options: SheetOptions) {
    this.#document = document
    this.#fonts = new Fonts(document)
    this.#options = options
    document.on('data', (chunk: Uint8Array) => this.#chunks.push(chunk))
    this.#ended = once(document, 'end')
    this.#foot()
    const { logo } = options
    if (logo) document.image(logo, LEFT, TOP, { fit: [LOGO.width, LOGO.height], valign: 'center' })
    this.y = topBelow(logo)
  }

  /** `text` writes one line at `y`, which stays. */
  text(given: string, x: number, style: TextStyle = {}): void {
    const { size = 9, bold = false, grey = false, right = false, width = RIGHT - x, dy = 0 } = style
    this.#fonts.write(given, { x, y: this.y + dy, width, size, bold, right, grey })
  }

  /** `line` draws one across the page. */
  line(): void {
    this.#document.moveTo(LEFT, this.y).lineTo(RIGHT, this.y).lineWidth(0.5).stroke('#999999')
    this.y += 4
  }

  /**
   * `table` draws a row for each thing, and the head again on each page. It gives each page that is full, and pauses behind it, so that the server
   * does other things: a long table takes its processor for most of a second.
   */
  async *table<T>(
    pieces: AsyncIterable<T[]>,
    cellsOf: (one: T) => readonly string[],
  ): AsyncGenerator<Uint8Array> {
    this.#row(
      this.#options.columns.map(({ head }) => head),
      true,
    )
    for await (const piece of pieces) {
      for (const one of piece) {
        if (this.y + ROW > BOTTOM) {
          this.#nextPage()
          yield this.#written()
          await setImmediate()
        }
        this.#row(cellsOf(one))
      }
    }
  }

  /** `end` gives the rest of the document, which says so below its last page where letters are missing. */
  async end(): Promise<Uint8Array> {
    if (this.#fonts.lack) this.text(LACKING, LEFT, { ...SMALL, dy: BOTTOM + 26 - this.y })
    this.#document.end()
    await this.#ended
    return this.#written()
  }

  #row(cells: readonly string[], isHead = false): void {
    for (const [index, { x, width, right }] of this.#options.columns.entries())
      this.text(cells[index] ?? '', x, { width, right, bold: isHead })
    this.y += isHead ? ROW - 2 : ROW
    if (isHead) this.line()
  }

  #nextPage(): void {
    this.#document.addPage()
    this.#page += 1
    this.y = TOP
    this.#foot()
    this.#row(
      this.#options.columns.map(({ head }) => head),
      true,
    )
  }

  #foot(): void {
    const [left, right] = this.#options.foot(this.#page)
    const small = { ...SMALL, dy: BOTTOM + 14 - this.y }
    this.text(left, LEFT, { ...small, width: 340 })
    this.text(right, RIGHT - 150, { ...small, width: 150, right: true })
  }

  #written(): Uint8Array {
    return Buffer.concat(this.#chunks.splice(0))
  }
}

export type { Sheet }

/** `rowsBelow` gives how many rows a table has on its page whose head begins at `y`. */
export const rowsBelow = (y: number): number => Math.floor((BOTTOM - (y + TABLE_HEAD)) / ROW)
