import Table from 'cli-table3'
import { type Command, CommanderError } from 'commander'
import { type ErrorCode, errors, Refusal } from '../errors.ts'
import { type Attribute, type Attributes, jsonOf, textsOf } from '../lib/attributes.ts'
import { faultText } from '../lib/fault.ts'
import { forTerminal } from '../lib/text.ts'
import { localTime } from '../lib/time.ts'
import { errorCodeOf, exitCodes, exitKindOf } from './exit-codes.ts'

/** Answer is what a command gives: a value for machines (--json) and a text for people. */
export interface Answer {
  /** `json` has amounts as decimal strings, Dates as they are; a bigint in here is a bug and throws. */
  json: unknown
  text: string
  /** `note` stands below the text; with --json it goes to stderr. */
  note?: string
  /** `bad`: the command did its work, and what it found is bad. The exit code is that of `bad`. */
  bad?: boolean
  /** `refusal`: nothing was done, and the rest says why in full. It is printed, and the exit code is that of its kind. */
  refusal?: Refusal
}

/**
 * `answering` makes a commander action of a function, which takes the command's arguments and then its options, and gives the
 * Answer, which is printed as the caller asked for.
 */
export function answering<Given extends unknown[]>(
  run: (...given: Given) => Promise<Answer>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander calls with the arguments, the options and the command itself.
    const command = given.at(-1) as Command
    const answer = await run(...(given.slice(0, -1) as Given))
    const json = command.optsWithGlobals()['json'] === true
    if (answer.refusal) {
      printError(answer.refusal, json)
      process.exitCode = exitCodes[exitKindOf(answer.refusal)].code
    }
    process.stdout.write(`${json ? JSON.stringify(answer.json) : answer.text}\n`)
    if (answer.note !== undefined && json) process.stderr.write(`${answer.note}\n`)
    else if (answer.note !== undefined) process.stdout.write(`\n${answer.note}\n`)
    if (answer.bad) process.exitCode = exitCodes.bad.code
  }
}

export type Cell = string | number | bigint | boolean | Date | null | undefined

const border = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}
const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }

/** Columns are what people see of a row, each cell by the head of its column. */
export type Columns<Row> = Record<string, (row: Row) => Cell>

/** `table` aligns columns for people. `right` names those whose cells are numbers. */
export function table<Row>(rows: readonly Row[], columns: Columns<Row>, right: string[] = []): string {
  const head = Object.keys(columns)
  const colAligns = head.map((name) => (right.includes(name) ? 'right' : 'left'))
  const lines = new Table({ head, chars: border, style, colAligns })
  lines.push(...rows.map((row) => Object.values(columns).map((cell) => show(cell(row)))))
  return trimmed(lines.toString())
}

/** MAX_LIMIT is the largest --limit of what grows with orders; MAX_CONFIGURED of what operators configure, such as accounts and services. */
export const MAX_LIMIT = 1000
export const MAX_CONFIGURED = 100_000

interface Listing<Row> {
  json: (row: Row) => unknown
  columns: Columns<Row>
  right?: string[]
  /** `none` is what people read where there is nothing: `no orders`, and behind a colon what makes the first one. */
  none: `no ${string}`
}

/** `listed` is the answer of a command that lists. */
export const listed = <Row>(rows: readonly Row[], { json, columns, right, none }: Listing<Row>): Answer => ({
  json: rows.map(json),
  text: rows.length === 0 ? none : table(rows, columns, right),
})

/**
 * `withNext` says to people where the next page of a list begins, and where one that looks at a part has stopped. In JSON the last row says
 * where it begins.
 */
export function withNext(
  answer: Answer,
  { next, stoppedAt }: { next: string | number | undefined; stoppedAt: string | number | undefined },
): Answer {
  if (stoppedAt !== undefined) {
    const words = `older ones than ${stoppedAt} were not looked at: --before ${stoppedAt} goes on there`
    return { ...answer, note: words }
  }
  return next === undefined
    ? answer
    : { ...answer, text: `${answer.text}\n\nthere are older ones: --before ${next} goes on there` }
}

