import type { Logger } from 'pino'

/**
 * RuntimeService is a background part of the process. `start` rejects when the part cannot run; `stop` finishes what is in hand. `stop`
 * may be called while `start` still runs, after it failed, and twice.
 */
export interface RuntimeService {
  readonly name: string
  start?(): unknown
  stop?(): unknown
}

/** StartStopped is thrown when a start was given up because the process was told to stop. */
export class StartStopped extends Error {}

/**
 * RuntimeServices starts groups of services in order, the members of a group together, and stops them in reverse. A start that fails
 * stops what had started, and what was starting, before it rejects. `signal` gives a start up at any moment.
 */
export class RuntimeServices {
  readonly #groups: readonly (readonly RuntimeService[])[]
  readonly #log: Logger
  /** The groups that were started, or began to be. */
  #begun: (readonly RuntimeService[])[] = []
  #stopping: Promise<void> | undefined

  constructor(groups: readonly (readonly RuntimeService[])[], log: Logger) {
    this.#groups = groups
    this.#log = log
  }

  async start(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    aborted.catch(() => {})
    const giveUp = (): void => reject(new StartStopped('the process was told to stop'))
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      for (const group of this.#groups) {
        if (signal.aborted) throw new StartStopped('the process was told to stop')
        this.#begun.push(group)
        await Promise.race([aborted, Promise.all(group.map(async (service) => service.start?.()))])
      }
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Stops everything that was started, in reverse. A service that cannot be stopped is logged, and holds up no other. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    for (const group of this.#begun.toReversed()) {
      await Promise.all(
        group.map(async (service) => {
          try {
            await service.stop?.()
          } catch (error) {
            this.#log.error({ err: error, service: service.name }, 'a service could not be stopped in order')
          }
        }),
      )
    }
    this.#begun = []
  }
}
