import type { ReviewId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/**
 * `reviewKinds` are what only a person, or the supplier, can answer about an item:
 * - `unknown`: it was sent, and nobody can say whether the supplier took it
 * - `margin`: every supplier costs more than the sale allows
 * - `supplier`: no supplier has been able to take it
 * - `expired`: it is open for longer than its service allows
 * - `changed`: the supplier says otherwise than it said when the item ended
 * - `cancel`, `verify`: the reseller asks for it
 * - `unrecognised answer`: refused in words that nobody knows; one review is of all items that they were said of
 */
export const reviewKinds = [
  'unknown',
  'margin',
  'supplier',
  'expired',
  'changed',
  'cancel',
  'verify',
  'unrecognised answer',
] as const
export type ReviewKind = (typeof reviewKinds)[number]

export interface Review extends ItemName {
  id: ReviewId
  kind: ReviewKind
  /** `detail` is for the operator. */
  detail: string
  /** `attempt` is the attempt in question, where there is one. */
  attempt: number | null
  openedBy: string
  openedAt: Date
  /** `resolution`, `resolvedBy` and `why` are null until it is decided. */
  resolution: string | null
  resolvedBy: string | null
  why: string | null
  resolvedAt: Date | null
}
