import { createRequire } from 'node:module'
import type { Static } from 'typebox'

/** `schemas` loads typebox when the first template is read: it is hundreds of files, and every command of suppliers names their kinds. */
function schemas() {
  const { Type }: typeof import('typebox') = createRequire(import.meta.url)('typebox')
  const texts = Type.Record(Type.String(), Type.String())
  const closed = { additionalProperties: false }

  /** `request` has texts that may hold placeholders such as {imei}: see `placeholders.ts`. */
  const request = Type.Object(
    {
      method: Type.Union([Type.Literal('GET'), Type.Literal('POST')]),
      /** `url` begins with {url}, which is the supplier's URL, or is resolved against that. */
      url: Type.String({ minLength: 1, maxLength: 2000 }),
      headers: Type.Optional(texts),
      query: Type.Optional(texts),
      /** `body` has one of the three. */
      body: Type.Optional(
        Type.Object(
          {
            json: Type.Optional(Type.Unknown()),
            form: Type.Optional(texts),
            text: Type.Optional(
              Type.Object(
                {
                  content: Type.String(),
                  type: Type.String({ minLength: 1 }),
                  /** `escape` is how values are written into it. */
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
    /** `path` leads to a value: see `places.ts`. */
    path: Type.Optional(Type.String()),
    /**
     * `equals` is one of six tests, of which a rule has one. Texts are compared without regard to case, numbers and true and false as they
     * are written.
     */
    equals: Type.Optional(scalar),
    in: Type.Optional(Type.Array(scalar, { minItems: 1 })),
    /** `contains` is a text, in which {imei} is the item's input. */
    contains: Type.Optional(Type.String({ minLength: 1 })),
    /** `matches` is a regular expression, without regard to case. */
    matches: Type.Optional(Type.String({ minLength: 1 })),
    /** `matches_not` is a regular expression that must find nothing in the text that is there. */
    matches_not: Type.Optional(Type.String({ minLength: 1 })),
    exists: Type.Optional(Type.Boolean()),
  }
  const rule = Type.Object(
    {
      ...test,
      /** `all` stands instead of a test: all of these must hold. */
      all: Type.Optional(Type.Array(Type.Object(test, closed), { minItems: 1 })),
    },
    closed,
  )
  /** `rules` hold when one of them does. */
  const rules = Type.Array(rule, { minItems: 1 })

  const path = Type.String({ minLength: 1 })
  /** `place` is a path; or what a regular expression finds, in the whole text or at a path. */
  const place = Type.Union([
    path,
    Type.Object(
      {
        path: Type.Optional(Type.String()),
        matches: Type.String({ minLength: 1 }),
        /** `group` is one of the expression's; 0, its default, is all that it matches. */
        group: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
      },
      closed,
    ),
  ])
  /** `places` gives the first that has something in it. */
  const places = Type.Union([place, Type.Array(place, { minItems: 1 })])

  const answer = Type.Object(
    {
      format: Type.Union([Type.Literal('json'), Type.Literal('text')]),
      success: rules,
      pending: Type.Optional(rules),
      refused: Type.Optional(rules),
      /** `judged`: `refused` only finds what went wrong, and the words of the reason say why; what no list knows is asked about. */
      judged: Type.Optional(Type.Boolean()),
      /** `state` is where the word for the state of the order stands, which rules read as pending, success or rejected: see `state-words.ts`. */
      state: Type.Optional(Type.Union([path, Type.Array(path, { minItems: 1 })])),
      /** `duplicate` says that the API has such an order already. */
      duplicate: Type.Optional(rules),
      /** `credit`, `login` and `busy` say that nothing was taken, for a reason that is not the item. */
      credit: Type.Optional(rules),
      login: Type.Optional(rules),
      busy: Type.Optional(rules),
      /** `result` is what the reseller gets. */
      result: places,
      reference: Type.Optional(places),
      /** `about` is the input that the answer is about: another than ours is no answer. In JSON, fields named imei or serial are seen without it. */
      about: Type.Optional(places),
      reason: Type.Optional(places),
    },
    closed,
  )

  const template = Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100 }),
      description: Type.Optional(Type.String({ maxLength: 2000 })),
      request,
      answer,
      /** `status` is for APIs that answer later: how to ask, and how that answer reads. */
      status: Type.Optional(Type.Object({ request, answer }, closed)),
      balance: Type.Optional(
        Type.Object(
          { request, amount: places, currency: Type.Optional(places), name: Type.Optional(places) },
          closed,
        ),
      ),
      /** `repeatable` says that asking again is free, or answered from the first purchase, so that a lost answer is asked for again. */
      repeatable: Type.Optional(Type.Boolean()),
    },
    closed,
  )
  return { template, request, answer, rule, place, places }
}

type Schemas = ReturnType<typeof schemas>
let made: Schemas | undefined

/** `templateSchema` gives the same schema each time, so that it is compiled once. */
export function templateSchema(): Schemas['template'] {
  made ??= schemas()
  return made.template
}

/** Template is data: nothing of it is run as code. `readTemplate` checks what the schema cannot say. */
export type Template = Static<Schemas['template']>
export type TemplateRequest = Static<Schemas['request']>
export type TemplateAnswer = Static<Schemas['answer']>
export type Rule = Static<Schemas['rule']>
export type Place = Static<Schemas['place']>
export type Places = Static<Schemas['places']>
