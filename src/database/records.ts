import type { FieldDef } from 'pg'

/**
 * `recordsOf` makes records of rows: names in camel case, and an int8 column that is named `id` or `..._id` as a number, which is how
 * `Database` has them. Every other int8 stays a bigint.
 */
export function recordsOf(fields: FieldDef[], rows: unknown[][]): Record<string, unknown>[] {
  const columns = fields.map((field) => ({ name: recordName(field.name), isId: isId(field) }))
  // Copying one shape is quicker than adding the properties of each row one by one.
  const shape: Record<string, unknown> = Object.fromEntries(columns.map(({ name }) => [name, null]))
  return rows.map((values) => {
    const record = { ...shape }
    for (let at = 0; at < columns.length; at++) {
      const { name, isId } = columns[at] as (typeof columns)[number]
      const value = values[at]
      record[name] = isId && typeof value === 'bigint' ? Number(value) : value
    }
    return record
  })
}

/** `recordName` gives a column's name in a record: that of `CamelCasePlugin`, which names the columns of built statements. */
export function recordName(column: string): string {
  let name = known.get(column)
  if (name === undefined) {
    name = column.replace(/(?!^)_+([^_])/g, (_, letter: string) => letter.toUpperCase())
    known.set(column, name)
  }
  return name
}

/** `known` has the names that were asked for: as many as the statements of this program have. */
const known = new Map<string, string>()

const INT8 = 20
const isId = ({ dataTypeID, name }: FieldDef): boolean => dataTypeID === INT8 && /(^|_)id$/.test(name)
