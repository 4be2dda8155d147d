import { actBecause } from '../audit/acting.ts'
import type { Acting } from '../database/acting.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { SignInId } from '../lib/ids.ts'
import { addressGroup } from '../lib/ip.ts'
import type { Language } from '../lib/languages.ts'
import { quoteLine } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Attempts } from './attempts.ts'
import { actorOf, type Circle, type PersonId, sealedFor, terms } from './circle.ts'
import { MAX_SECOND_FACTOR_MS, PROOF_MS, SEEN_MS } from './lifetimes.ts'
import { mailPerson } from './mails.ts'
import type { Passkeys, Signed } from './passkeys.ts'
import type { Passwords } from './passwords.ts'
import {
  actAs,
  type Person,
  selectPerson,
  selectPersonNamed,
  updatePerson,
  useCode,
  useRecoveryCode,
} from './people.sql.ts'
import { hashRecoveryCode, stepOfCode } from './second-factor.ts'
import {
  endSignIns,
  insertSignIn,
  type SignInRow,
  type SignInView,
  selectAddresses,
  selectNewDevice,
  selectSignIn,
  selectSignIns,
  updateProved,
  updateSeen,
} from './sign-ins.sql.ts'
import { hashToken, randomToken } from './tokens.ts'

export type { SignInView } from './sign-ins.sql.ts'

/** TOKEN_BYTES gives 256 random bits. */
const TOKEN_BYTES = 32

/** SignInPlace is where somebody signs in: the address, and what the browser calls itself. */
export interface SignInPlace {
  address: string
  device: string
}

/** Code is a second factor as it is given: the code of an authenticator app, or a recovery code. */
export type Code = { code: string } | { recoveryCode: string }

/** SignedIn is a person who has given the password, and the second factor where there is one. */
export interface SignedIn<Id extends PersonId = PersonId, Role extends string = string> {
  /** `id` is that of the sign-in. */
  id: SignInId
  circle: Circle
  personId: Id
  name: string
  email: string
  language: Language
  role: Role
  /** `isProved`: both were given a short time ago. */
  isProved: boolean
  endsAt: Date
}

/** NewSignIn is a sign-in with the token that stands for it from now on; only its hash is kept. */
export interface NewSignIn {
  token: string
  endsAt: Date
  /** `isWhole`, false: the second factor is still to be given. */
  isWhole: boolean
}

interface SignInDeps {
  sql: Sql
  circle: Circle
  sealer: () => Promise<Sealer>
  passwords: Passwords
  passkeys: Passkeys
  attempts: Attempts
  clock: Clock
}

/**
 * SignIns signs the people of a circle in, and finds them by their tokens. A sign-in that was ended counts no more with the next request, and a
 * token of the other circle is none.
 */
export class SignIns<Id extends PersonId, Role extends string> {
  readonly #deps: SignInDeps
  #proofMs: number = PROOF_MS

  constructor(deps: SignInDeps) {
    this.#deps = deps
  }

  /** `keepProofs`: from now on a sign-in is proof for as long as it holds. Only for the demo, whose visitors have no authenticator app. */
  keepProofs(): void {
    this.#proofMs = Number.POSITIVE_INFINITY
  }

  /**
   * `begin` takes the password, and gives the token with which the second factor is given; of somebody without an app, that of the whole sign-in. Who the address belongs to, or whether to anybody,
   * shows neither in the answer nor in its time. Throws invalid_credentials, or Throttled.
   */
  async begin(
    { email, password }: { email: string; password: string },
    place: SignInPlace,
  ): Promise<NewSignIn> {
    const { sql, circle, passwords } = this.#deps
    const person = await this.#checked(email.trim().toLowerCase().slice(0, 254), password, place.address)
    const begun = await this.#insert(person.id, place, { isProved: person.secrets === null })
    if (person.password !== null && passwords.isOutdated(person.password)) {
      await updatePerson(sql, circle, person.id, { password: await passwords.hash(password) })
    }
    return begun
  }

  /** `beginByPasskey` takes what a passkey has signed, which is password and second factor in one. Throws as `Passkeys.check`. */
  async beginByPasskey(signed: Signed, place: SignInPlace): Promise<NewSignIn> {
    const personId = await this.#deps.passkeys.check(signed, place.address)
    return await this.#insert(personId, place, { isProved: true })
  }

