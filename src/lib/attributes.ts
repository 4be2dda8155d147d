import type { Fault } from '../errors.ts'
import { fault, orThrow, resultOf } from './fault.ts'
import { thousandsFault } from './money.ts'
import type { Why } from './whys.ts'

/** Unreadable says that a value cannot be read; its message goes behind the name of the value. */
export class Unreadable extends Error {
  readonly why: string | Why
  constructor(why: string | Why) {
    super(typeof why === 'string' ? why : why.message)
    this.why = why
  }
}

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
  /** `onlyIn`: the option is one of a new noun only, or of a change only. */
  readonly onlyIn: 'create' | 'change' | undefined
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
  /** `shape` is the JSON Schema of the value as `toJson` writes it, and of what may be given, unless `givenShape` says otherwise. */
  readonly shape: object
  readonly givenShape: object | undefined
  /** `load` makes the value of what the database gives. */
  load(column: unknown): Value
  /** `fault` says why the value is not allowed. */
  fault(value: Value): string | Why | undefined
  /** `secret`: the value is sealed, and never shown again. */
  readonly secret: boolean
  /** `optional`: a whole noun may be without the value. */
  readonly optional: boolean
  /** `none` is shown in the place of null; undefined: then the text for people leaves the value out. */
  readonly none: string | undefined
  /** `show` writes the value for people; null is shown by `none`. `noun` has the values beside it. */
  show(value: Value, noun: Record<string, unknown>): string
  /** `toJson` writes the value for `--json`; `noun` has the values beside it. */
  toJson(value: Value, noun: Record<string, unknown>): unknown
  /** `within` is the object in `--json` that holds the value with others. */
  readonly within: string | undefined
  /** `right`: tables have the value at the right, as a number. */
  readonly right: boolean
  /** `isAmount`: the value is money, in the currency of its noun. */
  readonly isAmount: boolean
}

/** Attributes are those of one noun, in the order in which people read them. */
export type Attributes = Readonly<Record<string, Attribute>>

/** ValuesOf is a noun as its attributes make it. An attribute that is only input has a value of type never. */
export type ValuesOf<A extends Attributes> = {
  -readonly [Name in keyof A as [ValueOf<A[Name]>] extends [never] ? never : Name]: ValueOf<A[Name]>
}
type ValueOf<A> = A extends Attribute<infer Value, infer _Given> ? Value : never
type GivenTo<A> = A extends Attribute<infer _Value, infer Given> ? Given : never

/** FormOf is what an operator writes of a noun, each value as a text or as what the text says. */
export type FormOf<A extends Attributes> = {
  readonly [Name in keyof A]?: GivenTo<A[Name]> | string | undefined
}

/** GivenOf is a noun as an operator writes it: what is left out (undefined) takes its default, or stays as it is. */
export type GivenOf<A extends Attributes> = { -readonly [Name in keyof A]?: GivenTo<A[Name]> | undefined }

/**
 * AttributesOf is what ties a noun to its table when compiling: each column has its attribute with a value that fits, and nothing else is
 * one but for `Others`, which have no column there. `Renamed` are the columns whose attributes are called otherwise.
 */
export type AttributesOf<Row, Renamed extends Partial<Record<keyof Row, string>>, Others extends string> = {
  readonly [Column in keyof Row as Column extends keyof Renamed
    ? Renamed[Column] & string
    : Column]: Attribute<Row[Column], unknown>
} & { readonly [Name in Others]: Attribute }

/** `columnOf` names an attribute's column in files and its field in JSON: `minPollSeconds` is min_poll_seconds. */
export const columnOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `readForm` reads texts and JSON values by column, each as its attribute says, and gives every fault. */
export function readForm<A extends Attributes>(
  all: A,
  form: Readonly<Record<string, unknown>>,
): { given: GivenOf<A>; faults: Fault[] } {
  const given: Record<string, unknown> = {}
  const faults: Fault[] = []
  for (const [field, { read, formerly }] of Object.entries(all)) {
    let value = form[columnOf(field)]
    if (value === undefined && formerly !== undefined) value = form[formerly]
    if (value === undefined) continue
    try {
      given[field] = read(value)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      faults.push(fault(field, error.why))
    }
  }
  return { given: given as GivenOf<A>, faults }
}

/** `readNamed` is `readForm` of values by the names of their attributes. */
export const readNamed = <A extends Attributes>(all: A, form: FormOf<A>) =>
  readForm(all, Object.fromEntries(Object.entries(form).map(([name, value]) => [columnOf(name), value])))

/** `readGiven` reads what is given. Throws invalid_input naming the first value that cannot be read. */
export function readGiven<A extends Attributes>(all: A, form: FormOf<A>): GivenOf<A> {
  const { given, faults } = readNamed(all, form)
  return orThrow(resultOf(given, faults))
}

