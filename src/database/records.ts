import type { FieldDef } from 'pg'

/**
 * `recordsOf` makes records of rows: names in camel case, and an int8 column that is named `id` or `..._id` as a number, which is how
 * `Database` has them. Every other int8 stays a bigint.
 */
export function recordsOf(fields: FieldDef[], rows: unknown[][]): Record<string, unknown>[] {
  const columns = fields.map(columnOf)
  // Copying one shape is quicker than adding the properties of each row one by one.
  const shape: Record<string, unknown> = Object.fromEntries(columns.map(({ name }) => [name, null]))
  return rows.map((values) => {
    const record = { ...shape }
    for (let at = 0; at < columns.length; at++) {
      const { name, isId } = columns[at] as Column
      const value = values[at]
      record[name] = isId && typeof value === 'bigint' ? Number(value) : value
    }
    return record
  })
}

interface Column {
  /** `name` is the one in a record. */
  name: string
  isId: boolean
}

/** `columnOf` remembers what it found: there are as many columns as the statements of this program have. */
function columnOf({ name, dataTypeID }: FieldDef): Column {
  const known = dataTypeID === INT8 ? bigColumns : columns
  let column = known.get(name)
  if (column === undefined) {
    column = { name: recordName(name), isId: dataTypeID === INT8 && /(^|_)id$/.test(name) }
    known.set(name, column)
  }
  return column
}

const columns = new Map<string, Column>()
const bigColumns = new Map<string, Column>()

/** `recordName` gives a column's name in a record: that of `CamelCasePlugin`, which names the columns of built statements. */
export const recordName = (column: string): string =>
  column.replace(/(?!^)_+([^_])/g, (_, letter: string) => letter.toUpperCase())

const INT8 = 20
