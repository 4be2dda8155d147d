import { Type } from 'typebox'
import { Refusal } from '../../errors.ts'
import {
  type Decision,
  type DecisionKind,
  decisionsFor,
  resolveReview,
} from '../../fulfilment/people/decisions.ts'
import { findReview, type ReviewView, readForDecision } from '../../fulfilment/people/reviews.ts'
import { whyNot } from '../../fulfilment/people/why-not.ts'
import { selectItemFacts } from '../../inbox/evidence.ts'
import { MAX_ID, type ReviewId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { type Said, say } from '../../reasons.ts'
import { type PlanRow, type RowOutcome, rowKind, type Work } from '../plan-kind.ts'

/** MOVES are decisions that give money back, or send again: they take a permission of their own. */
const MOVES: readonly DecisionKind[] = ['give_back', 'send_again', 'send_anyway', 'grant']
const KEPT = ['found', 'wait', 'decline', 'dismiss'] as const

const bulk = Type.Object(
  {
    reviews: Type.Array(Type.Integer({ minimum: 1, maximum: MAX_ID }), {
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
    }),
    decision: Type.Union(
      [...KEPT, ...(['give_back', 'send_again', 'send_anyway', 'grant'] as const)].map((one) =>
        Type.Literal(one),
      ),
    ),
    references: Type.Optional(
      Type.String({
        maxLength: 200_000,
        description: 'Of `found`: lines of an IMEI and the number that the supplier has it under',
      }),
    ),
    message: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Of `give_back`: what resellers read' }),
    ),
  },
  { additionalProperties: false },
)

/** `reviewsBulk` decides several reviews alike, such as those of an outage. */
export const reviewsBulk = rowKind({
  name: 'reviews.bulk',
  what: 'One decision about several reviews',
  permissions: ['reviews.resolve'],
  reading: 'orders.read',
  confirmations: { moves: 'reviews.give_back' },
  input: bulk,
  async compute(work, { reviews, decision, references, message }) {
    if ((decision === 'found') !== (references !== undefined))
      throw new Refusal('invalid_input', 'belongs to the decision found, which needs it', 'input.references')
    if (message !== undefined && decision !== 'give_back')
      throw new Refusal('invalid_input', 'belongs to the decision give_back', 'input.message')
    const known = referencesIn(references ?? '')
    const rows: PlanRow[] = []
    const sums = new Map<string, bigint>()
    for (const id of reviews) {
      const { row, gives } = await rowOf(work, id as ReviewId, decision as DecisionKind, known)
      rows.push(row)
      if (gives) sums.set(gives.currency, (sums.get(gives.currency) ?? 0n) + gives.amount)
    }
    const isMove = MOVES.includes(decision as DecisionKind)
    const given = [...sums].map(([currency, amount]) => [currency, formatMicros(amount, currency)] as const)
    return {
      rows,
      summary: { decision, gives_back: Object.fromEntries(given) },
      ...(isMove && { needs: ['moves'] }),
    }
  },
  async applyRow({ sql, actor, why, clock }, row, { message }): Promise<RowOutcome> {
    const { review, decision, reference } = row.own as {
      review: number
      decision: Decision['kind']
      reference: string | null
    }
    if (row.verdict !== 'decided') return { outcome: 'skipped', reason: row.warnings[0] }
    const { resolution } = await findReview(sql, review as ReviewId)
    if (resolution !== null) return { outcome: 'skipped', reason: say('decided_meanwhile', { resolution }) }
    const decided: Decision =
      decision === 'found'
        ? { kind: decision, reference: reference ?? '' }
        : decision === 'give_back'
          ? { kind: decision, message }
          : ({ kind: decision } as Decision)
    await resolveReview(sql, review as ReviewId, decided, { actor, why: why || 'decided together' }, clock)
    return { outcome: 'done' }
  },
})

async function rowOf(
  { sql, clock }: Work,
  id: ReviewId,
  decision: DecisionKind,
  references: ReadonlyMap<string, string>,
): Promise<{ row: PlanRow; gives: { currency: string; amount: bigint } | undefined }> {
  const review = await findReview(sql, id)
  const [item, facts] = await Promise.all([readForDecision(sql, review), selectItemFacts(sql, id)])
  const reference = references.get(review.input.toUpperCase()) ?? null
  const problem =
    problemOf(review, decision, reference) ?? (item && whyNot(review, item, decision, clock.now()))
  const left = facts && facts.price - facts.refunded
  const price = facts && left !== undefined ? formatMicros(left, facts.currency) : null
  const becomes = decision === 'give_back' || decision === 'grant' ? 'back' : 'held'
  const row = {
    key: String(id),
    subject: {
      ...{ review: id, kind: review.kind, order: review.orderId, item: review.position, input: review.input },
      ...{ username: review.username, supplier: review.supplier },
    },
    before: { state: review.state },
    after: problem === undefined ? { decision, ...(reference !== null && { reference }) } : null,
    money: facts === undefined ? null : { currency: facts.currency, [becomes]: price },
    verdict:
      problem === undefined ? 'decided' : review.resolution === null ? 'does_not_fit' : 'decided_before',
    warnings: problem === undefined ? [] : [problem],
    own: { review: id, decision, reference },
  }
  const isGiven = becomes === 'back' && problem === undefined && facts !== undefined && left !== undefined
  return { row, gives: isGiven ? { currency: facts.currency, amount: left } : undefined }
}

function problemOf(review: ReviewView, decision: DecisionKind, reference: string | null): Said | undefined {
  if (review.resolution !== null) return say('decided_as', { resolution: review.resolution })
  if (!decisionsFor[review.kind].includes(decision)) return say('not_decided_so', { kind: review.kind })
  return decision === 'found' && reference === null
    ? say('number_not_listed', { input: review.input })
    : undefined
}

/** `referencesIn` reads lines of an IMEI and the supplier's number for it, whatever stands between. */
function referencesIn(text: string): Map<string, string> {
  return new Map(
    text.split(/\r\n?|\n/).flatMap((line) => {
      const [, input, reference] =
        /^[\s"']*([^\s,;:|"']+)["']?[\s,;:|=>-]+["']?(\S.*?)["']?\s*$/.exec(line) ?? []
      return input !== undefined && reference !== undefined ? [[input.toUpperCase(), reference] as const] : []
    }),
  )
}
