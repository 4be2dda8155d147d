import type { Sql } from '../../database/database.ts'
import { type Fault, Refusal } from '../../errors.ts'
import { plainDigits } from '../../lib/digits.ts'
import { withoutMarks } from '../../lib/text.ts'
import { because, type Said, say } from '../../reasons.ts'
import {
  listManual,
  listRefused,
  type ManualAnswer,
  type ManualFilter,
  type ManualItem,
  selectAnswered,
} from './manual.ts'
import { type Form, type FoundBy, fitOf, itemNames, keyOf, namesIn } from './pasted-names.ts'

export { rememberWords, selectRefusingWords } from './refusing-words.sql.ts'

/** MAX_ROWS and MAX_ANSWERED bound the lines of one pasted list, and the items that they can answer: it is written in one transaction. */
const MAX_ROWS = 10_000
const MAX_ANSWERED = 10_000
/** SHOWN_FAULTS is how many lines that fit nothing are named. */
const SHOWN_FAULTS = 50

/** PastedAnswer is the answer to an item, with the line (from 1) that it stands on, and by what the line names the item. */
export interface PastedAnswer extends ManualAnswer {
  item: ManualItem
  line: number
  by: FoundBy
}

/** Pasted is what a pasted list comes to: answers, and the faults of lines that fit nothing, with the line (from 1) as their path. */
export interface Pasted {
  answers: PastedAnswer[]
  faults: PastedFault[]
}

/** PastedFault says what is wrong with a line, and by one word: it is no line of a result; names nothing that waits, or what may be several; is there twice; was answered before. */
interface PastedFault extends Fault {
  verdict: 'unreadable' | 'no_fit' | 'ambiguous' | 'twice' | 'answered_before'
}

export interface PasteOptions extends ManualFilter {
  /** `refused` are texts with which a result begins that is a refusal. */
  refused?: readonly string[] | undefined
}

/**
 * `readPasted` reads a list of lines `IMEI result`, as people copy it from chats and sheets: lines may be numbered, cells quoted, and a
 * tab, comma, semicolon, colon, dash, arrow, bar or blanks stand between. In place of the IMEI there may be the order number, also with the
 * item (`1001/2`), or the reseller's reference, in the first cell. Every waiting item of an IMEI gets the result, within one service; an order
 * number and a reference are for one item. Where none waits, those that a person refused and that have not ended are looked for.
 */
export async function readPasted(sql: Sql, text: string, options: PasteOptions = {}): Promise<Pasted> {
  const { refused = [], ...filter } = options
  const rows = rowsOf(text)
  if (rows.length > MAX_ROWS) throw because('invalid_input', 'too_many_lines', { limit: MAX_ROWS }, 'file')
  const forms = rows.map(({ text: row }) => [...formsOf(row)])
  const names = keysOf(forms.flat())
  const named = async (list: typeof listManual): Promise<ManualItem[]> => {
    const items = await list(sql, { ...filter, names, limit: MAX_ANSWERED + 1 })
    if (items.length > MAX_ANSWERED) {
      const much = `fits more than ${MAX_ANSWERED} items: paste less, or name a service or a supplier`
      throw new Refusal('invalid_input', much, 'file')
    }
    return items
  }
  const waiting = namesIn(await named(listManual))
  const known = namesIn(await named(listRefused), waiting)
  const refusals = refused.map(normal).filter((one) => one !== '')
  const pasted: Pasted = { answers: [], faults: [] }
  const seen = new Set<string>()
  const fits = forms.map((some) => fitOf(some, known))
  // What is found by no input may be the line of one that was answered before.
  const uncertain = forms.filter((_, at) => fits[at]?.by !== 'input').flat()
  const answered = await answeredBefore(sql, keysOf(uncertain), filter)
  for (const [at, { line, text: row }] of rows.entries()) {
    const own = forms[at] as Form[]
    const before =
      fits[at]?.by === 'input' ? undefined : own.find((one) => answered.inputs.has(keyOf(one.input)))
    const fit = before ? undefined : fits[at]
    const form = fit ?? before
    const { input, result } = form ? { input: form.input, result: form.rest() } : firstWord(row)
    const isRefused = isRefusal(result, refusals)
    const given = isRefused && fit ? fitOf(own, waiting) : fit
    const isHeader = (HEADER.test(input) && !NO_HEADER.test(row)) || SEP.test(row)
    if (!given && pasted.answers.length === 0 && isHeader) continue
    const fault = (verdict: PastedFault['verdict'], why: Said): void =>
      void pasted.faults.push({ path: [line], ...why, verdict })
    const certain = given?.doubt === undefined ? (given?.items ?? []) : []
    const taken = [keyOf(input), ...certain.map(placeOf)]
    if (input === '' || result === '') fault('unreadable', say('no_line_of_result', { line: excerptOf(row) }))
    else if (taken.some((one) => seen.has(one))) fault('twice', say('named_twice', { input }))
    else if (!given) {
      const order = answered.all.get(keyOf(input))
      if (order === undefined) fault('no_fit', say('nothing_waits_for', { input }))
      else fault('answered_before', say('answered_before', { input, order }))
    } else if (given.doubt !== undefined) fault('ambiguous', given.doubt)
    else {
      const answer = isRefused ? { refusal: result } : { result }
      pasted.answers.push(...given.items.map((item) => ({ item, line, answer, by: given.by })))
    }
    for (const one of taken) seen.add(one)
  }
  return pasted
}

