import { type CsvError, parse } from 'csv-parse/sync'
import { columnOf } from '../lib/attributes.ts'
import { serviceForm } from './attributes.ts'

export type ImportFormat = 'csv' | 'json'

/** ServiceForm is a service as texts or JSON values, by column. A column that is left out (undefined) is not given. */
type ServiceForm = Readonly<Record<string, unknown>>

/** ImportRow is one row of a file: where it stands, and its values by column. */
export interface ImportRow {
  /** CSV: the line (from 1) that the row begins on; JSON: the index (from 0) in the array. */
  at: number
  form: ServiceForm
}

/** ImportProblem is what is wrong with one value of a file; `field` is its column, or empty where the whole row or file is meant. */
export interface ImportProblem {
  at: number
  field: string
  reason: string
}

export interface ImportRows {
  rows: ImportRow[]
  problems: ImportProblem[]
}

const columns = new Set(
  Object.entries(serviceForm).flatMap(([name, { formerly }]) =>
    formerly === undefined ? [columnOf(name)] : [columnOf(name), formerly],
  ),
)
const isColumn = (name: string): boolean => columns.has(name)

export function readRows(text: string, format: ImportFormat): ImportRows {
  return format === 'csv' ? readCsv(text) : readJson(text)
}

interface CsvRecord {
  info: { lines: number }
  raw: string
  record: string[]
}

/** `readCsv` reads RFC 4180 with a header row; an empty value is not given. */
function readCsv(text: string): ImportRows {
  let records: CsvRecord[]
  try {
    // The parser counts a line break inside quotes twice when it is CR LF.
    records = parse(text.replace(/\r\n?/g, '\n'), {
      bom: true,
      info: true,
      raw: true,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as CsvRecord[]
  } catch (error) {
    const { lines = 1, message } = error as CsvError & { lines?: number }
    return { rows: [], problems: [{ at: lines, field: '', reason: `not CSV: ${message}` }] }
  }
  const [head, ...body] = records
  if (!head) return { rows: [], problems: [{ at: 1, field: '', reason: 'the file is empty' }] }
  const header = head.record.map((name) => name.trim().toLowerCase())
  const problems = headerProblems(header, head.info.lines)
  if (problems.length > 0) return { rows: [], problems }

  const rows: ImportRow[] = []
  for (const { info, raw, record } of body) {
    if (record.every((value) => value.trim() === '')) continue
    const at = info.lines - (raw.replace(/^\n+|\n$/g, '').match(/\n/g)?.length ?? 0)
    if (record.length !== header.length) {
      const reason = `has ${record.length} values, the header has ${header.length}`
      problems.push({ at, field: '', reason })
      continue
    }
    const given = header.flatMap((name, index) => (record[index]?.trim() ? [[name, record[index]]] : []))
    rows.push({ at, form: Object.fromEntries(given) })
  }
  return { rows, problems }
}

function headerProblems(header: string[], at: number): ImportProblem[] {
  const problems = header.flatMap((name, index) => {
    if (!isColumn(name)) return [{ at, field: name, reason: 'is not a column of services' }]
    return header.indexOf(name) < index ? [{ at, field: name, reason: 'is there twice' }] : []
  })
  if (!header.includes('code')) problems.push({ at, field: 'code', reason: 'the column is missing' })
  return problems
}

/** `readJson` reads an array of objects with the columns' names; null takes a value away where that is possible. */
function readJson(text: string): ImportRows {
  const whole = (reason: string): ImportRows => ({ rows: [], problems: [{ at: 0, field: '', reason }] })
  let list: unknown
  try {
    list = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return whole(`not JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) return whole('must be an array of services')
  const rows: ImportRow[] = []
  const problems: ImportProblem[] = []
  for (const [at, item] of list.entries()) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      problems.push({ at, field: '', reason: 'must be an object' })
      continue
    }
    const unknown = Object.keys(item).filter((name) => !isColumn(name))
    problems.push(...unknown.map((field) => ({ at, field, reason: 'is not a column of services' })))
    if (unknown.length === 0) rows.push({ at, form: item as ServiceForm })
  }
  return { rows, problems }
}
