import { decodeEntities } from './entities.ts'
import type { JsonObject } from './json.ts'

/** Row is one object of an answer, with its names in upper case, since panels do not agree on theirs. */
export class Row {
  /** `contradictsItself`: it has one name twice, in another case, with different values. */
  readonly contradictsItself: boolean
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(object: JsonObject) {
    const fields = Object.entries(object).map(([name, value]) => [name.trim().toUpperCase(), value] as const)
    this.#fields = new Map(fields)
    this.contradictsItself =
      this.#fields.size < fields.length && fields.some(([name, value]) => this.#fields.get(name) !== value)
  }

  get(name: string): unknown {
    return this.#fields.get(name)
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** `nested` gives a value as it is, and the object or list of one that is a text of JSON. */
  nested(name: string): unknown {
    const value = this.#fields.get(name)
    if (typeof value !== 'string' || !/^\s*(?:[{[]|&#?\w+;)/.test(value)) return value
    return parsed(value) ?? parsed(decodeEntities(value)) ?? value
  }

  /** `text` gives the first of the names that holds a number or a text other than blanks, decoded once and trimmed; '' if none. */
  text(...names: string[]): string {
    for (const name of names) {
      const text = textOf(this.#fields.get(name))
      if (text !== '') return text
    }
    return ''
  }
}

/** `isYes` tells what panels write where something is wanted, needed or allowed. */
export const isYes = (value: unknown): boolean =>
  value === true || /^(?:on|1|yes|true|required)$/i.test(textOf(value))

/** `textOf` gives a text or number as text, its character references decoded once; '' for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return typeof value === 'string' ? decodeEntities(value).trim() : ''
}

/** `isEmpty` tells a value that means nothing: null, false, 0, "", [] or {}. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true
  if (typeof value === 'string') return /^\s*0?\s*$/.test(value)
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** `referenceIn` gives the number that a panel gave an order; null when the row names none. */
export function referenceIn(row: Row): string | null {
  const text = row
    .text('REFERENCEID', 'REFERENCE_ID', 'ORDERID', 'ORDER_ID')
    .replace(/<[^>]*>/g, '')
    .trim()
  return isReference(text) ? text : null
}

/** `isReference` leaves out what programs write where they have no number. */
export const isReference = (text: string): boolean =>
  text !== '' &&
  !/^(?:0+|-\d*|null|nil|false|true|none|n\/?a|undefined|nan|unknown|error|success|ok)$/i.test(text)

/** `parsed` gives the object or list of a text of JSON; undefined: it is none. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