/** `placeOf` tells items apart; it is no name that a line can have. */
const placeOf = ({ orderId, position }: ManualItem): string => `item ${orderId} ${position}`

const keysOf = (forms: readonly Form[]): string[] => [...new Set(forms.map(({ input }) => keyOf(input)))]

/** `answeredBefore` gives the orders in which something of these names was answered lately; `inputs` are those names that are inputs. */
async function answeredBefore(
  sql: Sql,
  names: readonly string[],
  filter: ManualFilter,
): Promise<{ all: Map<string, number>; inputs: Set<string> }> {
  const found = names.length === 0 ? [] : await selectAnswered(sql, { ...filter, names })
  return {
    all: new Map(found.flatMap((item) => itemNames(item).map(({ name }) => [name, item.orderId]))),
    inputs: new Set(found.filter(({ input }) => input !== '').map(({ input }) => keyOf(input))),
  }
}

/** `refuseFaults` throws invalid_input where a line fits nothing. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return
  const lines = faults.slice(0, SHOWN_FAULTS).map(({ path: [line], message }) => `line ${line}: ${message}`)
  const named = faults.map(({ path, ...fault }) => ({ ...fault, path: ['file', ...path] }))
  throw new Refusal('invalid_input', `nothing was written\n${lines.join('\n')}`, 'file', named)
}

/** HEADER names the column of IMEIs or orders in the first line of a sheet. */
const HEADER =
  /^(?:imei|imeis|imei\/sn|sn|serial|serial number|input|no|nr|n[º°]|num|id|item|order|orders|reference|ref|#)$/i
/** NO_HEADER has an IMEI, or what may be a serial number: it is a line of its own, also behind the name of a column. */
const NO_HEADER = /(?<![\p{L}\p{N}])(?=[A-Z]*\d)[A-Z\d]{8,}/u
/** SEP is the first line by which spreadsheets name their delimiter. */
const SEP = /^\s*"?sep=.?"?\s*$/i

/** `excerptOf` gives the beginning of a row as it stands between quotes. */
const excerptOf = (row: string): string => JSON.stringify(row.trim().slice(0, 60)).slice(1, -1)

const normal = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()

/** `isRefusal`: a refusal's text may have signs before it, and may go on, but not with the same word. */
const isRefusal = (result: string, refusals: readonly string[]): boolean =>
  [normal(result), normal(result.replace(/^[^\p{L}\p{N}]+/u, ''))].some((said) =>
    refusals.some((one) => said.startsWith(one) && !/^[\p{L}\p{N}]/u.test(said.slice(one.length))),
  )

/** `rowsOf` gives the rows that are not empty; a quoted cell may go over several lines. */
function rowsOf(text: string): { line: number; text: string }[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/)
  const rows: { line: number; text: string }[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1
    let row = lines[at] as string
    if (OPEN_CELL.test(row) && hasOddQuotes(row)) {
      const next = lines.slice(line, line + MAX_LINES_OF_CELL).findIndex(hasOddQuotes)
      if (next >= 0) {
        at = line + next
        row = lines.slice(line - 1, at + 1).join('\n')
      }
    }
    if (row.trim() !== '') rows.push({ line, text: row })
  }
  return rows
}

