import { findObjects, isObject, type JsonObject } from './json.ts'
import { type DhruRefusal, readRefusal } from './refusal.ts'
import { isEmpty, Row } from './row.ts'

/** What came back says nothing that may be relied on: whether the request was carried out is not known. */
export interface Unreadable {
  kind: 'unreadable'
  why: string
}

export interface Refused {
  kind: 'refused'
  refusal: DhruRefusal
  /** The row under SUCCESS that carried the ERROR, where it was not at the top. */
  row?: Row
}

/** A whole answer: the one object of it, its names in upper case. */
export interface Whole {
  kind: 'whole'
  object: JsonObject
}

export const unreadable = (why: string): Unreadable => ({ kind: 'unreadable', why })

/**
 * Finds the one answer in a body, between a byte order mark, PHP's warnings and whatever else a panel prints.
 * HTML, half a JSON, and two answers in one are unreadable.
 */
export function readWhole(body: string): Whole | Unreadable {
  if (body.trim() === '') return unreadable('the answer is empty')
  if (PAGE.test(body)) return unreadable('the answer is an HTML page')
  const objects = findObjects(body)
  if (!objects) return unreadable('the JSON of the answer is not whole')
  const answers = objects.filter(saysSomething)
  const [object, second] = answers
  if (!object)
    return unreadable(
      objects.length > 0 ? 'the answer has neither SUCCESS nor ERROR' : 'the answer is no JSON',
    )
  return second ? unreadable('there are two answers in one') : { kind: 'whole', object }
}

const PAGE = /<(?:!doctype|html|head|body)\b/i

/** SUCCESS or ERROR at its top, or in one of its rows. */
const saysSomething = (object: JsonObject): boolean =>
  hasVerdict(object) || Object.values(object).some((row) => isObject(row) && hasVerdict(row))

export const hasVerdict = (object: JsonObject): boolean =>
  Object.keys(object).some((name) => /^\s*(?:SUCCESS|ERROR)\s*$/i.test(name))

/** The rows under SUCCESS, or the refusal under ERROR. Both at once contradict each other. */
export function verdictOf(object: JsonObject): { kind: 'rows'; rows: Row[] } | Refused | Unreadable {
  const top = new Row(object)
  const refusal = readRefusal(top.get('ERROR'))
  const success = top.get('SUCCESS')
  if (refusal) {
    return isEmpty(success) ? { kind: 'refused', refusal } : unreadable('the answer has SUCCESS and ERROR')
  }
  if (!top.has('SUCCESS')) return unreadable('the answer has no SUCCESS')
  const rows = (Array.isArray(success) ? success : [success]).filter(isObject).map((row) => new Row(row))
  const refusals = rows.map((row) => readRefusal(row.get('ERROR')))
  const [first] = refusals
  // One row that is an ERROR itself says so of the whole.
  if (first && rows.length === 1) {
    return rows[0]?.has('SUCCESS')
      ? unreadable('a row has SUCCESS and ERROR')
      : { kind: 'refused', refusal: first, row: rows[0] as Row }
  }
  return refusals.some((one) => one) ? unreadable('some rows have ERROR') : { kind: 'rows', rows }
}
