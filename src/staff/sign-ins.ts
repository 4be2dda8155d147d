import type { Acting } from '../database/acting.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { SignInId, StaffId } from '../lib/ids.ts'
import { addressGroup } from '../lib/ip.ts'
import { quoteLine } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Attempts } from './attempts.ts'
import { MAX_IDLE_MS, MAX_SECOND_FACTOR_MS, MAX_SIGN_IN_MS, PROOF_MS, SEEN_MS } from './lifetimes.ts'
import { mailStaff } from './mails.ts'
import type { Passkeys, Signed } from './passkeys.ts'
import { isOutdated, type Passwords } from './passwords.ts'
import type { Role } from './roles.ts'
import { hashRecoveryCode, sealedFor, stepOfCode } from './second-factor.ts'
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
import {
  actAs,
  type Person,
  selectPerson,
  selectPersonNamed,
  updatePerson,
  useCode,
  useRecoveryCode,
} from './staff.sql.ts'
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

/** SignedIn is a person who has given password and second factor. */
export interface SignedIn {
  id: SignInId
  staffId: StaffId
  name: string
  email: string
  role: Role
  /** `isProved`: both were given a short time ago. */
  isProved: boolean
  endsAt: Date
}

/** NewSignIn is a sign-in with the token that stands for it from now on; only its hash is kept. */
export interface NewSignIn {
  token: string
  endsAt: Date
}

/** `staffActor` names a person in the trail. */
export const staffActor = (id: StaffId): string => `staff:${id}`

interface SignInDeps {
  sql: Sql
  sealer: () => Promise<Sealer>
  passwords: Passwords
  passkeys: Passkeys
  attempts: Attempts
  clock: Clock
}

/** SignIns signs people of the staff in, and finds them by their tokens. A sign-in that was ended counts no more with the next request. */
export class SignIns {
  readonly #deps: SignInDeps

  constructor(deps: SignInDeps) {
    this.#deps = deps
  }

  /**
   * `begin` takes the password, and gives the token with which the second factor is given. Who the address belongs to, or whether to anybody,
   * shows neither in the answer nor in its time. Throws invalid_credentials, or Throttled.
   */
  async begin(
    { email, password }: { email: string; password: string },
    place: SignInPlace,
  ): Promise<NewSignIn> {
    const { sql } = this.#deps
    const person = await this.#checked(email.trim().toLowerCase().slice(0, 254), password, place.address)
    const begun = await this.#insert(person.id, place, { isProved: false })
    if (person.password !== null && isOutdated(person.password)) {
      await updatePerson(sql, person.id, { password: await this.#deps.passwords.hash(password) })
    }
    return begun
  }

  /** `beginByPasskey` takes what a passkey has signed, which is password and second factor in one. Throws as `Passkeys.check`. */
  async beginByPasskey(signed: Signed, place: SignInPlace): Promise<NewSignIn> {
    const staffId = await this.#deps.passkeys.check(signed, place.address)
    return await this.#insert(staffId, place, { isProved: true })
  }

  /** `confirm` takes the second factor, and gives the token of the whole sign-in. Throws session_expired, invalid_credentials or Throttled. */
  async confirm(token: string, given: Code, address: string): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row || row.provedAt) throw new Refusal('session_expired')
    await this.#checkCode(row, given, address)
    return await this.#renew(row, address, MAX_SIGN_IN_MS)
  }

