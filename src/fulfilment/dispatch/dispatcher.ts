import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import type { ServiceId, SupplierId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { Loop } from '../../runtime/loop.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import type { SupplierLimiter, SupplierLimiters } from '../supplier-limiter.ts'
import type { Worker } from '../worker.ts'
import { type ClaimLimits, claimDueItems, type DispatchPlan } from './claim-due-items.ts'

/** Items locked in one transaction: of one service, of one whose suppliers are not known yet, and in all. */
const MAX_OF_A_SERVICE = 500
const MAX_OF_A_NEW_SERVICE = 50
const MAX_AT_ONCE = 2_000
/** How long it is believed which suppliers a service has, which says how many of its items can go. */
const REMEMBER_MS = 1_000

interface DispatcherDeps {
  sql: Sql
  lanes: SupplierLimiters
  worker: Worker
  outcomes: OutcomeWriter
  clock: Clock
  log: Logger
}

/**
 * Sends pending items to the suppliers of their routes (promises 4 and 5), and ends those that every route has refused.
 */
export class Dispatcher {
  readonly #parts: DispatcherDeps
  readonly #loop: Loop
  /** Where the next round begins, so that services with much to do hold up no other. */
  #after = 0 as ServiceId
  /** The suppliers of services that were looked at lately. */
  #suppliers = new Map<ServiceId, SupplierId[]>()
  #rememberedAt = 0
  /** There was more to send than room for it. */
  #starved = false

  constructor(parts: DispatcherDeps) {
    this.#parts = parts
    this.#loop = new Loop({ name: 'dispatcher', log: parts.log, run: () => this.#round() })
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
    const rooms = new Map([...lanes].map(([id, lane]) => [id, lane.sendRoom()]))
    const room = Math.min(
      worker.room(),
      rooms.values().reduce((sum, one) => sum + one, 0),
    )
    this.#starved = room <= 0
    if (room <= 0) return false
    const look = {
      now: clock.now(),
      after: this.#after,
      rooms: this.#roomsOf(rooms),
      each: Math.min(room, MAX_OF_A_NEW_SERVICE),
      most: MAX_AT_ONCE,
    }
    const round = await claimDueItems(sql, lanes, look)
    this.#send(round, lanes)
    await this.#end(round)
    return this.#goesOn(round, look)
  }

  /** How many items of a service may be sent now, as far as its suppliers are known. */
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

  #send({ sending, release }: DispatchPlan, lanes: ReadonlyMap<SupplierId, SupplierLimiter>): void {
    release()
    for (const [supplierId, some] of Map.groupBy(sending, ({ route }) => route.supplierId)) {
      this.#parts.worker.work({
        lane: lanes.get(supplierId) as SupplierLimiter,
        call: 'send',
        items: some.map(({ taken }) => taken),
        hadBefore: new Set(some.filter(({ hadBefore }) => hadBefore).map(({ taken }) => taken)),
      })
    }
  }

  async #end({ ended }: DispatchPlan): Promise<void> {
    await Promise.all(
      ended.map(({ item, reason }) =>
        this.#parts.outcomes.record({
          item,
          itemState: 'failed',
          attempt: null,
          result: null,
          reason,
          dueAt: null,
          review: null,
        }),
      ),
    )
  }

  /** Whether there may be more to do at once; notes where. */
  #goesOn({ due, crowded, suppliers }: DispatchPlan, look: ClaimLimits): boolean {
    // A service without suppliers is looked at as one that is not known.
    for (const [service, ids] of suppliers) if (ids.length > 0) this.#suppliers.set(service, ids)
    const counts = Map.groupBy(due, ({ serviceId }) => serviceId)
    const full = [...counts].some(([id, items]) => items.length >= (look.rooms.get(id) ?? look.each))
    this.#starved = full || crowded > 0
    if (due.length >= look.most) {
      this.#after = due.at(-1)?.serviceId ?? (0 as ServiceId)
      return true
    }
    this.#after = 0 as ServiceId
    return look.after > 0 || (full && crowded < due.length)
  }
}
