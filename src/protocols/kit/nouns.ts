import { type TSchema, Type } from 'typebox'
import type { IntegrationKind } from '../../integrations/kit/kind.ts'
import type { AnyRegistry } from '../../integrations/kit/registry.ts'
import { type Attributes, columnOf, jsonOf } from '../../lib/attributes.ts'
import { fieldsOf, inFieldsOf } from './fields.ts'
import { bodyOf } from './shapes.ts'

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

/** `formOf` is the body that makes a noun, or changes one: a value that is left out takes its default, or stays as it is; a change has at least one. */
export function formOf(all: Attributes, use: 'create' | 'change', { more = {} }: Pick<Shown, 'more'> = {}) {
  const properties = Object.fromEntries(
    Object.entries(all).flatMap(([name, { flag, onlyIn, shape, givenShape, help, whenLeftOut }]) => {
      if (flag === undefined || (onlyIn ?? use) !== use) return []
      const schema = Type.Unsafe({ ...(givenShape ?? shape), description: help })
      const isNeeded = use === 'create' && whenLeftOut === 'needed'
      return [[columnOf(name), isNeeded ? schema : Type.Optional(schema)] as const]
    }),
  )
  const body = bodyOf({ ...properties, ...more })
  return Type.Unsafe<Json>(use === 'change' ? { ...body, minProperties: 1 } : body)
}

/** `givenIn` gives the values of a body by the names of the attributes. */
export const givenIn = (all: Attributes, body: Json): Json =>
  Object.fromEntries(
    Object.keys(all).flatMap((name) => {
      const value = body[columnOf(name)]
      return value === undefined ? [] : [[name, value]]
    }),
  )

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

/**
 * `inColumns` does some work whose refusals name values by the names of attributes, and names them as the body does. Settings and secrets of an
 * integration, one of `kinds`, stand in objects of their own.
 */
export function inColumns<T>(
  all: Attributes,
  body: Json,
  work: () => Promise<T>,
  kinds?: AnyRegistry,
): Promise<T> {
  const fits = ({ kind }: IntegrationKind): boolean => body['kind'] === undefined || body['kind'] === kind
  const known = (kinds?.kinds ?? [])
    .filter(fits)
    .flatMap(({ fields }) =>
      Object.entries(fields).map(([name, { secret }]) => [name, secret ? 'secrets' : 'settings']),
    )
  const given = ['settings', 'secrets'].flatMap((holder) =>
    Object.keys((body[holder] ?? {}) as object).map((name) => [name, holder]),
  )
  const places = Object.fromEntries([...known, ...given].map(([name, holder]) => [name, `${holder}.${name}`]))
  return inFieldsOf({ ...places, ...fieldsOf(all) }, work)
}