  /** `prove` takes password and second factor again, and gives another token of the same sign-in. Throws as `confirm`. */
  async prove(token: string, given: Code & { password: string }, address: string): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row?.provedAt) throw new Refusal('session_expired')
    await this.#checked(row.email.toLowerCase(), given.password, address)
    await this.#checkCode(row, given, address)
    return await this.#renew(row, address)
  }

  /** `proveByPasskey` does the same with a passkey of the same person. */
  async proveByPasskey(token: string, signed: Signed, address: string): Promise<NewSignIn> {
    const row = await this.#find(token)
    if (!row?.provedAt) throw new Refusal('session_expired')
    if ((await this.#deps.passkeys.check(signed, address)) !== row.staffId) {
      throw new Refusal('invalid_credentials', "the passkey is somebody else's")
    }
    return await this.#renew(row, address)
  }

  /** `find` gives who is signed in with a token; undefined: nobody. */
  async find(token: string): Promise<SignedIn | undefined> {
    const row = await this.#find(token)
    if (!row?.provedAt) return undefined
    const now = this.#deps.clock.now()
    if (now.getTime() - row.lastSeenAt.getTime() > SEEN_MS) await updateSeen(this.#deps.sql, row.id, now)
    const { id, staffId, name, email, role, provedAt, endsAt } = row
    const isProved = now.getTime() - provedAt.getTime() < PROOF_MS
    return { id, staffId, name, email, role, isProved, endsAt }
  }

  /** `look` says of a sign-in which role it has, and until when it holds unless it is used. To look is not to use it. */
  async look(id: SignInId): Promise<{ role: Role; endsAt: Date } | undefined> {
    const row = await selectSignIn(this.#deps.sql, { id, ...this.#times() })
    if (!row?.provedAt) return undefined
    const idleAt = row.lastSeenAt.getTime() + MAX_IDLE_MS
    return { role: row.role, endsAt: new Date(Math.min(row.endsAt.getTime(), idleAt)) }
  }

  /** `list` gives the sign-ins of a person that hold, the newest first. */
  async list(staffId: StaffId): Promise<SignInView[]> {
    return await selectSignIns(this.#deps.sql, { staffId, ...this.#times() })
  }

  /** `end` ends sign-ins of a person: one, all, or all but one. */
  async end(which: { staffId: StaffId; only?: SignInId; but?: SignInId }, by: Acting): Promise<void> {
    const now = this.#deps.clock.now()
    await this.#as(by, (transaction) => endSignIns(transaction, { ...which, now }))
  }

  /** `endByToken` ends the sign-in of a token, whether its second factor was given or not. */
  async endByToken(token: string): Promise<void> {
    const row = await this.#find(token)
    if (row) await this.end({ staffId: row.staffId, only: row.id }, { actor: staffActor(row.staffId) })
  }

  async #checked(email: string, password: string, address: string): Promise<Person> {
    const { sql, attempts, passwords } = this.#deps
    const found = await selectPersonNamed(sql, email.replaceAll('\0', '').toWellFormed())
    // Asked in any case: what nobody is called takes as long.
    const usual = await selectAddresses(sql, found?.id ?? (0 as StaffId))
    const isUsual = usual.some((one) => addressGroup(one) === addressGroup(address))
    await attempts.password(email, address, isUsual)
    const isRight = await passwords.verify(password, found?.password ?? undefined)
    if (!found || !isRight || found.suspendedAt) {
      await attempts.failed({ staffId: found?.id ?? null, what: 'password', address })
      throw new Refusal('invalid_credentials')
    }
    await attempts.wasRight(email, address)
    return found
  }

  async #checkCode({ id, staffId }: SignInRow, given: Code, address: string): Promise<void> {
    const { attempts } = this.#deps
    const isRecovery = 'recoveryCode' in given
    if (isRecovery) await attempts.recoveryCode(staffId)
    else await attempts.code(staffId, id, address)
    const isRight = isRecovery
      ? await this.#as({ actor: staffActor(staffId), address }, (transaction) =>
          useRecoveryCode(transaction, staffId, hashRecoveryCode(given.recoveryCode)),
        )
      : await this.#isCode(staffId, given.code)
    if (!isRight) {
      await attempts.failed({ staffId, what: isRecovery ? 'recovery code' : 'code', address })
      throw new Refusal('invalid_credentials')
    }
    if (!isRecovery) await attempts.codeWasRight(staffId, id, address)
  }

  async #isCode(id: StaffId, code: string): Promise<boolean> {
    const { sql, sealer, clock } = this.#deps
    const person = await selectPerson(sql, id)
    if (!person?.secrets) return false
    const { totp = '' } = (await sealer()).open(person.secrets, sealedFor(id))
    const step = stepOfCode(totp, code, clock.now(), person.lastCode)
    return step !== undefined && (await useCode(sql, id, step))
  }

  /** `#insert` makes a sign-in. What the browser calls itself is anything: it is kept, and shown, as one line. */
  async #insert(
    staffId: StaffId,
    { address, device }: SignInPlace,
    { isProved }: { isProved: boolean },
  ): Promise<NewSignIn> {
    const token = randomToken(TOKEN_BYTES)
    const now = this.#deps.clock.now()
    const endsAt = new Date(now.getTime() + (isProved ? MAX_SIGN_IN_MS : MAX_SECOND_FACTOR_MS))
    await this.#as({ actor: staffActor(staffId), address }, async (transaction) => {
      const id = await insertSignIn(transaction, {
        ...{ staffId, tokenHash: hashToken(token), address, device: quoteLine(device) },
        ...{ now, provedAt: isProved ? now : null, endsAt },
      })
      if (isProved) await mailNewDevice(transaction, id, now)
    })
    return { token, endsAt }
  }

  async #renew(
    { id, staffId, endsAt: before }: SignInRow,
    address: string,
    holdsMs?: number,
  ): Promise<NewSignIn> {
    const token = randomToken(TOKEN_BYTES)
    const now = this.#deps.clock.now()
    const endsAt = holdsMs === undefined ? before : new Date(now.getTime() + holdsMs)
    const isThere = await this.#as({ actor: staffActor(staffId), address }, async (transaction) => {
      const found = await updateProved(transaction, { id, tokenHash: hashToken(token), now, endsAt })
      // One that is proved again is told of already.
      if (found && holdsMs !== undefined) await mailNewDevice(transaction, id, now)
      return found
    })
    if (!isThere) throw new Refusal('session_expired')
    return { token, endsAt }
  }

  #find(token: string): Promise<SignInRow | undefined> {
    return selectSignIn(this.#deps.sql, { tokenHash: hashToken(token), ...this.#times() })
  }

  #times() {
    const now = this.#deps.clock.now()
    return { now, seenAfter: new Date(now.getTime() - MAX_IDLE_MS) }
  }

  async #as<T>(by: Acting, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.#deps.sql.begin(async (transaction) => {
      await actAs(transaction, by)
      return await work(transaction)
    })
  }
}

/** `mailNewDevice` tells a person of a sign-in on a device that they have not used before; the first one of all is theirs. */
async function mailNewDevice(transaction: Transaction, id: SignInId, now: Date): Promise<void> {
  const found = await selectNewDevice(transaction, id)
  if (!found) return
  const { email, device, address } = found
  await mailStaff(transaction, email, { what: 'signed in', device, address, at: now.toISOString() })
}
