import type { Sql } from '../database/database.ts'
import { addJob, type JobTask } from '../jobs/jobs.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { DELIVER, type Deliverer } from './deliverer.ts'
import { selectDueWebhooks, sweepEvents } from './deliveries.sql.ts'
import { KEPT_MS } from './schedule.ts'

/** The job that looks which webhooks have something due, and removes what is old; to be run every minute. */
export const LOOK_FOR_EVENTS = 'webhook_look'
/** Old events that are removed in one look: 14 million a day. */
const SWEEP = 10_000

/**
 * The jobs of webhooks. What is due is a time in a table, so that nothing is lost with a job: a worker that was killed
 * is looked after within a minute and a lease.
 */
export function webhookJobs({
  sql,
  deliverer,
  clock,
}: {
  sql: Sql
  deliverer: Deliverer
  clock: Clock
}): Record<string, JobTask> {
  return {
    [DELIVER]: (payload, stopping) =>
      deliverer.deliver((payload as { webhook: WebhookId }).webhook, stopping),
    [LOOK_FOR_EVENTS]: async () => {
      const now = clock.now()
      for (const webhook of await selectDueWebhooks(sql, now)) {
        await addJob(sql, DELIVER, { webhook }, { key: `${DELIVER}:${webhook}` })
      }
      await sweepEvents(sql, new Date(now.getTime() - KEPT_MS), SWEEP)
    },
  }
}

/** For the start of a process: what was left by those before it is not left until the next minute. */
export const lookForEvents = (sql: Sql): Promise<void> =>
  addJob(sql, LOOK_FOR_EVENTS, null, { key: LOOK_FOR_EVENTS })
