import type { Queryable, Sql } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { findFirstOf } from '../notices/channels.ts'
import { because } from '../reasons.ts'
import type { Attempts } from './attempts.ts'
import { actorOf, type Circle, type PersonId } from './circle.ts'
import {
  deleteEmailChange,
  deleteResetTokens,
  type EmailChange,
  insertEmailChange,
  selectEmailChange,
  takeEmailChange,
} from './email-changes.sql.ts'
import { MAIL_NEW_EMAIL, MAX_ATTEMPTS, mailPerson, type NewEmailMail } from './mails.ts'
import { actAs, lockPerson, selectPerson, selectPersonNamed, updatePerson } from './people.sql.ts'
import { readEmail } from './read.ts'
import { hashToken } from './tokens.ts'

/** OwnEmail is what a person signs in with, and the address that is to take its place. */
export interface OwnEmail {
  email: string
  /** `isPossible`, false: no mail with a link can be sent. */
  isPossible: boolean
  /** `pending`, null: no other address was asked for. */
  pending: EmailChange | null
}

interface EmailChangeDeps {
  sql: Sql
  circle: Circle
  attempts: Attempts
  clock: Clock
  /** `publicUrl` is where people reach the server: without it there is no link. */
  publicUrl: string | undefined
}

/** EmailChanges lets people of a circle sign in with another e-mail address, once they have shown by a mailed link that it is theirs. */
export class EmailChanges {
  readonly #deps: EmailChangeDeps

  constructor(deps: EmailChangeDeps) {
    this.#deps = deps
  }

  async show(sql: Queryable, personId: PersonId): Promise<OwnEmail> {
    const { circle, clock } = this.#deps
    const person = await selectPerson(sql, circle, personId)
    const pending = await selectEmailChange(sql, { circle, personId, now: clock.now() })
    return { email: person?.email ?? '', isPossible: await this.#isPossible(sql), pending: pending ?? null }
  }

  /**
   * `ask` has a link sent to the new address, which holds for a day, and the old one told; an earlier link holds no more. Whether somebody signs in
   * with the new address shows nowhere. Throws invalid_input, Throttled, or conflict where no mail can be sent.
   */
  async ask(sql: Sql, personId: PersonId, given: string, address: string): Promise<OwnEmail> {
    const { circle, attempts, clock } = this.#deps
    const email = readEmail(given)
    await attempts.mails(email.toLowerCase(), address)
    const now = clock.now()
    return await sql.begin(async (transaction) => {
      const person = await lockPerson(transaction, circle, personId)
      if (person?.email?.toLowerCase() === email.toLowerCase())
        throw because('invalid_input', 'email_same', {}, 'email')
      if (!person || !(await this.#isPossible(transaction))) throw because('conflict', 'no_mail', {})
      const endsAt = new Date(now.getTime() + DAY_MS)
      await insertEmailChange(transaction, { circle, personId, email, endsAt })
      await mailPerson(transaction, { ...person, circle }, { what: 'email asked', at: now.toISOString() })
      const mail: NewEmailMail = { circle, personId, email }
      await addJob(transaction, MAIL_NEW_EMAIL, mail, { attempts: MAX_ATTEMPTS })
      return await this.show(transaction, personId)
    })
  }

  /** `withdraw` has the link hold no more. */
  async withdraw(sql: Sql, personId: PersonId): Promise<OwnEmail> {
    await deleteEmailChange(sql, { circle: this.#deps.circle, personId })
    return await this.show(sql, personId)
  }

  /** `confirm` uses a link, once. Throws not_found where it was used, has ended or never was, conflict where somebody else has the address; or Throttled. */
  async confirm(token: string, address: string): Promise<{ email: string }> {
    const { sql, circle, attempts, clock } = this.#deps
    await attempts.token(address)
    const now = clock.now()
    const confirmed = sql.begin(async (transaction) => {
      const change = await takeEmailChange(transaction, { circle, tokenHash: hashToken(token), now })
      const person = change && (await lockPerson(transaction, circle, change.personId))
      if (!change || !person || person.suspendedAt) throw because('not_found', 'link_ended', {}, 'token')
      const { personId, email } = change
      const other = await selectPersonNamed(transaction, circle, email.toLowerCase())
      if (other && other.id !== personId) throw because('conflict', 'email_taken_since', {}, 'email')
      await actAs(transaction, { actor: actorOf(circle, personId) })
      await updatePerson(transaction, circle, personId, { email })
      await deleteResetTokens(transaction, { circle, personId })
      await mailPerson(transaction, { ...person, circle }, { what: 'email', at: now.toISOString() })
      return { email }
    })
    return await confirmed.catch(refuseTakenEmail)
  }

  async #isPossible(sql: Queryable): Promise<boolean> {
    return this.#deps.publicUrl !== undefined && (await findFirstOf(sql, 'email')) !== undefined
  }
}

/** `refuseTakenEmail` is for two who prove the same address at the same moment. */
function refuseTakenEmail(error: unknown): never {
  if ((error as { code?: string }).code === '23505')
    throw because('conflict', 'email_taken_since', {}, 'email')
  throw error
}
