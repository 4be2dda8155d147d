const MINUTE_MS = 60_000
/** SAID_PART is the part of a minute's number that a process spends before it tells the others. */
const SAID_PART = 1 / 20
/** ROUNDING_MS is more than what sums of such times are off by, and less than what counts. */
const ROUNDING_MS = 0.001

/**
 * Bucket counts what may be done a fixed number of times a minute: it holds that many tokens when it is full, and fills evenly. It is kept
 * as the time for which it is spent, so that every call of it is a few sums, and its number a minute may change at any time.
 */
export class Bucket {
  /** `subject` names whom or what it is of, the same in every process. */
  readonly subject: string
  readonly #onSpent: (bucket: Bucket) => void
  /** `#fullAt` is when the bucket will be full again, in milliseconds of the clock that `now` comes from. */
  #fullAt = 0
  /** `#unsaidMs` is what was spent here that the other processes have not been told of. */
  #unsaidMs = 0
  #isWaiting = false

  /** `onSpent` is called when there is something to tell the other processes, and not again before `say`. */
  constructor(subject: string, onSpent: (bucket: Bucket) => void) {
    this.subject = subject
    this.#onSpent = onSpent
  }

  /** `waitMs` gives in how many milliseconds there is a token; 0: there is one. */
  waitMs(perMinute: number, now: number): number {
    const wait = this.#spentMs(now) + MINUTE_MS / perMinute - MINUTE_MS
    return wait > ROUNDING_MS ? wait : 0
  }

  /** `spend` takes a token, whether there is one or not. */
  spend(perMinute: number, now: number): void {
    const ms = MINUTE_MS / perMinute
    this.#fullAt = Math.max(this.#fullAt, now) + ms
    this.#unsaidMs += ms
    if (this.#isWaiting || this.#unsaidMs < MINUTE_MS * SAID_PART) return
    this.#isWaiting = true
    this.#onSpent(this)
  }

  /** `take` takes a token where there is one. It gives in how many milliseconds there will be one; 0: it was taken. */
  take(perMinute: number, now: number): number {
    const wait = this.waitMs(perMinute, now)
    if (wait === 0) this.spend(perMinute, now)
    return wait
  }

  /** `left` gives how many tokens there are. */
  left(perMinute: number, now: number): number {
    const unspent = MINUTE_MS - this.#spentMs(now) + ROUNDING_MS
    return Math.min(perMinute, Math.max(0, Math.floor(unspent / (MINUTE_MS / perMinute))))
  }

  /** `fullInMs` gives in how many milliseconds the bucket is full. */
  fullInMs(now: number): number {
    return this.#spentMs(now)
  }

  /** `say` gives what the other processes are to be told: what was spent here since the last time, in milliseconds. */
  say(): number {
    const unsaid = this.#unsaidMs
    this.#unsaidMs = 0
    this.#isWaiting = false
    return unsaid
  }

  /** `hear` takes over what all processes have spent together; what was spent here since `say` comes on top. */
  hear(spentMs: number, now: number): void {
    this.#fullAt = now + spentMs + this.#unsaidMs
  }

  #spentMs(now: number): number {
    return Math.max(0, this.#fullAt - now)
  }
}
