import type { Logger } from 'pino'
import type { ChangeListener } from '../database/change-notifier.ts'
import { Refusal } from '../errors.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'

/** Right is what somebody who is signed in, or a program of the operator, follows something by. */
export interface Right {
  /** `check` gives until when it holds if nothing is changed. Throws a Refusal where it has ended. */
  check(): Promise<Date>
}

interface LiveRight extends Right {
  /** `until` is when it is to be checked next. */
  until: Date
  end(why: Refusal): void
}

/** LOOK_MS is how soon it is seen that a time has come; CHECKED_MS how long a check counts that nothing was told of. */
const LOOK_MS = 250
const CHECKED_MS = 15_000

/**
 * LiveRights ends the event streams of people and of the operator's programs when what they are followed by has ended: the sign-in or the token, the account, or a
 * permission. What is changed is told of by the database, and checked at once; what ends with time when that has come.
 */
export class LiveRights implements RuntimeService {
  readonly name = 'live rights'
  readonly #clock: Clock
  readonly #live = new Set<LiveRight>()
  #isChanged = false
  readonly #loop: Loop

  constructor({ notifier, clock, log }: { notifier: ChangeListener; clock: Clock; log: Logger }) {
    this.#clock = clock
    this.#loop = new Loop({
      name: this.name,
      log,
      intervalMs: () => (this.#live.size > 0 ? LOOK_MS : Number.POSITIVE_INFINITY),
      run: () => this.#look(),
    })
    for (const topic of ['people', 'accounts'] as const) {
      notifier.onInvalidate(topic, () => {
        this.#isChanged = true
        this.#loop.wake()
      })
    }
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
  }

  /** `watch` has `end` called, once, when the right has ended. Gives what ends the watch. */
  watch(right: Right, end: (why: Refusal) => void): () => void {
    // It is looked at once more: what was changed since the request was admitted has been told of already.
    const live = { ...right, end, until: new Date(0) }
    this.#live.add(live)
    this.#loop.wake()
    return () => void this.#live.delete(live)
  }

  async #look(): Promise<void> {
    const now = this.#clock.now()
    const isChanged = this.#isChanged
    this.#isChanged = false
    await Promise.all(
      [...this.#live].filter(({ until }) => isChanged || until <= now).map((one) => this.#check(one, now)),
    )
  }

  async #check(one: LiveRight, now: Date): Promise<void> {
    try {
      const until = await one.check()
      one.until = new Date(Math.min(until.getTime(), now.getTime() + CHECKED_MS))
    } catch (error) {
      // While the database is away nobody knows, and the next look asks again.
      if (error instanceof Refusal && this.#live.delete(one)) one.end(error)
      else one.until = now
    }
  }
}
