import { hasVerdict, type Refused, type Unreadable, unreadable } from './answer.ts'
import { isObject, type JsonObject } from './json.ts'
import { readRefusal } from './refusal.ts'
import { isEmpty, Row, referenceIn } from './row.ts'

/** One row of a bulk request, as far as its answer can be told from others by it. */
export interface AskedRow {
  key: string
  /** The IMEI of a placement, where it has one. */
  imei?: string
  /** The order that a status is asked of. */
  reference?: string
}

/** The object that answers a row: in each the same names as in an answer about one order. */
export type RowAnswers = Map<string, JsonObject>

/**
 * Finds what a bulk answer says of each row, in any of the forms in the wild: rows under their keys at the
 * top; under their keys in SUCCESS, in lower case; or a list under SUCCESS. What it does not mention is not
 * in the result.
 */
export function readRows(object: JsonObject, asked: readonly AskedRow[]): RowAnswers | Refused | Unreadable {
  const top = new Row(object)
  const answers: RowAnswers = new Map()
  for (const { key } of asked) {
    const row = object[key]
    if (isObject(row) && hasVerdict(row)) answers.set(key, row)
  }
  const success = top.get('SUCCESS')
  if (answers.size === 0 && isObject(success)) {
    for (const one of asked) {
      const row = success[one.key]
      if (isObject(row)) answers.set(one.key, one.reference === undefined ? ofThemePanel(row) : ofList(row))
    }
  }
  if (answers.size === 0 && Array.isArray(success)) {
    for (const [key, row] of matched(success.filter(isObject), asked)) answers.set(key, ofList(row))
  }
  if (answers.size > 0) return answers
  const refusal = readRefusal(top.get('ERROR'))
  if (!refusal) return unreadable('the answer mentions none of the rows')
  return isEmpty(success) ? { kind: 'refused', refusal } : unreadable('the answer has SUCCESS and ERROR')
}

/** `{"status":"success","message":"..","referenceid":98214}` */
function ofThemePanel(row: JsonObject): JsonObject {
  if (saysItself(row)) return row
  const fields = new Row(row)
  const status = fields.text('STATUS').toLowerCase()
  if (/^(?:success|ok|true|1)$/.test(status)) return { SUCCESS: [row] }
  if (/^(?:error|fail|failed|false|0)$/.test(status) && referenceIn(fields) === null) return { ERROR: [row] }
  // Neither: nothing is said.
  return {}
}

/** A row of a list: a failed one carries ERROR. */
const ofList = (row: JsonObject): JsonObject => (saysItself(row) ? row : { SUCCESS: [row] })

const saysItself = (row: JsonObject): boolean => {
  const fields = new Row(row)
  return fields.has('SUCCESS') || !isEmpty(fields.get('ERROR'))
}

/**
 * Which row of a list is about which that was asked: by its key, its order's number or its IMEI, where it has
 * one that is nobody else's; else by its place, when there are as many rows as were asked and none of them
 * says otherwise.
 */
function matched(rows: JsonObject[], asked: readonly AskedRow[]): [key: string, row: JsonObject][] {
  const fields = rows.map((row) => new Row(row))
  const names: { of: (one: AskedRow) => string | undefined; in: (row: Row) => string }[] = [
    { of: ({ key }) => key, in: (row) => row.text('ROW') },
    { of: ({ reference }) => reference, in: (row) => referenceIn(row) ?? '' },
    { of: ({ imei }) => imei, in: (row) => row.text('IMEI') },
  ]
  for (const name of names) {
    if (asked.some((one) => !name.of(one)) || fields.some((row) => name.in(row) === '')) continue
    if (new Set(fields.map(name.in)).size < rows.length) continue
    const byName = new Map(fields.map((row, index) => [name.in(row), rows[index] as JsonObject]))
    const wanted = asked.map((one) => name.of(one) as string)
    if (new Set(wanted).size < wanted.length) continue
    return asked.flatMap((one, index): [string, JsonObject][] => {
      const row = byName.get(wanted[index] as string)
      return row ? [[one.key, row]] : []
    })
  }
  if (rows.length !== asked.length) return []
  const strange = asked.some((one, index) =>
    names.slice(1).some((name) => {
      const said = name.in(fields[index] as Row)
      return said !== '' && name.of(one) !== undefined && name.of(one) !== said
    }),
  )
  return strange ? [] : asked.map((one, index) => [one.key, rows[index] as JsonObject])
}
