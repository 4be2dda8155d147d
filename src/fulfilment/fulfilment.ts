import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { SupplierDirectory } from '../suppliers/directory.ts'
import { askSoon } from './ask/poll.sql.ts'
import { Poller } from './ask/poller.ts'
import { Rechecks } from './ask/rechecks.ts'
import { Breakers } from './breakers.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { measureRoutes } from './dispatch/route-stats.sql.ts'
import { OutcomeWriter } from './outcome/outcome-writer.ts'
import { SupplierLimiters } from './supplier-limiter.ts'
import { Worker } from './worker.ts'

const ROUTE_STATS_EVERY_MS = 30_000
/** GRACE_MS is how long calls to suppliers may go on after a stop was asked for. */
const GRACE_MS = 4000

/** Fulfilment gets orders done: it claims due items, has suppliers do them, and records what came of it. */
export class Fulfilment implements RuntimeService {
  readonly name = 'fulfilment'
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #worker: Worker
  readonly #breakers: Breakers
  readonly #dispatcher: Dispatcher
  readonly #poller: Poller
  readonly #rechecks: Rechecks
  readonly #routeStats: Loop

  /** `sql` is a pool with steady plans; `directory` knows the suppliers. */
  constructor(deps: {
    sql: Sql
    directory: Pick<SupplierDirectory, 'current'>
    clock: Clock
    log: Logger
    /** `exchangeLength` is how many characters are kept of a request to a supplier, and of an answer. */
    exchangeLength?: number
  }) {
    this.#sql = deps.sql
    this.#clock = deps.clock
    const outcomes = new OutcomeWriter(deps.sql, deps.clock)
    const limiters = new SupplierLimiters(deps.directory)
    this.#breakers = new Breakers(deps)
    this.#worker = new Worker({ ...deps, outcomes, breakers: this.#breakers })
    this.#dispatcher = new Dispatcher({ ...deps, limiters, outcomes, worker: this.#worker })
    this.#poller = new Poller({ ...deps, limiters, worker: this.#worker })
    this.#rechecks = new Rechecks({ ...deps, limiters, outcomes })
    this.#routeStats = new Loop({
      name: 'route stats',
      log: deps.log,
      intervalMs: ROUTE_STATS_EVERY_MS,
      run: () => measureRoutes(deps.sql, deps.clock.now()),
    })
    this.#worker.onRoom = () => {
      this.#dispatcher.onRoom()
      this.#poller.onRoom()
    }
    this.#worker.onPending = () => this.#dispatcher.wake()
  }

  /** `wake` says that new orders were committed. */
  wake(): void {
    this.#dispatcher.wake()
  }

  /** `askSoon` has a supplier asked at once about what it has under this reference, because it said that something happened. */
  async askSoon(supplierId: SupplierId, reference: string): Promise<void> {
    await askSoon(this.#sql, supplierId, reference, this.#clock.now())
    this.#poller.wake()
    this.#rechecks.wake()
  }

  start(): void {
    const loops = [this.#dispatcher, this.#poller, this.#rechecks, this.#routeStats]
    for (const part of [this.#worker, this.#breakers, ...loops]) part.start()
  }

  /** `stop` claims nothing more, and lets calls go on for `graceMs` before its calls are broken off. */
  async stop(graceMs = GRACE_MS): Promise<void> {
    const loops = [this.#dispatcher, this.#poller, this.#rechecks, this.#routeStats]
    const claimed = Promise.all(loops.map((loop) => loop.stop()))
    await this.#worker.stop(graceMs, claimed)
    await this.#breakers.stop()
  }

  /** `idle` resolves when every loop has found nothing to do and every answer that came is recorded, for tests. */
  async idle(): Promise<void> {
    const loops = [this.#dispatcher, this.#poller, this.#rechecks, this.#breakers]
    do {
      await Promise.all(loops.map((loop) => loop.idle()))
      // Suppliers that answer at once have answered by then.
      await new Promise(setImmediate)
    } while (await this.#worker.recorded())
  }
}
