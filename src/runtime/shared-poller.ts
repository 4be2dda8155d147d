import { Loop } from './loop.ts'

interface Waiting<Question, Answer> {
  question: Question
  /** `until` is a time of `performance.now()`. */
  until: number
  resolve(answer: Answer | undefined): void
  reject(error: unknown): void
}

/**
 * SharedPoller waits for answers that are not there yet. All who wait in this process ask together, in one query per interval; nothing
 * is asked while nobody waits.
 */
export class SharedPoller<Question, Answer> {
  readonly #ask: (questions: Question[]) => Promise<(Answer | undefined)[]>
  readonly #waiting = new Set<Waiting<Question, Answer>>()
  readonly #loop: Loop

  /** `ask` gives one answer for each question, in order; undefined means not yet. */
  constructor(ask: (questions: Question[]) => Promise<(Answer | undefined)[]>, intervalMs: number) {
    this.#ask = ask
    this.#loop = new Loop({
      name: 'shared poller',
      intervalMs: () => (this.#waiting.size > 0 ? intervalMs : Number.POSITIVE_INFINITY),
      run: () => this.#askAll(),
    })
  }

  /** `wait` gives undefined when there is no answer within `ms`, or when `signal` says that nobody waits any more. */
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
    this.#loop.start()
    if (this.#waiting.size === 1) this.#loop.wake()
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  async #askAll(): Promise<void> {
    // Questions that come in the same moment go together.
    await new Promise(setImmediate)
    const all = [...this.#waiting]
    if (all.length === 0) return
    try {
      const answers = await this.#ask(all.map(({ question }) => question))
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
