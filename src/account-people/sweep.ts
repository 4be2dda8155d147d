import type { Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { Clock } from '../lib/time.ts'
import { deleteUnproved } from './applications.sql.ts'
import { deleteOldTokens } from './people.sql.ts'

/** SWEEP_TOKENS is the job that removes links that are over, and applications of whoever has not proved the address. */
const SWEEP_TOKENS = 'person_tokens_sweep'

const PER_ROUND = 10_000

/** `accountPeopleJobs` has the task of the job. What is left after one round is left to the next minute. */
export function accountPeopleJobs({ sql, clock }: { sql: Sql; clock: Clock }): Record<string, JobTask> {
  const sweep: JobTask = async () => {
    const now = clock.now()
    await deleteOldTokens(sql, now, PER_ROUND)
    await deleteUnproved(sql, now, PER_ROUND)
  }
  return { [SWEEP_TOKENS]: everyMinute(sweep) }
}
