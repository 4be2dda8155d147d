import { plainText } from '../../../client/index.ts'
import { findPattern } from '../../../lib/patterns.ts'
import type { Reply } from '../http-kit/call.ts'
import { type ExactJson, isObject, own, parseExact } from '../http-kit/json.ts'
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
  json: format === 'json' ? parseExact(text) : undefined,
})

/**
 * `valueAt` gives what is at a path, undefined where nothing or null is: `$status`, `$text` (all of the answer), `$header.name`, else a
 * place in the JSON, as a pointer (`/data/0/code`), or dotted (`data.0.code`, `data[0].code`, `$.data`).
 */
export function valueAt(path: string, seen: Seen): ExactJson | undefined {
  if (path === '$status') return String(seen.status)
  if (path === '$text') return seen.text
  if (path.startsWith('$header.')) return seen.headers[path.slice('$header.'.length).toLowerCase()]
  let at = seen.json
  for (const name of stepsOf(path)) {
    if (Array.isArray(at)) at = /^\d+$/.test(name) ? at[Number(name)] : undefined
    else at = isObject(at) ? own(at, name) : undefined
  }
  return at ?? undefined
}

export function stepsOf(path: string): string[] {
  if (path.startsWith('/')) {
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  const steps = path.replace(/\[(\d+)\]/g, '.$1').split('.')
  return (steps[0] === '$' || steps[0] === '' ? steps.slice(1) : steps).filter((step) => step !== '')
}

/** `textAt` gives the first of the places that has something in it, as text; empty: none has. */
export function textAt(places: Places | undefined, seen: Seen): string {
  for (const place of Array.isArray(places) ? places : places === undefined ? [] : [places]) {
    const text = textAtPlace(place, seen).trim()
    if (text !== '') return text
  }
  return ''
}

function textAtPlace(place: Place, seen: Seen): string {
  if (typeof place !== 'string') {
    const text = plainText(valueAt(place.path ?? '$text', seen))
    return findPattern(place.matches, text)?.[place.group ?? 0] ?? ''
  }
  if (place !== 'whole') return plainText(valueAt(place, seen))
  return seen.json === undefined ? seen.text : plainText(seen.json)
}
