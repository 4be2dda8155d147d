import type { Queryable } from '../../database/database.ts'

/** HealthIssues are what an operator should look at. */
export interface HealthIssues {
  paused: PausedSupplier[]
  reviews: { kind: string; count: number }[]
}

/** PausedSupplier is a supplier that nothing is sent to, because its breaker is open. */
export interface PausedSupplier {
  supplier: string
  why: string
  reason: string
  /** `enabled` is false where an operator wants nothing sent to it anyway. */
  enabled: boolean
}

export async function findHealthIssues(sql: Queryable): Promise<HealthIssues> {
  const [paused, reviews] = await Promise.all([selectPausedSuppliers(sql), countOpenReviews(sql)])
  return { paused: paused.filter(({ enabled }) => enabled), reviews }
}

export const selectPausedSuppliers = async (sql: Queryable): Promise<PausedSupplier[]> =>
  await sql<PausedSupplier[]>`
    select s.name as supplier, coalesce(h.why, '') as why, coalesce(h.reason, '') as reason, s.enabled
      from supplier_health h join suppliers s on s.id = h.supplier_id
     where h.open order by s.id`

/** `countOpenReviews` counts what waits for a person. */
export const countOpenReviews = async (sql: Queryable): Promise<{ kind: string; count: number }[]> =>
  await sql<{ kind: string; count: number }[]>`
    select kind::text, count(*)::int as count from reviews where resolved_at is null group by kind order by kind`

/** `countOpenItems` counts items that have not ended. Each state has its own part, so that the partial indexes are read. */
export const countOpenItems = async (sql: Queryable): Promise<{ state: string; count: number }[]> =>
  await sql<{ state: string; count: number }[]>`
    select 'pending' as state, count(*)::int as count from items where state = 'pending'
    union all
    select state::text, count(*)::int from items where state in ('processing', 'unknown') group by state`
