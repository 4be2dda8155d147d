import type { Queryable } from '../database/database.ts'

/** `countWaitingEvents` counts the events that are still to be sent. */
export async function countWaitingEvents(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from order_events where due_at is not null`
  return row?.count ?? 0
}

/** `countStoppedWebhooks` counts the webhooks that are sent nothing, by status. */
export const countStoppedWebhooks = async (sql: Queryable): Promise<{ status: string; count: number }[]> =>
  await sql<{ status: string; count: number }[]>`
    select status, count(*)::int as count from webhooks where status <> 'active' group by status`
