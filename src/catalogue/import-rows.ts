import { type CsvError, parse } from 'csv-parse/sync'
import type { Fault } from '../errors.ts'
import { columnOf } from '../lib/attributes.ts'
import { fromText } from '../lib/csv-text.ts'
import { quoteLine } from '../lib/text.ts'
import { newServiceAttributes } from './attributes.ts'
import { withPoints, withReadPrices } from './import-prices.ts'

export type ImportFormat = 'csv' | 'json'

/** ServiceForm is a service as texts or JSON values, by column. A column that is left out (undefined) is not given. */
type ServiceForm = Readonly<Record<string, unknown>>

/** ImportRow is one row of a file: where it stands, and its values by column. */
export interface ImportRow {
  /** CSV: the line (from 1) that the row begins on; JSON: the index (from 0) in the array. */
  at: number
  form: ServiceForm
}

export interface ImportRows {
  rows: ImportRow[]
  /** `faults` have paths of the row, and of the column where one value is wrong. */
  faults: Fault[]
}

/** Columns are those that a file may have. */
export interface Columns {
  has(name: string): boolean
  /** `needed` are those that it must have. */
  needed: readonly string[]
  /** `of` names what the rows are. */
  of: string
}

const names = new Set([
  // What a new service is to have is said by an id of its own; that of another one tells which it is.
  'id',
  ...Object.entries(newServiceAttributes).flatMap(([name, { formerly }]) =>
    formerly === undefined ? [columnOf(name)] : [columnOf(name), formerly],
  ),
])
const columns: Columns = { has: (name) => names.has(name), needed: ['code'], of: 'services' }

/** `shownValue` gives what is shown of a value that cannot be read, on one line. */
export const shownValue = (value: unknown): string =>
  quoteLine(typeof value === 'string' ? value : JSON.stringify(value), 60)

export function readRows(text: string, format: ImportFormat): ImportRows {
  if (format === 'json') return readJson(text)
  const { rows, faults } = readCsv(text, columns)
  return { rows: rows.map(({ at, form }) => ({ at, form: unguarded(form) })), faults }
}

/** `unguarded`: an export of services guards its texts against spreadsheets. */
const unguarded = (form: ServiceForm): ServiceForm =>
  Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, typeof value === 'string' ? fromText(value) : value]),
  )

interface CsvRecord {
  info: { lines: number }
  raw: string
  record: string[]
}

/** DELIMITERS are those that spreadsheets write, by the language of their owner. */
const DELIMITERS = [',', ';', '\t', '|']

/** MAX_BLANK_LINES bounds the lines before the header. */
const MAX_BLANK_LINES = 100

/**
 * `delimiterOf` gives the delimiter that a line `sep=;` names, or else the one that most of the header is parted by, and the line from which
 * the file is read.
 */
function delimiterOf(text: string, columns: Columns): { delimiter: string; headAt: number } {
  const lines = text.replace(/^\ufeff/, '').split('\n', MAX_BLANK_LINES)
  const at = Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ''),
  )
  const first = lines[at] ?? ''
  const named =
    /^"?sep=(.)"?$/i.exec(first.trimEnd() || first)?.[1] ?? (/^sep=\t/i.test(first) ? '\t' : undefined)
  if (named !== undefined) return { delimiter: named, headAt: at + 2 }
  const counts = DELIMITERS.map((one) => first.split(one).filter((name) => columns.has(nameOf(name))).length)
  return { delimiter: DELIMITERS[counts.indexOf(Math.max(...counts))] as string, headAt: 1 }
}

const nameOf = (cell: string): string => cell.replaceAll('"', '').trim().toLowerCase()

/** `readCsv` reads RFC 4180 with a header row and any of the delimiters of spreadsheets; an empty value is not given. */
export function readCsv(given: string, columns: Columns): ImportRows {
  const text = given.replace(/\r\n?/g, '\n')
  const { delimiter, headAt } = delimiterOf(text, columns)
  let records: CsvRecord[]
  try {
    // The parser counts a line break inside quotes twice when it is CR LF.
    records = parse(text, {
      bom: true,
      delimiter,
      from_line: headAt,
      info: true,
      raw: true,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as CsvRecord[]
  } catch (error) {
    const { lines = 1, message } = error as CsvError & { lines?: number }
    return { rows: [], faults: [{ path: [lines], message: `not CSV: ${message}` }] }
  }
  // Spreadsheets write empty columns behind the last one.
  const width = records.reduce((most, record) => Math.max(most, widthOf(record)), 0)
  for (const { record } of records) record.length = Math.min(record.length, width)
  const [head, ...body] = records
  if (!head) return { rows: [], faults: [{ path: [1], message: 'the file is empty' }] }
  const header = head.record.map((name) => name.trim().toLowerCase())
  const faults = headerFaults(header, head.info.lines, columns)
  if (faults.length > 0) return { rows: [], faults }

  const rows: ImportRow[] = []
  for (const { info, raw, record } of body) {
    if (record.every((value) => value.trim() === '')) continue
    const at = info.lines - (raw.replace(/^\n+|\n$/g, '').match(/\n/g)?.length ?? 0)
    if (record.length !== header.length) {
      const message = `has ${record.length} values, the header has ${header.length}`
      faults.push({ path: [at], message, value: shownValue(raw.trim()) })
      continue
    }
    const given = header.flatMap((name, index) => (record[index]?.trim() ? [[name, record[index]]] : []))
    rows.push({ at, form: Object.fromEntries(given) })
  }
  return { rows: withReadPrices(withPoints(rows)), faults }
}

const widthOf = ({ record }: CsvRecord): number => record.findLastIndex((value) => value.trim() !== '') + 1

function headerFaults(header: string[], at: number, columns: Columns): Fault[] {
  const faults = header.flatMap((name, index) => {
    if (!columns.has(name)) return [{ path: [at, name], message: `is not a column of ${columns.of}` }]
    return header.indexOf(name) < index ? [{ path: [at, name], message: 'is there twice' }] : []
  })
  for (const name of columns.needed) {
    if (!header.includes(name)) faults.push({ path: [at, name], message: 'the column is missing' })
  }
  return faults
}

/** `readJson` reads an array of objects with the columns' names; null takes a value away where that is possible. */
function readJson(text: string): ImportRows {
  const whole = (message: string): ImportRows => ({ rows: [], faults: [{ path: [0], message }] })
  let list: unknown
  try {
    list = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return whole(`not JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) return whole('must be an array of services')
  const rows: ImportRow[] = []
  const faults: Fault[] = []
  for (const [at, item] of list.entries()) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      faults.push({ path: [at], message: 'must be an object', value: shownValue(item) })
      continue
    }
    const unknown = Object.keys(item).filter((name) => !columns.has(name))
    faults.push(...unknown.map((name) => ({ path: [at, name], message: 'is not a column of services' })))
    if (unknown.length === 0) rows.push({ at, form: item as ServiceForm })
  }
  return { rows, faults }
}
