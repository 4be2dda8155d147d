import { hash } from 'node:crypto'
import type { Sql } from '../database/database.ts'
import { Throttled } from '../errors.ts'
import { addressGroup } from '../lib/ip.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import { Bucket } from '../throttles/bucket.ts'
import { countBackoff, countWithin, deleteAttempts, type Failure, insertFailure } from './attempts.sql.ts'
import type { Circle, PersonId } from './circle.ts'

export { selectFailures as listFailures } from './attempts.sql.ts'

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
/** MAX_MAILS is how many mails may be asked for in an hour without a sign-in, from one address, and to one e-mail address. */
const MAX_MAILS = { from: 10, to: 3 }
/** MAX_REGISTRATIONS is how many people may register from one address in an hour. */
const MAX_REGISTRATIONS = 5
/** MAX_TOKENS is how many invitations and the like an address may try in a minute. */
const MAX_TOKENS = 30
/** MAX_FAILURES is how many failures a process records in a minute: a flood of guesses fills no table. */
const MAX_FAILURES = 600

/**
 * Attempts bounds how often passwords and codes of a circle may be tried, in all processes together. An attempt is counted before it is looked at, so that
 * many at the same time are no way round. Nobody is locked out: who guesses from elsewhere does not keep a person from the addresses that
 * the person signs in from.
 */
export class Attempts {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #circle: Circle
  readonly #failures = new Bucket('failed sign-ins', () => {})

  constructor(sql: Sql, clock: Clock, circle: Circle) {
    this.#sql = sql
    this.#clock = clock
    this.#circle = circle
  }

  /** `password` counts one. `isUsual`: the person has signed in from that address. Throws Throttled. */
  async password(email: string, address: string, isUsual: boolean): Promise<void> {
    const now = this.#clock.now()
    const from = addressGroup(address)
    await this.#within(`passwords from ${from}`, MAX_PER_ADDRESS, MINUTE_MS)
    if (!isUsual) await this.#within(`passwords of ${digest(email)}`, MAX_FROM_STRANGERS, HOUR_MS)
    refuseUntil(
      await countBackoff(this.#sql, {
        subject: this.#named(pairSubject(email, address)),
        free: MAX_FREE,
        now,
        forgetMs: HOUR_MS,
      }),
      now,
    )
  }

  /** `wasRight` forgets the wrong passwords of a person from an address. */
  async wasRight(email: string, address: string): Promise<void> {
    await deleteAttempts(this.#sql, [this.#named(pairSubject(email, address))])
  }

  /** `code` counts a code of the second factor. Throws Throttled. */
  async code(personId: PersonId, signInId: number, address: string): Promise<void> {
    await this.#within(`codes of sign-in ${signInId}`, MAX_CODES.signIn, HOUR_MS)
    await this.#within(`codes of ${personId} from ${addressGroup(address)}`, MAX_CODES.address, HOUR_MS)
    await this.#within(`codes of ${personId}`, MAX_CODES.person, HOUR_MS)
  }

  async recoveryCode(personId: PersonId): Promise<void> {
    await this.#within(`recovery codes of ${personId}`, MAX_RECOVERY_CODES, HOUR_MS)
  }

  /** `passkey` counts what an address asks of passkeys, before anybody is known. Throws Throttled. */
  async passkey(address: string): Promise<void> {
    await this.#within(`passkeys from ${addressGroup(address)}`, MAX_PASSKEYS, MINUTE_MS)
  }

  /** `codeWasRight` forgets the codes that were counted of a sign-in, and of its person from an address. */
  async codeWasRight(personId: PersonId, signInId: number, address: string): Promise<void> {
    await deleteAttempts(this.#sql, [
      this.#named(`codes of sign-in ${signInId}`),
      this.#named(`codes of ${personId} from ${addressGroup(address)}`),
    ])
  }

  /** `failed` records a failure, of somebody or nobody: in the same time. */
  async failed(failure: Omit<Failure, 'at' | 'circle'>): Promise<void> {
    if (this.#failures.take(MAX_FAILURES, performance.now()) > 0) return
    await insertFailure(this.#sql, { ...failure, circle: this.#circle, at: this.#clock.now() })
  }

  /** `mails` counts the mails that are asked for by an address of the network, and to an e-mail address. Throws Throttled. */
  async mails(email: string, address: string): Promise<void> {
    await this.#within(`mails from ${addressGroup(address)}`, MAX_MAILS.from, HOUR_MS)
    await this.#within(`mails to ${digest(email)}`, MAX_MAILS.to, HOUR_MS)
  }

  /** `token` counts the invitations, resets and other texts that an address tries. Throws Throttled. */
  async token(address: string): Promise<void> {
    await this.#within(`tokens from ${addressGroup(address)}`, MAX_TOKENS, MINUTE_MS)
  }

  /** `registration` counts those who register from an address. Throws Throttled. */
  async registration(address: string): Promise<void> {
    await this.#within(`registrations from ${addressGroup(address)}`, MAX_REGISTRATIONS, HOUR_MS)
  }

  /** `#named`: the circles are counted apart. */
  #named(subject: string): string {
    return `${this.#circle}: ${subject}`
  }

  async #within(subject: string, max: number, windowMs: number): Promise<void> {
    const now = this.#clock.now()
    refuseUntil(await countWithin(this.#sql, { subject: this.#named(subject), max, now, windowMs }), now)
  }
}

function refuseUntil(end: Date | undefined, now: Date): void {
  if (end) throw new Throttled('too_many_failed_logins', end.getTime() - now.getTime())
}

const pairSubject = (email: string, address: string): string =>
  `passwords of ${digest(email)} from ${addressGroup(address)}`

/** `digest` stands for a name in the table: it may be long, and a secret that somebody put into the wrong field. */
const digest = (name: string): string => hash('sha256', name, 'base64url').slice(0, 22)
