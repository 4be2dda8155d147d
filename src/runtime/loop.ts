import type { Logger } from 'pino'

/** A process sees what other processes left for it within this time. */
const LOOK_EVERY_MS = 250

/** Runs a round again and again: at once while there is more, when woken, and every `everyMs`. */
export class Loop {
  readonly #log: Logger
  readonly #round: () => Promise<boolean>
  readonly #everyMs: number
  #stopped = false
  #running: Promise<void> | undefined
  #wake: () => void = () => {}

  constructor(log: Logger, round: () => Promise<boolean>, everyMs = LOOK_EVERY_MS) {
    this.#log = log
    this.#round = round
    this.#everyMs = everyMs
  }

  start(): void {
    this.#running = this.#run()
  }

  /** There may be something to do. */
  wake(): void {
    this.#wake()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { promise: woken, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      let more = false
      try {
        more = await this.#round()
      } catch (error) {
        this.#log.warn({ err: error }, 'a round failed and will be tried again')
      }
      if (more || this.#stopped) continue
      const timer = setTimeout(resolve, this.#everyMs)
      await woken
      clearTimeout(timer)
    }
  }
}
