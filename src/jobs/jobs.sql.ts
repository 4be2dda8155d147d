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

/** `moveJobsBack` has jobs that are due later than in a minute due so much earlier, and forgets minutes of the schedule that are yet to come. */
export async function moveJobsBack(
  sql: Queryable,
  { now, byMs }: { now: Date; byMs: number },
): Promise<void> {
  await sql`
    update graphile_worker._private_jobs
       set run_at = greatest(${now}, run_at - ${byMs}::float8 * interval '1 ms')
     where locked_at is null and run_at > ${now}::timestamptz + interval '1 minute'`
  await sql`
    update graphile_worker._private_known_crontabs set last_execution = null where last_execution > ${now}`
}

/** `releaseJobs` lets others take the jobs that somebody took so long ago, by the clock of the database. */
export async function releaseJobs(sql: Queryable, takenBeforeMs: number): Promise<void> {
  await sql`
    update graphile_worker._private_jobs
       set locked_at = null, locked_by = null, run_at = greatest(run_at, now())
     where locked_at < now() - ${takenBeforeMs}::float8 * interval '1 ms'`
}
