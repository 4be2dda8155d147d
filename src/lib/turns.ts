interface Line {
  running: number
  waiting: (() => void)[]
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

  /** `through` runs `work` when its turn has come; undefined: too many wait already. */
  through<T>(name: Name, work: () => Promise<T>): Promise<T> | undefined {
    const line = this.#lines.get(name) ?? { running: 0, waiting: [] }
    if (line.running >= this.#atOnce && line.waiting.length >= this.#maxWaiting) return undefined
    this.#lines.set(name, line)
    return this.#run(name, line, work)
  }

  async #run<T>(name: Name, line: Line, work: () => Promise<T>): Promise<T> {
    if (line.running < this.#atOnce) line.running++
    else await new Promise<void>((resolve) => line.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = line.waiting.shift()
      if (next) next()
      else if (--line.running === 0) this.#lines.delete(name)
    }
  }
}
