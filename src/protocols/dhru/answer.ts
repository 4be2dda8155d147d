/** Value is what an answer is made of. It has no booleans on purpose: old PHP panels choke on them. */
export type Value = string | number | Value[] | { readonly [name: string]: Value } | Keyed | Later
export type Answer = { readonly [name: string]: Value } | Merged

/** API_VERSION is the contract's `apiversion`. */
export const API_VERSION = '8.2'

/** Keyed is an object whose keys are not ours: ids, group names, the caller's row ids. In XML they become attributes. */
export class Keyed {
  /** `element` is the XML element that each entry becomes. */
  readonly element: string
  readonly entries: [key: string, value: Value][]

  constructor(element: string, entries: [string, Value][]) {
    this.element = element
    this.entries = entries
  }

  /** `toJSON` is for JSON.stringify. Keys that are names of Object.prototype are plain keys here. */
  toJSON(): Record<string, Value> {
    return Object.fromEntries(this.entries)
  }
}

/** Later is a value that is made when it is written, and all of it in one piece. */
export class Later {
  readonly make: () => Value

  constructor(make: () => Value) {
    this.make = make
  }

  toJSON(): Value {
    return this.make()
  }
}

/** Merged is one object made of several: the rows of a bulk answer beside SUCCESS and apiversion. */
export class Merged {
  readonly parts: (Keyed | { readonly [name: string]: Value })[]

  constructor(parts: (Keyed | { readonly [name: string]: Value })[]) {
    this.parts = parts
  }

  toJSON(): Record<string, Value> {
    return Object.fromEntries(
      this.parts.flatMap((part) => (part instanceof Keyed ? part.entries : Object.entries(part))),
    )
  }
}

/** `succeed` puts `beside` between SUCCESS and apiversion, as real panels echo a request's parameters. */
export const succeed = (rows: Value[], beside: Record<string, string> = {}): Answer => ({
  SUCCESS: rows,
  ...beside,
  apiversion: API_VERSION,
})

export const fail = (message: string, description: string): Answer => ({
  ERROR: [{ MESSAGE: message, FULL_DESCRIPTION: description }],
  apiversion: API_VERSION,
})

export function toJson(answer: Answer | Value): string {
  const json = JSON.stringify(answer)
  // PHP's json_decode refuses the escape of half a surrogate pair.
  return HALF_PAIR.test(json) ? JSON.stringify(answer, wellFormed) : json
}

/** `jsonPieces` gives what `toJson` gives, piece by piece; entries of a Keyed stay in their order. */
export function* jsonPieces(value: Value): Generator<string, void> {
  if (typeof value !== 'object' || value instanceof Later) yield toJson(value)
  else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      yield index === 0 ? '[' : ','
      yield* jsonPieces(entry)
    }
    yield value.length === 0 ? '[]' : ']'
  } else {
    const entries = value instanceof Keyed ? value.entries : Object.entries(value)
    for (const [index, [name, entry]] of entries.entries()) {
      yield `${index === 0 ? '{' : ','}${toJson(name)}:`
      yield* jsonPieces(entry)
    }
    yield entries.length === 0 ? '{}' : '}'
  }
}

/** HALF_PAIR finds the halves that stand alone: JSON.stringify escapes no others. */
const HALF_PAIR = /\\ud[89a-f]/

const wellFormed = (_name: string, value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toWellFormed(), inner]))
}

/**
 * `toXml` writes an answer as XML: an object's names are elements, an array's entries are RESULT elements, and entries under keys that
 * are not ours are elements of one name with the key as attribute `id`.
 */
export const toXml = (answer: Answer): string => [...xmlPieces(answer)].join('')

/** `xmlPieces` gives the same piece by piece. */
export function* xmlPieces(answer: Answer): Generator<string, void> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<DHRUFUSION>'
  for (const part of answer instanceof Merged ? answer.parts : [answer]) yield* xmlOf(part)
  yield '</DHRUFUSION>\n'
}

function* xmlOf(value: Value): Generator<string, void> {
  if (typeof value === 'string' || typeof value === 'number') yield escaped(String(value))
  else if (value instanceof Later) yield [...xmlOf(value.make())].join('')
  else if (Array.isArray(value)) {
    for (const entry of value) yield* within('RESULT', '', entry)
  } else if (value instanceof Keyed) {
    const element = elementName(value.element)
    for (const [key, entry] of value.entries) yield* within(element, ` id="${escaped(key)}"`, entry)
  } else {
    for (const [name, inner] of Object.entries(value)) yield* within(elementName(name), '', inner)
  }
}

function* within(element: string, attributes: string, value: Value): Generator<string, void> {
  yield `<${element}${attributes}>`
  yield* xmlOf(value)
  yield `</${element}>`
}

function elementName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is no element name`)
  return name
}

/** ILLEGAL characters have no place in XML 1.0, escaped or not. */
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g
const SPECIAL = /[&<>"'\t\n\r]/g
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** `legible` puts U+FFFD in the place of what an answer cannot say in every format. */
export const legible = (text: string): string => text.toWellFormed().replace(ILLEGAL, '\ufffd')

const escaped = (text: string): string =>
  legible(text)
    // Tabs and line ends as references, or a parser would turn them into blanks inside an attribute.
    .replace(SPECIAL, (character) => escapes[character] ?? `&#${character.charCodeAt(0)};`)

/** Prepared is an answer that was encoded before, as JSON; as XML it is encoded when somebody asks for it. */
export class Prepared {
  readonly json: Buffer
  readonly gzippedJson: Buffer
  readonly xml: () => Promise<Buffer>

  constructor(json: Buffer, gzippedJson: Buffer, xml: () => Promise<Buffer>) {
    this.json = json
    this.gzippedJson = gzippedJson
    this.xml = xml
  }
}
