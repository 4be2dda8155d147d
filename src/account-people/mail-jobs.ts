import { randomUUID } from 'node:crypto'
import type { JobTask } from '../jobs/jobs.ts'
import type { AccountPersonId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { type Clock, MINUTE_MS } from '../lib/time.ts'
import { readTexts } from '../message-texts/texts.ts'
import { findFirstOf, type SendingDeps, sendBy } from '../notices/channels.ts'
import { selectPersonNamed } from '../people/people.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import { findPerson, makeInvitation } from './account-people.ts'
import { selectMailed, updateToken } from './applications.sql.ts'
import { type AccountPersonMail, MAIL_ACCOUNT_PERSON } from './mails.ts'
import { deleteToken, insertToken, selectBelonging } from './people.sql.ts'
import { words } from './words/index.ts'
import type { Words } from './words/words.ts'

/** TOKEN_BYTES gives 128 random bits. */
const TOKEN_BYTES = 16
const RESET_MS = 30 * MINUTE_MS

interface MailDeps extends SendingDeps {
  clock: Clock
  /** `publicUrl` is where people reach the server: without it there are no links, and nothing is sent. */
  publicUrl: string | undefined
}

interface Ready {
  to: string
  message: { title: string; text: string }
  /** `token` is what the link in it lets its holder do: it counts no more where the mail could not be sent. */
  token?: string
}

/** `accountPersonMailJobs` send by the first channel of kind email; without one, or without a public URL, nobody is told. */
export function accountPersonMailJobs({ clock, publicUrl, ...deps }: MailDeps): Record<string, JobTask> {
  const send: JobTask = async (payload) => {
    const channel = await findFirstOf(deps.sql, 'email')
    if (!channel || publicUrl === undefined) return
    const ready = await readyOf(payload as AccountPersonMail, { sql: deps.sql, clock, publicUrl })
    if (!ready) return
    try {
      const message = { id: randomUUID(), event: 'account person', ...ready.message }
      await sendBy(deps, channel.id, ready.to, message, { isOfShop: true })
    } catch (error) {
      if (ready.token !== undefined) await deleteToken(deps.sql, hashToken(ready.token))
      throw error
    }
  }
  return { [MAIL_ACCOUNT_PERSON]: send }
}

type Context = Pick<MailDeps, 'sql' | 'clock'> & { publicUrl: string }

/** `readyOf` makes the mail; undefined: there is nothing to be told any more. */
function readyOf(mail: AccountPersonMail, context: Context): Promise<Ready | undefined> {
  if (mail.what === 'invitation') return invitationMail(mail.personId, context)
  if (mail.what === 'reset') return resetMail(mail.email, context)
  if (mail.what === 'verify') return proofMail(mail.applicationId, context)
  return refusalMail(mail.applicationId, context)
}

async function invitationMail(
  personId: AccountPersonId,
  { sql, clock, publicUrl: shop }: Context,
): Promise<Ready | undefined> {
  const { status, email, language } = await findPerson(sql, personId, clock)
  const belonging = await selectBelonging(sql, personId)
  if (status !== 'invited' || !belonging) return undefined
  const { token, until } = await makeInvitation(sql, personId, clock)
  const link = `${shop}/portal/invite#${token}`
  const said = { shop, account: belonging.account.name, link, until: utc(until) }
  return { to: email, message: await messageOf(sql, 'invitation', language, said), token }
}

async function resetMail(
  email: string,
  { sql, clock, publicUrl: shop }: Context,
): Promise<Ready | undefined> {
  const person = await selectPersonNamed(sql, 'account_people', email)
  const belonging = person && (await selectBelonging(sql, person.id as AccountPersonId))
  if (!person?.password || person.suspendedAt || !belonging || belonging.account.closed) return undefined
  const token = randomToken(TOKEN_BYTES)
  const endsAt = new Date(clock.now().getTime() + RESET_MS)
  const personId = person.id as AccountPersonId
  await insertToken(sql, { tokenHash: hashToken(token), personId, what: 'reset', endsAt })
  const link = `${shop}/portal/reset#${token}`
  const said = { shop, link, until: utc(endsAt) }
  const message = await messageOf(sql, 'reset', person.language, said)
  return { to: person.email as string, message, token }
}

async function proofMail(id: number, { sql, clock, publicUrl: shop }: Context): Promise<Ready | undefined> {
  const found = await selectMailed(sql, id)
  if (!found?.isOpen || found.endsAt <= clock.now()) return undefined
  const { email: to, language, endsAt } = found
  if (await selectPersonNamed(sql, 'account_people', to.toLowerCase())) {
    return { to, message: await messageOf(sql, 'known', language, { shop, link: `${shop}/portal/sign-in` }) }
  }
  const token = randomToken(TOKEN_BYTES)
  await updateToken(sql, id, hashToken(token))
  const said = { shop, link: `${shop}/portal/verify#${token}`, until: utc(endsAt) }
  return { to, message: await messageOf(sql, 'verify', language, said) }
}

async function refusalMail(id: number, { sql, publicUrl: shop }: Context): Promise<Ready | undefined> {
  const found = await selectMailed(sql, id)
  if (!found) return undefined
  return {
    to: found.email,
    message: await messageOf(sql, 'refused', found.language, { shop, why: found.why }),
  }
}

/** `messageOf` writes a mail: in the words of the staff where it has written some. */
async function messageOf<Name extends keyof Words>(
  sql: SendingDeps['sql'],
  name: Name,
  language: Language,
  values: Parameters<Words[Name]>[0],
): Promise<{ title: string; text: string }> {
  const write = words[language][name] as (of: typeof values) => { title: string; text: string }
  return (await readTexts(sql)).said(`mail.${name}`, language, values, write(values))
}

const utc = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
