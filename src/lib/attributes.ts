import { type Micros, parseMicros } from './money.ts'

/** Unreadable says that a value cannot be read; its message goes behind the name of the value. */
export class Unreadable extends Error {}

/**
 * Attribute is the only definition of one value of a noun that operators configure. Reading, checks, columns, command-line options,
 * views and tables of the docs are made from it. `Given` is the value as an operator writes it, where that is another one.
 */
export interface Attribute<Value = unknown, Given = Value> {
  /** `label` names the value in the text for people; the value of an attribute without a label is not shown there. */
  readonly label: string | undefined
  /** `flag` is the option, with its value: `--min-poll <seconds>`. */
  readonly flag: string | undefined
  /** `offFlag` is the option that says no, where `flag` says yes. */
  readonly offFlag: string | undefined
  /** `help` describes the value in `--help` and in the docs. */
  readonly help: string
  /** `more` goes behind `help` in the docs only; it may hold links. */
  readonly more: string
  /** `whenLeftOut` tells the docs what a new value is where `default` does not tell. */
  readonly whenLeftOut: string | undefined
  readonly choices: readonly string[] | undefined
  /** `gather` reads one use of an option that may be given several times; an empty text takes all away. */
  readonly gather: ((text: string) => unknown) | undefined
  /** `default` completes a new noun; undefined: the noun's own code does. */
  readonly default: Value | undefined
  /** `nullable`: null is a value, and takes away what was there. */
  readonly nullable: boolean
  /** `stored`: the value has a column; what is not stored is only input. */
  readonly stored: boolean
  /** `json`: the column holds JSON. */
  readonly json: boolean
  /** `property` is the column's name in records, where it is not the attribute's. */
  readonly property: string | undefined
  /** `formerly` is an earlier column of files, which is still taken, with the option of that name. */
  readonly formerly: string | undefined
  /** `read` reads a text or a JSON value. Throws Unreadable. */
  read(value: unknown): Given
  /** `load` makes the value of what the database gives. */
  load(column: unknown): Value
  /** `fault` says why the value is not allowed. */
  fault(value: Value): string | undefined
  /** `show` writes the value for people. */
  show(value: Value): string
}

/** Attributes are those of one noun, in the order in which people read them. */
export type Attributes = Readonly<Record<string, Attribute>>

/** ValuesOf is a noun as its attributes make it. An attribute that is only input has a value of type never. */
export type ValuesOf<A extends Attributes> = {
  -readonly [Name in keyof A as [ValueOf<A[Name]>] extends [never] ? never : Name]: ValueOf<A[Name]>
}
type ValueOf<A> = A extends Attribute<infer Value, infer _Given> ? Value : never
type GivenTo<A> = A extends Attribute<infer _Value, infer Given> ? Given : never

/** GivenOf is a noun as an operator writes it: what is left out (undefined) takes its default, or stays as it is. */
export type GivenOf<A extends Attributes> = { -readonly [Name in keyof A]?: GivenTo<A[Name]> | undefined }

/**
 * AttributesOf is what ties a noun to its table when compiling: each column has its attribute with a value that fits, and nothing else is
 * one but for `Inputs`, which have no column. `Renamed` are the columns whose attributes are called otherwise.
 */
export type AttributesOf<Row, Renamed extends Partial<Record<keyof Row, string>>, Inputs extends string> = {
  readonly [Column in keyof Row as Column extends keyof Renamed
    ? Renamed[Column] & string
    : Column]: Attribute<Row[Column], unknown>
} & { readonly [Name in Inputs]: Attribute<never, unknown> }

interface Described<Value> {
  label?: string
  flag?: string
  help: string
  more?: string
  whenLeftOut?: string
  default?: Value
  property?: string
  formerly?: string
}

const plain = {
  offFlag: undefined,
  choices: undefined,
  gather: undefined,
  nullable: false,
  stored: true,
  json: false,
  load: (column: unknown) => column,
  fault: () => undefined,
  show: (value: unknown) => String(value),
}

/** `attribute` makes an attribute of a type that only its noun has. */
export function attribute<Value, Given = Value>(
  described: Described<Value>,
  kind: Partial<Attribute<Value, Given>> & Pick<Attribute<Value, Given>, 'read'>,
): Attribute<Value, Given> {
  const { label, flag, help, more = '', whenLeftOut, property, formerly } = described
  return {
    ...plain,
    label,
    flag,
    help,
    more,
    whenLeftOut,
    default: described.default,
    property,
    formerly,
    ...kind,
  } as Attribute<Value, Given>
}

/** `inputOnly` makes of an attribute one that has no column: what it says is kept by other attributes. */
export const inputOnly = <Given>(of: Attribute<Given>): Attribute<never, Given> =>
  ({ ...of, stored: false }) as unknown as Attribute<never, Given>

/** `readText` trims a text; a number is a text, too. */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  throw new Unreadable('must be a text')
}

