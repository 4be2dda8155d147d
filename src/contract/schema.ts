import { type Static, type TSchema, type TSchemaOptions, Type } from 'typebox'

const all = new Map<string, TSchema>()

/**
 * `name` gives a schema the name under which the document and the client library know it. The result is a reference, for
 * answers only: schemas that validate requests are written out.
 */
export function name<Schema extends TSchema>($id: string, schema: Schema) {
  if (all.has($id)) throw new Error(`there are two schemas named ${$id}`)
  all.set($id, { ...schema, $id })
  return Type.Unsafe<Static<Schema>>({ $ref: `${$id}#` })
}

/** `named` lists every schema that has a name, by that name: the document is the same whichever file was loaded first. */
export const named = (): TSchema[] =>
  [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, schema]) => schema)

/** `oneOf` is one of some texts, also by its type. An `enum`, so that a fault names the texts. */
export const oneOf = <const Text extends string>(texts: readonly Text[], options: TSchemaOptions = {}) =>
  Type.Unsafe<Text>({ ...options, type: 'string', enum: [...texts] })

const described = (description: string | undefined) => (description === undefined ? {} : { description })

/** `orNull` is a value that may be missing. */
export const orNull = <Schema extends TSchema>(schema: Schema, description?: string) =>
  Type.Union([schema, Type.Null()], described(description))

/** `time` is an instant: a Date, or its ISO 8601 text in UTC. */
export const time = (description?: string) =>
  Type.Unsafe<Date | string>({ type: 'string', format: 'date-time', ...described(description) })

/**
 * `amount` is an amount in an answer: here in micros, on the wire a decimal number of whole units of the account's currency, exact to
 * six decimals.
 */
export const amount = (description?: string) =>
  Type.Unsafe<bigint>({ type: 'number', ...described(description) })

/** `givenAmount` is an amount in a request: a number or a decimal text. */
export const givenAmount = Type.Union([Type.Number(), Type.String({ maxLength: 30 })], {
  description: 'More than 0, with at most 6 decimals; a number or a text such as "12.50"',
})

export const id = (description?: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, ...described(description) })

export const idParams = Type.Object({ id: id() })

/** `orderParams` names an order in a path. */
export const orderParams = Type.Object({
  id: Type.Unsafe<string>({
    anyOf: [{ type: 'string', minLength: 1, maxLength: 255 }, id()],
    description: 'Its `order_id`, or its `reference` or `reference_id`',
  }),
})
