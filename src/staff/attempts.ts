import { hash } from 'node:crypto'
import type { Sql } from '../database/database.ts'
import { Throttled } from '../errors.ts'
import type { StaffId } from '../lib/ids.ts'
import { addressGroup } from '../lib/ip.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import { Bucket } from '../throttles/bucket.ts'
import { countBackoff, countWithin, deleteAttempts, type Failure, insertFailure } from './attempts.sql.ts'

/** MAX_FREE is how many passwords of one person an address may get wrong before it has to wait. */
const MAX_FREE = 5
/** MAX_PER_ADDRESS is how many passwords an address may try in a minute, with all people together. */
const MAX_PER_ADDRESS = 30
/** MAX_PASSKEYS is how many times in a minute an address may ask for a challenge, or answer one. */
const MAX_PASSKEYS = 60
/** MAX_FROM_STRANGERS is how many passwords of one person may be tried in an hour from all addresses from which that person never signed in. */
const MAX_FROM_STRANGERS = 100
/** MAX_CODES is how many codes may be tried in an hour: by one sign-in, and by all of one person, from one address and from everywhere. */
const MAX_CODES = { signIn: 5, address: 20, person: 100 }
/** MAX_RECOVERY_CODES is how many recovery codes of a person may be tried in an hour. */
const MAX_RECOVERY_CODES = 5
/** MAX_FAILURES is how many failures a process records in a minute: a flood of guesses fills no table. */
const MAX_FAILURES = 600

/**
 * Attempts bounds how often passwords and codes may be tried, in all processes together. An attempt is counted before it is looked at, so that
 * many at the same time are no way round. Nobody is locked out: who guesses from elsewhere does not keep a person from the addresses that
 * the person signs in from.
 */
export class Attempts {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #failures = new Bucket('failed sign-ins', () => {})

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
  }

  /** `password` counts one. `isUsual`: the person has signed in from that address. Throws Throttled. */
  async password(email: string, address: string, isUsual: boolean): Promise<void> {
    const now = this.#clock.now()
    const from = addressGroup(address)
    await this.#within(`passwords from ${from}`, MAX_PER_ADDRESS, MINUTE_MS)
    if (!isUsual) await this.#within(`passwords of ${digest(email)}`, MAX_FROM_STRANGERS, HOUR_MS)
    refuseUntil(
      await countBackoff(this.#sql, {
        subject: pairSubject(email, address),
        free: MAX_FREE,
        now,
        forgetMs: HOUR_MS,
      }),
      now,
    )
  }

  /** `wasRight` forgets the wrong passwords of a person from an address. */
  async wasRight(email: string, address: string): Promise<void> {
    await deleteAttempts(this.#sql, [pairSubject(email, address)])
  }

  /** `code` counts a code of the second factor. Throws Throttled. */
  async code(staffId: StaffId, signInId: number, address: string): Promise<void> {
    await this.#within(`codes of sign-in ${signInId}`, MAX_CODES.signIn, HOUR_MS)
    await this.#within(`codes of ${staffId} from ${addressGroup(address)}`, MAX_CODES.address, HOUR_MS)
    await this.#within(`codes of ${staffId}`, MAX_CODES.person, HOUR_MS)
  }

  async recoveryCode(staffId: StaffId): Promise<void> {
    await this.#within(`recovery codes of ${staffId}`, MAX_RECOVERY_CODES, HOUR_MS)
  }

  /** `passkey` counts what an address asks of passkeys, before anybody is known. Throws Throttled. */
  async passkey(address: string): Promise<void> {
    await this.#within(`passkeys from ${addressGroup(address)}`, MAX_PASSKEYS, MINUTE_MS)
  }

  /** `codeWasRight` forgets the codes that were counted of a sign-in, and of its person from an address. */
  async codeWasRight(staffId: StaffId, signInId: number, address: string): Promise<void> {
    await deleteAttempts(this.#sql, [
      `codes of sign-in ${signInId}`,
      `codes of ${staffId} from ${addressGroup(address)}`,
    ])
  }

  /** `failed` records a failure, of somebody or nobody: in the same time. */
  async failed(failure: Omit<Failure, 'at'>): Promise<void> {
    if (this.#failures.take(MAX_FAILURES, performance.now()) > 0) return
    await insertFailure(this.#sql, { ...failure, at: this.#clock.now() })
  }

  async #within(subject: string, max: number, windowMs: number): Promise<void> {
    const now = this.#clock.now()
    refuseUntil(await countWithin(this.#sql, { subject, max, now, windowMs }), now)
  }
}

function refuseUntil(end: Date | undefined, now: Date): void {
  if (end) throw new Throttled('too_many_failed_logins', end.getTime() - now.getTime())
}

const pairSubject = (email: string, address: string): string =>
  `passwords of ${digest(email)} from ${addressGroup(address)}`

/** `digest` stands for a name in the table: it may be long, and a secret that somebody put into the wrong field. */
const digest = (name: string): string => hash('sha256', name, 'base64url').slice(0, 22)
