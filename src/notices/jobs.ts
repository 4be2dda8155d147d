import type { Logger } from 'pino'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import { DAY_MS } from '../lib/time.ts'
import { type SendingDeps, sendBy } from './channels.ts'
import { type EventName, events } from './events.ts'
import { deleteEndedBefore, selectEnded } from './notices.sql.ts'
import { raiseNotices, SEND_NOTICE, type SendPayload } from './raise-notices.ts'
import { selectSubscription } from './subscriptions.sql.ts'

/** RAISE_NOTICES is the job that finds what people are to be told. */
export const RAISE_NOTICES = 'notices_raise'

const KEPT_MS = 90 * DAY_MS

/** `noticeJobs` find in the tables what there is to tell, so that hot paths write no event for it. */
export function noticeJobs({ log, ...deps }: SendingDeps & { log: Logger }): Record<string, JobTask> {
  const { sql, context } = deps
  const raise: JobTask = async (_payload, stopping) => {
    const now = context.clock.now()
    for (const event of Object.keys(events) as EventName[]) {
      if (stopping.aborted) return
      try {
        await sql.begin((transaction) => raiseNotices(transaction, event, now))
      } catch (error) {
        // The other events are raised all the same.
        log.error({ err: error, event }, 'it could not be found out whether somebody is to be told')
      }
    }
    await deleteEndedBefore(sql, new Date(now.getTime() - KEPT_MS))
  }
  const send: JobTask = async (payload) => {
    const { subscription: id, notice, message } = payload as SendPayload
    const subscription = await selectSubscription(sql, id)
    if (!subscription) return
    const { channelId, address } = subscription
    // A message that was tried for a long time may be out of date.
    const ended = await selectEnded(sql, notice)
    const text = ended ? `${message.text}\nThis was over at ${ended.toISOString()}.` : message.text
    await sendBy(deps, channelId, address, { title: message.title, text })
  }
  return { [RAISE_NOTICES]: everyMinute(raise), [SEND_NOTICE]: send }
}