/** `readFlag` reads yes and no, as spreadsheets write them. */
export function readFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const word = readText(value).toLowerCase()
  if (['yes', 'true', '1'].includes(word)) return true
  if (['no', 'false', '0'].includes(word)) return false
  throw new Unreadable('must be yes or no')
}

/** `readJson` parses a text; what is no text is JSON already. */
export function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new Unreadable(`is not JSON: ${(error as Error).message}`)
  }
}

const isEmpty = (value: unknown): boolean => value === null || value === ''

/** `orNull` lets null and the empty text take a value away. */
export const orNull =
  <Value>(read: (value: unknown) => Value) =>
  (value: unknown): Value | null =>
    isEmpty(value) ? null : read(value)

export const emptyFault = (text: string): string | undefined => (text === '' ? 'is missing' : undefined)

export function charactersFault(text: string, max: number, forbidden = /\p{Cc}/u): string | undefined {
  if (text.length > max) return `must not be longer than ${max} characters`
  return forbidden.test(text) || !text.isWellFormed() ? 'must not hold control characters' : undefined
}

export const choiceFault = (value: string, choices: readonly string[]): string | undefined =>
  choices.includes(value) ? undefined : `must be one of ${choices.join(', ')}`

const MAX_LINE_LENGTH = 200

/** `line` is one line of at most 200 characters; `required` forbids an empty one. */
export const line = (described: Described<string> & { required?: boolean }) =>
  attribute<string>(described, {
    read: readText,
    fault: (text) =>
      charactersFault(text, MAX_LINE_LENGTH) ?? (described.required ? emptyFault(text) : undefined),
  })

/** `lines` is a text with line breaks and tabs. */
export const lines = (described: Described<string> & { max: number }) =>
  attribute<string>(described, {
    read: readText,
    fault: (text) => charactersFault(text, described.max, /[^\P{Cc}\n\r\t]/u),
  })

/** `matching` is a text that `fault` checks. */
export const matching = (described: Described<string> & { fault: (text: string) => string | undefined }) =>
  attribute<string>(described, { read: readText, fault: described.fault })

/** `choice` is one of several words. */
export const choice = <const Word extends string>(
  choices: readonly Word[],
  described: Described<NoInfer<Word>>,
) =>
  attribute<Word>(described, {
    choices,
    // `fault` says what the choices are, beside everything else that is wrong.
    read: (value) => readText(value) as Word,
    fault: (word) => choiceFault(word, choices),
  })

interface Bounds {
  min: number
  max: number
}

