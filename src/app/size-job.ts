import type { Sql } from '../database/database.ts'
import { noteSize } from '../database/sizes.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { Clock } from '../lib/time.ts'

/** NOTE_SIZE is the job that keeps how much room the database takes. */
const NOTE_SIZE = 'database_size'

/** `sizeJobs` has the task of the job. */
export const sizeJobs = ({ sql, clock }: { sql: Sql; clock: Clock }): Record<string, JobTask> => ({
  [NOTE_SIZE]: everyMinute(() => noteSize(sql, clock.now())),
})
