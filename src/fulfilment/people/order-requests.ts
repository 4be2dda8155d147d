import { ConnectionLost } from '../../database/connection-loss.ts'
import type { Sql } from '../../database/database.ts'
import { type Clock, endsWithin } from '../../lib/time.ts'
import { HOLD_MS } from '../../runtime/presence.ts'
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

  /** `cancel` rejects with a ConnectionLost where it must wait too long, for a locked wallet or a database that takes no changes; it goes on then. */
  async cancel(order: Order, by: string): Promise<CancelAnswer> {
    const cancelled = requestCancel(this.#sql, this.#outcomes, order, by, this.#clock)
    if (!(await endsWithin(HOLD_MS, cancelled))) throw new ConnectionLost('nothing could be written yet')
    return await cancelled
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