const MAX_LINES_OF_CELL = 200
/** OPEN_CELL finds a cell that begins with a quote. */
const OPEN_CELL = /(?:^|[\t;,])\s*"/
/** `hasOddQuotes`: the line opens a cell that a later one closes, or closes it. */
const hasOddQuotes = (row: string): boolean => (row.match(/"/g)?.length ?? 0) % 2 === 1

const NUMBERING = /^\s*(?:#?\d{1,5}\s*[.):\]]|#\d{1,5}|[-*\u2022\u2013\u2014>])\s*/
/** NUMBER_CELL is a first column with the number of the row. */
const NUMBER_CELL = /^\s*"?\d{1,5}"?\s*[\t;,|]\s*/
/** SIGNS are what may stand before an input: signs, the number of the row, and words that say what it is. */
const SIGNS = /^(?:[^\p{L}\p{N}]|\d{1,5}(?!\d)|(?:imeis?|s\/?n|serial|number|no|nr|id)(?![\p{L}\p{N}]))+/iu
/** ORDER is what may stand before the number of an order or a reference: unlike SIGNS it takes no digits away. */
const ORDER = /^\s*(?:(?:order|number|no|nr|id|reference|ref)(?![\p{L}\p{N}])|[^\p{L}\p{N}])+/iu
/** CHAT is what messengers write before a line that is copied: "[12/11/2026, 10:03] Bob: ". */
const CHAT = /^\s*\[[\d\s/.,:-]{5,30}(?:[ap]\.?m\.?)?\]\s*[^:]{1,40}:\s*/i
const BETWEEN = /^(?:[\s,;:|\uff0c\uff1a\uff1b\u3001]|=?>|[-\u2013\u2014=]+>?)+/

/** `firstWord` takes a row that names nothing that is known: its first word is taken for the name, with or without a number before it. */
function firstWord(row: string): { input: string; result: string } {
  const plain = withPlainInput(withoutMarks(row))
  const [, , , WORD] = FORMS
  const without = plain.replace(NUMBERING, '')
  const start = /^\s*["']?[^\s,;:]{6,}/.test(without) ? without : plain
  const found = (WORD as RegExp).exec(start)
  return found ? cut(start, found) : { input: '', result: '' }
}

/**
 * `formsOf` gives all that may be the name of what a row is for, the likeliest first. An order number and a reference must be in its first
 * cell: what stands behind the number of a row or `SN` is an input.
 */
function* formsOf(row: string): Generator<Form> {
  const plain = withPlainInput(withoutMarks(row))
  const without = (...some: RegExp[]): string => some.reduce((text, one) => text.replace(one, ''), plain)
  const starts: [start: string, isFirstCell: boolean][] = [
    [plain, true],
    [without(NUMBERING), true],
    [without(NUMBER_CELL), false],
    [without(CHAT), true],
    [without(SIGNS), false],
    [without(ORDER), true],
    [without(NUMBERING, ORDER), true],
  ]
  for (const [start, isFirstCell] of starts) {
    for (const form of FORMS) {
      const found = form.exec(start)
      const input = found?.[1] ?? ''
      const names: FoundBy[] = isFirstCell ? ['input', 'order', 'reference'] : ['input']
      const certain = names.filter((by) => by !== 'reference' || !isLabel(input))
      if (found) yield { input, names: certain, rest: () => cut(start, found).result }
    }
  }
}

/** `isLabel`: the number of a row, the name of a column, or what says that an input follows. Resellers may have such references, too. */
const isLabel = (name: string): boolean =>
  /^\d{1,5}$/.test(name) || HEADER.test(name) || (!/\p{N}/u.test(name) && name.replace(SIGNS, '') === '')

/** `withPlainInput` writes the digits of an IMEI in other scripts as ours, and takes away the `.0` of a spreadsheet's number. */
const withPlainInput = (row: string): string =>
  row.replace(/\p{Nd}{14,17}/gu, plainDigits).replace(/(?<!\d)(\d{14,17})\.0+(?!\d)/, '$1')

/** FORMS are an input in quotes, an IMEI in groups of digits, a word up to any mark, a word up to the marks of a sheet, and a whole cell. */
const FORMS = [
  /^\s*["']([^"']+)["']/,
  /^\s*(\d(?:[ ./-]?\d){13,16})(?!\d)/,
  /^\s*["']?([^\s,;:|="'\uff0c\uff1a\uff1b\u3001([]+?)(?=["']?(?:[\s,;:|="'\uff0c\uff1a\uff1b\u3001([]|[-\u2013\u2014]+>|$))["']?/,
  /^\s*["']?([^\s,;:|"']+)["']?/,
  /^\s*([^\t;|"']*[^\t;|"'\s])(?=\s*[\t;|])/,
]

function cut(row: string, found: RegExpExecArray): { input: string; result: string } {
  const rest = row.slice(found[0].length).replace(/^["'](?=[\s;,|]|$)/, '')
  const between = BETWEEN.exec(rest)?.[0] ?? ''
  const isApart = between !== '' || /^\s*(?:$|[([{\p{So}])/u.test(rest)
  return { input: (found[1] ?? '').trim(), result: isApart ? unquoted(rest.slice(between.length)) : '' }
}

/** `unquoted` takes the quotes of one cell away; several cells stay as they are. */
function unquoted(cell: string): string {
  const text = cell
    .trim()
    .replace(/[\t;,|]+$/, '')
    .trim()
  const [, inside] = /^"((?:[^"]|"")*)"$/.exec(text) ?? []
  return (inside === undefined ? text : inside.replaceAll('""', '"')).trim()
}
