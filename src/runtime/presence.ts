import { Refusal } from '../errors.ts'
import { nothingDone } from '../lib/undone.ts'

/** HOLD_MS is how long a request waits for a database that is away. */
export const HOLD_MS = 8000
const RETRY_EVERY_MS = 100

interface Errors {
  /** `isLost` tells an error after which nobody knows what became of a statement: its connection was lost. */
  isLost(error: unknown): boolean
  /** `isTemporary` tells the errors after which the same may go well in a moment, those among them. */
  isTemporary(error: unknown): boolean
}

/** DatabaseIsAway is thrown to a request that has waited long enough for an answer of a database that went away meanwhile. */
class DatabaseIsAway extends Error {
  readonly code = 'CONNECTION_LOST'
}

/**
 * Presence knows whether the database is there, as the connection on which changes are told of sees it. While it is away requests wait
 * here before anything is done for them, all of them the same time, so that a restart of the database is a pause and not an error.
 */
export class Presence {
  readonly #errors: Errors
  #away: { back: Promise<void>; isBack: () => void; timer: NodeJS.Timeout } | undefined
  /** `#underWay` are the requests that are given up when the database stays away. */
  readonly #underWay = new Set<(error: Error) => void>()

  constructor(errors: Errors) {
    this.#errors = errors
  }

  /** `lost` says that the database does not answer. */
  lost(): void {
    if (this.#away) return
    const { promise: back, resolve: isBack } = Promise.withResolvers<void>()
    this.#away = { back, isBack, timer: setTimeout(() => this.#giveUp(), HOLD_MS).unref() }
  }

  /** `found` says that it answers. */
  found(): void {
    if (!this.#away) return
    clearTimeout(this.#away.timer)
    this.#away.isBack()
    this.#away = undefined
  }

  /**
   * `through` does a request's work once the database is there. Throws temporarily_unavailable, a proof that nothing was done, when it stays away;
   * and what `isTemporary` tells when it goes away meanwhile. `isRepeatable`: work that changes nothing is done again then.
   */
  through<T>(work: () => Promise<T>, { isRepeatable }: { isRepeatable: boolean }): Promise<T> {
    return this.#away || isRepeatable ? this.#patiently(work, isRepeatable) : this.#whileThere(work)
  }

  async #patiently<T>(work: () => Promise<T>, isRepeatable: boolean): Promise<T> {
    const giveUpAt = performance.now() + HOLD_MS
    for (;;) {
      if (this.#away && !(await this.#isBackBy(giveUpAt))) throw new Refusal('temporarily_unavailable')
      try {
        return await this.#whileThere(work)
      } catch (error) {
        if (!isRepeatable || !this.#errors.isLost(error) || performance.now() >= giveUpAt) throw error
        await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
      }
    }
  }

  /**
   * `reading` does what changes nothing, and again while the database is away; synchronously what needs nothing of it. It is for what a
   * request begins with: whatever it rejects with is in `nothingDone`.
   */
  reading<T>(work: () => T | Promise<T>): T | Promise<T> {
    const read = this.#reading(work)
    if (!(read instanceof Promise)) return read
    return read.catch((error: unknown) => {
      throw nothingDone.put(error)
    })
  }

  #reading<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (this.#away) return this.#patiently(async () => await work(), true)
    const done = work()
    if (!(done instanceof Promise)) return done
    let first: Promise<T> | undefined = done
    const next = async (): Promise<T> => {
      const own = first ?? work()
      first = undefined
      return await own
    }
    return this.#patiently(next, true)
  }

  /** `isTemporary` tells an error of the database that may be gone when the request is repeated. */
  isTemporary(error: unknown): boolean {
    return this.#errors.isTemporary(error)
  }

  /** `#isBackBy` waits for the database until a time of `performance.now()`. */
  async #isBackBy(time: number): Promise<boolean> {
    while (this.#away) {
      const { promise: over, resolve } = Promise.withResolvers<true>()
      const timer = setTimeout(() => resolve(true), time - performance.now())
      const isOver = await Promise.race([this.#away.back, over])
      clearTimeout(timer)
      if (isOver) return false
    }
    return true
  }

  /** `#whileThere` does not wait for answers that the database owes since it went away: those of a frozen one may take minutes. */
  #whileThere<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#underWay.add(reject)
    work().then(
      (done) => {
        this.#underWay.delete(reject)
        resolve(done)
      },
      (error: unknown) => {
        this.#underWay.delete(reject)
        reject(error)
      },
    )
    return promise
  }

  #giveUp(): void {
    for (const reject of this.#underWay) reject(new DatabaseIsAway('the database has been away for too long'))
  }
}
