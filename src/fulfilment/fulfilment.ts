import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import type { Supplier } from '../suppliers/supplier.ts'
import { dispatcher } from './dispatcher.ts'
import type { Loop } from './loop.ts'
import { Outcomes } from './outcomes.ts'
import { poller } from './poller.ts'
import { Worker } from './worker.ts'

/** The half that gets orders done: takes due items, has suppliers do them, records what came of it. */
export class Fulfilment {
  readonly #worker: Worker
  readonly #dispatcher: Loop
  readonly #poller: Loop

  /** `sql` is a pool with steady plans; `suppliers` are the adapters by kind. */
  constructor(parts: { sql: Sql; suppliers: Map<string, Supplier>; clock: Clock; log: Logger }) {
    const outcomes = new Outcomes(parts.sql, parts.clock)
    this.#worker = new Worker({ ...parts, outcomes })
    this.#dispatcher = dispatcher({ ...parts, worker: this.#worker })
    this.#poller = poller({ ...parts, worker: this.#worker })
  }

  /** New orders were committed by this process. */
  wake(): void {
    this.#dispatcher.wake()
  }

  start(): void {
    this.#worker.start()
    this.#dispatcher.start()
    this.#poller.start()
  }

  /** Takes nothing more, and lets what is in hand end for `graceMs` before its calls are broken off. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([this.#dispatcher.stop(), this.#poller.stop()])
    await this.#worker.stop(graceMs)
  }
}
