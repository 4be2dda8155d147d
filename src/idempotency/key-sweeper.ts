import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { Clock } from '../lib/time.ts'
import { sweepAnswers, sweepKeys } from './key-sweeper.sql.ts'

const EVERY_MS = 600_000
const ROUND = 10_000

/** Keeps the tables of keys small: removes those that no longer answer a repeated request. */
export class KeySweeper {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(sql: Sql, clock: Clock, log: Logger) {
    this.#sql = sql
    this.#clock = clock
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.sweep()
    }, EVERY_MS)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  async sweep(): Promise<void> {
    try {
      for (const sweep of [sweepKeys, sweepAnswers]) {
        while (!this.#stopped && (await sweep(this.#sql, this.#clock.now(), ROUND)) === ROUND);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'keys could not be swept')
    }
  }
}
