import type { Queryable } from '../database/database.ts'

/** `insertJob` adds a job to the queue's own tables, in the caller's transaction. */
export async function insertJob(
  sql: Queryable,
  job: { name: string; payload: unknown; runAt: Date | null; key: string | null; attempts: number },
): Promise<void> {
  await sql`
    select from graphile_worker.add_job(
      ${job.name}, ${JSON.stringify(job.payload)}::text::json, run_at => ${job.runAt}::timestamptz,
      max_attempts => ${job.attempts}, job_key => ${job.key})`
}
