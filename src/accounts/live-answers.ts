import type { ChangeListener } from '../database/change-notifier.ts'
import { Refusal } from '../errors.ts'
import { refusalFor } from '../lib/fault.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Authenticator, Credentials } from './authenticator.ts'
import { allows, type Permission } from './permissions.ts'

/** Right is what lets a caller have an answer: what it was asked for with, from where, and what its key must be allowed. */
export interface Right {
  credentials: Credentials
  ip: string
  permission: Permission
}

interface LiveAnswer {
  right: Right
  end(why: Refusal): void
}

/** CHECK_MS is how soon the end of a key's time is seen. Changes of keys and accounts are seen when they are told of. */
const CHECK_MS = 250

/**
 * LiveAnswers ends the answers that go on for long (event streams, long polls, exports) when their right ends: the key is revoked or
 * expires, its addresses or permissions change, its account is closed. Each is checked like a new request would be, by the authenticator,
 * which has the keys in memory.
 */
export class LiveAnswers implements RuntimeService {
  readonly name = 'live answers'
  readonly #authenticator: Pick<Authenticator, 'authenticate'>
  readonly #live = new Set<LiveAnswer>()
  readonly #loop = new Loop({
    name: 'live answers',
    intervalMs: () => (this.#live.size > 0 ? CHECK_MS : Number.POSITIVE_INFINITY),
    run: () => this.#checkAll(),
  })

  /** It is made after the authenticator, which then has forgotten what was changed before an answer is checked. */
  constructor(authenticator: Pick<Authenticator, 'authenticate'>, notifier: ChangeListener) {
    this.#authenticator = authenticator
    notifier.onInvalidate('accounts', () => this.#loop.wake())
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
  }

  /** `watch` has `end` called, once, when the right has ended. Gives what ends the watch. */
  watch(right: Right, end: (why: Refusal) => void): () => void {
    const answer = { right, end }
    this.#live.add(answer)
    if (this.#live.size === 1) this.#loop.wake()
    // What was changed since the request was authenticated has been told of already.
    else void this.#check([answer])
    return () => void this.#live.delete(answer)
  }

  async #checkAll(): Promise<void> {
    // A key that follows its orders ten times is asked about once.
    const nameOf = ({ right: { credentials, ip } }: LiveAnswer): string =>
      JSON.stringify([credentials.username, credentials.secret, ip])
    const together = Map.groupBy(this.#live, nameOf)
    await Promise.all([...together.values()].map((answers) => this.#check(answers)))
  }

  async #check(answers: LiveAnswer[]): Promise<void> {
    const [{ right }] = answers as [LiveAnswer]
    // While the database is away nobody knows, and the next run asks again.
    const ask = async () => this.#authenticator.authenticate(right.credentials, right.ip)
    const known = await ask().catch(() => undefined)
    if (!known) return
    for (const answer of answers) {
      const { permission } = answer.right
      if (known.ok && allows(known.value.permissions, permission)) continue
      if (!this.#live.delete(answer)) continue
      answer.end(
        known.ok ? new Refusal('permission_denied', `the key may not ${permission}`) : refusalFor(known),
      )
    }
  }
}
