import { type TSchema, Type } from 'typebox'
import { type Attributes, columnOf, jsonOf } from '../../lib/attributes.ts'

/** Json is what `jsonOf` gives of a noun. */
export type Json = Record<string, unknown>

interface Shown {
  /** `more` is what stands in the answer beside the noun's own values. */
  more?: Record<string, TSchema>
  /** `secret` names the columns that only some callers see. */
  secret?: readonly string[]
}

/** `shapeOf` is the shape of what `jsonOf` gives of a noun. */
export function shapeOf(all: Attributes, { more = {}, secret = [] }: Shown = {}) {
  const properties: Record<string, TSchema> = {}
  const groups = Map.groupBy(
    Object.entries(all).filter(([, { stored }]) => stored),
    ([, { within }]) => within,
  )
  for (const [within, some] of groups) {
    const columns = Object.fromEntries(
      some.map(([name, { shape, help }]) => {
        const column = columnOf(name)
        const schema = Type.Unsafe({ ...shape, ...(help !== '' && { description: help }) })
        return [column, secret.includes(column) ? Type.Optional(schema) : schema]
      }),
    )
    if (within === undefined) Object.assign(properties, columns)
    else properties[within] = Type.Object(columns)
  }
  return Type.Unsafe<Json>(Type.Object({ ...properties, ...more }))
}

/** `wire` gives a noun, without what its caller may not see. */
export function wire(all: Attributes, noun: object, hidden: readonly string[] = []): Json {
  const json = jsonOf(all, noun)
  return hidden.length === 0 ? json : without(json, hidden)
}

/** `without` leaves columns out, and out of the objects that are in it. */
function without(json: Json, hidden: readonly string[]): Json {
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => {
      if (hidden.includes(name)) return []
      const isGroup =
        value !== null && typeof value === 'object' && !(value instanceof Date || Array.isArray(value))
      return [[name, isGroup ? without(value as Json, hidden) : value]]
    }),
  )
}
