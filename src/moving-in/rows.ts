import { once } from 'node:events'
import { createReadStream, type ReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type CsvError, type Info, parse } from 'csv-parse'
import { Refusal } from '../errors.ts'
import { quoteLine } from '../lib/text.ts'
import { type PartName, parts } from './columns.ts'
import type { PartMapping } from './mapping.ts'

/** Row is a row of a panel's file: the line (from 1) that it begins on, and what its columns have, by our names; empty cells are left out. */
export interface Row {
  line: number
  cells: Readonly<Record<string, string>>
}

/** RowFault is what is wrong with a row, or with one cell of it. */
export interface RowFault {
  line: number
  /** `column` is our name of it. */
  column?: string
  message: string
  value?: string
}

/** OpenedFile is a panel's file whose header was read. */
export interface OpenedFile {
  /** `unused` are its columns that nothing of ours is taken from. */
  unused: string[]
  /** `faults` are what is wrong with the header; without any there are rows. */
  faults: RowFault[]
  /** `rows` gives what can be read, so many at a time; what cannot goes to `refuse`. */
  rows(refuse: (fault: RowFault) => void): AsyncGenerator<Row[]>
}

/** ROWS_AT_ONCE is how many rows are in memory, and are written in one transaction. */
const ROWS_AT_ONCE = 1000
/** MAX_ROW is the largest row, in bytes: a quotation mark that is not closed would take in all that follows. */
const MAX_ROW = 1_000_000
const DELIMITERS = [',', ';', '\t', '|']

/** `openFile` opens the file of a part; undefined: there is none. The whole of it is never in memory. */
export async function openFile(
  folder: string,
  part: PartName,
  mapping: PartMapping,
): Promise<OpenedFile | undefined> {
  const path = join(folder, mapping.file)
  const head = await headOf(path)
  if (head === undefined) return undefined
  const delimiter = delimiterOf(head)
  const reader = recordsOf(path, delimiter)
  const first = await reader.next().catch((error: unknown) => brokenAt(error))
  await reader.return(undefined)
  if ('message' in first) return { unused: [], faults: [first], rows: noRows }
  if (first.done) return { unused: [], faults: [{ line: 1, message: 'the file is empty' }], rows: noRows }
  const { line, cells: header } = first.value
  const { found, unused, faults } = columnsIn(header, line, part, mapping)
  return {
    unused,
    faults,
    rows: (refuse) => rowsOf({ path, delimiter, width: header.length, found, part, mapping }, refuse),
  }
}

async function* noRows(): AsyncGenerator<Row[]> {}

/** `headOf` gives the beginning of a file; undefined: there is no such file. */
async function headOf(path: string): Promise<string | undefined> {
  const stream = createReadStream(path, { end: 65_535, encoding: 'utf8' })
  try {
    let head = ''
    for await (const piece of stream) head += piece
    return head
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new Refusal('invalid_input', `cannot read ${path} (${code})`, 'folder')
  }
}

