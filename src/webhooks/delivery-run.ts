import type { Sql } from '../database/database.ts'
import type { WebhookId } from '../lib/ids.ts'
import { Semaphore } from '../lib/semaphore.ts'
import type { Clock } from '../lib/time.ts'
import type { OrderReader } from '../orders/read/order-reader.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { abandon, claimTry, type LeasedEvent, leaseDueEvents, releaseTry } from './deliveries.sql.ts'
import type { DeliveryRecorder } from './delivery-recorder.ts'
import { renderAll } from './render.ts'
import { FAILING_FROM } from './schedule.ts'
import { type Addressee, LEASE_MS, type Sender } from './sender.ts'
import { selectTarget, type Target } from './webhooks.sql.ts'
import { secretsAt } from './webhooks.ts'

/** AT_ONCE is how many events of one webhook one process sends at a time. */
const AT_ONCE = 16
/** MAX_IN_HAND is how many events are taken ahead for a quick endpoint: taken together they cost less. */
const MAX_IN_HAND = 64
/** QUICK_MS: an endpoint is quick when half of what is in hand was answered within this time. */
const QUICK_MS = 500

/** DeliveryRun takes the events of one webhook, sends them and has the results recorded. */
export class DeliveryRun {
  readonly #parts: { sql: Sql; orders: Pick<OrderReader, 'forBuyer'>; clock: Clock }
  readonly #sealer: () => Promise<Sealer>
  readonly #sender: Sender
  readonly #book: DeliveryRecorder
  readonly #id: WebhookId
  readonly #gate = new Semaphore(AT_ONCE)
  /** What is being sent, or is next. */
  readonly #hand = new Set<Promise<void>>()
  tookAny = false

  constructor(
    parts: { sql: Sql; orders: Pick<OrderReader, 'forBuyer'>; clock: Clock },
    sealer: () => Promise<Sealer>,
    sender: Sender,
    book: DeliveryRecorder,
    id: WebhookId,
  ) {
    this.#parts = parts
    this.#sealer = sealer
    this.#sender = sender
    this.#book = book
    this.#id = id
  }

  /** `run` goes on until nothing can be taken. What is in hand when `cut` is aborted is let go. */
  async run(goesOn: () => boolean, cut: AbortSignal): Promise<void> {
    let room = AT_ONCE
    try {
      for (;;) {
        if (goesOn()) await this.#launch(room - this.#hand.size, cut)
        if (this.#hand.size === 0) return
        const since = performance.now()
        do await Promise.race(this.#hand)
        while (this.#hand.size > room / 2)
        room = performance.now() - since < QUICK_MS ? MAX_IN_HAND : AT_ONCE
      }
    } finally {
      await Promise.all(this.#hand)
    }
  }

  /** `#launch` takes what is due and begins to send it. */
  async #launch(limit: number, cut: AbortSignal): Promise<void> {
    const { sql, clock } = this.#parts
    const target = await selectTarget(sql, this.#id)
    if (target?.orphaned) await abandon(sql, this.#id, clock.now())
    if (!target?.active || target.orphaned || limit <= 0) return
    const to: Addressee = { url: target.url, ...secretsAt(target, await this.#sealer(), clock.now()) }
    const takenAt = performance.now()
    const taken = await this.#take(target, limit)
    this.tookAny ||= taken.length > 0
    const rendered = await renderAll(this.#parts, taken)
    for (const event of taken) {
      const sending: Promise<void> = this.#gate
        .through(() => this.#sender.send(to, event, rendered.get(event.id), takenAt, cut))
        .then((outcome) => this.#book.write(outcome))
        .finally(() => this.#hand.delete(sending))
      this.#hand.add(sending)
    }
  }

  /** `#take`: an endpoint that fails is tried with one event at a time, by one process of all. */
  async #take(target: Target, limit: number): Promise<LeasedEvent[]> {
    const { sql, clock } = this.#parts
    const now = clock.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    if (target.failures < FAILING_FROM) return await leaseDueEvents(sql, target, { limit, now, leaseUntil })
    if (!(await claimTry(sql, target.id, now, leaseUntil))) return []
    const taken = await leaseDueEvents(sql, target, { limit: 1, now, leaseUntil })
    if (taken.length === 0) await releaseTry(sql, target.id)
    return taken
  }
}
