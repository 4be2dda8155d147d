import { randomUUID } from 'node:crypto'
import type { JobTask } from '../jobs/jobs.ts'
import { findFirstOf, type SendingDeps, sendBy } from '../notices/channels.ts'
import { type Changed, MAIL_STAFF, type StaffMail, type StaffNews } from './mails.ts'

/** `staffMailJobs` send by the first channel of kind email; without one nobody is told. `publicUrl` is where people reach the server. */
export function staffMailJobs({
  publicUrl,
  ...deps
}: SendingDeps & { publicUrl: string | undefined }): Record<string, JobTask> {
  const send: JobTask = async (payload) => {
    const { to, news } = payload as StaffMail
    const channel = await findFirstOf(deps.sql, 'email')
    const message = { id: randomUUID(), event: 'staff', ...messageOf(news, publicUrl) }
    if (channel) await sendBy(deps, channel.id, to, message)
  }
  return { [MAIL_STAFF]: send }
}

function messageOf(news: StaffNews, publicUrl: string | undefined) {
  const where = publicUrl === undefined ? 'imeigate' : publicUrl
  if ('until' in news) {
    const said =
      news.what === 'invited'
        ? `You are invited to ${where}, with the role ${news.role}.`
        : `Your password and second factor at ${where} were taken away, and you may set new ones.`
    return {
      title: news.what === 'invited' ? 'you are invited' : 'you were reset',
      text: `${said}\nWho did so has an invitation for you, which holds until ${utc(news.until)}.`,
    }
  }
  if ('device' in news) {
    return {
      title: 'a new sign-in',
      text: `Somebody has signed in to ${where} as you, on a device that you had not used there before:\n${news.device || 'unknown'}, from ${news.address}, at ${utc(news.at)}.\n${UNKNOWN}`,
    }
  }
  const title = CHANGES[news.what]
  return { title, text: `At ${where} ${title}, at ${utc(news.at)}.\n${UNKNOWN}` }
}

const CHANGES: Record<Changed, string> = {
  password: 'your password was changed',
  app: 'you have another authenticator app',
  'recovery codes': 'you have new recovery codes',
  'passkey added': 'you have a new passkey',
  'passkey removed': 'a passkey of yours was removed',
}

const UNKNOWN = 'If that was not you, have an owner reset you at once.'

const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`
