import { type Static, type TProperties, type TSchema, type TSchemaOptions, Type } from 'typebox'
import { orNull } from '../../contract/schema.ts'

export { oneOf, orNull } from '../../contract/schema.ts'

/** These are parts of the shapes of requests and answers. Nothing here has a name in the document: the REST API's has those. */

/** `bodyOf` is the body of a request: a name that it does not know is refused. */
export const bodyOf = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

export const text = (maxLength: number, options: TSchemaOptions = {}) =>
  Type.String({ ...options, minLength: 1, maxLength })

/** `time` is a Date here, and ISO 8601 in UTC on the wire. */
export const time = (description?: string) =>
  Type.Unsafe<Date>({
    type: 'string',
    format: 'date-time',
    ...(description !== undefined && { description }),
  })

/** `amount` is money: a decimal text in the currency that stands beside it. */
export const amount = (description?: string) => Type.String(description === undefined ? {} : { description })

export const MAX_ID = 2_147_483_647
export const id = Type.Integer({ minimum: 1, maximum: MAX_ID })
export const idParams = Type.Object({ id })

/** `nothing` is the answer of what only does something. */
export const nothing = Type.Object({})

/** `pageQuery` is in the query of every list that is read by pages. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(
    text(2000, { description: 'The `next_cursor` of the page before, with the same filter' }),
  ),
}

/** `pageOf` is the answer of such a list. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    page: Type.Object({
      items: Type.Array(item),
      next_cursor: orNull(Type.String(), 'null: this is the end'),
    }),
  })

/** `count` counts the things that a list may have; `capped`: it stopped there, and there are more. */
const count = Type.Object({ value: Type.Integer(), capped: Type.Boolean() })

/** `countedPageOf` is `pageOf` with a count, which only the first page has. */
export const countedPageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    page: Type.Object({
      ...pageOf(item).properties.page.properties,
      count: Type.Optional(
        Type.Unsafe<Static<typeof count>>({ ...count, description: 'Only of the first page' }),
      ),
    }),
  })
