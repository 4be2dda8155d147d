import { contradictsItself } from './doubled-names.ts'
import { findObjects, isObject, type JsonObject } from './json.ts'
import { type DhruRefusal, readRefusal } from './refusal.ts'
import { isEmpty, Row } from './row.ts'
import { isXml, parseXml } from './xml.ts'

/** Unreadable is an answer that cannot be relied on: nobody knows whether the request was carried out. */
export interface Unreadable {
  kind: 'unreadable'
  why: string
  /** `contradicts`: it is about something else than what was asked about. */
  contradicts?: true
}

export interface Refused {
  kind: 'refused'
  refusal: DhruRefusal
  /** `row` is the row under SUCCESS that held the ERROR, where that was not at the top. */
  row?: Row
}

/** Whole is an answer that is complete: its one object. */
export interface Whole {
  kind: 'whole'
  object: JsonObject
}

export const unreadable = (why: string): Unreadable => ({ kind: 'unreadable', why })

/**
 * `readWhole` finds the one answer in a body, between a byte order mark, PHP's warnings and whatever else a panel prints, and reads XML
 * as well, though JSON is asked for. HTML, half of an answer, and two answers in one are unreadable.
 */
export function readWhole(body: string): Whole | Unreadable {
  if (body.trim() === '') return unreadable('the answer is empty')
  if (isXml(body)) {
    const object = parseXml(body)
    if (!object) return unreadable('the XML of the answer is not whole')
    return isAnswer(object)
      ? { kind: 'whole', object }
      : unreadable('the answer has neither SUCCESS nor ERROR')
  }
  if (PAGE.test(body)) return unreadable('the answer is an HTML page')
  const objects = findObjects(body)
  if (!objects) return unreadable('the JSON of the answer is not whole')
  if (objects.some(({ json, object }) => contradictsItself(json, object))) {
    return unreadable('the answer says two things under one name')
  }
  const answers = objects.map(({ object }) => object).filter(isAnswer)
  const [object, second] = answers
  if (!object)
    return unreadable(
      objects.length > 0 ? 'the answer has neither SUCCESS nor ERROR' : 'the answer is no JSON',
    )
  return second ? unreadable('there are two answers in one') : { kind: 'whole', object }
}

const PAGE = /<(?:!doctype|html|head|body)\b/i

/** `isAnswer` looks for SUCCESS or ERROR at the top, or in one of the rows, which may be flat. */
const isAnswer = (object: JsonObject): boolean =>
  hasVerdict(object) ||
  Object.entries(object).some(
    ([key, row]) => isObject(row) && (hasVerdict(row) || (/\d/.test(key) && isFlat(row))),
  )

/** `isFlat` tells a row that says by its STATUS what others say by SUCCESS or ERROR. */
export const isFlat = (row: JsonObject): boolean => new Row(row).text('STATUS') !== ''

export const hasVerdict = (object: JsonObject): boolean =>
  Object.keys(object).some((name) => /^\s*(?:SUCCESS|ERROR)\s*$/i.test(name))

/** `verdictOf` gives the rows under SUCCESS, or the refusal under ERROR. Both at once contradict each other. */
export function verdictOf(object: JsonObject): { kind: 'rows'; rows: Row[] } | Refused | Unreadable {
  const top = new Row(object)
  const refusal = readRefusal(top.get('ERROR'))
  const success = top.get('SUCCESS')
  if (refusal) {
    return isEmpty(success) ? { kind: 'refused', refusal } : unreadable('the answer has SUCCESS and ERROR')
  }
  if (!top.has('SUCCESS')) return unreadable('the answer has no SUCCESS')
  const rows = (Array.isArray(success) ? success : [success]).filter(isObject).map((row) => new Row(row))
  if ([top, ...rows].some((row) => row.contradictsItself)) {
    return unreadable('the answer says two things under one name')
  }
  const refusals = rows.map((row) => readRefusal(row.get('ERROR')))
  const [first] = refusals
  // Where the only row is an ERROR, the whole request was refused.
  if (first && rows.length === 1) {
    return rows[0]?.has('SUCCESS')
      ? unreadable('a row has SUCCESS and ERROR')
      : { kind: 'refused', refusal: first, row: rows[0] as Row }
  }
  return refusals.some((one) => one) ? unreadable('some rows have ERROR') : { kind: 'rows', rows }
}
