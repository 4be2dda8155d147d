import { type Static, type TSchema, type TSchemaOptions, Type } from 'typebox'

const all = new Map<string, TSchema>()

/**
 * Gives a schema the name under which the document and the client library know it. What it gives is a reference, for
 * answers only: what validates a request is written out.
 */
export function name<Schema extends TSchema>($id: string, schema: Schema) {
  if (all.has($id)) throw new Error(`there are two schemas named ${$id}`)
  all.set($id, { ...schema, $id })
  return Type.Unsafe<Static<Schema>>({ $ref: `${$id}#` })
}

/** Every schema that has a name. */
export const named = (): TSchema[] => [...all.values()]

/** `oneOf` is one of some words, by its type too. */
export const oneOf = <const Word extends string>(words: readonly Word[], options: TSchemaOptions = {}) =>
  Type.Unsafe<Word>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      options,
    ),
  )

export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** `time` is an instant: a Date, or its ISO 8601 text in UTC. */
export const time = (description?: string) =>
  Type.Unsafe<Date | string>({
    type: 'string',
    format: 'date-time',
    ...(description !== undefined && { description }),
  })

/** `amount` is an amount in an answer, in micros here and on the wire a decimal number of whole units of the account's currency, exact to six decimals. */
export const amount = (description?: string) =>
  Type.Unsafe<bigint>({ type: 'number', ...(description !== undefined && { description }) })

/** An amount in a request: a number or a decimal text. */
export const givenAmount = Type.Union([Type.Number(), Type.String({ maxLength: 30 })], {
  description: 'More than 0, with at most 6 decimals; a number or a text such as "12.50"',
})

export const id = (description?: string) =>
  Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    ...(description !== undefined && { description }),
  })

export const idParams = Type.Object({ id: id() })

/** The query of every list. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 20 }),
  cursor: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The `next_cursor` of the page before',
    }),
  ),
}

/** The answer of every list. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    data: Type.Object({
      page: Type.Object({
        items: Type.Array(item),
        next_cursor: Type.Union([Type.Integer(), Type.Null()], { description: 'null: this is the end' }),
      }),
    }),
  })

export const page = <Item>(items: Item[], next: number | null | undefined) => ({
  data: { page: { items, next_cursor: next ?? null } },
})
