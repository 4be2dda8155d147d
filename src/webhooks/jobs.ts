import type { Sql } from '../database/database.ts'
import { addJob, everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { DELIVER, type Deliverer } from './deliverer.ts'
import { selectDueWebhooks, sweepEvents } from './deliveries.sql.ts'
import { KEPT_MS } from './schedule.ts'

/** FIND_DUE_EVENTS is the job that finds the webhooks for which something is due, and removes old events. */
export const FIND_DUE_EVENTS = 'webhook_look'
/** MAX_SWEPT is how many old events one run removes: 14 million a day. */
const MAX_SWEPT = 10_000

/**
 * `webhookJobs` are the jobs of webhooks. What is due is a time in a table, so nothing is lost with a job: the events that a killed worker
 * had leased are sent by another within a minute and a lease.
 */
export function webhookJobs(deps: { sql: Sql; deliverer: Deliverer; clock: Clock }): Record<string, JobTask> {
  const { sql, deliverer, clock } = deps
  return {
    [DELIVER]: (payload, stopping) =>
      deliverer.deliver((payload as { webhook: WebhookId }).webhook, stopping),
    [FIND_DUE_EVENTS]: everyMinute(async () => {
      const now = clock.now()
      for (const webhook of await selectDueWebhooks(sql, now)) {
        await addJob(sql, DELIVER, { webhook }, { key: `${DELIVER}:${webhook}` })
      }
      await sweepEvents(sql, new Date(now.getTime() - KEPT_MS), MAX_SWEPT)
    }),
  }
}

/** `findDueEvents` runs the job when a process starts, so that what an earlier one left does not wait for the next minute. */
export const findDueEvents = (sql: Sql): Promise<void> =>
  addJob(sql, FIND_DUE_EVENTS, null, { key: FIND_DUE_EVENTS })
