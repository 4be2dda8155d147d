import { hash } from 'node:crypto'
import type { Sql } from '../database/database.ts'
import { Throttled } from '../errors.ts'
import type { StaffId } from '../lib/ids.ts'
import { addressGroup } from '../lib/ip.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import { Bucket } from '../throttles/bucket.ts'
import { countBackoff, countWithin, deleteAttempts, type Failure, insertFailure } from './attempts.sql.ts'

/** FREE are the passwords that one address may get wrong of one person before it has to wait. */
const FREE = 5
/** PER_ADDRESS is how many passwords an address may try in a minute, with all people together. */
const PER_ADDRESS = 30
/** STRANGERS_PER_HOUR is how many passwords of one person all addresses may try in an hour from which that person never signed in. */
const STRANGERS_PER_HOUR = 100
/** CODES are the codes that one sign-in may try, and those that one person's sign-ins may in an hour: from one address, and from all. */
const CODES = { signIn: 5, address: 20, person: 100 }
/** RECOVERY_PER_HOUR are the recovery codes of a person that may be tried in an hour. */
const RECOVERY_PER_HOUR = 5
/** FAILURES_PER_MINUTE are recorded by a process at most: a flood of guesses fills no table. */
const FAILURES_PER_MINUTE = 600

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
    await this.#within(`passwords from ${from}`, PER_ADDRESS, MINUTE_MS)
    if (!isUsual) await this.#within(`passwords of ${digest(email)}`, STRANGERS_PER_HOUR, HOUR_MS)
    refuseUntil(
      await countBackoff(this.#sql, {
        subject: pairSubject(email, address),
        free: FREE,
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
    await this.#within(`codes of sign-in ${signInId}`, CODES.signIn, HOUR_MS)
    await this.#within(`codes of ${staffId} from ${addressGroup(address)}`, CODES.address, HOUR_MS)
    await this.#within(`codes of ${staffId}`, CODES.person, HOUR_MS)
  }

  async recoveryCode(staffId: StaffId): Promise<void> {
    await this.#within(`recovery codes of ${staffId}`, RECOVERY_PER_HOUR, HOUR_MS)
  }

  /** `codeWasRight` forgets the codes that were counted of a sign-in and its person. */
  async codeWasRight(staffId: StaffId, signInId: number, address: string): Promise<void> {
    await deleteAttempts(this.#sql, [
      `codes of sign-in ${signInId}`,
      `codes of ${staffId} from ${addressGroup(address)}`,
    ])
  }

  /** `failed` records a failure, of somebody or nobody: in the same time. */
  async failed(failure: Omit<Failure, 'at'>): Promise<void> {
    if (this.#failures.take(FAILURES_PER_MINUTE, performance.now()) > 0) return
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
