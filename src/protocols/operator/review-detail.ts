import { type Static, Type } from 'typebox'
import { type Detail, details, detailsIn, detailText } from '../../fulfilment/review-details.ts'
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

/** `saidIn` gives what the server itself says in a text. */
export const saidIn = (text: string | null): Static<typeof detailsSaid> | null =>
  (text === null ? undefined : detailsIn(text)) ?? null

/**
 * `reviewDetail` gives what a review says of its thing. What a route costs is for who has `costs.read`: others, who may decide about it all the same, read
 * that it is below the margin floor.
 */
export function reviewDetail(
  { kind, detail: kept }: { kind: string; detail: string },
  { permissions }: Caller,
): { detail: string; said: Static<typeof detailsSaid> | null } {
  const detail = kind === 'margin' && !permissions.has('costs.read') ? detailText('cost_unshown', {}) : kept
  return { detail, said: saidIn(detail) }
}
