/** Semaphore lets `atOnce` pieces of work run at a time; the others wait in order. */
export class Semaphore {
  #free: number
  readonly #maxMs: number | undefined
  readonly #waiting: (() => void)[] = []

  /** Work that takes longer than `maxMs` goes on, but gives its place to the next. */
  constructor(atOnce: number, maxMs?: number) {
    this.#free = atOnce
    this.#maxMs = maxMs
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let holds = true
    const release = (): void => {
      if (holds) this.#next()
      holds = false
    }
    const timer = this.#maxMs === undefined ? undefined : setTimeout(release, this.#maxMs)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      release()
    }
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
