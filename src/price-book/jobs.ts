import type { Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import { newestRate, repriceAll } from './reprice.sql.ts'

/** FOLLOW_RATES is the job by which prices follow an exchange rate whose day has come. */
const FOLLOW_RATES = 'prices_follow_rates'

/** `priceJobs` has the task of the job. A rate that holds from now on is followed at once, where it is written: see `reprice` of the schema. */
export function priceJobs({ sql }: { sql: Sql }): Record<string, JobTask> {
  let followed: number | undefined
  const follow: JobTask = async () => {
    const newest = await newestRate(sql)
    if (followed !== newest) await repriceAll(sql)
    followed = newest
  }
  return { [FOLLOW_RATES]: everyMinute(follow) }
}
