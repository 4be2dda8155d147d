import type { Logger } from 'pino'

/** DEFAULT_INTERVAL_MS is how soon a process sees what other processes left for it. */
const DEFAULT_INTERVAL_MS = 250
/** SAY_MS is how often the failures of one loop are a line of the log, whose runs may fail several times a second for as long as nobody mends it. */
const SAY_MS = 60_000

export interface LoopOptions {
  /** `name` stands in the log when a run fails. */
  name: string
  /** `log` may be left out where `run` takes care of its own failures. */
  log?: Logger
  /** `intervalMs` may depend on what the run found; Infinity waits until the loop is woken. */
  intervalMs?: number | (() => number)
  /** `run` gives true when there may be more to do at once. */
  run: () => unknown
}

interface Waiter {
  resolve(more: boolean): void
  /** `fromRun` is the number of the first run that counts. */
  fromRun: number
  /** `untilIdle` lets only a run count that found nothing more to do. */
  untilIdle: boolean
}

/**
 * Loop is the only scheduler inside a process. It runs at once while there is more, when it is woken, and every `intervalMs`; never twice
 * at a time. A run that fails is tried again after the interval, and logged, with the
 * others of the minute. `start` and `stop` may be called in any order, and twice.
 */
export class Loop {
  readonly #options: LoopOptions
  readonly #waiters = new Set<Waiter>()
  #runs = 0
  #stopped = false
  #running: Promise<void> | undefined
  #wake: () => void = () => {}
  #saidAt = Number.NEGATIVE_INFINITY
  /** `#failed` counts the runs that failed since the last line of the log. */
  #failed = 0

  constructor(options: LoopOptions) {
    this.#options = options
  }

  start(): void {
    if (!this.#stopped) this.#running ??= this.#loop()
  }

  /** `wake` says that there may be something to do. */
  wake(): void {
    this.#wake()
  }

  /** `stop` resolves when the run under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#running
  }

  /** `nextRun` gives the result of a run that began after this call, for tests. */
  nextRun(): Promise<boolean> {
    return this.#after(false)
  }

  /** `idle` resolves when a run that began after this call has found nothing more to do, for tests. */
  async idle(): Promise<void> {
    await this.#after(true)
  }

  #after(untilIdle: boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#waiters.add({ resolve, fromRun: this.#runs + 1, untilIdle })
    this.#wake()
    return promise
  }

  async #loop(): Promise<void> {
    const { run, intervalMs = DEFAULT_INTERVAL_MS } = this.#options
    while (!this.#stopped) {
      const { promise: woken, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const number = ++this.#runs
      let more = false
      try {
        more = (await run()) === true
        this.#resolveWaiters(number, more)
      } catch (error) {
        this.#say(error)
      }
      if (more || this.#stopped) continue
      const ms = typeof intervalMs === 'number' ? intervalMs : intervalMs()
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, ms)
      await woken
      clearTimeout(timer)
    }
  }

  #say(error: unknown): void {
    const { name, log } = this.#options
    this.#failed++
    const now = performance.now()
    if (now - this.#saidAt < SAY_MS) return
    log?.warn({ err: error, loop: name, runs: this.#failed }, 'a run failed and will be tried again')
    this.#saidAt = now
    this.#failed = 0
  }

  #resolveWaiters(number: number, more: boolean): void {
    for (const waiter of this.#waiters) {
      if (number < waiter.fromRun || (waiter.untilIdle && more)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(more)
    }
  }
}
