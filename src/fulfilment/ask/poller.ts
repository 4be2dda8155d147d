import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { Loop } from '../../runtime/loop.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { LEASE_MS } from '../dispatch/claim-due-items.ts'
import type { SupplierLimiter, SupplierLimiters } from '../supplier-limiter.ts'
import type { Worker } from '../worker.ts'
import { putBack, takeSent } from './poll.sql.ts'

/** Items of one supplier that are asked about in one round. */
const TAKE_AT_ONCE = 1_000
/** What is due for so long is asked about although the supplier cannot be reached. */
const LONG_DUE_MS = 600_000

interface PollerDeps {
  sql: Sql
  lanes: SupplierLimiters
  worker: Worker
  clock: Clock
  log: Logger
}

/** Asks about items that were sent: accepted ones when due, unknown ones, and those whose worker died. */
export class Poller {
  readonly #parts: PollerDeps
  readonly #loop: Loop
  /** There was more to ask about than room for it. */
  #starved = false

  constructor(parts: PollerDeps) {
    this.#parts = parts
    this.#loop = new Loop({ name: 'poller', log: parts.log, run: () => this.#round() })
  }

  start(): void {
    this.#loop.start()
  }

  wake(): void {
    this.#loop.wake()
  }

  /** A call has ended. */
  roomAgain(): void {
    if (this.#starved) this.#loop.wake()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #round(): Promise<boolean> {
    const { sql, worker, clock } = this.#parts
    const lanes = await this.#parts.lanes.current()
    const rooms = [...lanes]
      .map(([supplierId, lane]) => ({ supplierId, items: Math.min(lane.askRoom(), TAKE_AT_ONCE) }))
      .filter(({ items }) => items > 0)
    this.#starved = rooms.length < lanes.size
    if (rooms.length === 0 || worker.room() <= 0) return false
    const now = clock.now()
    const taken = await takeSent(sql, rooms, {
      now,
      leaseUntil: new Date(now.getTime() + LEASE_MS),
      longDue: new Date(now.getTime() - LONG_DUE_MS),
    })
    const bySupplier = Map.groupBy(taken, ({ supplierId }) => supplierId)
    const crowdedOut: ClaimedItem[] = []
    for (const [supplierId, items] of bySupplier) {
      const lane = lanes.get(supplierId) as SupplierLimiter
      // Items may have been sent meanwhile.
      const room = lane.askRoom()
      worker.work({ lane, call: 'ask', items: items.slice(0, room) })
      crowdedOut.push(...items.slice(room))
    }
    if (crowdedOut.length > 0) {
      this.#starved = true
      await putBack(sql, crowdedOut, now)
    }
    return rooms.some(({ supplierId, items }) => bySupplier.get(supplierId)?.length === items)
  }
}
