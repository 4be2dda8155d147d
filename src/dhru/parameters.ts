import { type Fields, fieldsOf, put } from './fields.ts'
import { ENVELOPE, type Form } from './form.ts'
import { readXml } from './parameters-xml.ts'

/**
 * What a request says beyond its action. `many`: rows under keys, the caller's own or (an array) "0", "1", ...; a
 * row that is no object has undefined `fields`, and its `text` where it is a plain value.
 * JavaScript objects put keys that look like integers first, in ascending order; so do the rows of `many`.
 */
export type Parameters =
  | { kind: 'none' }
  | { kind: 'one'; fields: Fields }
  | { kind: 'many'; rows: ParameterRow[] }
  | { kind: 'malformed'; why: string }

interface ParameterRow {
  key: string
  fields: Fields | undefined
  text: string | undefined
}

const MOST_FIELDS_IN_A_ROW = 100
const DEEPEST = 8
const envelopeNames = new Set(Object.values(ENVELOPE).flat())

/** Reads `parameters` in whichever of the encodings in the wild it came, merged with fields beside `action`. */
export function readParameters(form: Form): Parameters {
  const beside = new Rows()
  for (const { name, value } of form.entries()) beside.addFormField(name, value)
  const text = form.get('parameters')?.trim() ?? ''
  if (text === '') return beside.parameters()
  const inside = readText(text)
  if (inside.kind === 'one') return limited(merge(inside.fields, beside.flat))
  if (inside.kind === 'none') return beside.parameters()
  return inside
}

/** Fields that stand in the form itself: flat, `parameters[ID]` or `parameters[77][ID]`. */
class Rows {
  readonly flat = new Map<string, string>()
  readonly #rows = new Map<string, Map<string, string>>()

  addFormField(name: string, value: string): void {
    const bracketed = /^parameters\[([^\]]*)\](?:\[([^\]]*)\])?$/i.exec(name)
    if (bracketed) {
      const [, first = '', second] = bracketed
      if (second === undefined) put(this.flat, first, value)
      else {
        const row = this.#rows.get(first) ?? new Map<string, string>()
        put(row, second, value)
        this.#rows.set(first, row)
      }
    } else if (!envelopeNames.has(name.toLowerCase())) put(this.flat, name, value)
  }

  parameters(): Parameters {
    if (this.#rows.size > 0) {
      const rows = [...this.#rows].map(([key, fields]) => ({ key, fields, text: undefined }))
      const tooWide = rows.map(({ fields }) => limited(fields)).find(({ kind }) => kind === 'malformed')
      return tooWide ?? { kind: 'many', rows }
    }
    return this.flat.size > 0 ? limited(this.flat) : { kind: 'none' }
  }
}

/** What stands inside `parameters` wins over what stands beside it. */
function merge(inside: Fields, beside: Fields): Fields {
  if (beside.size === 0) return inside
  return new Map([...beside, ...inside])
}

function limited(fields: Fields): Parameters {
  if (fields.size > MOST_FIELDS_IN_A_ROW) {
    return { kind: 'malformed', why: `more than ${MOST_FIELDS_IN_A_ROW} fields in a row` }
  }
  return fields.size === 0 ? { kind: 'none' } : { kind: 'one', fields }
}

function readText(text: string): Parameters {
  if (text.startsWith('<')) {
    const fields = readXml(text)
    return fields ? limited(fields) : { kind: 'malformed', why: 'the XML has no elements with values' }
  }
  const json = text.startsWith('{') || text.startsWith('[') ? text : decodeBase64(text)
  if (json === undefined) return { kind: 'malformed', why: 'neither JSON, XML nor base64 of one of them' }
  if (json.startsWith('<')) return readText(json)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { kind: 'malformed', why: 'the JSON cannot be read' }
  }
  return readValue(value)
}

/** Standard or url-safe base64, with or without padding; where a form turned + into a blank, it is turned back. */
function decodeBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n\t]/g, '').replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined
  const decoded = Buffer.from(compact, 'base64').toString('utf8').trim()
  return /^(?:[[{<]|null$)/.test(decoded) ? decoded : undefined
}

function readValue(value: unknown): Parameters {
  if (value === null) return { kind: 'none' }
  if (typeof value !== 'object') return { kind: 'malformed', why: 'a JSON object or array is expected' }
  if (isDeeperThan(value, DEEPEST)) return { kind: 'malformed', why: `nested deeper than ${DEEPEST} levels` }
  const entries = Object.entries(value)
  if (!Array.isArray(value) && !areRows(entries)) return limited(fieldsOf(value as Record<string, unknown>))
  const rows = entries.map(([key, row]) => ({
    key,
    fields: isObject(row) ? fieldsOf(row) : undefined,
    text: row === null || typeof row === 'object' ? undefined : String(row).trim(),
  }))
  if (rows.some(({ fields }) => fields && fields.size > MOST_FIELDS_IN_A_ROW)) {
    return { kind: 'malformed', why: `more than ${MOST_FIELDS_IN_A_ROW} fields in a row` }
  }
  return { kind: 'many', rows }
}

/** Rows under the caller's own keys; but one field that holds an object (CUSTOMFIELD) is still one order. */
const areRows = (entries: [string, unknown][]): boolean =>
  entries.length > 0 &&
  entries.every(([key, value]) => isObject(value) && key.toUpperCase() !== 'CUSTOMFIELD')

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1))
}

/**
 * CUSTOMFIELD: base64 of a JSON object, sometimes the JSON itself; base64 of null, or nothing, is empty.
 * Gives undefined when it is none of these.
 */
export function readCustomField(text: string): Fields | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || /^\[\s*\]$/.test(trimmed)) return new Map()
  const parsed = readText(trimmed)
  if (parsed.kind === 'none') return new Map()
  return parsed.kind === 'one' ? parsed.fields : undefined
}
