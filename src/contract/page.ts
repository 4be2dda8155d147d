import { type TSchema, Type } from 'typebox'
import { MUST } from '../lib/json-schema.ts'
import type { Period } from '../lib/period.ts'
import { DAY_MS } from '../lib/time.ts'
import { whys } from '../lib/whys.ts'
import { orNull } from './schema.ts'

/** `pageQuery` is in the query of every list. */
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

/** `bound` is a time, or a day in UTC, in a query. */
export const bound = (description: string) =>
  Type.Optional(
    Type.Unsafe<string>({
      type: 'string',
      maxLength: 40,
      anyOf: [{ format: 'date-time' }, { format: 'date' }],
      description,
    }),
  )

/** `wantedAmount` is an amount that a query narrows a list by, in the currency of each thing. */
export const wantedAmount = (description: string) =>
  Type.Optional(
    Type.String({
      description,
      pattern: '^\\d{1,12}(\\.\\d{1,6})?$',
      [MUST]: { ...whys.amount(), message: 'must be an amount such as 12.50' },
      maxLength: 20,
    }),
  )

/** `createdQuery` is in the query of a list that can be bounded by time. */
export const createdQuery = {
  created_from: bound('Only what was made then or later: a time with its zone, or a day in UTC'),
  created_to: bound('Only what was made before that time, or on that day in UTC and before'),
}

/** `pageShape` is the answer of every list. */
export const pageShape = <Item extends TSchema>(item: Item) =>
  Type.Object({
    data: Type.Object({
      page: Type.Object({
        items: Type.Array(item),
        next_cursor: orNull(Type.Integer(), 'null: this is the end'),
      }),
    }),
  })

/** `wirePage` fills `pageShape`. */
export const wirePage = <Item, Wire>(
  { items, next }: { items: readonly Item[]; next: number | null | undefined },
  wire: (item: Item) => Wire,
) => ({ data: { page: { items: items.map(wire), next_cursor: next ?? null } } })

/** `filterOf` gives the page and the period that a query asks for, as the lists of the domain take them. */
export const filterOf = <Id extends number>(query: {
  limit: number
  cursor?: number
  created_from?: string
  created_to?: string
}): { limit: number; before: Id | undefined } & Period => ({
  limit: query.limit,
  before: query.cursor as Id | undefined,
  ...(query.created_from !== undefined && { from: timeOf(query.created_from) }),
  ...(query.created_to !== undefined && { to: timeOf(query.created_to, DAY_MS) }),
})

/** MAX_TIME is within what the database takes for a time; nothing here was made after it, or before 1970. */
const MAX_TIME = Date.UTC(9999, 0)

/** `timeOf` reads a bound. `dayMs` is added to a day, so that a day as the end is included. */
export function timeOf(text: string, dayMs = 0): Date {
  // A leap second is a time, which Date does not know.
  const time = Date.parse(text.replace(/:60(?=[.Zz+-])/, ':59')) + (text.length === 10 ? dayMs : 0)
  return new Date(Math.min(Math.max(time, 0), MAX_TIME))
}
