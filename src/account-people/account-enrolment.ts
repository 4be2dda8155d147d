import type { Sql, Transaction } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { faultsIn, orThrow, resultOf } from '../lib/fault.ts'
import type { AccountPersonId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { emptyFault } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import type { Attempts } from '../people/attempts.ts'
import { actorOf } from '../people/circle.ts'
import { mailChange } from '../people/own-factors.ts'
import { type Passwords, passwordFault } from '../people/passwords.ts'
import { actAs, endSignIns, updatePerson } from '../people/people.ts'
import { nameOf, readEmail } from '../people/read.ts'
import { hashToken } from '../people/tokens.ts'
import { because } from '../reasons.ts'
import { type AccountPersonView, findPerson } from './account-people.ts'
import { mailAccountPerson } from './mails.ts'
import { deleteToken, deleteTokensOf, selectToken, type TokenUse } from './people.sql.ts'

/** Acceptance is what an invited person says. */
export interface Acceptance {
  name: string
  password: string
  language?: Language | undefined
}

interface EnrolmentDeps {
  sql: Sql
  passwords: Passwords
  attempts: Attempts
  clock: Clock
}

/** AccountEnrolment lets people of accounts set a password: by an invitation, or by a link that they had sent to themselves. */
export class AccountEnrolment {
  readonly #deps: EnrolmentDeps

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps
  }

  /** `open` says whom an invitation is for. Throws not_found where it was used, has ended, or never was; or Throttled. */
  open(token: string, address: string): Promise<AccountPersonView> {
    return this.#holder(token, 'invitation', address)
  }

  /** `accept` uses an invitation. Throws as `open`, and invalid_input. */
  async accept(token: string, given: Acceptance, address: string): Promise<{ email: string }> {
    const person = await this.#holder(token, 'invitation', address)
    const called = nameOf(given.name)
    const weak = await weaknessOf(given.password, [given.name, person.email])
    // All that is wrong is said at once.
    orThrow(resultOf(undefined, [...faultsIn(called), weak]))
    const name = orThrow(called)
    await this.#setPassword({ token, password: given.password, id: person.id }, (transaction) =>
      updatePerson(transaction, 'account_people', person.id, { name, language: given.language }),
    )
    return { email: person.email }
  }

  /** `askForReset` has a link sent to whoever signs in with an e-mail address. Whether there is anybody shows nowhere. Throws Throttled. */
  async askForReset(given: string, address: string): Promise<void> {
    const email = readEmail(given).toLowerCase()
    await this.#deps.attempts.mails(email, address)
    await mailAccountPerson(this.#deps.sql, { what: 'reset', email })
  }

  /** `reset` sets another password by the link; the second factor stays, and all sign-ins end. Throws as `open`, and invalid_input. */
  async reset(token: string, password: string, address: string): Promise<{ email: string }> {
    const person = await this.#holder(token, 'reset', address)
    const { circle, now } = { circle: 'account_people' as const, now: this.#deps.clock.now() }
    orThrow(resultOf(undefined, [await weaknessOf(password, [person.name, person.email])]))
    await this.#setPassword({ token, password, id: person.id }, async (transaction) => {
      await endSignIns(transaction, { circle, personId: person.id, now })
      await mailChange(transaction, circle, person.id, 'password', now)
    })
    return { email: person.email }
  }

  async #holder(token: string, what: TokenUse, address: string): Promise<AccountPersonView> {
    const { sql, attempts, clock } = this.#deps
    await attempts.token(address)
    const id = await selectToken(sql, { tokenHash: hashToken(token), what, now: clock.now() })
    if (id === undefined) refuseUsed()
    return await findPerson(sql, id, clock)
  }

  async #setPassword(
    { token, password: given, id }: { token: string; password: string; id: AccountPersonId },
    andThen: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    const { sql, passwords } = this.#deps
    const password = await passwords.hash(given)
    await sql.begin(async (transaction) => {
      await actAs(transaction, { actor: actorOf('account_people', id) })
      // Of two who use it at the same time one does.
      if (!(await deleteToken(transaction, hashToken(token)))) refuseUsed()
      await deleteTokensOf(transaction, id)
      // The name comes first: nobody has a password and no name.
      await andThen(transaction)
      await updatePerson(transaction, 'account_people', id, { password })
    })
  }
}

/** `weaknessOf` says why a password is not taken; undefined: it is. */
const weaknessOf = async (password: string, known: readonly string[]): Promise<Fault | undefined> =>
  emptyFault('password', password) ?? (await passwordFault('account_people', password, known))?.faults[0]

function refuseUsed(): never {
  throw because('not_found', 'link_ended', {}, 'token')
}
