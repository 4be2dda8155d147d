import { hasVerdict, isFlat, type Refused, type Unreadable, unreadable } from './answer.ts'
import { inputKey } from './identifiers.ts'
import { isObject, type JsonObject } from './json.ts'
import { readRefusal } from './refusal.ts'
import { isEmpty, Row, referenceIn } from './row.ts'

/** RequestedRow is one row of a bulk request: what its answer can be recognised by. */
export interface RequestedRow {
  key: string
  /** `imei` is that of a placement, where it has one. */
  imei?: string
  /** `reference` is the order of a status request. */
  reference?: string
}

/**
 * `readRows` finds the answer to each row in any of the forms of real panels: rows under their keys at the top, with SUCCESS or ERROR
 * or flat; under their keys in SUCCESS, in lower case; or a list under SUCCESS. It gives by key objects with the names of an answer about one order, none for a row that
 * is not mentioned.
 */
export function readRows(
  object: JsonObject,
  requested: readonly RequestedRow[],
): Map<string, JsonObject> | Refused | Unreadable {
  const top = new Row(object)
  const answers = new Map<string, JsonObject>()
  for (const one of requested) {
    const row = object[one.key]
    if (!isObject(row)) continue
    if (hasVerdict(row)) answers.set(one.key, row)
    else if (isFlat(row)) answers.set(one.key, one.reference === undefined ? ofThemePanel(row) : ofList(row))
  }
  const success = top.get('SUCCESS')
  if (answers.size === 0 && isObject(success)) {
    for (const one of requested) {
      const row = success[one.key]
      if (!isObject(row)) continue
      const isFlatPlaced = one.reference === undefined && isFlat(row)
      answers.set(one.key, isFlatPlaced ? ofThemePanel(row) : ofList(row))
    }
  }
  if (answers.size === 0 && Array.isArray(success)) {
    for (const [key, row] of matched(success.filter(isObject), requested)) answers.set(key, ofList(row))
  }
  if (answers.size > 0) return answers
  const refusal = readRefusal(top.get('ERROR'))
  if (!refusal) return unreadable('the answer mentions none of the rows')
  return isEmpty(success) ? { kind: 'refused', refusal } : unreadable('the answer has SUCCESS and ERROR')
}

/** `ofThemePanel` reads a row such as `{"status":"success","message":"..","referenceid":98214}`. */
function ofThemePanel(row: JsonObject): JsonObject {
  if (isComplete(row)) return row
  const fields = new Row(row)
  const status = fields.text('STATUS').toLowerCase()
  if (/^(?:success|ok|true|1)$/.test(status)) return { SUCCESS: [row] }
  if (/^(?:error|fail|failed|false|0)$/.test(status) && referenceIn(fields) === null) return { ERROR: [row] }
  // An answer with neither proves nothing.
  return {}
}

/** `ofList` takes a row of a list for a success unless it carries ERROR. */
const ofList = (row: JsonObject): JsonObject => (isComplete(row) ? row : { SUCCESS: [row] })

const isComplete = (row: JsonObject): boolean => {
  const fields = new Row(row)
  return fields.has('SUCCESS') || !isEmpty(fields.get('ERROR'))
}

/**
 * `matched` finds the requested row that a row of a list answers: by its key, its order's number or its IMEI, where no other has the
 * same; else by its place, when there are as many rows as were requested and none of them contradicts. A row that contradicts is given
 * to be found so by who reads it.
 */
function matched(rows: JsonObject[], requested: readonly RequestedRow[]): [key: string, row: JsonObject][] {
  const fields = rows.map((row) => new Row(row))
  const names: { of: (one: RequestedRow) => string | undefined; in: (row: Row) => string }[] = [
    { of: ({ key }) => key, in: (row) => row.text('ROW') },
    { of: ({ reference }) => reference, in: (row) => referenceIn(row) ?? '' },
    { of: ({ imei }) => imei && inputKey(imei), in: (row) => inputKey(row.text('IMEI')) },
  ]
  for (const name of names) {
    if (requested.some((one) => !name.of(one)) || fields.some((row) => name.in(row) === '')) continue
    if (new Set(fields.map(name.in)).size < rows.length) continue
    const byName = new Map(fields.map((row, index) => [name.in(row), rows[index] as JsonObject]))
    const wanted = requested.map((one) => name.of(one) as string)
    if (new Set(wanted).size < wanted.length) continue
    // As many rows as were requested, of which some name something else: each of these stands against a request that no row names.
    const strangers =
      rows.length === requested.length ? [...byName].filter(([of]) => !wanted.includes(of)) : []
    return requested.flatMap((one, index): [string, JsonObject][] => {
      const row = byName.get(wanted[index] as string) ?? strangers.shift()?.[1]
      return row ? [[one.key, row]] : []
    })
  }
  if (rows.length !== requested.length) return []
  const contradicts = requested.map((one, index) =>
    names.slice(1).some((name) => {
      const answered = name.in(fields[index] as Row)
      return answered !== '' && name.of(one) !== undefined && name.of(one) !== answered
    }),
  )
  // Where one row is about something else, the places of the others say nothing.
  const isSure = !contradicts.includes(true)
  return requested.flatMap((one, index): [string, JsonObject][] =>
    isSure || contradicts[index] ? [[one.key, rows[index] as JsonObject]] : [],
  )
}
