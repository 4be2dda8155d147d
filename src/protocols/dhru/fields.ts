import { trimmed } from '../../lib/text.ts'

/** Fields is one row of a request: names trimmed and in upper case, values trimmed; a field without a value is not in it. */
export type Fields = ReadonlyMap<string, string>

/** Decoded is what a text holds: JSON, or the fields of one order. */
export type Decoded = { json: unknown } | { fields: Fields }

/** `put` adds a field; of a name that comes twice, the first value that is not empty stays. */
export function put(fields: Map<string, string>, name: string, value: string): void {
  const key = trimmed(name).toUpperCase()
  const text = trimmed(value)
  if (key !== '' && text !== '' && !fields.has(key)) fields.set(key, text)
}

/** `echo` gives ID and IMEI as the client sent them, which real panels repeat. */
export function echo(fields: Fields | undefined): Record<string, string> {
  const names = ['ID', 'IMEI'].filter((name) => fields?.has(name))
  return Object.fromEntries(names.map((name) => [name, fields?.get(name) ?? '']))
}

/** `fieldsOf` gives a JSON object's values as texts; nested ones stay JSON. */
export function fieldsOf(object: Record<string, unknown>): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === undefined) continue
    put(fields, name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return fields
}
