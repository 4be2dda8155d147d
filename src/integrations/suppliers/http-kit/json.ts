/** ExactJson is JSON whose numbers are their digits as sent: a float would change money, long ids and serial numbers. */
export type ExactJson = string | boolean | null | ExactJson[] | { [name: string]: ExactJson }

/** `parseExact` gives undefined for what is no JSON, and for what is nested too deep to read. */
export function parseExact(text: string): ExactJson | undefined {
  try {
    return JSON.parse(text, exact) as ExactJson
  } catch {
    return undefined
  }
}

const exact = (_name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' ? (context?.source ?? String(value)) : value

export type JsonObject = { [name: string]: ExactJson }

export const isObject = (value: ExactJson | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `own` gives a field that is the object's own. */
export const own = (object: JsonObject, name: string): ExactJson | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

/** `textField` gives the first of these fields that is a text or a number with something in it. */
export function textField(object: JsonObject, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = own(object, name)
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return undefined
}