/** `readValues` reads what is given, and checks each value by itself. Throws invalid_input naming the first one at fault. */
export function readValues<A extends Attributes>(all: A, form: FormOf<A>): GivenOf<A> {
  const given = readGiven(all, form)
  return orThrow(resultOf(given, faultsOfEach(all, given)))
}

/** `faultsOfEach` gives what is wrong with each value that is given, by itself. */
export const faultsOfEach = (all: Attributes, given: Readonly<Record<string, unknown>>): Fault[] =>
  Object.entries(given).flatMap(([name, value]) => {
    const message = value === undefined ? undefined : all[name]?.fault(value)
    return message === undefined ? [] : [fault(name, message)]
  })

/** `thousandsFaults` gives the amounts, among what an operator writes, that may be meant in thousands of the noun's currency. */
export const thousandsFaults = (
  all: Attributes,
  form: Readonly<Record<string, unknown>>,
  currency: string,
): Fault[] =>
  Object.entries(form).flatMap(([name, value]) => {
    const message = all[name]?.isAmount ? thousandsFault(value, currency) : undefined
    return message === undefined ? [] : [fault(name, message)]
  })

/** `checkThousands` throws invalid_input naming the first of these amounts. */
export function checkThousands<A extends Attributes>(all: A, form: FormOf<A>, currency: string): void {
  orThrow(resultOf(undefined, thousandsFaults(all, form, currency)))
}

/** `faultsOf` gives what is wrong with each stored value by itself, then by `check`, which sees the others. */
export function faultsOf<A extends Attributes>(
  all: A,
  values: ValuesOf<A>,
  checks: { readonly [Name in keyof ValuesOf<A>]?: (values: ValuesOf<A>) => string | undefined },
): Fault[] {
  return Object.entries(all).flatMap(([field, { stored, fault: faultOf }]) => {
    if (!stored) return []
    const name = field as keyof ValuesOf<A>
    const message = checks[name]?.(values) ?? faultOf(values[name])
    return message === undefined ? [] : [fault(field, message)]
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

/** `viewOf` gives each value of a noun that is shown. A view has it by its attribute's name, or by that of the column. */
function viewOf(all: Attributes, noun: object): [name: string, value: unknown, attribute: Attribute][] {
  const values = noun as Record<string, unknown>
  return Object.entries(all).flatMap(([name, attribute]) =>
    attribute.stored ? [[name, values[name in values ? name : (attribute.property ?? name)], attribute]] : [],
  )
}

/** `jsonOf` gives the values for machines, under the names of their columns in files. */
export function jsonOf(all: Attributes, noun: object): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const [name, value, { toJson, within }] of viewOf(all, noun)) {
    if (within !== undefined) json[within] ??= {}
    const holder = within === undefined ? json : (json[within] as typeof json)
    holder[columnOf(name)] =
      value === null || value === undefined ? null : toJson(value, noun as Record<string, unknown>)
  }
  return json
}

/** `textsOf` gives the values that have a label, as people read them. */
export const textsOf = (all: Attributes, noun: object): [label: string, text: string][] =>
  viewOf(all, noun).flatMap(([, value, { label, show, none }]) => {
    if (label === undefined) return []
    const isMissing = value === null || value === undefined
    const text = isMissing ? none : show(value, noun as Record<string, unknown>)
    return text === undefined ? [] : [[label, text] as [string, string]]
  })

/** `optionTable` writes the attributes' options as a table of the docs; `files`: with their columns in files. */
export function optionTable(all: Attributes, { files = false } = {}): string {
  const row = (option: string, column: string, ...rest: string[]): string =>
    `| ${[option, ...(files ? [column] : []), ...rest].join(' | ')} |`
  const rows = Object.entries(all).flatMap(([name, one]) => {
    if (one.flag === undefined) return []
    const words = one.offFlag === undefined ? code(one.flag) : `${code(one.flag)}, ${code(one.offFlag)}`
    const choices = one.choices ? `: ${one.choices.map((word) => `\`${word}\``).join(', ')}` : ''
    const only =
      one.onlyIn === undefined ? '' : one.onlyIn === 'create' ? '; not later' : '; not of a new one'
    const meaning = `${one.help}${choices}${one.more === '' ? '' : `; ${one.more}`}${only}`
    return [row(words, code(columnOf(name)), escaped(meaning), escaped(one.whenLeftOut ?? presetOf(one)))]
  })
  const head = ['option', 'column of a file', 'meaning', 'when left out'] as const
  return [row(...head), row('---', '---', '---', '---'), ...rows].join('\n')
}

const escaped = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${escaped(text)}\``

function presetOf({ default: preset, show }: Attribute): string {
  if (preset === undefined) return ''
  return preset === '' ? 'empty' : `\`${show(preset, {})}\``
}
