import type { ServiceId, SupplierId } from '../../lib/ids.ts'
import { itemUpdate } from '../outcome/item-update.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import type { SupplierLimiter } from '../supplier-limiter.ts'
import { WorkLoop, type WorkLoopDeps } from '../work-loop.ts'
import { claimDueItems, type DispatchPlan } from './claim-due-items.ts'
import type { ClaimLimits } from './dispatch.sql.ts'

/** MAX_OF_A_SERVICE and MAX_OF_A_NEW_SERVICE, whose suppliers are not known yet, bound the items of a service that one transaction locks. */
const MAX_OF_A_SERVICE = 500
const MAX_OF_A_NEW_SERVICE = 50
/** MAX_AT_ONCE bounds the items that one transaction locks. */
const MAX_AT_ONCE = 2_000
/** REMEMBER_MS is how long it is believed which suppliers a service has, which says how many of its items can go. */
const REMEMBER_MS = 1_000

interface DispatcherDeps extends WorkLoopDeps {
  outcomes: OutcomeWriter
}

/**
 * Dispatcher sends pending items to the suppliers of their routes (promise 4, the intent is written first; promise 5, no order is
 * forgotten), and ends those that every route has refused.
 */
export class Dispatcher extends WorkLoop {
  readonly #deps: DispatcherDeps
  /** `#after` is where the next run begins, so that services with much to do hold up no other. */
  #after = 0 as ServiceId
  /** `#suppliers` are those of services that were looked at lately. */
  #suppliers = new Map<ServiceId, SupplierId[]>()
  #rememberedAt = 0

  constructor(deps: DispatcherDeps) {
    super('dispatcher', deps.log)
    this.#deps = deps
  }

  protected async run(): Promise<boolean> {
    const { sql, worker, clock } = this.#deps
    const limiters = await this.#deps.limiters.current()
    const rooms = new Map([...limiters].map(([id, limiter]) => [id, limiter.sendRoom()]))
    const room = Math.min(
      worker.room(),
      rooms.values().reduce((sum, one) => sum + one, 0),
    )
    this.starved = room <= 0
    if (room <= 0) return false
    const limits = {
      now: clock.now(),
      after: this.#after,
      rooms: this.#roomsOf(rooms),
      each: Math.min(room, MAX_OF_A_NEW_SERVICE),
      max: MAX_AT_ONCE,
    }
    const plan = await claimDueItems(sql, limiters, limits)
    this.#send(plan, limiters)
    await this.#end(plan)
    return this.#goesOn(plan, limits)
  }

  /** `#roomsOf` gives how many items of a service may be sent now, as far as its suppliers are known. */
  #roomsOf(rooms: Map<SupplierId, number>): Map<ServiceId, number> {
    if (performance.now() - this.#rememberedAt > REMEMBER_MS) {
      this.#suppliers.clear()
      this.#rememberedAt = performance.now()
    }
    const roomOf = (suppliers: SupplierId[]): number =>
      suppliers.reduce((sum, id) => sum + (rooms.get(id) ?? 0), 0)
    return new Map(
      [...this.#suppliers].map(([service, ids]) => [service, Math.min(MAX_OF_A_SERVICE, roomOf(ids))]),
    )
  }

  #send({ sending, release }: DispatchPlan, limiters: ReadonlyMap<SupplierId, SupplierLimiter>): void {
    release()
    for (const [supplierId, some] of Map.groupBy(sending, ({ route }) => route.supplierId)) {
      this.#deps.worker.work({
        limiter: limiters.get(supplierId) as SupplierLimiter,
        call: 'send',
        items: some.map(({ claimed }) => claimed),
        hadBefore: new Set(some.filter(({ hadBefore }) => hadBefore).map(({ claimed }) => claimed)),
      })
    }
  }

  async #end({ ended }: DispatchPlan): Promise<void> {
    await Promise.all(
      ended.map(({ item, reason }) =>
        this.#deps.outcomes.record(itemUpdate({ item, itemState: 'failed', reason })),
      ),
    )
  }

  /** `#goesOn` tells whether there may be more to do at once, and notes where. */
  #goesOn({ due, crowded, suppliers }: DispatchPlan, limits: ClaimLimits): boolean {
    // A service without suppliers is looked at as one that is not known.
    for (const [service, ids] of suppliers) if (ids.length > 0) this.#suppliers.set(service, ids)
    const counts = Map.groupBy(due, ({ serviceId }) => serviceId)
    const full = [...counts].some(([id, items]) => items.length >= (limits.rooms.get(id) ?? limits.each))
    this.starved = full || crowded > 0
    if (due.length >= limits.max) {
      this.#after = due.at(-1)?.serviceId ?? (0 as ServiceId)
      return true
    }
    this.#after = 0 as ServiceId
    return limits.after > 0 || (full && crowded < due.length)
  }
}
