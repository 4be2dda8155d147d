import { type Static, Type } from 'typebox'
import { type Detail, details, detailsIn, detailText } from '../../fulfilment/review-details.ts'
import type { Moment } from '../../orders/desk/timeline.ts'
import { oneOf } from '../kit/shapes.ts'
import type { Caller } from './caller.ts'

/** `detailsSaid` are what a detail says, for programs. */
export const detailsSaid = Type.Array(
  Type.Object({
    detail: oneOf(Object.keys(details) as Detail[]),
    values: Type.Record(Type.String(), Type.String(), {
      description: 'Amounts, times and numbers are as in the text',
    }),
  }),
)
export const detailsSaidText =
  'The same as `detail` for programs; null: it is in the words of a supplier, or of a person'

/** `saidIn` gives what the server says in a text that it has written itself. */
export const saidIn = (text: string | null): Static<typeof detailsSaid> | null =>
  (text === null ? undefined : detailsIn(text)) ?? null

/** RESTORED is the one detail of `changed` that is the server's own. */
const RESTORED = detailText('restored', {})

/** `saidOfReview` gives what the server says in the detail of a review: that of these kinds is what a supplier has said. */
const saidOfReview = (kind: string | null, detail: string | null): Static<typeof detailsSaid> | null =>
  kind === 'unrecognised answer' || (kind === 'changed' && detail !== RESTORED) ? null : saidIn(detail)

/**
 * `saidOfMoment` gives what the server says in the text of a moment of an order's life: null where a supplier, a webhook or a person has written it,
 * though it be in the same words.
 */
export function saidOfMoment({
  kind,
  state,
  by,
  text,
}: Pick<Moment, 'kind' | 'state' | 'by' | 'text'>): Static<typeof detailsSaid> | null {
  if (kind === 'asked_person') return saidOfReview(state, text)
  if (kind === 'passed_over') return state === 'refused' ? null : saidIn(text)
  return kind === 'decided' && by === 'imeigate' ? saidIn(text) : null
}

/**
 * `reviewDetail` gives what a review says of its thing. What a route costs is for who has `costs.read`: others, who may decide about it all the same, read
 * that it is below the margin floor.
 */
export function reviewDetail(
  { kind, detail: kept }: { kind: string; detail: string },
  { permissions }: Caller,
): { detail: string; said: Static<typeof detailsSaid> | null } {
  const detail = kind === 'margin' && !permissions.has('costs.read') ? detailText('cost_unshown', {}) : kept
  return { detail, said: saidOfReview(kind, detail) }
}