const rangeFault =
  ({ min, max }: Bounds) =>
  (value: number) =>
    Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`

/** `integer` is a whole number from `min` to `max`. */
export const integer = (described: Described<number> & Bounds) =>
  attribute<number>(described, {
    read: (value) => {
      if (/^\d{1,9}$/.test(readText(value))) return Number(value)
      throw new Unreadable('must be a whole number')
    },
    fault: rangeFault(described),
  })

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]

/** `showSeconds` writes seconds in the largest unit up to days that says them exactly, as `seconds` reads them: 7d, 90s. */
function showSeconds(seconds: number): string {
  const [unit, length] = UNITS.find(
    ([name, size]) => name !== 'w' && seconds >= size && seconds % size === 0,
  ) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

/** `seconds` is a whole number of seconds, or a duration such as 90s, 10m, 6h, 7d, 2w. */
export const seconds = (described: Described<number> & Bounds) =>
  attribute<number>(described, {
    read: (value) => {
      const [, number, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(readText(value)) ?? []
      const size = UNITS.find(([name]) => name === unit)?.[1]
      if (number !== undefined && size !== undefined) return Number(number) * size
      throw new Unreadable('must be a whole number of seconds, or a duration such as 10m, 6h, 7d')
    },
    fault: rangeFault(described),
    show: showSeconds,
  })

/** `flag` is yes or no, with an option for each. */
export const flag = (described: Described<boolean> & { offFlag?: string }) =>
  attribute<boolean>(described, {
    offFlag: described.offFlag,
    read: readFlag,
    show: (value) => (value ? 'yes' : 'no'),
  })

/** `timeOfDay` is a local time such as 09:00, or null. Spreadsheets make 9:00 of it, and 09:00:00, too. */
export const timeOfDay = (described: Described<string | null>) =>
  attribute<string | null>(
    { ...described, default: null },
    {
      nullable: true,
      read: orNull((value) =>
        readText(value)
          .replace(/^(\d?\d:\d\d):00$/, '$1')
          .padStart(5, '0'),
      ),
      load: (column) => (column === null ? null : String(column).slice(0, 5)),
      fault: (time) =>
        time === null || /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? undefined : 'must be a time such as 09:00',
      show: (time) => time ?? '-',
    },
  )

/** `amount` is money as a decimal. */
export const amount = (described: Described<Micros>) =>
  attribute<Micros>(described, {
    read: (value) => {
      const parsed = parseMicros(readText(value))
      if (parsed !== undefined) return parsed
      throw new Unreadable('must be an amount such as 0.77, with at most 6 decimals')
    },
  })

/** `columnOf` names an attribute's column in files and its field in JSON: `minPollSeconds` is min_poll_seconds. */
export const columnOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** AttributeFault is what is wrong with the value of one attribute, in words that go behind its name. */
export interface AttributeFault {
  field: string
  reason: string
}

/** `readForm` reads texts and JSON values by column, each as its attribute says, and gives every fault. */
export function readForm<A extends Attributes>(
  all: A,
  form: Readonly<Record<string, unknown>>,
): { given: GivenOf<A>; faults: AttributeFault[] } {
  const given: Record<string, unknown> = {}
  const faults: AttributeFault[] = []
  for (const [field, { read, formerly }] of Object.entries(all)) {
    let value = form[columnOf(field)]
    if (value === undefined && formerly !== undefined) value = form[formerly]
    if (value === undefined) continue
    try {
      given[field] = read(value)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      faults.push({ field, reason: error.message })
    }
  }
  return { given: given as GivenOf<A>, faults }
}

/** `faultsOf` gives what is wrong with each stored value by itself, then by `check`, which sees the others. */
export function faultsOf<A extends Attributes>(
  all: A,
  values: ValuesOf<A>,
  checks: { readonly [Name in keyof ValuesOf<A>]?: (values: ValuesOf<A>) => string | undefined },
): AttributeFault[] {
  return Object.entries(all).flatMap(([field, { stored, fault }]) => {
    if (!stored) return []
    const name = field as keyof ValuesOf<A>
    const reason = checks[name]?.(values) ?? fault(values[name])
    return reason === undefined ? [] : [{ field, reason }]
  })
}

/**
 * `complete` takes what is given, and the rest of `existing`, or of the defaults. A value whose form is not that of what is given is
 * for the noun's own code.
 */
export function complete<A extends Attributes>(
  all: A,
  given: GivenOf<A>,
  existing: Partial<ValuesOf<A>>,
): ValuesOf<A> {
  const values: Record<string, unknown> = {}
  for (const [name, { stored, nullable, default: preset }] of Object.entries(all)) {
    if (!stored) continue
    const value = (given as Record<string, unknown>)[name]
    const old = (existing as Record<string, unknown>)[name]
    const isGiven = value !== undefined && (value !== null || nullable)
    values[name] = isGiven
      ? typeof value === 'string'
        ? value.trim()
        : value
      : old === undefined
        ? preset
        : old
  }
  return values as ValuesOf<A>
}

/** `recordOf` gives the columns of a noun, by their names in records. */
export function recordOf<A extends Attributes>(all: A, values: ValuesOf<A>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, { stored, property = name }]) =>
      stored ? [[property, values[name as keyof ValuesOf<A>]]] : [],
    ),
  )
}

/** `loadRecord` makes a noun of its columns. `parse` reads those that hold JSON. */
export function loadRecord<A extends Attributes>(
  all: A,
  record: Readonly<Record<string, unknown>>,
  parse: (text: string) => unknown,
): ValuesOf<A> {
  const values: Record<string, unknown> = {}
  for (const [name, { stored, json, property = name, load }] of Object.entries(all)) {
    if (stored) values[name] = json ? parse(record[property] as string) : load(record[property])
  }
  return values as ValuesOf<A>
}

/** `jsonOf` gives the stored values under the names of their columns in files. */
export function jsonOf<A extends Attributes>(all: A, values: ValuesOf<A>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, { stored }]) =>
      stored ? [[columnOf(name), values[name as keyof ValuesOf<A>]]] : [],
    ),
  )
}

/** `labelled` gives the stored values that have a label, as people read them. */
export function labelled<A extends Attributes>(all: A, values: ValuesOf<A>): [label: string, text: string][] {
  return Object.entries(all).flatMap(([name, { stored, label, show }]) =>
    stored && label !== undefined
      ? [[label, show(values[name as keyof ValuesOf<A>])] as [string, string]]
      : [],
  )
}

/** `optionTable` writes the attributes' options as a table of the docs. */
export function optionTable(all: Attributes): string {
  const rows = Object.values(all).flatMap((one) => {
    if (one.flag === undefined) return []
    const words = one.offFlag === undefined ? code(one.flag) : `${code(one.flag)}, ${code(one.offFlag)}`
    const choices = one.choices ? `: ${one.choices.map((word) => `\`${word}\``).join(', ')}` : ''
    const meaning = `${one.help}${choices}${one.more === '' ? '' : `; ${one.more}`}`
    return [`| ${words} | ${escaped(meaning)} | ${escaped(one.whenLeftOut ?? presetOf(one))} |`]
  })
  return ['| option | meaning | when left out |', '| --- | --- | --- |', ...rows].join('\n')
}

const escaped = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${escaped(text)}\``

function presetOf({ default: preset, show }: Attribute): string {
  if (preset === undefined) return ''
  return preset === '' ? 'empty' : `\`${show(preset)}\``
}
