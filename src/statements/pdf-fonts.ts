import { fileURLToPath } from 'node:url'
import bidiFactory, { type Bidi } from 'bidi-js'
import { isStandard, likeIt } from './pdf-text.ts'

/** Face is a weight of a font, as a document knows it. */
type Face = 'regular' | 'bold'

const standard: Record<Face, string> = { regular: 'Helvetica', bold: 'Helvetica-Bold' }
/** `files` are of DejaVu Sans, which has Latin, Vietnamese, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters. */
const files: Record<Face, string> = { regular: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' }

// The package is CommonJS, whose whole is the function, and its types say that it is a part.
const bidi = (bidiFactory as unknown as () => Bidi)()

/** FEATURES makes pdfkit lay a text out whole, and not word by word: the words of a text from right to left follow each other so, too. */
const FEATURES: PDFKit.Mixins.OpenTypeFeatures[] = []

/** ASCENT is how far a line's top is above its base line, of the height of Helvetica. */
const ASCENT = 0.718

/** Place is where a line stands: its left edge, its top and its width. */
interface Place {
  x: number
  y: number
  width: number
  size: number
  bold: boolean
  right: boolean
  grey?: boolean
}

const GREY = '#666666'

/** Fonts draws texts in a document: in its standard fonts, which cost nothing, and in DejaVu Sans what those cannot show. */
export class Fonts {
  /** `lack`: something was written whose letters no font has, and "?" stands for them. */
  lack = false
  readonly #document: PDFKit.PDFDocument
  readonly #registered = new Set<Face>()

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document
  }

  /** `write` writes one line: a number (`right`) that is too long for its place is made smaller, a text is cut off. */
  write(given: string, { x, y, width, size, bold, right, grey = false }: Place): void {
    this.#document.fillColor(grey ? GREY : 'black')
    let line = this.#set(given, { size, bold })
    let drawn = size
    if (line.width > width) {
      if (right) {
        drawn = (size * width) / line.width
        this.#document.fontSize(drawn)
      } else line = this.#cut(given, width, { size, bold })
    }
    line.draw(right ? x + width - line.width : x, y, drawn)
  }

  #cut(text: string, width: number, style: { size: number; bold: boolean }): Line {
    const characters = [...text]
    const upTo = (count: number): Line => this.#set(`${characters.slice(0, count).join('')}…`, style)
    let [fits, tooMuch] = [0, characters.length]
    while (tooMuch - fits > 1) {
      const middle = (fits + tooMuch) >> 1
      if (upTo(middle).width <= width) fits = middle
      else tooMuch = middle
    }
    return upTo(fits)
  }

  /** `#set` chooses the font of a text, and what of it is shown. */
  #set(given: string, { size, bold }: { size: number; bold: boolean }): Line {
    const face = bold ? 'bold' : 'regular'
    const text = given.normalize('NFC').replace(/\p{Cf}/gu, '')
    if (isStandard(text)) {
      this.#document.font(standard[face]).fontSize(size)
      return new Line(this.#document, [text])
    }
    this.#open(face).fontSize(size)
    const shown = this.#shown(text)
    return new Line(this.#document, visualRuns(shown))
  }

  #open(face: Face): PDFKit.PDFDocument {
    if (!this.#registered.has(face)) {
      const file = fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${files[face]}`))
      this.#document.registerFont(face, file)
      this.#registered.add(face)
    }
    return this.#document.font(face)
  }

  /** `#shown` replaces what the font lacks, such as Chinese characters, by letters that are like it or by "?". */
  #shown(text: string): string {
    const { font } = (this.#document as unknown as { _font: { font: Coverage } })._font
    const isShown = (character: string): boolean =>
      font.hasGlyphForCodePoint(character.codePointAt(0) as number)
    const shown = likeIt(text, isShown)
    if (marksIn(shown) > marksIn(text)) this.lack = true
    return shown
  }
}

const marksIn = (text: string): number => text.split('?').length - 1

/** Coverage is what we ask of a font that the document has opened. */
interface Coverage {
  hasGlyphForCodePoint(code: number): boolean
}

/** Line is a text in the font that was set for it. */
class Line {
  readonly #document: PDFKit.PDFDocument
  readonly #runs: string[]

  constructor(document: PDFKit.PDFDocument, runs: string[]) {
    this.#document = document
    this.#runs = runs
  }

  get width(): number {
    return this.#runs.reduce((sum, run) => sum + this.#widthOf(run), 0)
  }

  /** `draw` draws the line with its top at `y`. */
  draw(x: number, y: number, size: number): void {
    let at = x
    for (const run of this.#runs) {
      const features = FEATURES
      this.#document.text(run, at, y + size * ASCENT, { lineBreak: false, baseline: 'alphabetic', features })
      at += this.#widthOf(run)
    }
  }

  #widthOf(run: string): number {
    return this.#document.widthOfString(run, { features: FEATURES })
  }
}

/** `visualRuns` gives the parts of a text from left to right. Each goes in one direction, which its letters say, in the order in which it is read. */
export function visualRuns(text: string): string[] {
  const { levels } = bidi.getEmbeddingLevels(text)
  const runs: { text: string; level: number }[] = []
  for (let at = 0; at < text.length; at++) {
    const level = levels[at] ?? 0
    const last = runs.at(-1)
    if (last && last.level === level) last.text += text[at]
    else runs.push({ text: text[at] ?? '', level })
  }
  const highest = Math.max(0, ...runs.map(({ level }) => level))
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < runs.length; from++) {
      let to = from
      while ((runs[to]?.level ?? -1) >= level) to++
      if (to > from + 1) runs.splice(from, to - from, ...runs.slice(from, to).reverse())
      from = Math.max(from, to)
    }
  }
  return runs.map((run) => run.text)
}
