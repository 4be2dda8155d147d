import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { Refusal } from '../../../errors.ts'
import { type Consequence, consequences, consequenceText } from '../../../fulfilment/people/choices.ts'
import { type Decision, decisionsFor, resolveReview } from '../../../fulfilment/people/decisions.ts'
import { mustFindOrder } from '../../../fulfilment/people/operator-requests.ts'
import type { KeptExchange } from '../../../fulfilment/people/order-exchanges.ts'
import { reviewKinds } from '../../../fulfilment/people/review.ts'
import { findReview, listReviews, type ReviewView } from '../../../fulfilment/people/reviews.ts'
import { type BalanceThen, type Evidence, evidenceOf, type Sum } from '../../../inbox/evidence.ts'
import { MAX_ID, type ReviewId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { itemStates } from '../../../lib/states.ts'
import type { Desk } from '../../../people/desk.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  amount,
  bodyOf,
  id,
  idParams,
  longId,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { detailsSaid, detailsSaidText, reviewDetail } from '../review-detail.ts'
import { route } from '../route.ts'
import { item, wireOrder } from './orders.ts'

const section = 'Reviews'
const access = 'orders.read'

const decisions = [
  ...['found', 'result', 'wait', 'decline', 'dismiss'],
  ...['give_back', 'send_again', 'send_anyway', 'grant'],
] as const satisfies Decision['kind'][]

const consequenceNames = Object.keys(consequences) as Consequence[]

const review = Type.Object({
  id,
  kind: oneOf(reviewKinds),
  detail: Type.String(),
  said: orNull(detailsSaid, detailsSaidText),
  is_secret: Type.Boolean({
    description:
      'The results of its service are: what may be one is not in `detail`, see `POST /orders/{id}/reveal`',
  }),
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
  resolved_by_name: orNull(Type.String(), 'What the person or program is called now'),
  why: orNull(Type.String()),
  resolved_at: orNull(time()),
  decisions: Type.Array(oneOf(decisions), { description: 'What it can be resolved by' }),
})

/** `named` gives reviews as the API shows them, with the names of those who decided them. */
async function named(
  read: Desk['read'],
  all: readonly ReviewView[],
  caller: Caller,
): Promise<Static<typeof review>[]> {
  const names = await actorNames(
    read,
    all.flatMap(({ resolvedBy }) => resolvedBy ?? []),
  )
  return all.map((one) => wireReview(one, caller, names))
}

/** `namedOne` is `named` for one. */
const namedOne = async (
  read: Desk['read'],
  one: ReviewView,
  caller: Caller,
): Promise<Static<typeof review>> => (await named(read, [one], caller))[0] as Static<typeof review>

const wireReview = (
  one: ReviewView,
  caller: Caller,
  names: ReadonlyMap<string, string>,
): Static<typeof review> => ({
  ...{ id: one.id, kind: one.kind, ...reviewDetail(one, caller), is_secret: one.secretResults },
  ...{ order: one.orderId, item: one.position },
  ...{ account: one.accountId, username: one.username, service_code: one.serviceCode, input: one.input },
  ...{ state: one.state, attempt: one.attempt, supplier: one.supplier, reference: one.reference },
  ...{ sent_at: one.sentAt, opened_by: one.openedBy, opened_at: one.openedAt },
  ...{ resolution: one.resolution, resolved_by: one.resolvedBy, why: one.why, resolved_at: one.resolvedAt },
  resolved_by_name: names.get(one.resolvedBy ?? '') ?? null,
  decisions: one.resolution === null ? [...decisionsFor[one.kind]] : [],
})

const balance = Type.Object({ at: time(), balance: amount(), currency: Type.String() })

/** `exchange` is one request to a supplier and what came of it. */
export const exchange = Type.Object({
  attempt: Type.Integer(),
  at: time(),
  call: oneOf(['send', 'ask']),
  method: Type.String(),
  url: Type.String(),
  request: Type.String(),
  status: orNull(Type.Integer(), 'null: there was no answer'),
  answer: orNull(Type.String()),
  error: orNull(Type.String()),
  milliseconds: Type.Integer(),
  is_secret: Type.Boolean({
    description: 'The results of its service are: `answer` is shown by `POST /orders/{id}/reveal` alone',
  }),
})

export const wireExchange = ({ isSecret, ...one }: KeptExchange): Static<typeof exchange> => ({
  ...one,
  is_secret: isSecret,
})

const evidence = Type.Object({
  supplier: orNull(
    Type.Object({ id, name: Type.String(), kind: Type.String(), url: orNull(Type.String()) }),
    'That of the attempt in question; null: there is none',
  ),
  asked: Type.Integer({ description: 'How often the supplier was asked what became of it' }),
  asks_at: orNull(time('When imeigate asks the supplier again by itself'), 'null: it does not'),
  exchanges: Type.Array(exchange, {
    description: 'What was sent and received where the outcome was not clear, without secrets, kept 30 days',
  }),
  balance: Type.Optional(
    Type.Object(
      { before: orNull(balance), after: orNull(balance) },
      {
        description:
          'Only for who has `costs.read`: ours at the supplier, around the time at which it was sent',
      },
    ),
  ),
  same_input: Type.Array(
    Type.Object({
      order: longId,
      item: Type.Integer(),
      username: Type.String(),
      state: oneOf(itemStates),
      reference: orNull(Type.String(), "The supplier's number"),
      created_at: time(),
    }),
    { description: 'Other orders of the same input that this supplier had' },
  ),
})

const choice = Type.Object({
  decision: oneOf(decisions),
  allowed: Type.Boolean(),
  why_not: orNull(
    Type.Object({
      code: Type.String({ description: 'As in the faults of a refusal' }),
      text: Type.String({ description: 'In English' }),
    }),
    'null: it fits how the item is now',
  ),
  money: oneOf(['back', 'charged', 'stays'], { description: "What becomes of the item's price" }),
  consequence: oneOf(consequenceNames, { description: 'What it does to the money' }),
  consequence_text: Type.String({ description: 'The same for people, in English' }),
})

const sum = Type.Object({ amount: amount(), currency: Type.String() })

const facts = Type.Object({
  reseller: Type.String(),
  supplier: orNull(Type.String(), 'That of the attempt in question'),
  price: Type.Object(sum.properties, {
    description: 'What was held for the item, or is left of what was charged',
  }),
  cost: orNull(sum, 'What the supplier takes, for who has `costs.read`; null: nobody knows'),
})

const wireSum = (one: Sum): Static<typeof sum> => ({
  amount: formatMicros(one.amount, one.currency),
  currency: one.currency,
})

const textOf = (one: Sum): string => `${formatMicros(one.amount, one.currency)} ${one.currency}`

/** MOVES are the decisions that take a permission of their own. */
const MOVES: ReadonlySet<string> = new Set(['give_back', 'send_again', 'send_anyway', 'grant'])

function choicesOf({ choices, facts: known }: Evidence, { permissions }: Caller): Static<typeof choice>[] {
  if (!known) return []
  const said = { ...known, price: textOf(known.price), cost: known.cost && textOf(known.cost) }
  return choices
    .filter(({ decision }) => permissions.has(MOVES.has(decision) ? 'reviews.give_back' : 'reviews.resolve'))
    .map(({ decision, whyNot, money, consequence }) => ({
      ...{ decision, allowed: whyNot === null, money, consequence },
      why_not: whyNot && { code: whyNot.keyword, text: whyNot.message },
      consequence_text: consequenceText(consequence, said),
    }))
}

const wireFacts = ({ facts: known }: Evidence): Static<typeof facts> | null =>
  known ? { ...known, price: wireSum(known.price), cost: known.cost && wireSum(known.cost) } : null

const wireBalance = (one: BalanceThen | undefined): Static<typeof balance> | null =>
  one ? { at: one.at, balance: formatMicros(one.balance, one.currency), currency: one.currency } : null

const wireEvidence = (found: Evidence, { input }: ReviewView): Static<typeof evidence> => ({
  supplier: found.attempt
    ? {
        ...{ id: found.attempt.supplierId, name: found.attempt.supplier },
        ...{ kind: found.attempt.supplierKind, url: siteOf(found.attempt.url) },
      }
    : null,
  asked: found.attempt?.asked ?? 0,
  asks_at: found.asksAt,
  exchanges: found.exchanges.map(wireExchange),
  ...(found.balance && {
    balance: { before: wireBalance(found.balance.before), after: wireBalance(found.balance.after) },
  }),
  same_input: found.sameInput.flatMap(({ order, username, attempts }) =>
    order.items
      .filter((one) => one.input.toLowerCase() === input.toLowerCase())
      .map((one) => ({
        ...{ order: order.id, item: one.position, username, state: one.state, created_at: order.createdAt },
        reference: attempts.findLast(({ position }) => position === one.position)?.reference ?? null,
      })),
  ),
})

/** `siteOf` gives the address of a supplier's site, without what may be secret behind it. */
const siteOf = (url: string | null): string | null =>
  url !== null && URL.canParse(url) && /^https?:/.test(url) ? new URL(url).origin : null

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
    handle: async ({ desk, caller, query: { limit, cursor, ...filter } }) => {
      const { kind, order, state } = filter
      const behind = readCursor(cursor, filter, MAX_ID) as ReviewId | undefined
      const wanted = { kind, order: order as ReviewView['orderId'] | undefined, all: state === 'all', behind }
      const found = await listReviews(desk.read, { ...wanted, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: { items: await named(desk.read, items, caller), next_cursor: cursorText(next, filter) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/reviews/:id',
    name: 'getReview',
    section,
    command: 'review show',
    summary:
      'One review with its evidence: the item, what was tried for it, and what each decision does to the money',
    access,
    params: idParams,
    answer: Type.Object({
      review,
      currency: Type.String(),
      item,
      evidence,
      facts: orNull(facts, 'What the consequences of the choices name; null: the item is gone'),
      choices: Type.Array(choice, {
        description: 'The decisions that the caller may take, with what each does to the money',
      }),
      others: Type.Array(review, { description: 'Of the same order, the newest first' }),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      const found = await findReview(desk.read, params.id as ReviewId)
      const { orderId, position } = found
      const known = await evidenceOf(desk.read, found, {
        seesCosts: caller.permissions.has('costs.read'),
        clock,
      })
      const order = wireOrder(await mustFindOrder(desk.read, orderId), caller)
      const others = await listReviews(desk.read, { order: orderId, all: true, limit: 100 })
      return {
        review: await namedOne(desk.read, found, caller),
        currency: order.currency,
        evidence: wireEvidence(known, found),
        facts: wireFacts(known),
        choices: choicesOf(known, caller),
        item: order.items.find((one) => one.position === position) as (typeof order.items)[number],
        others: await named(
          desk.read,
          others.filter((one) => one.id !== found.id && one.orderId === orderId),
          caller,
        ),
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
    handle: async ({ desk, caller, params, body: { why, keep = false, ...given } }) => {
      const reviewId = params.id as ReviewId
      const decider = { actor: desk.actor, why, keep, leavesAlike: true }
      const { alike } = await resolveReview(desk.change, reviewId, decisionOf(given), decider, clock)
      const resolved = await findReview(desk.change, reviewId)
      return { review: await namedOne(desk.change, resolved, caller), alike: alike ?? null }
    },
  }),
]
