import type { Sql } from '../database/database.ts'
import type { WebhookId } from '../lib/ids.ts'
import { Semaphore } from '../lib/semaphore.ts'
import type { Clock } from '../lib/time.ts'
import type { OrderReader } from '../orders/read/order-reader.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { claimTry, giveUpEvents, type LeasedEvent, leaseDueEvents, releaseTry } from './deliveries.sql.ts'
import type { DeliveryRecorder } from './delivery-recorder.ts'
import { renderAll } from './render.ts'
import { FAILING_FROM } from './schedule.ts'
import { type Addressee, LEASE_MS, type Sender } from './sender.ts'
import { selectTarget, type Target } from './webhooks.sql.ts'
import { secretsAt } from './webhooks.ts'

/** MAX_AT_ONCE is how many events of one webhook one process sends at a time. */
const MAX_AT_ONCE = 16
/** MAX_LEASED is how many events are leased ahead for a quick endpoint: leased together they cost less. */
const MAX_LEASED = 64
/** QUICK_MS is the time within which a quick endpoint answers half of what is leased. */
const QUICK_MS = 500

interface DeliveryRunDeps {
  sql: Sql
  orders: Pick<OrderReader, 'forBuyer'>
  clock: Clock
  sealer: () => Promise<Sealer>
  sender: Sender
  recorder: DeliveryRecorder
}

/** DeliveryRun leases the events of one webhook, sends them and has the results recorded. */
export class DeliveryRun {
  readonly #id: WebhookId
  readonly #deps: DeliveryRunDeps
  readonly #semaphore = new Semaphore(MAX_AT_ONCE)
  /** `#open` are the events that are being sent, or are next. */
  readonly #open = new Set<Promise<void>>()
  leasedAny = false

  constructor(id: WebhookId, deps: DeliveryRunDeps) {
    this.#id = id
    this.#deps = deps
  }

  /** `deliver` goes on until nothing is due. What is open when `cut` is aborted is cut off. */
  async deliver(goesOn: () => boolean, cut: AbortSignal): Promise<void> {
    let room = MAX_AT_ONCE
    try {
      for (;;) {
        if (goesOn()) await this.#launch(room - this.#open.size, cut)
        if (this.#open.size === 0) return
        const since = performance.now()
        do await Promise.race(this.#open)
        while (this.#open.size > room / 2)
        room = performance.now() - since < QUICK_MS ? MAX_LEASED : MAX_AT_ONCE
      }
    } finally {
      await Promise.all(this.#open)
    }
  }

  /** `#launch` leases what is due and begins to send it. */
  async #launch(limit: number, cut: AbortSignal): Promise<void> {
    const { sql, clock, sealer, sender, recorder } = this.#deps
    const target = await selectTarget(sql, this.#id)
    if (target?.orphaned) await giveUpEvents(sql, this.#id, clock.now())
    if (!target?.active || target.orphaned || limit <= 0) return
    const to: Addressee = { url: target.url, ...secretsAt(target, await sealer(), clock.now()) }
    const leasedAt = performance.now()
    const leased = await this.#lease(target, limit)
    this.leasedAny ||= leased.length > 0
    const rendered = await renderAll(this.#deps, leased)
    for (const event of leased) {
      const sending: Promise<void> = this.#semaphore
        .through(() => sender.send(to, event, rendered.get(event.id), leasedAt, cut))
        .then((result) => recorder.write(result))
        .finally(() => this.#open.delete(sending))
      this.#open.add(sending)
    }
  }

  /** `#lease` lets an endpoint that fails be tried with one event at a time, by one process of all. */
  async #lease(target: Target, limit: number): Promise<LeasedEvent[]> {
    const { sql, clock } = this.#deps
    const now = clock.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    if (target.failures < FAILING_FROM) return await leaseDueEvents(sql, target, { limit, now, leaseUntil })
    if (!(await claimTry(sql, target.id, now, leaseUntil))) return []
    const leased = await leaseDueEvents(sql, target, { limit: 1, now, leaseUntil })
    if (leased.length === 0) await releaseTry(sql, target.id)
    return leased
  }
}
