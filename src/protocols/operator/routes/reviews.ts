import { type Static, Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { type Decision, decisionsFor, resolveReview } from '../../../fulfilment/people/decisions.ts'
import { mustFindOrder } from '../../../fulfilment/people/operator-requests.ts'
import { reviewKinds } from '../../../fulfilment/people/review.ts'
import {
  findReview,
  forgetKeptAnswer,
  type KeptAnswer,
  listKeptAnswers,
  listReviews,
  type ReviewView,
} from '../../../fulfilment/people/reviews.ts'
import type { ReviewId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { cursorText, readCursor } from '../cursors.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import {
  bodyOf,
  id,
  idParams,
  longId,
  MAX_ID,
  nothing,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../shapes.ts'
import { item, itemStates, wireOrder } from './orders.ts'

const section = 'Reviews'
const access = 'orders.read'

const decisions = [
  ...['found', 'result', 'wait', 'decline', 'dismiss'],
  ...['give_back', 'send_again', 'send_anyway', 'grant'],
] as const satisfies Decision['kind'][]

const review = Type.Object({
  id,
  kind: oneOf(reviewKinds),
  detail: Type.String(),
  order: longId,
  item: Type.Integer({ description: 'Its position' }),
  account: id,
  username: Type.String(),
  service_code: Type.String(),
  input: Type.String(),
  state: oneOf(itemStates, { description: 'That of the item' }),
  attempt: orNull(Type.Integer(), 'The number of the attempt in question'),
  supplier: orNull(Type.String()),
  reference: orNull(Type.String(), "The supplier's number"),
  sent_at: orNull(time()),
  opened_by: Type.String(),
  opened_at: time(),
  resolution: orNull(Type.String(), 'null: it is open'),
  resolved_by: orNull(Type.String()),
  why: orNull(Type.String()),
  resolved_at: orNull(time()),
  decisions: Type.Array(oneOf(decisions), { description: 'What it can be resolved by' }),
})

const wireReview = (one: ReviewView): Static<typeof review> => ({
  ...{ id: one.id, kind: one.kind, detail: one.detail, order: one.orderId, item: one.position },
  ...{ account: one.accountId, username: one.username, service_code: one.serviceCode, input: one.input },
  ...{ state: one.state, attempt: one.attempt, supplier: one.supplier, reference: one.reference },
  ...{ sent_at: one.sentAt, opened_by: one.openedBy, opened_at: one.openedAt },
  ...{ resolution: one.resolution, resolved_by: one.resolvedBy, why: one.why, resolved_at: one.resolvedAt },
  decisions: one.resolution === null ? [...decisionsFor[one.kind]] : [],
})

const keptAnswer = Type.Object({
  supplier: Type.String(),
  words: Type.String({ description: 'Without numbers, as they are compared' }),
  decision: orNull(oneOf(['give_back', 'send_again'])),
  decided_by: orNull(Type.String()),
  why: orNull(Type.String()),
  decided_at: orNull(time()),
})

const wireKeptAnswer = (one: KeptAnswer): Static<typeof keptAnswer> => ({
  ...{ supplier: one.supplier, words: one.text, decision: one.decision },
  ...{ decided_by: one.decidedBy, why: one.why, decided_at: one.decidedAt },
})

/** MAX_KEPT bounds the decisions about words that are listed. */
const MAX_KEPT = 10_000

interface Given {
  decision: Decision['kind']
  reference?: string
  result?: string
  message?: string
}

/** `decisionOf` throws invalid_input where what a decision needs is missing, or what is given belongs to another one. */
function decisionOf({ decision, ...given }: Given): Decision {
  const needs = { found: 'reference', result: 'result', give_back: 'message' } as const
  const own =
    decision === 'found' || decision === 'result' || decision === 'give_back' ? needs[decision] : undefined
  for (const name of Object.values(needs)) {
    if (given[name] !== undefined && name !== own)
      throw new Refusal('invalid_input', `does not belong to the decision ${decision}`, name)
  }
  if (own !== undefined && own !== 'message' && given[own] === undefined)
    throw new Refusal('invalid_input', `is needed for the decision ${decision}`, own)
  if (decision === 'found') return { kind: decision, reference: given.reference as string }
  if (decision === 'result') return { kind: decision, text: given.result as string }
  return decision === 'give_back' ? { kind: decision, message: given.message } : { kind: decision }
}

export const reviewRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/reviews',
    name: 'listReviews',
    section,
    command: 'review list',
    summary: 'What only a person can decide: what is open, the oldest first',
    access,
    query: Type.Object({
      ...pageQuery,
      kind: Type.Optional(oneOf(reviewKinds)),
      order: Type.Optional(longId),
      state: Type.Optional(
        oneOf(['open', 'all'], { description: '`all`: resolved ones too, the newest first' }),
      ),
    }),
    answer: pageOf(review),
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const { kind, order, state } = filter
      const behind = readCursor(cursor, filter, MAX_ID) as ReviewId | undefined
      const wanted = { kind, order: order as ReviewView['orderId'] | undefined, all: state === 'all', behind }
      const found = await listReviews(desk.read, { ...wanted, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return { page: { items: items.map(wireReview), next_cursor: cursorText(next, filter) } }
    },
  }),
  route({
    method: 'GET',
    path: '/reviews/:id',
    name: 'getReview',
    section,
    command: 'review show',
    summary: 'One review with its evidence: the item, and what was tried for it',
    access,
    params: idParams,
    answer: Type.Object({
      review,
      currency: Type.String(),
      item,
      others: Type.Array(review, { description: 'Of the same order, the newest first' }),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      const found = await findReview(desk.read, params.id as ReviewId)
      const { orderId, position } = found
      const order = wireOrder(await mustFindOrder(desk.read, orderId), caller)
      const others = await listReviews(desk.read, { order: orderId, all: true, limit: 100 })
      return {
        review: wireReview(found),
        currency: order.currency,
        item: order.items.find((one) => one.position === position) as (typeof order.items)[number],
        others: others.filter((one) => one.id !== found.id).map(wireReview),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/reviews/:id/resolve',
    name: 'resolveReview',
    section,
    command: 'review resolve',
    summary: 'Decide a review; who and why is recorded',
    description:
      '`found`: the supplier has it under `reference`, and is asked about it. `result`: it is done, and this is the result: its price is charged. ' +
      '`wait`: it may take longer. `decline`: what was asked for is not done. `dismiss`: seen. `give_back`: its price goes back, and the reseller ' +
      'reads `message`. `send_again`: the supplier certainly did not take it. `send_anyway`: it is sent below the margin floor. `grant`: it is ' +
      'cancelled, and its price goes back. With `keep`, `give_back` and `send_again` of an unrecognised answer count for all items that the supplier ' +
      'refused in these words, and for later ones.',
    access: 'reviews.resolve',
    further: [
      ...(['give_back', 'send_again', 'send_anyway', 'grant'] as const).map((value) => ({
        ...{ field: 'decision', value, permission: 'reviews.give_back' as const },
      })),
      { field: 'keep', value: true, permission: 'answers.teach' },
    ],
    params: idParams,
    needsKey: true,
    body: bodyOf({
      decision: oneOf(decisions),
      reference: Type.Optional(text(200, { description: "Of `found`: the supplier's number" })),
      result: Type.Optional(text(20_000, { description: 'Of `result`' })),
      message: Type.Optional(text(500, { description: 'Of `give_back`' })),
      why: text(500, { description: 'For the record' }),
      keep: Type.Optional(Type.Boolean()),
    }),
    answer: Type.Object({
      review,
      alike: orNull(
        Type.Integer(),
        'With `keep`: how many other items wait for these words; they are settled at once',
      ),
    }),
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, body: { why, keep = false, ...given } }) => {
      const reviewId = params.id as ReviewId
      const decider = { actor: desk.actor, why, keep, leavesAlike: true }
      const { alike } = await resolveReview(desk.change, reviewId, decisionOf(given), decider, clock)
      return { review: wireReview(await findReview(desk.change, reviewId)), alike: alike ?? null }
    },
  }),
  route({
    method: 'GET',
    path: '/answers',
    name: 'listKeptAnswers',
    section,
    command: 'review kept',
    summary: "What was decided for good about suppliers' words, by supplier",
    access,
    answer: Type.Object({ items: Type.Array(keptAnswer) }),
    handle: async ({ desk }) => ({
      items: (await listKeptAnswers(desk.read, MAX_KEPT)).map(wireKeptAnswer),
    }),
  }),
  route({
    method: 'POST',
    path: '/answers/forget',
    name: 'forgetKeptAnswer',
    section,
    command: 'review forget',
    summary: 'What was decided about these words counts no more: the next item asks again',
    access: 'answers.teach',
    body: bodyOf({
      supplier: text(200, { description: 'Id or name' }),
      words: text(2000, { description: 'As the list shows them' }),
    }),
    answer: nothing,
    refusals: ['not_found'],
    handle: async ({ desk, body }) => {
      if (await forgetKeptAnswer(desk.change, body.supplier, body.words)) return {}
      throw new Refusal(
        'not_found',
        'nothing was decided for good about these words of this supplier',
        'words',
      )
    },
  }),
]
