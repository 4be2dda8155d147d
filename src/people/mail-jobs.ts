import { randomUUID } from 'node:crypto'
import type { JobTask } from '../jobs/jobs.ts'
import { readTexts, type Texts } from '../message-texts/texts.ts'
import { findFirstOf, type SendingDeps, sendBy } from '../notices/channels.ts'
import { updateEmailToken } from './email-changes.sql.ts'
import { MAIL_NEW_EMAIL, MAIL_PERSON, type NewEmailMail, type PersonMail } from './mails.ts'
import { selectPerson, selectPersonNamed } from './people.sql.ts'
import { hashToken, randomToken } from './tokens.ts'
import { words } from './words/index.ts'

/** TOKEN_BYTES gives 128 random bits. */
const TOKEN_BYTES = 16

/** `personMailJobs` send by the first channel of kind email; without one nobody is told. `publicUrl` is where people reach the server. */
export function personMailJobs({
  publicUrl,
  ...deps
}: SendingDeps & { publicUrl: string | undefined }): Record<string, JobTask> {
  const send: JobTask = async (payload) => {
    const mail = payload as PersonMail
    const channel = await findFirstOf(deps.sql, 'email')
    const message = {
      id: randomUUID(),
      event: 'person',
      ...messageOf(await readTexts(deps.sql), mail, publicUrl),
    }
    const isOfShop = mail.circle === 'account_people'
    if (channel) await sendBy(deps, channel.id, mail.to, message, { isOfShop })
  }
  const prove: JobTask = async (payload) => {
    const change = payload as NewEmailMail
    const channel = await findFirstOf(deps.sql, 'email')
    const person = await selectPerson(deps.sql, change.circle, change.personId)
    // Whoever signs in with the address already is told nothing, and nobody is told of them.
    const isTaken = await selectPersonNamed(deps.sql, change.circle, change.email.toLowerCase())
    if (!channel || !person || isTaken || publicUrl === undefined) return
    const token = randomToken(TOKEN_BYTES)
    const until = await updateEmailToken(deps.sql, { ...change, tokenHash: hashToken(token) })
    // It was withdrawn, or another address was asked for.
    if (!until) return
    const link = `${publicUrl}/${change.circle === 'staff' ? 'console' : 'portal'}/email#${token}`
    const said = { where: publicUrl, link, until: utc(until.toISOString()) }
    const texts = await readTexts(deps.sql)
    const written = texts.said('mail.new_email', person.language, said, words[person.language].newEmail(said))
    const message = { id: randomUUID(), event: 'person', ...written }
    try {
      const isOfShop = change.circle === 'account_people'
      await sendBy(deps, channel.id, change.email, message, { isOfShop })
    } catch (error) {
      await updateEmailToken(deps.sql, { ...change, tokenHash: null })
      throw error
    }
  }
  return { [MAIL_PERSON]: send, [MAIL_NEW_EMAIL]: prove }
}

function messageOf(texts: Texts, { circle, language, news }: PersonMail, where = 'imeigate') {
  const said = words[language]
  if ('until' in news) {
    const until = utc(news.until)
    return news.what === 'invited'
      ? said.invited({ where, role: news.role, until })
      : said.reset({ where, until })
  }
  const at = utc(news.at)
  const closed = ({ title, text }: { title: string; text: string }) => ({
    title,
    text: `${text}\n${said.unknown[circle]}`,
  })
  if (news.what === 'signed in') {
    const values = { ...news, where, at, device: news.device || said.unknownDevice }
    return closed(texts.said('person.signed_in', language, values, said.signedIn(values)))
  }
  const { what } = news
  const ours = said.changed({ where, what, at })
  return closed(texts.said(`person.${what.replace(' ', '_')}`, language, { where, at }, ours))
}

const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`
