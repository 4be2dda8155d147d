import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { SupplierLimiters } from './supplier-limiter.ts'
import type { Worker } from './worker.ts'

export interface WorkLoopDeps {
  sql: Sql
  limiters: SupplierLimiters
  worker: Worker
  clock: Clock
  log: Logger
}

/** WorkLoop finds due items and hands them to the worker, as many as there is room for. */
export abstract class WorkLoop {
  readonly #loop: Loop
  /** `starved` is true while there is more to do than room for it. */
  protected starved = false

  constructor(name: string, log: Logger) {
    this.#loop = new Loop({ name, log, run: () => this.run() })
  }

  /** `run` gives true when there may be more to do at once. */
  protected abstract run(): Promise<boolean>

  start(): void {
    this.#loop.start()
  }

  wake(): void {
    this.#loop.wake()
  }

  /** `onRoom` says that a call has ended, and so there is room for another. */
  onRoom(): void {
    if (this.starved) this.#loop.wake()
  }

  /** `idle` resolves when a run has found nothing to do, for tests. */
  idle(): Promise<void> {
    return this.#loop.idle()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }
}
