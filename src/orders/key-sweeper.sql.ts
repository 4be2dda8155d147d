import type { Sql } from '../database/database.ts'

/** Removes the kept answers to repeated requests that are older than 30 days; gives how many. `limit` bounds one round. */
export async function sweepAnswers(sql: Sql, now: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys
       where created_at < ${now}::timestamptz - interval '30 days' order by created_at
       limit ${limit} for update skip locked))`
  return swept.count
}