/** `withRest` says to people that a list was cut; `rest` names what was left out, false: nothing was. */
export const withRest = (answer: Answer, rest: string | false, most = MAX_LIMIT): Answer =>
  rest === false ? answer : { ...answer, note: `there are ${rest}: --limit shows up to ${most}` }

/** `cutTo` answers with the first rows of a list that was read with a limit of one more, and says whether there are others. */
export const cutTo = <Row>(
  limit: number,
  found: readonly Row[],
  answer: (rows: Row[]) => Answer,
  most = MAX_LIMIT,
): Answer => withRest(answer(found.slice(0, limit)), found.length > limit && 'more', most)

/** `keyValues` shows one thing to people: a line for each of its names and values; false is left out. */
export function keyValues(pairs: readonly (readonly [name: string, value: Cell] | false)[]): string {
  const lines = new Table({ chars: border, style })
  lines.push(...pairs.filter((pair) => pair !== false).map(([name, value]) => [name, show(value)]))
  return trimmed(lines.toString())
}

/** `nounAnswer` shows people those values of a noun that have a label. */
export const nounAnswer = (all: Attributes, noun: object): Answer => ({
  json: jsonOf(all, noun),
  text: keyValues(textsOf(all, noun)),
})

/** `nounsAnswer` shows people the values called `names` of several nouns; each has a label. */
export function nounsAnswer<A extends Attributes>(
  all: A,
  names: (keyof A & string)[],
  nouns: readonly object[],
  none: `no ${string}`,
): Answer {
  const shown = names.map((name) => [name, all[name] as Attribute] as const)
  const columns = Object.fromEntries(
    shown.map(([name, one]) => [one.label, (noun: object) => textsOf({ [name]: one }, noun)[0]?.[1]]),
  )
  const right = shown.flatMap(([, { label, right }]) => (right && label ? [label] : []))
  return listed(nouns, { json: (noun) => jsonOf(all, noun), columns, right, none })
}

const trimmed = (lines: string): string => lines.replace(/ +$/gm, '')

function show(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '-'
  if (cell instanceof Date) return localTime(cell)
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  // A supplier's text must not steer the operator's terminal.
  return forTerminal(String(cell))
}

/** `printError` is the one way an error reaches the user: words for people, and with --json one more line for machines. */
export function printError(error: unknown, json: boolean): void {
  const { code, message, field } = describe(error)
  process.stderr.write(`error: ${message}\n`)
  if (json) process.stderr.write(`${JSON.stringify({ error: { code, message, field } })}\n`)
  // Who looks for a fault in the program itself wants to know where.
  if (code === 'internal_error' && /^(debug|trace)$/.test(process.env['LOG_LEVEL'] ?? '')) {
    process.stderr.write(`${(error as Error).stack}\n`)
  }
}

function describe(error: unknown): { code: ErrorCode; message: string; field: string | null } {
  if (error instanceof Refusal) {
    const { code, message, field = null, faults } = error
    const all = `${errors[code].message}: ${faults.map(faultText).join('; ')}`
    return { code, message: faults.length > 1 ? all : message, field }
  }
  if (error instanceof CommanderError) {
    // Help asked for by saying nothing stands on stderr already.
    const message = error.code === 'commander.help' ? 'a command is missing' : error.message
    const option = /'(?:-\w, )?--([a-z-]+)/.exec(message)?.[1]?.replaceAll('-', '_')
    return { code: 'invalid_input', message: message.replace(/^error: /, ''), field: option ?? null }
  }
  const code = errorCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  // The driver may say in several lines what is away.
  const line = code === 'temporarily_unavailable' ? message.replace(/\s*\n\s*/g, ' ') : message
  return { code, message: line, field: null }
}

/** `counted` says how many of something there are. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
