import { createHash } from 'node:crypto'
import { type CsvError, parse } from 'csv-parse/sync'
import { readAmount } from '../client/index.ts'
import { type Fault, Refusal } from '../errors.ts'
import type { Transfer } from '../integrations/gateways/transfer.ts'
import { faultText } from '../lib/fault.ts'
import { parseMicros } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { wallTime } from '../lib/wall-clock.ts'
import { because } from '../reasons.ts'

/** StatementLine is a line of a bank's statement on which money came in; `line` is counted from 1. */
export interface StatementLine extends Transfer {
  line: number
}

export interface Statement {
  lines: StatementLine[]
  /** `out` counts the lines on which money went out, `undated` those without a date: headings, sums, what is not booked yet. */
  out: number
  undated: number
}

/** Columns are names of columns, where a bank calls them otherwise than is known here. `id` is the bank's own number of a line. */
interface Columns {
  date?: string | undefined
  amount?: string | undefined
  words?: string | undefined
  id?: string | undefined
}

export interface StatementOptions {
  columns?: Columns
  /** `dateOrder` says whether 03/04/2026 is in April or in March. */
  dateOrder?: 'dmy' | 'mdy' | undefined
  currency: string
  timeZone: string
  now: Date
}

/** MAX_LINES bounds a statement. */
const MAX_LINES = 20_000
/** MAX_HEADING is how many lines may stand before the names of the columns. */
const MAX_HEADING = 40
const DELIMITERS = [',', ';', '\t', '|']

/** `names` are what banks call a column, in the languages of those who sell here. */
const names = {
  date: words(
    'date, transaction date, booking date, posting date, value date, tanggal, tanggal transaksi, tgl, tgl transaksi, tgl. transaksi, fecha, fecha operacion, fecha de operacion, datum, buchungstag, data, дата, tarih, ngay, ngay giao dich, 日期, 交易日期',
  ),
  credit: words(
    'credit, credit amount, kredit, paid in, money in, deposit, deposits, masuk, uang masuk, abono, abonos, haber, credito, alacak, ghi co, so tien ghi co, 收入, 贷方',
  ),
  amount: words(
    'amount, jumlah, nominal, mutasi, nilai, importe, monto, cantidad, valor, betrag, сумма, tutar, so tien, 金额',
  ),
  type: words(
    'type, dc, d/c, db/cr, cr/db, debit/credit, debit/kredit, jenis, jenis transaksi, jenis mutasi, tipo, tipo de movimiento, cargo/abono, debe/haber, d/k, db/kr, tip, soll/haben, borc/alacak',
  ),
  words: words(
    'description, details, narrative, remark, remarks, keterangan, uraian, berita, concepto, descripcion, verwendungszweck, назначение, aciklama, dien giai, 摘要, 备注',
  ),
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(', '))
}

interface Row {
  info: { lines: number }
  record: string[]
}

/**
 * `readStatement` reads a bank's statement as CSV with any delimiter of spreadsheets. Headings may stand before the names of the columns. Throws
 * invalid_input with every line that cannot be read.
 */
