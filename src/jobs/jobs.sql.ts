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

/** `selectGivenUp` gives the payloads of the jobs of one name that were tried as often as they may be, and were due within the last day: given up jobs are kept. */
export async function selectGivenUp(sql: Queryable, name: string): Promise<unknown[]> {
  const rows = await sql<{ payload: unknown }[]>`
    select j.payload
      from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = ${name} and j.locked_at is null and j.attempts >= j.max_attempts
       and j.run_at > now() - interval '1 day'`.records()
  return rows.map(({ payload }) => payload)
}

/** JobCounts is how the queue stands. `late`: due for longer than a minute, and nobody has taken them; `givenUp`: tried as often as they may be. */
export interface JobCounts {
  waiting: number
  underWay: number
  late: number
  givenUp: number
  oldestDueAt: Date | null
}

export async function countJobs(sql: Queryable): Promise<JobCounts> {
  const [row] = await sql<JobCounts[]>`
    select count(*) filter (where locked_at is null and attempts < max_attempts)::int as waiting,
           count(*) filter (where locked_at is not null)::int as under_way,
           count(*) filter (where locked_at is null and attempts < max_attempts and run_at < now() - interval '1 minute')::int as late,
           count(*) filter (where locked_at is null and attempts >= max_attempts)::int as given_up,
           min(run_at) filter (where locked_at is null and attempts < max_attempts and run_at < now()) as oldest_due_at
      from graphile_worker._private_jobs`.records()
  if (!row) throw new Error('the queue gave no answer')
  return row
}
