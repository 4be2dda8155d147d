import type { Logger } from 'pino'
import { everyMinute, type JobTask, selectGivenUp } from '../jobs/jobs.ts'
import { DAY_MS } from '../lib/time.ts'
import { tellAnnouncements } from './announced.ts'
import { type SendingDeps, sendBy } from './channels.ts'
import { utc } from './conditions.ts'
import { tellRefusedDeposits } from './deposit-news.ts'
import { tellDigest } from './digest.ts'
import { conditionNames, isCondition } from './events.ts'
import { tellLedgerNews } from './ledger-news.ts'
import {
  updateFailedMessage,
  updateGivenUpMessages,
  updateSentMessage,
  updateUnwantedMessage,
} from './messages.sql.ts'
import { deleteEndedBefore, selectEnded } from './notices.sql.ts'
import { tellPriceNews } from './price-news.ts'
import { MAX_ATTEMPTS, raiseNotices, SEND_NOTICE, type SendPayload } from './raise-notices.ts'
import { selectReader } from './readers.sql.ts'
import { selectSubscription } from './subscriptions.sql.ts'
import { words } from './words/index.ts'

/** RAISE_NOTICES is the job that finds what people are to be told. */
export const RAISE_NOTICES = 'notices_raise'

const KEPT_MS = 90 * DAY_MS

/** `noticeJobs` find in the tables what there is to tell, so that hot paths write no event for it. */
export function noticeJobs({
  log,
  digestTimes,
  ...deps
}: SendingDeps & { log: Logger; digestTimes: () => Promise<readonly string[]> }): Record<string, JobTask> {
  const { sql, context } = deps
  const raise: JobTask = async (_payload, stopping) => {
    const now = context.clock.now()
    const looks: [event: string, look: () => Promise<unknown>][] = [
      ...conditionNames.map((event): [string, () => Promise<unknown>] => [
        event,
        () => sql.begin((transaction) => raiseNotices(transaction, event, now)),
      ]),
      ['order.done', () => tellLedgerNews(sql, now, stopping)],
      ['deposit.refused', () => tellRefusedDeposits(sql, now)],
      ['news.written', () => tellAnnouncements(sql, now, stopping)],
      ['price.changed', () => tellPriceNews(sql, now)],
      ['digest', async () => tellDigest(sql, context.clock, await digestTimes())],
    ]
    for (const [event, look] of looks) {
      if (stopping.aborted) return
      try {
        await look()
      } catch (error) {
        // The other events are raised all the same.
        log.error({ err: error, event }, 'it could not be found out whether somebody is to be told')
      }
    }
    const givenUp = (await selectGivenUp(sql, SEND_NOTICE)) as SendPayload[]
    await updateGivenUpMessages(
      sql,
      givenUp.map(({ message }) => message.id),
    )
    await deleteEndedBefore(sql, new Date(now.getTime() - KEPT_MS))
  }
  const send: JobTask = async (payload) => {
    const { to, notice, message } = payload as SendPayload
    const reader =
      'person' in to ? await selectReader(sql, to) : await selectSubscription(sql, to.subscription)
    if (!reader) return await updateUnwantedMessage(sql, message.id)
    const { channelId, address, language } = reader
    const isOfShop = 'person' in to || ('accountId' in reader && reader.accountId !== null)
    // A message that was tried for a long time may be out of date.
    const ended = isCondition(message.event) ? await selectEnded(sql, notice) : undefined
    const text = ended ? `${message.text}\n${words[language ?? 'en'].over(utc(ended))}` : message.text
    try {
      await sendBy(deps, channelId, address, { ...message, text }, { isOfShop })
    } catch (error) {
      const problem = (error as Error).message
      // Where the database is away, what is thrown says so, and the message is tried again.
      await updateFailedMessage(sql, message.id, { problem, attempts: MAX_ATTEMPTS }).catch(() => {})
      throw error
    }
    await updateSentMessage(sql, message.id, { address, at: context.clock.now() })
  }
  return { [RAISE_NOTICES]: everyMinute(raise), [SEND_NOTICE]: send }
}
