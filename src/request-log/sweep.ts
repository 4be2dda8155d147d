import type { Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { deleteRequests } from './requests.sql.ts'
import { deleteStrangers } from './strangers.sql.ts'

/** SWEEP_REQUESTS is the job that keeps the log to its days. */
export const SWEEP_REQUESTS = 'requests_sweep'

const REQUESTS_PER_ROUND = 10_000
/** MAX_ROUNDS bounds one run: the next one goes on, so that a long sweep holds up no other job. */
const MAX_ROUNDS = 100

/** `requestJobs` has the task of the job. `days` of 0 removes all that was logged before. */
export function requestJobs(deps: {
  sql: Sql
  clock: Clock
  days: () => Promise<number>
}): Record<string, JobTask> {
  const { sql, clock, days } = deps
  const sweep: JobTask = async (_payload, stopping) => {
    const before = new Date(clock.now().getTime() - (await days()) * DAY_MS)
    for (const sweepRound of [deleteStrangers, deleteRequests]) {
      for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++) {
        if ((await sweepRound(sql, before, REQUESTS_PER_ROUND)) < REQUESTS_PER_ROUND) break
      }
    }
  }
  return { [SWEEP_REQUESTS]: everyMinute(sweep) }
}