export function readStatement(given: string, options: StatementOptions): Statement {
  const text = given.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const found = tableIn(text, options.columns ?? {})
  const { rows, at } = found
  if (rows.length > MAX_LINES) throw because('invalid_input', 'too_many_lines', { limit: MAX_LINES }, 'file')
  const statement: Statement = { lines: [], out: 0, undated: 0 }
  const faults: Fault[] = []
  const counts = new Map<string, number>()
  // Only where the words of some line say in or out do those of every line: elsewhere the sign does, and the column names kinds of payments.
  const tells = rows.some(({ record }) => sideOf(record[at.type] ?? '') !== undefined)
  for (const { info, record } of rows) {
    if (record.every((cell) => cell.trim() === '')) continue
    const cell = (column: number) => (column < 0 ? '' : (record[column] ?? '').trim())
    const wrong = (message: string): void => void faults.push({ path: [info.lines], message })
    const day = dayIn(cell(at.date), options)
    if (day === undefined) {
      statement.undated++
      continue
    }
    if (day === 'wrong') {
      wrong(
        `${JSON.stringify(quoteLine(cell(at.date), 30))} is no date: --date-order says which of its numbers is the month`,
      )
      continue
    }
    const amount = amountIn(cell(at.amount), cell(at.type), at.isCredit, options.currency)
    if (amount === undefined) {
      wrong(`${JSON.stringify(quoteLine(cell(at.amount), 30))} is no amount in ${options.currency}`)
      continue
    }
    const side = cell(at.type)
    if (amount > 0n && tells && !at.isCredit && side !== '' && sideOf(side) === undefined) {
      wrong(`${JSON.stringify(quoteLine(side, 30))} says neither in nor out`)
      continue
    }
    if (amount <= 0n) {
      statement.out++
      continue
    }
    const own = at.id < 0 ? '' : cell(at.id)
    const what = own === '' ? record.map((one) => one.trim().replace(/\s+/g, ' ')) : ['id', own]
    // Two lines that say the same are two payments.
    const same = JSON.stringify(what)
    const count = (counts.get(same) ?? 0) + 1
    counts.set(same, count)
    const id = own === '' ? `line ${digest(`${same} ${count}`)}` : `line ${own.slice(0, 150)}`
    statement.lines.push({
      ...{ line: info.lines, id, amount, currency: null, at: day },
      words: quoteLine(cell(at.words), 300),
    })
  }
  refuseFaults(faults)
  return statement
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

function refuseFaults(faults: Fault[]): void {
  const [first] = faults
  if (!first) return
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} other lines)` : ''
  throw new Refusal('invalid_input', `line ${faultText(first)}${rest}`, 'file', faults)
}

interface Places {
  date: number
  amount: number
  type: number
  words: number
  id: number
  /** `isCredit`: the column has nothing but what came in. */
  isCredit: boolean
}

/** `tableIn` finds the names of the columns, and what stands below them. */
function tableIn(text: string, columns: Columns): { rows: Row[]; at: Places } {
  let wanting: string | undefined
  for (const delimiter of DELIMITERS) {
    const rows = parsed(text, delimiter)
    const head = rows.slice(0, MAX_HEADING).findIndex(({ record }) => placesIn(record, columns) !== undefined)
    const at = placesIn(rows[head]?.record ?? [], columns)
    if (!at) continue
    if (columns.id !== undefined && at.id < 0)
      wanting = `no column is called ${JSON.stringify(columns.id)} (--id-column)`
    else if (columns.words !== undefined && at.words < 0)
      wanting = `no column is called ${JSON.stringify(columns.words)} (--words-column)`
    else return { rows: rows.slice(head + 1), at }
  }
  const said =
    'no line names a column of dates and one of amounts: say what they are called with --date-column and --amount-column'
  throw new Refusal('invalid_input', wanting ?? said, 'file')
}

function parsed(text: string, delimiter: string): Row[] {
  try {
    return parse(text, {
      ...{ delimiter, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true },
    }) as unknown as Row[]
  } catch (error) {
    throw new Refusal('invalid_input', `the file is no CSV: ${(error as CsvError).message}`, 'file')
  }
}

function placesIn(record: readonly string[], columns: Columns): Places | undefined {
  const head = record.map(plainName)
  const find = (known: ReadonlySet<string>, named?: string) =>
    named === undefined ? head.findIndex((one) => known.has(one)) : head.indexOf(plainName(named))
  const date = find(names.date, columns.date)
  const credit = columns.amount === undefined ? find(names.credit) : -1
  const amount = credit >= 0 ? credit : find(names.amount, columns.amount)
  if (date < 0 || amount < 0) return undefined
  const id = columns.id === undefined ? -1 : find(new Set(), columns.id)
  return {
    date,
    amount,
    type: find(names.type),
    words: find(names.words, columns.words),
    id,
    isCredit: credit >= 0,
  }
}

/** `plainName` is the name of a column in small letters, without accents, signs of a currency in brackets, and blanks around. */
const plainName = (cell: string): string =>
  cell
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/\([^)]*\)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()

/** `sides` are what banks call money that came in and that went out, as `plainName` writes it. */
const sides = {
  in: words(
    'cr, c, k, kr, kredit, credit, in, masuk, uang masuk, dana masuk, pemasukan, paid in, money in, deposit, abono, credito, ingreso, haber, entrada, entrata, haben, gutschrift, alacak, gelen, giris, ghi co, co, приход, кредит, поступление, 收入, 贷, 贷方, +',
  ),
  out: words(
    'db, dr, d, debit, debet, out, keluar, uang keluar, dana keluar, pengeluaran, paid out, money out, withdrawal, cargo, debito, egreso, retiro, debe, salida, saida, uscita, soll, lastschrift, belastung, borc, giden, cikis, cıkıs, ghi no, no, расход, дебет, списание, 支出, 借, 借方, -',
  ),
}

/** `sideOf` reads what a line says of its side. */
const sideOf = (cell: string): 'in' | 'out' | undefined => {
  const name = plainName(cell).replace(/\.$/, '')
  return sides.in.has(name) ? 'in' : sides.out.has(name) ? 'out' : undefined
}
/** `amountIn` gives what came in, in micros: less than 0 where it went out, 0 where there is none; undefined: nobody can tell. */
function amountIn(cell: string, type: string, isCredit: boolean, currency: string): bigint | undefined {
  if (/^-?$/.test(cell)) return isCredit ? 0n : undefined
  const [, amount = '', behind] = /^(.*?)\s*(CR|DB|DR)?\.?$/i.exec(cell) ?? []
  const decimal = readAmount(amount.replace(/^\+/, ''), currency)
  const read = decimal === undefined ? undefined : parseMicros(decimal)
  if (read === undefined) return undefined
  const side = sideOf(behind ?? type)
  if (side === 'out' && !isCredit) return read > 0n ? -read : read
  return side === 'in' && read < 0n ? undefined : read
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const OTHER_MONTHS: Record<string, number> = {
  mei: 5,
  agu: 8,
  ags: 8,
  okt: 10,
  des: 12,
  ene: 1,
  abr: 4,
  ago: 8,
  dic: 12,
}

/**
 * `dayIn` reads a date, with a time or without, as "2026-11-29 10:31" or as much of it as is there; undefined: there is none, wrong: there is no
 * such day.
 */
function dayIn(
  cell: string,
  { dateOrder = 'dmy', timeZone, now }: StatementOptions,
): string | 'wrong' | undefined {
  const text = cell.replace(/^'/, '')
  const [, date = '', time] =
    /^(\S+(?: [A-Za-z]{3,} \d{2,4})?)(?:[T ,]+(\d\d:\d\d(?::\d\d)?).*)?$/.exec(text) ?? []
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(date)
  const mixed = /^(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?$/.exec(date)
  const named = /^(\d{1,2})[-/. ]([A-Za-z]{3})[A-Za-z]*[-/. ](\d{4}|\d{2})$/.exec(date)
  const today = wallTime(now, timeZone).slice(0, 10)
  let [year, month, day]: (number | undefined)[] = []
  if (iso) [year, month, day] = [Number(iso[1]), Number(iso[2]), Number(iso[3])]
  else if (mixed) {
    const [first, second] = [Number(mixed[1]), Number(mixed[2])]
    ;[day, month] = dateOrder === 'dmy' ? [first, second] : [second, first]
    year = mixed[3] === undefined ? yearOf(month, day, today) : fullYear(mixed[3])
  } else if (named) {
    const name = (named[2] ?? '').toLowerCase()
    ;[day, month, year] = [
      Number(named[1]),
      OTHER_MONTHS[name] ?? MONTHS.indexOf(name) + 1,
      fullYear(named[3] ?? ''),
    ]
  } else return undefined
  const read = new Date(Date.UTC(year, month - 1, day))
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day) return 'wrong'
  return `${read.toISOString().slice(0, 10)} ${time ?? ''}`.trim()
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text))

/** `yearOf` gives the year of a day that has none: the last in which it was. */
function yearOf(month: number, day: number, today: string): number {
  const year = Number(today.slice(0, 4))
  const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  return text > today ? year - 1 : year
}
