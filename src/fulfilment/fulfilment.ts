import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { Loop } from '../runtime/loop.ts'
import type { ConnectedSupplier } from '../suppliers/directory.ts'
import { askSoon } from './ask/poll.sql.ts'
import { Poller } from './ask/poller.ts'
import { Rechecks } from './ask/rechecks.ts'
import { Breakers } from './breakers.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { figures } from './dispatch/route-stats.ts'
import { OutcomeWriter } from './outcome/outcome-writer.ts'
import { SupplierLimiters } from './supplier-limiter.ts'
import { Worker } from './worker.ts'

/** The half that gets orders done: takes due items, has suppliers do them, records what came of it. */
export class Fulfilment {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #worker: Worker
  readonly #breakers: Breakers
  readonly #dispatcher: Dispatcher
  readonly #poller: Poller
  readonly #rechecks: Rechecks
  readonly #figures: Loop

  /** `sql` is a pool with steady plans; `directory` knows the suppliers. */
  constructor(parts: {
    sql: Sql
    directory: { current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> }
    clock: Clock
    log: Logger
  }) {
    this.#sql = parts.sql
    this.#clock = parts.clock
    const outcomes = new OutcomeWriter(parts.sql, parts.clock)
    const lanes = new SupplierLimiters(parts.directory)
    this.#breakers = new Breakers(parts)
    this.#worker = new Worker({ ...parts, outcomes, breakers: this.#breakers })
    this.#dispatcher = new Dispatcher({ ...parts, lanes, outcomes, worker: this.#worker })
    this.#poller = new Poller({ ...parts, lanes, worker: this.#worker })
    this.#rechecks = new Rechecks({ ...parts, lanes })
    this.#figures = figures(parts)
    this.#worker.onRoom = () => {
      this.#dispatcher.roomAgain()
      this.#poller.roomAgain()
    }
    this.#worker.onPending = () => this.#dispatcher.wake()
  }

  /** New orders were committed. */
  wake(): void {
    this.#dispatcher.wake()
  }

  /** A supplier said that something happened to what it has under this number: it is asked at once. */
  async askSoon(supplierId: SupplierId, reference: string): Promise<void> {
    await askSoon(this.#sql, supplierId, reference, this.#clock.now())
    this.#poller.wake()
  }

  start(): void {
    for (const part of this.#parts()) part.start()
  }

  /** Takes nothing more, and lets what is in hand end for `graceMs` before its calls are broken off. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([
      this.#dispatcher.stop(),
      this.#poller.stop(),
      this.#rechecks.stop(),
      this.#figures.stop(),
    ])
    await this.#worker.stop(graceMs)
    await this.#breakers.stop()
  }

  #parts(): { start(): void }[] {
    return [this.#worker, this.#breakers, this.#dispatcher, this.#poller, this.#rechecks, this.#figures]
  }
}
