import { randomUUID } from 'node:crypto'
import type { JobTask } from '../jobs/jobs.ts'
import { findFirstOf, type SendingDeps, sendBy } from '../notices/channels.ts'
import { MAIL_PERSON, type PersonMail } from './mails.ts'
import { words } from './words/index.ts'

/** `personMailJobs` send by the first channel of kind email; without one nobody is told. `publicUrl` is where people reach the server. */
export function personMailJobs({
  publicUrl,
  ...deps
}: SendingDeps & { publicUrl: string | undefined }): Record<string, JobTask> {
  const send: JobTask = async (payload) => {
    const mail = payload as PersonMail
    const channel = await findFirstOf(deps.sql, 'email')
    const message = { id: randomUUID(), event: 'person', ...messageOf(mail, publicUrl) }
    const isOfShop = mail.circle === 'account_people'
    if (channel) await sendBy(deps, channel.id, mail.to, message, { isOfShop })
  }
  return { [MAIL_PERSON]: send }
}

function messageOf({ circle, language, news }: PersonMail, where = 'imeigate') {
  const said = words[language]
  if ('until' in news) {
    const until = utc(news.until)
    return news.what === 'invited'
      ? said.invited({ where, role: news.role, until })
      : said.reset({ where, until })
  }
  const at = utc(news.at)
  const { title, text } =
    news.what === 'signed in'
      ? said.signedIn({ ...news, where, at })
      : said.changed({ where, what: news.what, at })
  return { title, text: `${text}\n${said.unknown[circle]}` }
}

const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`
