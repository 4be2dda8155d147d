import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { ReviewId } from '../../lib/ids.ts'
import { type ReviewFilter, type ReviewView, selectReviews, selectReviewView } from './reviews.sql.ts'

export { findHealthIssues } from './health-issues.sql.ts'
export { type ReviewView, readForDecision } from './reviews.sql.ts'

/** `listReviews` gives what waits for a person, the oldest first; with `all` what was resolved too, the newest first. */
export const listReviews = (
  sql: Sql,
  filter: ReviewFilter & { all?: boolean; limit?: number } = {},
): Promise<ReviewView[]> => selectReviews(sql, { all: false, limit: 100, ...filter })

/** `findReview` throws not_found. */
export async function findReview(sql: Sql, id: ReviewId): Promise<ReviewView> {
  const found = await selectReviewView(sql, id)
  if (!found) throw new Refusal('not_found', `there is no review ${id}`, 'id')
  return found
}
