import { createAccount, type NewAccount } from '../accounts/accounts.ts'
import { type Queryable, type Sql, type Transaction, within } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { both, faultsIn, orThrow, resultOf } from '../lib/fault.ts'
import type { Language } from '../lib/languages.ts'
import { type Page, pageOf } from '../lib/page.ts'
import { plainLineFault, textFault } from '../lib/text.ts'
import { type Clock, MINUTE_MS, systemClock } from '../lib/time.ts'
import type { Attempts } from '../people/attempts.ts'
import { emailOf, nameOf } from '../people/read.ts'
import { hashToken } from '../people/tokens.ts'
import { because } from '../reasons.ts'
import { invitePerson, type PersonInvitation } from './account-people.ts'
import {
  type ApplicationRow,
  insertApplication,
  lockOpen,
  selectApplications,
  updateDecided,
  updateVerified,
} from './applications.sql.ts'
import { mailAccountPerson } from './mails.ts'

/** PROOF_MS is how long the link holds that proves the e-mail address of an applicant. */
const PROOF_MS = 30 * MINUTE_MS
const MAX_NOTE = 1000

/** Application is somebody who asks for an account. */
export interface Application extends ApplicationRow {
  status: 'open' | 'accepted' | 'refused'
}

export interface ApplicationForm {
  name: string
  email: string
  /** `contact` is where else the applicant can be reached, such as a messenger's name. */
  contact?: string | undefined
  country?: string | undefined
  note?: string | undefined
  language?: Language | undefined
}

/** ShownRegistration is what somebody without an account sees of how one is got. `welcome` and `terms` are plain text; null: there is none. */
export interface ShownRegistration {
  /** `registration`, open: who has no account may ask for one. invitation: the staff invites. closed: there are no new accounts. */
  registration: 'closed' | 'invitation' | 'open'
  welcome: string | null
  terms: string | null
}

interface RegistrationDeps {
  sql: Sql
  attempts: Attempts
  clock: Clock
  shown: () => Promise<ShownRegistration>
}

/** Registration lets people ask for an account. What they ask counts once the e-mail address is proved; then somebody of the staff decides. */
export class Registration {
  readonly #deps: RegistrationDeps

  constructor(deps: RegistrationDeps) {
    this.#deps = deps
  }

  shown(): Promise<ShownRegistration> {
    return this.#deps.shown()
  }

  /** `register` has a link sent. Whether somebody signs in with the e-mail address already shows nowhere. Throws permission_denied, invalid_input or Throttled. */
  async register(form: ApplicationForm, address: string): Promise<void> {
    const { sql, attempts, clock } = this.#deps
    await this.#refuseClosed()
    const { contact = '', country = '', note = '', language = 'en' } = form
    const who = both(nameOf(form.name), emailOf(form.email))
    const said = { contact: contact.trim(), country: country.trim(), note: note.trim() }
    const faults = [
      ...faultsIn(who),
      plainLineFault('contact', said.contact, 200),
      plainLineFault('country', said.country, 100),
      said.note === '' ? undefined : textFault('note', said.note, MAX_NOTE),
    ]
    orThrow(resultOf(undefined, faults))
    const [name, email] = orThrow(who)
    const given = { name, email, language, address, ...said }
    await attempts.registration(address)
    await attempts.mails(given.email.toLowerCase(), address)
    const madeAt = clock.now()
    const endsAt = new Date(madeAt.getTime() + PROOF_MS)
    await sql.begin(async (transaction) => {
      const applicationId = await insertApplication(transaction, { ...given, madeAt, endsAt })
      await mailAccountPerson(transaction, { what: 'verify', applicationId })
    })
  }

  /** `verify` takes the token of the link: the application waits for the staff now. Throws not_found, permission_denied or Throttled. */
  async verify(token: string, address: string): Promise<void> {
    const { sql, attempts, clock } = this.#deps
    await this.#refuseClosed()
    await attempts.token(address)
    if (!(await updateVerified(sql, hashToken(token), clock.now()))) {
      throw because('not_found', 'registration_ended', {}, 'token')
    }
  }

  async #refuseClosed(): Promise<void> {
    const { registration } = await this.#deps.shown()
    if (registration === 'closed') throw because('permission_denied', 'no_new_accounts', {})
    if (registration === 'invitation') throw because('permission_denied', 'no_registration', {})
  }
}

const viewOf = (row: ApplicationRow): Application => ({
  ...row,
  status: row.accepted === null ? 'open' : row.accepted ? 'accepted' : 'refused',
})

/** `listApplications` gives those whose e-mail address is proved, the newest first. */
export async function listApplications(
  sql: Queryable,
  { isOpen, before, limit }: { isOpen?: boolean | undefined; before?: number | undefined; limit: number },
): Promise<Page<Application, number>> {
  const rows = await selectApplications(sql, {
    isOpen: isOpen ?? null,
    before: before ?? null,
    limit: limit + 1,
  })
  return pageOf(rows.map(viewOf), limit, ({ id }) => id)
}

/** `findApplication` throws not_found. */
export async function findApplication(sql: Queryable, id: number): Promise<Application> {
  const [row] = await selectApplications(sql, { id, limit: 1 })
  if (!row) throw new Refusal('not_found', `there is no application ${id}`, 'id')
  return viewOf(row)
}

/** Terms are what an applicant gets an account with. */
export type Terms = Pick<NewAccount, 'currency'> & {
  group?: string | null | undefined
  username?: string | undefined
}

/**
 * `acceptApplication` makes the account, and invites the applicant to it as its owner. Throws not_found; conflict where it is decided, or the
 * e-mail address is somebody's; and as `createAccount`.
 */
export async function acceptApplication(
  sql: Sql,
  id: number,
  terms: Terms,
  actor: string,
  clock: Clock = systemClock,
): Promise<{ application: Application; invitation: PersonInvitation }> {
  return await sql.begin(async (transaction) => {
    const { name, email, language } = await lockApplication(transaction, id)
    const all = within(transaction)
    const account = await createAccount(all, { name, email, language, ...terms }, actor, clock)
    const invitation = await invitePerson(all, account.id, { role: 'owner', email, name, language }, clock)
    const decision = { now: clock.now(), by: actor, accepted: true, why: '', accountId: account.id }
    await updateDecided(transaction, id, decision)
    return { application: await findApplication(transaction, id), invitation }
  })
}

/** `refuseApplication` tells the applicant by mail, with the reason where there is one. Throws not_found, conflict or invalid_input. */
export async function refuseApplication(
  sql: Sql,
  id: number,
  why: string,
  actor: string,
  clock: Clock = systemClock,
): Promise<Application> {
  const given = why.trim()
  if (given !== '') orThrow(resultOf(given, [textFault('why', given, MAX_NOTE)]))
  return await sql.begin(async (transaction) => {
    await lockApplication(transaction, id)
    await updateDecided(transaction, id, {
      ...{ now: clock.now(), by: actor, accepted: false, why: given, accountId: null },
    })
    await mailAccountPerson(transaction, { what: 'refused', applicationId: id })
    return await findApplication(transaction, id)
  })
}

async function lockApplication(transaction: Transaction, id: number): Promise<Application> {
  const isOpen = await lockOpen(transaction, id)
  const application = await findApplication(transaction, id)
  if (!isOpen) throw because('conflict', 'application_decided', { status: application.status }, 'id')
  return application
}
