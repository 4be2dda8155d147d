import type { Sql } from '../database/database.ts'
import { both, faultsIn, orThrow, resultOf } from '../lib/fault.ts'
import type { StaffId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { emptyFault } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { actorOf, sealedFor } from '../people/circle.ts'
import { type Passwords, passwordFault } from '../people/passwords.ts'
import {
  actAs,
  selectNewestSecrets,
  selectPersonNamed,
  updatePerson,
  updateRecoveryCodes,
} from '../people/people.ts'
import { emailOf, nameOf } from '../people/read.ts'
import { makeRecoveryCodes, offerTotp, stepOfFirstCode, type TotpOffer } from '../people/second-factor.ts'
import { hashToken } from '../people/tokens.ts'
import { because, say } from '../reasons.ts'
import { refuseForeignKey, type Sealer } from '../secrets/sealer.ts'
import { type BusinessForm, businessFaults, type FirstBusiness } from './first-business.ts'
import type { Role } from './roles.ts'
import { type Invited, lockInvited, updateStaff } from './staff.sql.ts'

/** Opened is what an invitation says: for whom it is, and a fresh secret for the authenticator app. */
export interface Opened {
  role: Role
  name: string
  email: string | null
  totp: TotpOffer
  /** `asksBusiness`: who accepts says what the business is, too. */
  asksBusiness: boolean
}

/** EnrolmentForm is what an invited person says. */
export interface EnrolmentForm {
  name: string
  email: string
  password: string
  /** `totpSecret` is the one that was offered, and `code` a code that the app makes of it. */
  totpSecret: string
  code: string
  /** `language`, undefined: it stays what it is. */
  language?: Language | undefined
  business?: BusinessForm | undefined
}

/** Enrolled is a person who can sign in now. */
export interface Enrolled {
  id: StaffId
  email: string
  /** `recoveryCodes` are shown this once. */
  recoveryCodes: string[]
}

interface EnrolmentDeps {
  sql: Sql
  sealer: () => Promise<Sealer>
  passwords: Passwords
  clock: Clock
  /** `business`, undefined: nobody is asked for it. */
  business?: FirstBusiness
}

/** Enrolment lets invited people set name, e-mail address, password and second factor. */
export class Enrolment {
  readonly #deps: EnrolmentDeps

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps
  }

  /** `open` throws not_found where the invitation was used, has ended, or never was. */
  async open(token: string): Promise<Opened> {
    const { sql, business } = this.#deps
    return await sql.begin(async (transaction) => {
      const { role, name, email } = this.#valid(await lockInvited(transaction, hashToken(token)))
      const asksBusiness = (await business?.isAsked(transaction, role)) ?? false
      return { role, name, email, totp: offerTotp(email), asksBusiness }
    })
  }

  /** `accept` uses the invitation. Throws as `open`, and invalid_input with every fault. */
  async accept(token: string, form: EnrolmentForm): Promise<Enrolled> {
    const { sql, clock, passwords } = this.#deps
    const now = clock.now()
    const who = both(nameOf(form.name), emailOf(form.email))
    const weak = await passwordFault('staff', form.password, [form.name, form.email])
    const step = stepOfFirstCode(form.totpSecret, form.code, now)
    const wrongCode = step === undefined ? { path: ['code'], ...say('wrong_code', {}) } : undefined
    // All that is wrong is said at once, so that nobody mends a form value by value.
    const faults = [
      ...faultsIn(who),
      emptyFault('password', form.password) ?? weak?.faults[0],
      emptyFault('code', form.code) ?? wrongCode,
      ...(form.business ? businessFaults(form.business) : []),
    ]
    orThrow(resultOf(undefined, faults))
    const [name, given] = orThrow(who)
    // Before the password is hashed, which costs something.
    await this.open(token)
    const password = await passwords.hash(form.password)
    const sealer = await this.#deps.sealer()
    const { codes, hashes } = makeRecoveryCodes()
    return await sql.begin(async (transaction) => {
      const { id, email: known, role } = this.#valid(await lockInvited(transaction, hashToken(token)))
      await actAs(transaction, { actor: actorOf('staff', id) })
      const { business } = this.#deps
      if (form.business && (await business?.isAsked(transaction, role))) {
        await business?.begin(transaction, form.business)
      }
      // Whom an invitation names keeps the address that it was sent to.
      const email = known ?? given
      const other = await selectPersonNamed(transaction, 'staff', email.toLowerCase())
      if (other && other.id !== id) throw because('conflict', 'email_of_other', {}, 'email')
      const newest = await selectNewestSecrets(transaction, 'staff')
      const kept = newest ? [{ sealed: newest.secrets, owner: sealedFor('staff', newest.id) }] : []
      refuseForeignKey(sealer, kept, {
        what: 'staff members',
        mend: 'reset the people',
      })
      const secrets = sealer.seal({ totp: form.totpSecret }, sealedFor('staff', id))
      const lastCode = BigInt(step as number)
      const { language } = form
      await updatePerson(transaction, 'staff', id, { name, email, language, password, secrets, lastCode })
      await updateStaff(transaction, id, { invitationHash: null, invitedUntil: null })
      await updateRecoveryCodes(transaction, 'staff', id, hashes)
      return { id, email, recoveryCodes: codes }
    })
  }

  #valid(person: Invited | undefined): Invited {
    const { clock } = this.#deps
    const holds = person?.invitedUntil && person.invitedUntil > clock.now() && !person.suspendedAt
    if (!person || !holds) {
      throw because('not_found', 'invitation_ended', {}, 'token')
    }
    return person
  }
}
