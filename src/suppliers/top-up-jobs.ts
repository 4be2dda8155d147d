import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import { MINUTE_MS } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { claimTopUps } from './top-ups.sql.ts'
import { askAboutTopUp } from './top-ups.ts'

/** FOLLOW_TOP_UPS is the job that asks suppliers how open top-ups stand. */
export const FOLLOW_TOP_UPS = 'supplier_top_ups'

const AT_ONCE = 20
/** CLAIMED_MS is longer than the questions about one last. */
const CLAIMED_MS = 5 * MINUTE_MS

/** `topUpJobs` has the task of the job. One that cannot be asked about now is asked about later. */
export function topUpJobs({
  sql,
  sealer,
  context,
  log,
}: {
  sql: Sql
  sealer: () => Promise<Sealer>
  context: IntegrationContext
  log: Logger
}): Record<string, JobTask> {
  const follow: JobTask = async () => {
    const now = context.clock.now()
    const next = new Date(now.getTime() + CLAIMED_MS)
    const due = await claimTopUps(sql, { now, next, limit: AT_ONCE })
    if (due.length === 0) return
    const deps = { sql, sealer: await sealer(), context }
    const ask = async ({ id, supplierId }: (typeof due)[number]) => {
      try {
        await askAboutTopUp(deps, supplierId, id)
      } catch (error) {
        log.warn({ err: error, topUp: id, supplierId }, 'nobody could be asked about a top-up')
      }
    }
    await Promise.all(due.map(ask))
  }
  return { [FOLLOW_TOP_UPS]: everyMinute(follow) }
}
