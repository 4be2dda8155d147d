import type { Sql } from '../../database/database.ts'
import { everyMinute, type JobTask } from '../../jobs/jobs.ts'
import type { Clock } from '../../lib/time.ts'
import { markLongOpen, newestBefore } from './long-open.sql.ts'

/** MARK_LONG_OPEN is the job that puts items which stay open into the index of inputs, see `items_by_text` in the schema. */
export const MARK_LONG_OPEN = 'long_open_items'

/** LONG_OPEN_MS: an item that ends sooner gets into the index by ending, and costs no update more. */
const LONG_OPEN_MS = 30_000
const ITEMS_PER_ROUND = 1_000
/** MAX_ROUNDS bounds one run: the next one goes on. */
const MAX_ROUNDS = 1_000

/** `longOpenJobs` has the task of the job. */
export function longOpenJobs({ sql, clock }: { sql: Sql; clock: Clock }): Record<string, JobTask> {
  const mark: JobTask = async (_payload, stopping) => {
    const upTo = await newestBefore(sql, new Date(clock.now().getTime() - LONG_OPEN_MS))
    if (upTo === undefined) return
    for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++) {
      if ((await markLongOpen(sql, upTo, ITEMS_PER_ROUND)) < ITEMS_PER_ROUND) break
    }
  }
  return { [MARK_LONG_OPEN]: everyMinute(mark) }
}
