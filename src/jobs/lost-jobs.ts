import type { Sql } from '../database/database.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { releaseJobs } from './jobs.sql.ts'
import { everyMinute, type JobTask } from './jobs.ts'

/**
 * LOST_AFTER_MS is how long a job is left to the process that has it, which may have been killed, or be frozen. The queue itself would wait
 * for 4 hours.
 */
const LOST_AFTER_MS = 5 * MINUTE_MS

/**
 * `releaseLost` gives jobs back that a process has had for too long. One that is still at it is no trouble: what takes so long is done by one
 * process at a time, whatever the queue says.
 */
export const releaseLost = (sql: Sql): Promise<void> => releaseJobs(sql, LOST_AFTER_MS)

export const lostJobs = (sql: Sql): Record<string, JobTask> => ({
  jobs_release: everyMinute(() => releaseLost(sql)),
})
