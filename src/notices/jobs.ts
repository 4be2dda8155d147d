import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { JobTask } from '../jobs/jobs.ts'
import type { Clock } from '../lib/time.ts'
import { type EventName, events } from './events.ts'
import type { Senders } from './message.ts'
import { deleteEndedBefore, selectEnded } from './notices.sql.ts'
import { raiseNotices, SEND, type SendPayload } from './raise-notices.ts'
import { selectSubscription } from './subscriptions.sql.ts'
import { sendTo } from './subscriptions.ts'

/** The job that looks for what people are to be told; to be run every minute. */
export const LOOK_FOR_NOTICES = 'notices_look'

const KEPT_MS = 90 * 86_400_000

/** Notices cost hot paths nothing: what there is to tell is found by looking at what is so. */
export function noticeJobs({
  sql,
  senders,
  clock,
  log,
}: {
  sql: Sql
  senders: Senders
  clock: Clock
  log: Logger
}): Record<string, JobTask> {
  const look: JobTask = async (_payload, stopping) => {
    const now = clock.now()
    for (const event of Object.keys(events) as EventName[]) {
      if (stopping.aborted) return
      try {
        await sql.begin((transaction) => raiseNotices(transaction, event, now))
      } catch (error) {
        // The others are looked for all the same.
        log.error({ err: error, event }, 'it could not be seen whether somebody is to be told')
      }
    }
    await deleteEndedBefore(sql, new Date(now.getTime() - KEPT_MS))
  }
  const send: JobTask = async (payload) => {
    const { subscription: id, notice, message } = payload as SendPayload
    const subscription = await selectSubscription(sql, id)
    if (!subscription) return
    const ended = await selectEnded(sql, notice)
    // After a long time of trying.
    const text = ended ? `${message.text}\nThis was over at ${ended.toISOString()}.` : message.text
    await sendTo(senders, subscription, { title: message.title, text })
  }
  return { [LOOK_FOR_NOTICES]: look, [SEND]: send }
}
