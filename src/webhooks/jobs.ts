import type { Sql } from '../database/database.ts'
import { addJob, everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { DELIVER, type Deliverer } from './deliverer.ts'
import { selectDueWebhooks, sweepEvents } from './deliveries.sql.ts'
import { KEPT_MS } from './schedule.ts'

/** LOOK_FOR_EVENTS is the job that looks which webhooks have something due, and removes what is old. */
export const LOOK_FOR_EVENTS = 'webhook_look'
/** SWEEP is how many old events one look removes: 14 million a day. */
const SWEEP = 10_000

/**
 * `webhookJobs` are the jobs of webhooks. What is due is a time in a table, so nothing is lost with a job: what a killed worker
 * had in hand is sent by another within a minute and a lease.
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
    [LOOK_FOR_EVENTS]: everyMinute(async () => {
      const now = clock.now()
      for (const webhook of await selectDueWebhooks(sql, now)) {
        await addJob(sql, DELIVER, { webhook }, { key: `${DELIVER}:${webhook}` })
      }
      await sweepEvents(sql, new Date(now.getTime() - KEPT_MS), SWEEP)
    }),
  }
}

/** `lookForEvents` looks at the start of a process, so that what an earlier one left does not wait for the next minute. */
export const lookForEvents = (sql: Sql): Promise<void> =>
  addJob(sql, LOOK_FOR_EVENTS, null, { key: LOOK_FOR_EVENTS })
