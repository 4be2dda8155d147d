import type { Queryable } from '../../database/database.ts'

/** What an operator should look at. */
export interface HealthIssue {
  /** Suppliers that nothing is sent to. */
  paused: { supplier: string; why: string; reason: string }[]
  /** What waits for a person, by kind. */
  reviews: { kind: string; count: number }[]
}

export async function findHealthIssues(sql: Queryable): Promise<HealthIssue> {
  const [paused, reviews] = await Promise.all([
    sql<HealthIssue['paused']>`
      select s.name as supplier, h.why, coalesce(h.reason, '') as reason
        from supplier_health h join suppliers s on s.id = h.supplier_id
       where h.open and s.enabled order by s.id`,
    sql<HealthIssue['reviews']>`
      select kind::text, count(*)::int as count from reviews where resolved_at is null group by kind order by kind`,
  ])
  return { paused, reviews }
}
