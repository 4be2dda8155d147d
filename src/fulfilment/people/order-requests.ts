import type { Sql } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { OutcomeWriter } from '../outcome/outcome-writer.ts'
import { type CancelAnswer, requestCancel, requestVerify, type VerifyAnswer } from './cancel-verify.ts'

type Order = Parameters<typeof requestVerify>[1]

/** OrderRequests does what a buyer may ask for an order, in a process that may have no workers. */
export class OrderRequests {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #outcomes: OutcomeWriter

  /** `sql` is not the pool of whoever asks within a transaction: that one would wait for itself. */
  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
    this.#outcomes = new OutcomeWriter(sql, clock)
  }

  cancel(order: Order, by: string): Promise<CancelAnswer> {
    return requestCancel(this.#sql, this.#outcomes, order, by, this.#clock)
  }

  verify(order: Order, by: string): Promise<VerifyAnswer> {
    return requestVerify(this.#sql, order, by, this.#clock)
  }

  /** `stop` resolves once everything that was to be written is, or cannot be: a database that is away, or a wallet that stays locked. */
  async stop(): Promise<void> {
    this.#outcomes.hurry()
    await this.#outcomes.stop()
  }
}
