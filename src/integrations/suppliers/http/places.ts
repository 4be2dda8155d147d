import { contradictsItself, findObjects, isReference, plainText } from '../../../client/index.ts'
import { findPattern } from '../../../lib/patterns.ts'
import type { Reply } from '../http-kit/call.ts'
import { type ExactJson, isObject, type JsonObject, own, parseExact } from '../http-kit/json.ts'
import type { Place, Places } from './template.ts'

/** Seen is an answer that rules are tested on. */
export interface Seen {
  status: number
  headers: Record<string, string>
  text: string
  /** `json`, undefined: it is no JSON, or is not meant to be. */
  json: ExactJson | undefined
}

export const seenOf = ({ status, headers, text }: Reply, format: 'json' | 'text'): Seen => ({
  status,
  headers,
  text,
  json: format === 'json' ? jsonIn(text) : undefined,
})

/** PAGE is where a page begins, whose scripts may hold JSON. */
const PAGE = /<(?:!doctype|html|head|body|script)\b/i

/**
 * `jsonIn` reads JSON behind byte order marks, and the one object between warnings of PHP and whatever else a server prints. What says two
 * things under one name is no JSON, also where the two are spelt differently.
 */
function jsonIn(text: string): ExactJson | undefined {
  const plain = text.replace(/^\ufeff+/, '')
  const whole = parseExact(plain)
  const only = whole === undefined ? onlyObjectIn(plain) : plain
  const json = whole ?? parseExact(only)
  const read = typeof json === 'object' && json !== null ? json : undefined
  if (json === undefined || contradictsItself(only, read)) return undefined
  const objects = isObject(json) ? [json, ...Object.values(json).filter(isObject)] : []
  return objects.some(hasTwoSpellings) ? undefined : json
}

/** `onlyObjectIn` gives the JSON of the one object in a text; empty: there is none, or there are several. */
function onlyObjectIn(text: string): string {
  const found = PAGE.test(text) ? undefined : findObjects(text)
  return found?.length === 1 ? (found[0]?.json ?? '') : ''
}

/** `hasTwoSpellings` tells an object with names that differ in nothing but case, and have different values. */
function hasTwoSpellings(object: JsonObject): boolean {
  const seen = new Map<string, string>()
  return Object.entries(object).some(([name, value]) => {
    const plain = name.toLowerCase()
    const before = seen.get(plain)
    const json = JSON.stringify(value)
    seen.set(plain, json)
    return before !== undefined && before !== json
  })
}

/**
 * `valueAt` gives what is at a path, undefined where nothing or null is: `$status`, `$text` (all of the answer), `$header.name`, else a
 * place in the JSON, as a pointer (`/data/0/code`), or dotted (`data.0.code`, `data[0].code`, `$.data`). Case counts only among names that
 * are there in several.
 */
export function valueAt(path: string, seen: Seen): ExactJson | undefined {
  if (path === '$status') return String(seen.status)
  if (path === '$text') return seen.text
  if (path.startsWith('$header.')) return seen.headers[path.slice('$header.'.length).toLowerCase()]
  let at = seen.json
  for (const name of stepsOf(path)) {
    if (Array.isArray(at)) at = /^\d+$/.test(name) ? at[Number(name)] : undefined
    else at = isObject(at) ? own(at, nameIn(at, name) ?? name) : undefined
  }
  return at ?? undefined
}

/** `nameIn` gives the name as an object spells it; undefined: it has none of the kind. */
export function nameIn(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  let names = spelt.get(object)
  if (!names) {
    names = new Map(Object.keys(object).map((one) => [one.toLowerCase(), one]))
    spelt.set(object, names)
  }
  return names.get(name.toLowerCase())
}

/** `spelt` has the names of objects by their lower case: templates look for many in each. */
const spelt = new WeakMap<JsonObject, Map<string, string>>()

/** MAX_PATHS bounds the paths that are kept taken apart; past it all are dropped. */
const MAX_PATHS = 1000
const apart = new Map<string, string[]>()

export function stepsOf(path: string): string[] {
  let steps = apart.get(path)
  if (!steps) {
    steps = takenApart(path)
    if (apart.size >= MAX_PATHS) apart.clear()
    apart.set(path, steps)
  }
  return steps
}

function takenApart(path: string): string[] {
  if (path.startsWith('/')) {
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  const steps = path.replace(/\[(\d+)\]/g, '.$1').split('.')
  return (steps[0] === '$' || steps[0] === '' ? steps.slice(1) : steps).filter((step) => step !== '')
}

/** Read makes a text of the value at a place. */
type Read = (value: ExactJson | undefined) => string

/** `wordsOf` reads what people are to be told: true and false are no words. */
export const wordsOf: Read = (value) => (typeof value === 'boolean' ? '' : plainText(value))
/** `resultOf` reads a result: false is none. */
export const resultOf: Read = (value) => (value === false ? '' : plainText(value))
/** `numberOf` reads the number of an order, which is a text or a number. */
export const numberOf: Read = (value) => (typeof value === 'string' && isReference(value.trim()) ? value : '')

/** `textAt` gives the first of the places that has something in it, as text; empty: none has. */
export function textAt(places: Places | undefined, seen: Seen, read: Read = plainText): string {
  return textsAt(places, seen, read).next().value ?? ''
}

/** `textsAt` gives the texts at all of the places that have something in them. */
export function* textsAt(places: Places | undefined, seen: Seen, read: Read): Generator<string, undefined> {
  for (const place of Array.isArray(places) ? places : places === undefined ? [] : [places]) {
    const text = textAtPlace(place, seen, read).trim()
    if (text !== '') yield text
  }
}

function textAtPlace(place: Place, seen: Seen, read: Read): string {
  if (typeof place !== 'string') {
    const text = plainText(valueAt(place.path ?? '$text', seen))
    return read(findPattern(place.matches, text)?.[place.group ?? 0] ?? '')
  }
  if (place !== 'whole') return read(valueAt(place, seen))
  return seen.json === undefined ? seen.text : plainText(seen.json)
}