/** `delimiterOf` gives the delimiter that the header has most of. */
function delimiterOf(head: string): string {
  const first =
    head
      .replace(/^\ufeff/, '')
      .split(/\r\n?|\n/, 100)
      .find((line) => line.trim() !== '') ?? ''
  const counts = DELIMITERS.map((one) => first.split(one).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string
}

function columnsIn(
  header: string[],
  line: number,
  part: PartName,
  { columns, defaults, asked }: PartMapping,
) {
  const names = header.map((name) => name.trim().toLowerCase())
  const found: [ours: string, at: number][] = []
  const faults: RowFault[] = []
  for (const [ours, theirs] of Object.entries(columns)) {
    const name = theirs.map((one) => one.trim().toLowerCase()).find((one) => names.includes(one))
    if (name !== undefined) {
      found.push([ours, names.indexOf(name)])
      if (names.indexOf(name) !== names.lastIndexOf(name)) {
        faults.push({ line, column: ours, message: `the file has two columns ${JSON.stringify(name)}` })
      }
    } else if (asked.includes(ours) || (parts[part][ours]?.needed && defaults[ours] === undefined)) {
      faults.push({ line, column: ours, message: `the file has no such column: ${theirs.join(', ')}` })
    }
  }
  const used = new Set(found.map(([, at]) => at))
  const unused = header.filter((name, at) => name.trim() !== '' && !used.has(at)).map((name) => name.trim())
  return { found, unused, faults }
}

interface Opened {
  path: string
  delimiter: string
  width: number
  found: [ours: string, at: number][]
  part: PartName
  mapping: PartMapping
}

async function* rowsOf(
  { path, delimiter, width, found, part, mapping }: Opened,
  refuse: (fault: RowFault) => void,
): AsyncGenerator<Row[]> {
  let rows: Row[] = []
  try {
    let isHead = true
    for await (const { line, cells } of recordsOf(path, delimiter)) {
      const isBlank = cells.every((cell) => cell.trim() === '')
      if (isHead || isBlank) {
        isHead = false
        continue
      }
      // Spreadsheets write empty columns behind the last one.
      const filled = cells.findLastIndex((cell) => cell.trim() !== '') + 1
      if (filled > width || cells.length < width) {
        refuse({ line, message: `has ${cells.length} values, the header has ${width}` })
        continue
      }
      const row = rowOf(line, cells, { found, part, mapping }, refuse)
      if (row) rows.push(row)
      if (rows.length < ROWS_AT_ONCE) continue
      yield rows
      rows = []
    }
  } catch (error) {
    refuse(brokenAt(error))
  }
  if (rows.length > 0) yield rows
}

function rowOf(
  line: number,
  cells: string[],
  { found, part, mapping }: Pick<Opened, 'found' | 'part' | 'mapping'>,
  refuse: (fault: RowFault) => void,
): Row | undefined {
  const values: Record<string, string> = { ...mapping.defaults }
  let isRead = true
  for (const [column, at] of found) {
    const cell = cells[at]?.trim() ?? ''
    if (cell === '') continue
    if (cell.includes('\ufffd') || cell.includes('\0')) {
      refuse({ line, column, message: 'is not UTF-8', ...shownCell(part, column, cell) })
      isRead = false
    }
    values[column] = mapping.values[column]?.[cell.toLowerCase()] ?? cell
  }
  for (const [column, { needed, secret }] of Object.entries(parts[part])) {
    // A secret may be missing: most accounts of a panel have no key.
    if (!needed || secret || values[column] !== undefined) continue
    refuse({ line, column, message: 'is missing' })
    isRead = false
  }
  return isRead ? { line, cells: values } : undefined
}

/** `shownCell` shows what stands in a cell, unless it is a secret. */
export const shownCell = (part: PartName, column: string, cell: string | undefined): { value?: string } =>
  cell === undefined || parts[part][column]?.secret ? {} : { value: quoteLine(cell, 60) }

interface CsvRecord {
  line: number
  cells: string[]
}

/** `recordsOf` reads a CSV file (RFC 4180, any ends of lines), record by record. Throws what the parser finds wrong. */
async function* recordsOf(path: string, delimiter: string): AsyncGenerator<CsvRecord> {
  const file = createReadStream(path, { encoding: 'utf8' })
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    raw: true,
    record_delimiter: '\n',
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
  })
  const lines = Readable.from(unixLines(file))
  // What goes wrong with the file goes wrong with its records.
  lines.on('error', (error) => parser.destroy(error))
  lines.pipe(parser)
  try {
    for await (const { info, raw, record } of parser as AsyncIterable<{
      info: Info
      raw: string
      record: string[]
    }>) {
      const breaks = raw.replace(/^\n+|\n$/g, '').match(/\n/g)?.length ?? 0
      yield { line: info.lines - breaks, cells: record }
    }
  } finally {
    lines.destroy()
    await closed(file)
  }
}

async function closed(file: ReadStream): Promise<void> {
  if (file.closed) return
  const ended = once(file, 'close')
  file.destroy()
  await ended
}

/** `unixLines` makes the ends of lines what the parser counts right. */
async function* unixLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''
  for await (const piece of text) {
    const whole = held + piece
    held = whole.endsWith('\r') ? '\r' : ''
    yield whole.slice(0, whole.length - held.length).replace(/\r\n?/g, '\n')
  }
  if (held !== '') yield '\n'
}

/** `brokenAt` says where a file is no CSV. Rethrows what the parser has not said. */
function brokenAt(error: unknown): RowFault {
  const { code, message, lines } = error as Partial<CsvError> & { lines?: number }
  if (typeof code !== 'string' || !code.startsWith('CSV_')) throw error
  // What the parser repeats of the file may be a secret.
  return {
    line: lines ?? 1,
    message: `is not CSV: ${String(message).replace(/[:,] ?(?:value is|got|on value) .*/s, '')}`,
  }
}
