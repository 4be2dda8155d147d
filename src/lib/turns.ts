interface Line {
  running: number
  waiting: Set<() => void>
}

/** Turns lets each of many take a few turns at a time; the others of the same one wait in order, and only so many may wait. */
export class Turns<Name> {
  readonly #atOnce: number
  readonly #maxWaiting: number
  readonly #lines = new Map<Name, Line>()

  constructor({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }) {
    this.#atOnce = atOnce
    this.#maxWaiting = maxWaiting
  }

  /**
   * `through` runs `work` when its turn has come; undefined: too many wait already. Who waits leaves the line when `signal` is aborted, and
   * its reason is thrown.
   */
  through<T>(name: Name, work: () => Promise<T>, signal?: AbortSignal): Promise<T> | undefined {
    const line = this.#lines.get(name) ?? { running: 0, waiting: new Set() }
    if (line.running >= this.#atOnce && line.waiting.size >= this.#maxWaiting) return undefined
    this.#lines.set(name, line)
    return this.#run(name, line, work, signal)
  }

  async #run<T>(name: Name, line: Line, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (line.running < this.#atOnce) line.running++
    else await this.#wait(line, signal)
    try {
      return await work()
    } finally {
      const [next] = line.waiting
      if (next) {
        line.waiting.delete(next)
        next()
      } else if (--line.running === 0) this.#lines.delete(name)
    }
  }

  async #wait({ waiting }: Line, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (): void => {
      if (waiting.delete(resolve)) reject(signal?.reason)
    }
    waiting.add(resolve)
    signal?.addEventListener('abort', leave, { once: true })
    if (signal?.aborted) leave()
    await promise.finally(() => signal?.removeEventListener('abort', leave))
  }
}
