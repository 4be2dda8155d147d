import { ok, type Result } from '../../lib/fault.ts'
import { isObject } from '../../lib/json.ts'
import { trimmed } from '../../lib/text.ts'
import { legible } from './answer.ts'
import { decodeText } from './encoded-text.ts'
import { type Fields, fieldsOf, put } from './fields.ts'
import { ENVELOPE, type Form } from './form.ts'
import { MAX_DEPTH, malformed, TOO_DEEP } from './json.ts'
import { CUSTOM, ORDER_ID } from './order-fields.ts'

/**
 * Parameters is what a request says beyond its action. `many` has rows under keys, the caller's own or (an array) "0", "1", ...; a row
 * that is no object has undefined `fields`, and its `text` where it is a plain value. JavaScript objects put keys that look like integers
 * first, in ascending order; so do the rows of `many`.
 */
export type Parameters =
  | { kind: 'none' }
  | { kind: 'one'; fields: Fields }
  | { kind: 'many'; rows: ParameterRow[] }

/** ParameterRow reads its fields when they are wanted, so that nobody pays for all rows at once. */
interface ParameterRow {
  readonly key: string
  readonly fields: Fields | undefined
  readonly text: string | undefined
}

function parameterRow(key: string, value: unknown): ParameterRow {
  let fields: Fields | undefined
  return {
    key,
    get fields() {
      if (isObject(value)) fields ??= fieldsOf(value)
      return fields
    },
    get text() {
      return value === null || typeof value === 'object' ? undefined : String(value).trim()
    },
  }
}

/** `onlyOrder` gives the fields of one order, also where it is the only row of many; undefined: there is none, or more than one. */
export function onlyOrder(parameters: Parameters): Fields | undefined {
  if (parameters.kind === 'one') return parameters.fields
  return parameters.kind === 'many' && parameters.rows.length === 1 ? parameters.rows[0]?.fields : undefined
}

const MAX_FIELDS_IN_A_ROW = 100
/** MAX_NAME bounds the name of a field, in characters: one with brackets has the row's key in it. */
const MAX_NAME = 2000
const TOO_MANY_FIELDS = `more than ${MAX_FIELDS_IN_A_ROW} fields in a row`
const envelopeNames = new Set(Object.values(ENVELOPE).flat())

/**
 * `readParameters` reads `parameters` in whichever of the encodings in the wild it came (XML, JSON, base64 of either, brackets), merged
 * with fields beside `action`; those inside win.
 */
export function readParameters(form: Form): Result<Parameters> {
  const beside = new Map<string, string>()
  let bracketed: Tree | undefined
  for (const [key, field] of form.fields) {
    if (envelopeNames.has(key)) continue
    const { name } = field
    if (name.length > MAX_NAME) return malformed(`the name of a field is longer than ${MAX_NAME} characters`)
    const path = name.includes('[') || name.length > LONG ? pathOf(name) : undefined
    if (path && path.length > MAX_DEPTH) return malformed(TOO_DEEP)
    if (path) {
      bracketed ??= newTree()
      addAt(bracketed, path, field.value)
    } else put(beside, name, field.value)
  }
  const text = trimmed(form.get('parameters') ?? '')
  const inside = text === '' ? readValue(bracketed ? withLists(bracketed) : null) : readText(text)
  if (!inside.ok) return inside
  if (inside.value.kind === 'none') return oneOf(beside)
  if (inside.value.kind === 'many' || beside.size === 0) return inside
  return oneOf(new Map([...beside, ...inside.value.fields]))
}

/** Tree is what fields such as `parameters[77][ID]` say, as the JSON that would say the same. */
interface Tree {
  [key: string]: string | Tree
}

/** `newTree` has no prototype: the keys are the caller's. */
const newTree = (): Tree => Object.create(null)

/** LONG is the length of `parameters.`, than which names of most fields are shorter. */
const LONG = 'parameters.'.length

/**
 * `pathOf` makes ["77", "ID"] of `parameters[77][ID]`, ["CUSTOMFIELD", "PIN"] of `customfield[PIN]`, ["orderid", "0"] of `orderid[0]`, and
 * ["ID"] of `parameters.ID`, as the contract's tables have it, and of what PHP makes of that name.
 */
function pathOf(name: string): string[] | undefined {
  if (!name.includes('[')) {
    const [, field] = /^parameters[._](\w+)$/i.exec(name) ?? []
    return field === undefined ? undefined : [field]
  }
  const [, of = '', brackets] = /^([a-z_]+)((?:\[[^[\]]+\])+)$/i.exec(name) ?? []
  const path = brackets?.slice(1, -1).split('][')
  if (path === undefined || of.toLowerCase() === 'parameters') return path
  return WITH_BRACKETS.has(of.toUpperCase()) ? [of, ...path] : undefined
}

const WITH_BRACKETS = new Set([...CUSTOM, ...ORDER_ID])

function addAt(tree: Tree, path: string[], value: string): void {
  let inner = tree
  for (const key of path.slice(0, -1)) {
    inner[key] ??= newTree()
    const next = inner[key]
    // A name that has both a value and names inside it: the first stays.
    if (typeof next === 'string') return
    inner = next
  }
  inner[path.at(-1) as string] ??= value
}

/** `withLists` makes a list of each part of a tree whose names count from 0, as PHP does. */
function withLists(tree: Tree): unknown {
  const names = Object.keys(tree)
  const values = names.map((name) => {
    const value = tree[name]
    return typeof value === 'object' ? withLists(value) : value
  })
  return names.every((name, index) => name === String(index))
    ? values
    : Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

const NONE = ok<Parameters>({ kind: 'none' })

function oneOf(fields: Fields): Result<Parameters> {
  if (fields.size === 0) return NONE
  return fields.size > MAX_FIELDS_IN_A_ROW ? malformed(TOO_MANY_FIELDS) : ok({ kind: 'one', fields })
}

function readText(text: string): Result<Parameters> {
  const decoded = decodeText(text)
  if (!decoded.ok) return decoded
  return 'fields' in decoded.value ? oneOf(decoded.value.fields) : readValue(decoded.value.json)
}

function readValue(value: unknown): Result<Parameters> {
  // PHP's json_encode says "no parameters" as null, "" or [].
  if (value === null || value === '') return NONE
  if (typeof value !== 'object') return malformed('a JSON object or array is expected')
  if (isObject(value) && !isRows(value)) {
    const isWide = Object.keys(value).length > MAX_FIELDS_IN_A_ROW
    return isWide ? malformed(TOO_MANY_FIELDS) : oneOf(fieldsOf(value))
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return NONE
  const tooWide = entries.some(([, row]) => isObject(row) && Object.keys(row).length > MAX_FIELDS_IN_A_ROW)
  if (tooWide) return malformed(TOO_MANY_FIELDS)
  // Rows are answered under their keys: of two that an answer says alike, one row's answer would be lost.
  const told = new Set(entries.map(([key]) => legible(key)))
  if (told.size < entries.length) return malformed('two rows have keys that an answer cannot tell apart')
  return ok({ kind: 'many', rows: entries.map(([key, row]) => parameterRow(key, row)) })
}

/**
 * `isRows` knows rows under the caller's own keys, and ids under numbers, which are no names of fields; one field that holds an object
 * (CUSTOMFIELD) is still one order.
 */
function isRows(object: Record<string, unknown>): boolean {
  const names = Object.keys(object)
  return (
    names.length > 0 &&
    names.every(
      (name) => /^\d+$/.test(name) || (isObject(object[name]) && !CUSTOM.includes(name.trim().toUpperCase())),
    )
  )
}
