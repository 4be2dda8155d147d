interface Waiting<Question, Answer> {
  question: Question
  /** By `performance.now()`. */
  until: number
  resolve(answer: Answer | undefined): void
  reject(error: unknown): void
}

/**
 * Waits for answers that are not there yet: all who wait in this process ask together, in one look every so many
 * milliseconds, and nobody looks while nobody waits.
 */
export class SharedPoller<Question, Answer> {
  readonly #look: (questions: Question[]) => Promise<(Answer | undefined)[]>
  readonly #everyMs: number
  readonly #waiting = new Set<Waiting<Question, Answer>>()
  #looking = false

  /** `look` gives one answer for each question, in order; undefined: not yet. */
  constructor(look: (questions: Question[]) => Promise<(Answer | undefined)[]>, everyMs: number) {
    this.#look = look
    this.#everyMs = everyMs
  }

  /** Gives undefined when there is no answer within `ms`, or when the signal says that nobody waits any more. */
  wait(question: Question, ms: number, signal: AbortSignal): Promise<Answer | undefined> {
    if (signal.aborted) return Promise.resolve(undefined)
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>()
    const one = { question, until: performance.now() + ms, resolve, reject }
    this.#waiting.add(one)
    const leave = (): void => {
      this.#waiting.delete(one)
      resolve(undefined)
    }
    signal.addEventListener('abort', leave, { once: true })
    if (!this.#looking) void this.#run()
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  async #run(): Promise<void> {
    this.#looking = true
    // Those who come in the same moment look together.
    await new Promise(setImmediate)
    while (this.#waiting.size > 0) {
      await this.#round([...this.#waiting])
      if (this.#waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, this.#everyMs))
    }
    this.#looking = false
  }

  async #round(all: Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#look(all.map(({ question }) => question))
      for (const [index, one] of all.entries()) {
        const answer = answers[index]
        if (answer === undefined && performance.now() < one.until) continue
        this.#waiting.delete(one)
        one.resolve(answer)
      }
    } catch (error) {
      for (const one of all) {
        this.#waiting.delete(one)
        one.reject(error)
      }
    }
  }
}
