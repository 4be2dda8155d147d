import { parse } from 'csv-parse/sync'
import { Refusal } from '../errors.ts'
import { quoteLine } from '../lib/text.ts'

/** Pair is a line of a file that says which service of ours goes to which of theirs. */
export interface Pair {
  /** `line` is counted from 1. */
  line: number
  /** `ours` is an id or a code, `theirs` a remote service; either may be empty. */
  ours: string
  theirs: string
}

/** DELIMITERS are those that spreadsheets write. */
const DELIMITERS = [',', ';', '\t', '|']

interface Line {
  info: { lines: number }
  record: string[]
}

/**
 * `readPairs` reads CSV with the columns `ours` and `theirs`, in any order and among others; without such a header the first two columns are
 * these. A line `sep=;` says what parts them, or else the first line does. Throws invalid_input when the file is no such CSV.
 */
export function readPairs(given: string): Pair[] {
  const text = given.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const [first = ''] = text.split('\n', 1)
  const named = /^"?sep=(.)"?$/i.exec(first)?.[1]
  const delimiter =
    named ?? DELIMITERS.toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ','
  let lines: Line[]
  try {
    lines = parse(text, {
      delimiter,
      ...(named !== undefined && { from_line: 2 }),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Line[]
  } catch (error) {
    throw new Refusal('invalid_input', `the file is no CSV: ${(error as Error).message}`, 'attach')
  }
  const header = lines[0]?.record.map((name) => name.toLowerCase()) ?? []
  const [ours, theirs] = [header.indexOf('ours'), header.indexOf('theirs')]
  const hasHeader = ours >= 0 && theirs >= 0
  if (!hasHeader && header.length !== 2) {
    const said = `the file needs the columns ours and theirs; its first line is ${JSON.stringify(quoteLine(first, 60))}`
    throw new Refusal('invalid_input', said, 'attach')
  }
  return (hasHeader ? lines.slice(1) : lines)
    .map(({ info, record }) => ({
      line: info.lines,
      ours: record[hasHeader ? ours : 0] ?? '',
      theirs: record[hasHeader ? theirs : 1] ?? '',
    }))
    .filter((pair) => pair.ours !== '' || pair.theirs !== '')
}
