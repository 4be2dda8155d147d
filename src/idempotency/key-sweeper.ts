import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { sweepAnswers, sweepKeys, sweepOperatorAnswers } from './key-sweeper.sql.ts'

const EVERY_MS = 600_000
const KEYS_PER_ROUND = 10_000

/** KeySweeper keeps the tables of keys small: it removes those that no longer answer a repeated request. */
export class KeySweeper implements RuntimeService {
  readonly name = 'key sweeper'
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #loop: Loop
  #stopped = false

  constructor(sql: Sql, clock: Clock, log: Logger) {
    this.#sql = sql
    this.#clock = clock
    this.#loop = new Loop({ name: 'key sweeper', log, intervalMs: EVERY_MS, run: () => this.sweep() })
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#loop.stop()
  }

  /** `sweep` goes on until nothing is left, or until it is stopped. */
  async sweep(): Promise<void> {
    for (const sweep of [sweepKeys, sweepAnswers, sweepOperatorAnswers]) {
      while (
        !this.#stopped &&
        (await sweep(this.#sql, this.#clock.now(), KEYS_PER_ROUND)) === KEYS_PER_ROUND
      );
    }
  }
}
