import { type Static, Type } from 'typebox'

/** What a template is made of. Data only: nothing of it is run as code. `readTemplate` says what else must hold. */

const words = Type.Record(Type.String(), Type.String())
const closed = { additionalProperties: false }

/** Texts in it may hold placeholders such as {imei}: see `placeholders.ts`. */
const request = Type.Object(
  {
    method: Type.Union([Type.Literal('GET'), Type.Literal('POST')]),
    /** Begins with {url}, which is the supplier's URL, or is resolved against that. */
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    headers: Type.Optional(words),
    query: Type.Optional(words),
    /** One of the three. */
    body: Type.Optional(
      Type.Object(
        {
          json: Type.Optional(Type.Unknown()),
          form: Type.Optional(words),
          text: Type.Optional(
            Type.Object(
              {
                content: Type.String(),
                type: Type.String({ minLength: 1 }),
                /** How values are written into it. */
                escape: Type.Union([Type.Literal('json'), Type.Literal('xml'), Type.Literal('url')]),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    timeout_seconds: Type.Optional(Type.Number({ minimum: 1, maximum: 25 })),
  },
  closed,
)

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])
const test = {
  /** Where to look: see `places.ts`. */
  path: Type.Optional(Type.String()),
  /** One of these six. Texts are compared without regard to case, numbers and true and false as they are written. */
  equals: Type.Optional(scalar),
  in: Type.Optional(Type.Array(scalar, { minItems: 1 })),
  /** A text, in which {imei} is the item's input. */
  contains: Type.Optional(Type.String({ minLength: 1 })),
  /** A regular expression, without regard to case. */
  matches: Type.Optional(Type.String({ minLength: 1 })),
  /** A regular expression that must find nothing in the text that is there. */
  matches_not: Type.Optional(Type.String({ minLength: 1 })),
  exists: Type.Optional(Type.Boolean()),
}
const rule = Type.Object(
  {
    ...test,
    /** Instead of a test: all of these. */
    all: Type.Optional(Type.Array(Type.Object(test, closed), { minItems: 1 })),
  },
  closed,
)
/** Any of them. */
const rules = Type.Array(rule, { minItems: 1 })

/** A path; or what a regular expression finds, in the whole text or at a path. */
const place = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      path: Type.Optional(Type.String()),
      matches: Type.String({ minLength: 1 }),
      /** Of the expression; 0, its default, is all that it matches. */
      group: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
    },
    closed,
  ),
])
/** The first that has something in it. */
const places = Type.Union([place, Type.Array(place, { minItems: 1 })])

const answer = Type.Object(
  {
    format: Type.Union([Type.Literal('json'), Type.Literal('text')]),
    success: rules,
    pending: Type.Optional(rules),
    refused: Type.Optional(rules),
    /** It has such an order already. */
    duplicate: Type.Optional(rules),
    /** Nothing was taken, because of the supplier or of us. */
    credit: Type.Optional(rules),
    login: Type.Optional(rules),
    busy: Type.Optional(rules),
    /** What the reseller gets. */
    result: places,
    reference: Type.Optional(places),
    reason: Type.Optional(places),
  },
  closed,
)

export const templateSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    description: Type.Optional(Type.String({ maxLength: 2000 })),
    request,
    answer,
    /** For what answers later: how to ask, and how that answer reads. */
    status: Type.Optional(Type.Object({ request, answer }, closed)),
    balance: Type.Optional(
      Type.Object(
        { request, amount: places, currency: Type.Optional(places), name: Type.Optional(places) },
        closed,
      ),
    ),
    /** Asking again is free, or answered from the first purchase: then a lost answer is asked for again. */
    repeatable: Type.Optional(Type.Boolean()),
  },
  closed,
)

export type Template = Static<typeof templateSchema>
export type TemplateRequest = Static<typeof request>
export type TemplateAnswer = Static<typeof answer>
export type Rule = Static<typeof rule>
export type Place = Static<typeof place>
export type Places = Static<typeof places>
