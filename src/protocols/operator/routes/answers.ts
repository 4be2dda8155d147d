import { type Static, Type } from 'typebox'
import {
  forgetRule,
  type HeardAnswer,
  type KeptRule,
  listRules,
  listUnrecognised,
  meanings,
  type Preview,
  previewRule,
  readAnswer,
  shippedLists,
  teachRule,
} from '../../../fulfilment/people/teach.ts'
import { formatMicros } from '../../../lib/money.ts'
import { amount, bodyOf, id, idParams, longId, nothing, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Unrecognised answers'

const rule = Type.Object({
  id,
  supplier: orNull(Type.String(), 'null: it is about all of a kind'),
  kind: orNull(Type.String()),
  words: orNull(Type.String(), 'All that is said, without numbers, as it is compared'),
  phrase: orNull(Type.String(), 'What is looked for in it'),
  meaning: oneOf(meanings),
  taught_by: Type.String(),
  why: Type.String(),
  taught_at: time(),
})

const wireRule = (one: KeptRule): Static<typeof rule> => ({
  ...{ id: one.id, supplier: one.supplier, kind: one.supplierKind, meaning: one.meaning },
  ...{ words: one.isPhrase ? null : one.words, phrase: one.isPhrase ? one.words : null },
  ...{ taught_by: one.taughtBy, why: one.why, taught_at: one.taughtAt },
})

const heard = Type.Object({
  supplier: Type.Object({ id, name: Type.String(), kind: Type.String() }),
  words: Type.String({ description: 'Without numbers, as they are compared' }),
  heard: Type.Integer({ description: 'How often' }),
  last_heard_at: time(),
  samples: Type.Array(Type.String(), { description: 'Some of what was said' }),
  waiting: Type.Integer({ description: 'How many items wait for what a person says of it' }),
  amount: orNull(amount('The money that waits with it'), 'null: none, or in several currencies'),
  currency: orNull(Type.String()),
  amounts: Type.Array(Type.Object({ amount: amount(), currency: Type.String() }), {
    description: 'The money that waits with it, by currency',
  }),
  review: orNull(Type.Integer(), 'The review by which a person is asked'),
  rule: orNull(rule, 'What it means by now'),
})

const wireHeard = (one: HeardAnswer): Static<typeof heard> => ({
  supplier: { id: one.supplierId, name: one.supplier, kind: one.supplierKind },
  ...{ words: one.text, heard: Number(one.heard), last_heard_at: one.heardAt },
  ...{ samples: one.samples.length > 0 ? one.samples : [one.example], waiting: one.waiting },
  amount: one.price === null || one.currency === null ? null : formatMicros(one.price, one.currency),
  amounts: one.sums.map(({ price, currency }) => ({
    amount: formatMicros(BigInt(price), currency),
    currency,
  })),
  ...{ currency: one.currency, review: one.review, rule: one.rule ? wireRule(one.rule) : null },
})

const lesson = {
  supplier: text(200, { description: 'Id or name' }),
  all_of_its_kind: Type.Optional(Type.Boolean()),
  words: Type.Optional(text(4000, { description: 'All that was said; numbers do not count' })),
  phrase: Type.Optional(
    text(200, { description: 'Is looked for in what is said, as own words of a supplier are written' }),
  ),
  meaning: oneOf(meanings, {
    description:
      '`refused`: this item cannot be done. `credit`, `login`, `busy`: trouble of the supplier. `duplicate`: it has such an order already. ' +
      '`working`: it has taken it. `done`: it has done it, and its words are the result',
  }),
}

const lessonOf = ({
  all_of_its_kind: ofKind = false,
  ...rest
}: Static<ReturnType<typeof bodyOf<typeof lesson>>>) => ({
  ...rest,
  ofKind,
})

/** MAX_SHOWN bounds the items of a preview that are shown. */
const MAX_SHOWN = 500

const preview = Type.Object({
  words: orNull(Type.String()),
  phrase: orNull(Type.String()),
  suppliers: Type.Array(Type.Object({ id, name: Type.String() })),
  waiting: Type.Integer({ description: 'How many items wait for such words, and are settled by it' }),
  items: Type.Array(
    Type.Object({
      order: longId,
      item: Type.Integer(),
      username: Type.String(),
      supplier: Type.String(),
      input: Type.String(),
      said: Type.String(),
      amount: amount(),
      currency: Type.String(),
    }),
    { description: `The first ${MAX_SHOWN} of them` },
  ),
  sums: Type.Array(
    Type.Object({
      username: Type.String(),
      items: Type.Integer(),
      amount: amount(),
      currency: Type.String(),
    }),
    { description: 'The prices of all that wait, by reseller' },
  ),
  looked_at: Type.Integer({
    description: 'How many of the last answers were tried, each as often as it was heard',
  }),
  fits: Type.Integer({ description: 'How many of those it fits' }),
  known: Type.Integer({ description: 'How many of these a list knows already: they stay as they are' }),
  samples: Type.Array(
    Type.Object({
      said: Type.String(),
      at: time(),
      known_as: orNull(Type.String(), 'null: no list knows it'),
    }),
  ),
  mark: Type.String({ description: 'Stands for the rule and for what waits: who teaches it gives it back' }),
})

const wirePreview = (seen: Preview): Static<typeof preview> => ({
  ...{
    words: seen.rule.isPhrase ? null : seen.rule.words,
    phrase: seen.rule.isPhrase ? seen.rule.words : null,
  },
  ...{ suppliers: seen.suppliers, waiting: seen.waiting.length },
  items: seen.waiting.slice(0, MAX_SHOWN).map((one) => ({
    ...{ order: one.orderId, item: one.position, username: one.username, supplier: one.supplier },
    ...{
      input: one.input,
      said: one.said,
      amount: formatMicros(one.price, one.currency),
      currency: one.currency,
    },
  })),
  sums: seen.sums.map(({ price, ...one }) => ({ ...one, amount: formatMicros(price, one.currency) })),
  ...{ looked_at: seen.lookedAt, fits: seen.fitting, known: seen.known, mark: seen.mark },
  samples: seen.samples.map(({ said, at, knownAs }) => ({ said, at, known_as: knownAs })),
})

export const answerRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/answers',
    name: 'listAnswers',
    section,
    command: 'answer list',
    summary:
      "Suppliers' answers that no list of words knows, by their words without numbers, the newest first",
    access: 'orders.read',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }) }),
    answer: Type.Object({ items: Type.Array(heard) }),
    handle: async ({ desk, query: { limit } }) => ({
      items: (await listUnrecognised(desk.read, limit)).map(wireHeard),
    }),
  }),
  route({
    method: 'GET',
    path: '/answers/rules',
    name: 'listAnswerRules',
    section,
    command: 'answer rules',
    summary: 'What was taught of such answers, the newest first',
    access: 'orders.read',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 }) }),
    answer: Type.Object({ items: Type.Array(rule) }),
    handle: async ({ desk, query: { limit } }) => ({
      items: (await listRules(desk.read, limit)).map(wireRule),
    }),
  }),
  route({
    method: 'POST',
    path: '/answers/read',
    name: 'readAnswer',
    section,
    summary:
      'How words of a supplier would be read: by a rule that was taught, or by a list; nothing is changed',
    access: 'suppliers.read',
    body: bodyOf({
      supplier: text(200, { description: 'Id or name' }),
      said: text(4000, { description: 'What it said' }),
    }),
    answer: Type.Object({
      supplier: Type.String(),
      words: Type.String({ description: 'Without numbers, as rules compare them' }),
      rule: orNull(rule, 'null: none was taught'),
      list: orNull(
        Type.Object({
          means: Type.String(),
          phrase: Type.String({ description: 'Which is in it' }),
          language: orNull(Type.String(), "null: one of the supplier's own words, as they are set"),
        }),
        'What the lists know of it, which goes before rules; null: none knows it',
      ),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, body }) => {
      const read = await readAnswer(desk.read, body.supplier, body.said)
      return {
        ...{ supplier: read.supplier, words: read.words, rule: read.rule && wireRule(read.rule) },
        list: read.list && { means: read.list.name, phrase: read.list.phrase, language: read.list.language },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/answers/lists',
    name: 'listAnswerLists',
    section,
    summary: 'The word lists that are shipped, by language and by what they mean',
    access: 'suppliers.read',
    answer: Type.Object({
      items: Type.Array(
        Type.Object({ language: Type.String(), means: Type.String(), phrases: Type.Array(Type.String()) }),
      ),
    }),
    handle: () => ({ items: shippedLists().map((one) => ({ ...one, phrases: [...one.phrases] })) }),
  }),
  route({
    method: 'POST',
    path: '/answers/preview',
    name: 'previewAnswerRule',
    section,
    command: 'answer teach',
    summary: 'What a rule would fit and settle; nothing is changed',
    access: 'answers.teach',
    body: bodyOf(lesson),
    answer: preview,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, body }) => wirePreview(await previewRule(desk.read, lessonOf(body))),
  }),
  route({
    method: 'POST',
    path: '/answers/teach',
    name: 'teachAnswerRule',
    section,
    command: 'answer teach',
    summary: 'Say what words mean: what waits for them is settled at once, and later ones as well',
    description:
      'A rule takes the place of an earlier one for the same words. `409`: something else waits than the preview had.',
    access: 'answers.teach',
    needsKey: true,
    body: bodyOf({
      ...lesson,
      why: text(500, { description: 'For the record' }),
      mark: text(100, { description: 'That of the preview' }),
    }),
    answer: Type.Object({ id, waiting: Type.Integer({ description: 'How many items are settled' }) }),
    refusals: ['not_found', 'invalid_input', 'conflict'],
    handle: ({ desk, body: { why, mark, ...rest } }) =>
      teachRule(desk.change, lessonOf(rest), { mark, actor: desk.actor, why }, clock),
  }),
  route({
    method: 'POST',
    path: '/answers/rules/:id/forget',
    name: 'forgetAnswerRule',
    section,
    command: 'answer forget',
    summary: 'The rule counts no more: the next item of which such words are said asks again',
    access: 'answers.teach',
    params: idParams,
    body: bodyOf({}),
    answer: nothing,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      await forgetRule(desk.change, params.id)
      return {}
    },
  }),
]
