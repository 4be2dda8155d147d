import type { Logger } from 'pino'

/**
 * RuntimeService is a background part of the process. `start` rejects when the part cannot run; `stop` finishes what is in hand. `stop`
 * may be called while `start` still runs, and after it failed.
 */
export interface RuntimeService {
  readonly name: string
  start?(): unknown
  stop?(): unknown
}

/** ServiceGroup lists services that are started one after another, and are stopped all at the same time. */
export type ServiceGroup = readonly RuntimeService[]

/** StartStopped is thrown when a start was given up because the process was told to stop. */
export class StartStopped extends Error {}

/**
 * RuntimeServices starts services in order, and stops their groups in reverse. A start that fails stops all that had started, and what
 * was starting, before it rejects. `signal` gives a start up at any moment.
 */
export class RuntimeServices {
  readonly #log: Logger
  readonly #signal: AbortSignal
  /** `#begun` holds what was started or began to be. */
  readonly #begun: RuntimeService[][] = []
  #stopping: Promise<void> | undefined

  constructor(log: Logger, signal: AbortSignal = new AbortController().signal) {
    this.#log = log
    this.#signal = signal
  }

  /** `start` may be called again with groups that can be made only when earlier ones run. */
  async start(groups: readonly ServiceGroup[]): Promise<void> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    aborted.catch(() => {})
    const giveUp = (): void => reject(new StartStopped('the process was told to stop'))
    this.#signal.addEventListener('abort', giveUp)
    try {
      for (const group of groups) {
        const begun: RuntimeService[] = []
        this.#begun.push(begun)
        for (const service of group) {
          if (this.#signal.aborted) throw new StartStopped('the process was told to stop')
          this.#log.debug({ service: service.name }, 'starting')
          begun.push(service)
          await Promise.race([aborted, Promise.resolve(service.start?.())])
        }
      }
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      this.#signal.removeEventListener('abort', giveUp)
    }
  }

  /** `stop` stops what was started, the last group first. A service that cannot be stopped is logged, and holds up no other. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    for (const group of this.#begun.toReversed()) {
      await Promise.all(
        group.map(async (service) => {
          try {
            this.#log.debug({ service: service.name }, 'stopping')
            await service.stop?.()
          } catch (error) {
            this.#log.error({ err: error, service: service.name }, 'a service could not be stopped in order')
          }
        }),
      )
    }
  }
}