  /** `beginEnrolled` takes nothing more of somebody who has just given password and second factor, by taking up an invitation. */
  async beginEnrolled(personId: Id, place: SignInPlace): Promise<NewSignIn> {
    return await this.#insert(personId, place, { isProved: true })
  }

  /** `confirm` takes the second factor, and gives the token of the whole sign-in. Throws session_expired, invalid_credentials or Throttled. */
  async confirm(token: string, given: Code, address: string): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row || row.provedAt) throw new Refusal('session_expired')
    await this.#checkCode(row, given, address)
    return await this.#renew(row, address, terms[this.#deps.circle].maxMs)
  }

  /**
   * `prove` takes the password again, and the second factor of somebody who has an app, and gives another token of the same sign-in. Throws as
   * `confirm`.
   */
  async prove(
    token: string,
    given: { password: string; code: Code | undefined },
    address: string,
  ): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row?.provedAt) throw new Refusal('session_expired')
    await this.#checked(row.email.toLowerCase(), given.password, address)
    if (row.hasApp) {
      if (!given.code) throw new Refusal('invalid_input', 'is missing', 'code')
      await this.#checkCode(row, given.code, address)
    }
    return await this.#renew(row, address)
  }

  /** `proveByPasskey` does the same with a passkey of the same person. */
  async proveByPasskey(token: string, signed: Signed, address: string): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row?.provedAt) throw new Refusal('session_expired')
    if ((await this.#deps.passkeys.check(signed, address)) !== row.personId) {
      throw new Refusal('invalid_credentials', "the passkey is somebody else's")
    }
    return await this.#renew(row, address)
  }

  /** `find` gives who is signed in with a token; undefined: nobody. */
  async find(token: string): Promise<SignedIn<Id, Role> | undefined> {
    const row = await this.#find(token)
    if (!row?.provedAt) return undefined
    const now = this.#deps.clock.now()
    if (now.getTime() - row.lastSeenAt.getTime() > SEEN_MS) await updateSeen(this.#deps.sql, row.id, now)
    const { id, personId, name, email, language, role, provedAt, endsAt } = row
    const isProved = now.getTime() - provedAt.getTime() < this.#proofMs
    const { circle } = this.#deps
    const person = { personId: personId as Id, name, email, language, role: role as Role }
    return { id, circle, ...person, isProved, endsAt }
  }

  /** `look` says of a sign-in which role it has, and until when it holds unless it is used. To look is not to use it. */
  async look(id: SignInId): Promise<{ role: Role; endsAt: Date } | undefined> {
    const { sql, circle } = this.#deps
    const row = await selectSignIn(sql, circle, { id, ...this.#times() })
    if (!row?.provedAt) return undefined
    const idleAt = row.lastSeenAt.getTime() + terms[circle].maxIdleMs
    return { role: row.role as Role, endsAt: new Date(Math.min(row.endsAt.getTime(), idleAt)) }
  }

  /** `list` gives the sign-ins of a person that hold, the newest first. */
  async list(personId: Id): Promise<SignInView[]> {
    const { sql, circle } = this.#deps
    return await selectSignIns(sql, { circle, personId, ...this.#times() })
  }

  /** `end` ends sign-ins of a person: one, all, or all but one. `why` is the reason for the trail, where there is one. Throws invalid_input where it is none. */
  async end(
    which: { personId: Id; only?: SignInId; but?: SignInId },
    by: Acting,
    why?: string,
  ): Promise<void> {
    const { circle, clock } = this.#deps
    const now = clock.now()
    await this.#as(by, async (transaction) => {
      await actBecause(transaction, why)
      await endSignIns(transaction, { ...which, circle, now })
    })
  }

  /** `endByToken` ends the sign-in of a token, whether its second factor was given or not. */
  async endByToken(token: string): Promise<void> {
    const row = await this.#find(token)
    if (!row) return
    const personId = row.personId as Id
    await this.end({ personId, only: row.id }, { actor: this.#actor(personId) })
  }

  async #checked(email: string, password: string, address: string): Promise<Person> {
    const { sql, circle, attempts, passwords } = this.#deps
    const found = await selectPersonNamed(sql, circle, email.replaceAll('\0', '').toWellFormed())
    // Asked in any case: what nobody is called takes as long.
    const usual = await selectAddresses(sql, circle, found?.id ?? (0 as PersonId))
    const isUsual = usual.some((one) => addressGroup(one) === addressGroup(address))
    await attempts.password(email, address, isUsual)
    const isRight = await passwords.verify(password, found?.password ?? undefined)
    if (!found || !isRight || found.suspendedAt) {
      await attempts.failed({ personId: found?.id ?? null, what: 'password', address })
      throw new Refusal('invalid_credentials')
    }
    await attempts.wasRight(email, address)
    return found
  }

  async #checkCode({ id, personId }: SignInRow, given: Code, address: string): Promise<void> {
    const { circle, attempts } = this.#deps
    const isRecovery = 'recoveryCode' in given
    if (isRecovery) await attempts.recoveryCode(personId)
    else await attempts.code(personId, id, address)
    const isRight = isRecovery
      ? await this.#as({ actor: this.#actor(personId), address }, (transaction) =>
          useRecoveryCode(transaction, circle, personId, hashRecoveryCode(given.recoveryCode)),
        )
      : await this.#isCode(personId, given.code)
    if (!isRight) {
      await attempts.failed({ personId, what: isRecovery ? 'recovery code' : 'code', address })
      throw new Refusal('invalid_credentials')
    }
    if (!isRecovery) await attempts.codeWasRight(personId, id, address)
  }

  async #isCode(id: PersonId, code: string): Promise<boolean> {
    const { sql, circle, sealer, clock } = this.#deps
    const person = await selectPerson(sql, circle, id)
    if (!person?.secrets) return false
    const { totp = '' } = (await sealer()).open(person.secrets, sealedFor(circle, id))
    const step = stepOfCode(totp, code, clock.now(), person.lastCode)
    return step !== undefined && (await useCode(sql, circle, id, step))
  }

  /** `#insert` makes a sign-in. What the browser calls itself is anything: it is kept, and shown, as one line. */
  async #insert(
    personId: PersonId,
    { address, device }: SignInPlace,
    { isProved }: { isProved: boolean },
  ): Promise<NewSignIn> {
    const { circle, clock } = this.#deps
    const token = randomToken(TOKEN_BYTES)
    const now = clock.now()
    const endsAt = new Date(now.getTime() + (isProved ? terms[circle].maxMs : MAX_SECOND_FACTOR_MS))
    await this.#as({ actor: this.#actor(personId), address }, async (transaction) => {
      const id = await insertSignIn(transaction, {
        ...{ circle, personId, tokenHash: hashToken(token), address, device: quoteLine(device) },
        ...{ now, provedAt: isProved ? now : null, endsAt },
      })
      if (isProved) await mailNewDevice(transaction, circle, id, now)
    })
    return { token, endsAt, isWhole: isProved }
  }

  async #renew(
    { id, personId, endsAt: before }: SignInRow,
    address: string,
    holdsMs?: number,
  ): Promise<NewSignIn> {
    const { circle, clock } = this.#deps
    const token = randomToken(TOKEN_BYTES)
    const now = clock.now()
    const endsAt = holdsMs === undefined ? before : new Date(now.getTime() + holdsMs)
    const isThere = await this.#as({ actor: this.#actor(personId), address }, async (transaction) => {
      const found = await updateProved(transaction, { id, tokenHash: hashToken(token), now, endsAt })
      // One that is proved again is told of already.
      if (found && holdsMs !== undefined) await mailNewDevice(transaction, circle, id, now)
      return found
    })
    if (!isThere) throw new Refusal('session_expired')
    return { token, endsAt, isWhole: true }
  }

  #find(token: string): Promise<SignInRow | undefined> {
    const { sql, circle } = this.#deps
    return selectSignIn(sql, circle, { tokenHash: hashToken(token), ...this.#times() })
  }

  #times() {
    const { circle, clock } = this.#deps
    const now = clock.now()
    return { now, seenAfter: new Date(now.getTime() - terms[circle].maxIdleMs) }
  }

  #actor(id: PersonId): string {
    return actorOf(this.#deps.circle, id)
  }

  async #as<T>(by: Acting, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.#deps.sql.begin(async (transaction) => {
      await actAs(transaction, by)
      return await work(transaction)
    })
  }
}

/** `mailNewDevice` tells a person of a sign-in on a device that they have not used before; the first one of all is theirs. */
async function mailNewDevice(
  transaction: Transaction,
  circle: Circle,
  id: SignInId,
  now: Date,
): Promise<void> {
  const found = await selectNewDevice(transaction, circle, id)
  if (!found) return
  const { device, address } = found
  const news = { what: 'signed in' as const, device, address, at: now.toISOString() }
  await mailPerson(transaction, { ...found, circle }, news)
}
