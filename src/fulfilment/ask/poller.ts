import { selectUnreachable } from '../breakers.sql.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { LEASE_MS } from '../dispatch/claim-due-items.ts'
import type { SupplierLimiter } from '../supplier-limiter.ts'
import { WorkLoop, type WorkLoopDeps } from '../work-loop.ts'
import { claimSentItems, putBack } from './poll.sql.ts'

/** MAX_AT_ONCE bounds the items of one supplier that are asked about in one run. */
const MAX_AT_ONCE = 1_000
/** LONG_DUE_MS: what is due for so long is asked about although the supplier cannot be reached. */
const LONG_DUE_MS = 600_000

/** Poller asks about items that were sent: accepted ones when due, unknown ones, and those whose worker died. */
export class Poller extends WorkLoop {
  readonly #deps: WorkLoopDeps

  constructor(deps: WorkLoopDeps) {
    super('poller', deps.log)
    this.#deps = deps
  }

  protected async run(): Promise<boolean> {
    const { sql, worker, clock } = this.#deps
    await worker.keepLeases()
    const limiters = await this.#deps.limiters.current()
    // The time before the look: who is found reachable now is asked only about what was due by then.
    const now = clock.now()
    const unreachable = await selectUnreachable(sql)
    const longDue = new Date(now.getTime() - LONG_DUE_MS)
    const rooms = [...limiters]
      .map(([supplierId, limiter]) => ({
        supplierId,
        items: Math.min(limiter.askRoom(), MAX_AT_ONCE),
        dueBy: unreachable.has(supplierId) ? longDue : now,
      }))
      .filter(({ items }) => items > 0)
    this.starved = rooms.length < limiters.size
    if (rooms.length === 0 || worker.room() <= 0) return false
    const claimed = await claimSentItems(sql, rooms, new Date(now.getTime() + LEASE_MS))
    const bySupplier = Map.groupBy(claimed, ({ supplierId }) => supplierId)
    const crowdedOut: ClaimedItem[] = []
    for (const [supplierId, items] of bySupplier) {
      const limiter = limiters.get(supplierId) as SupplierLimiter
      // Items may have been sent meanwhile.
      const room = limiter.askRoom()
      worker.work({ limiter, call: 'ask', items: items.slice(0, room) })
      crowdedOut.push(...items.slice(room))
    }
    if (crowdedOut.length > 0) {
      this.starved = true
      await putBack(sql, crowdedOut, now)
    }
    return rooms.some(({ supplierId, items }) => bySupplier.get(supplierId)?.length === items)
  }
}
