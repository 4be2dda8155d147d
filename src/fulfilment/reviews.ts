import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { OrderId } from '../orders/order.ts'
import type { ReviewId, ReviewKind } from './review.ts'
import { type ReviewSheet, selectReviewSheet, selectReviews } from './reviews.sql.ts'

export type { ReviewSheet } from './reviews.sql.ts'
export { findTrouble } from './trouble.sql.ts'

/** What waits for a person, the oldest first; with `all` what was resolved too, the newest first. */
export const listReviews = (
  sql: Sql,
  filter: { kind?: ReviewKind | undefined; order?: OrderId | undefined; all?: boolean; limit?: number } = {},
): Promise<ReviewSheet[]> => selectReviews(sql, { all: false, limit: 100, ...filter })

/** Throws not_found. */
export async function findReview(sql: Sql, id: ReviewId): Promise<ReviewSheet> {
  const found = await selectReviewSheet(sql, id)
  if (!found) throw new Refusal('not_found', `there is no review ${id}`, 'id')
  return found
}
