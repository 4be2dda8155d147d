import { addJob, everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { PlanId } from '../lib/ids.ts'
import { DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { APPLY_PLAN, type ApplyDeps, applyRows } from './apply-rows.ts'
import { deletePlans, selectStuck } from './plans.sql.ts'

/** TEND_PLANS is the job that goes on with plans whose process has ended, and removes old ones. */
const TEND_PLANS = 'plans_tend'

const KEPT_MS = 90 * DAY_MS
const PLANS_PER_ROUND = 20

export function planJobs(deps: ApplyDeps): Record<string, JobTask> {
  const { sql, clock } = deps
  const apply: JobTask = (payload, stopping) => applyRows(deps, (payload as { plan: PlanId }).plan, stopping)
  const tend: JobTask = async (_payload, stopping) => {
    const now = clock.now().getTime()
    for (const plan of await selectStuck(sql, new Date(now - MINUTE_MS))) {
      await addJob(sql, APPLY_PLAN, { plan }, { key: `plan ${plan}`, attempts: 3 })
    }
    while (!stopping.aborted) {
      if ((await deletePlans(sql, new Date(now - KEPT_MS), PLANS_PER_ROUND)) < PLANS_PER_ROUND) break
    }
  }
  return { [APPLY_PLAN]: apply, [TEND_PLANS]: everyMinute(tend) }
}
