import { type Static, type TProperties, type TSchema, type TSchemaOptions, Type } from 'typebox'
import { orNull } from '../../contract/schema.ts'
import { MAX_ID } from '../../lib/ids.ts'
import { MUST } from '../../lib/json-schema.ts'
import { whys } from '../../lib/whys.ts'

export { oneOf, orNull } from '../../contract/schema.ts'

/** These are parts of the shapes of requests and answers. Nothing here has a name in the document: the REST API's has those. */

/** `bodyOf` is the body of a request: a name that it does not know is refused. */
export const bodyOf = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

/** `changesOf` is the body of a change: at least one of these. */
export const changesOf = <Properties extends TProperties>(properties: Properties) =>
  Type.Partial(Type.Object(properties), { additionalProperties: false, minProperties: 1 })

export const text = (maxLength: number, options: TSchemaOptions = {}) =>
  Type.String({ ...options, minLength: 1, maxLength })

/** `reason` is why somebody does what cannot be undone, or stops others' work. */
export const reason = text(500, { description: 'The reason, for the trail' })

/** `becauseQuery` is the query of what removes a thing, or ends something, for a reason: such a request has no body. */
export const becauseQuery = Type.Object({ why: reason })

/** `currencyCode` is a currency in a request. */
export const currencyCode = Type.String({
  pattern: '^[A-Z]{3}$',
  [MUST]: whys.currency(),
})

/** `time` is a Date here, and ISO 8601 in UTC on the wire. */
export const time = (description?: string) =>
  Type.Unsafe<Date>({
    type: 'string',
    format: 'date-time',
    ...(description !== undefined && { description }),
  })

/** `amount` is money: a decimal text in the currency that stands beside it. */
export const amount = (description?: string) => Type.String(description === undefined ? {} : { description })

/** `givenAmount` is an amount in a request. */
export const givenAmount = (description?: string) =>
  text(30, {
    description: `${description === undefined ? '' : `${description}; `}a decimal text such as \`12.50\``,
  })

/** `version` is named in `If-Match` by who changes the thing. */
export const version = Type.String({
  description: 'For `If-Match`: it is another one once somebody has changed the thing',
})

/** `accountParams` names an account in a path. */
export const accountParams = Type.Object({ account: text(64, { description: 'Id or user name' }) })

export const id = Type.Integer({ minimum: 1, maximum: MAX_ID })
export const idParams = Type.Object({ id })
/** `longId` is that of what there is much of. */
export const longId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
export const longIdParams = Type.Object({ id: longId })

/** `nothing` is the answer of what only does something. */
export const nothing = Type.Object({})

/** `pageQuery` is in the query of every list that is read by pages. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(
    text(2000, { description: 'The `next_cursor` of the page before, with the same filter' }),
  ),
}

/** Page is a part of a list, as its route gives it. */
interface Page<Item extends TSchema> {
  page: { items: Static<Item>[]; next_cursor: string | null }
}

const pageFields = <Item extends TSchema>(item: Item) => ({
  items: Type.Array(item),
  next_cursor: orNull(Type.String(), 'null: this is the end'),
  as_of: time('When the list was read: what changed later is not in it'),
})

/** `pageOf` is the answer of such a list. `as_of` is put in where answers are written. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Unsafe<Page<Item>>(Type.Object({ page: Type.Object(pageFields(item)) }))

/** `count` counts the things that a list may have; `capped`: it stopped there, and there are more. */
const count = Type.Object({ value: Type.Integer(), capped: Type.Boolean() })

/** `countedPageOf` is `pageOf` with a count, which only the first page has. */
export const countedPageOf = <Item extends TSchema>(item: Item) =>
  Type.Unsafe<{ page: Page<Item>['page'] & { count?: Static<typeof count> } }>(
    Type.Object({
      page: Type.Object({
        ...pageFields(item),
        count: Type.Optional(Type.Object(count.properties, { description: 'Only of the first page' })),
      }),
    }),
  )
