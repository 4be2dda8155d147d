import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { SupplierOutcome, SupplierTask } from '../integrations/suppliers/supplier.ts'
import type { Clock } from '../lib/time.ts'
import { isAnothers } from './ask/poll.sql.ts'
import type { Breakers } from './breakers.ts'
import type { ClaimedItem } from './claimed-item.ts'
import { LEASE_MS } from './dispatch/claim-due-items.ts'
import { extendLeases } from './dispatch/dispatch.sql.ts'
import { updateFor } from './outcome/item-update.ts'
import type { OutcomeWriter } from './outcome/outcome-writer.ts'
import type { SupplierLimiter } from './supplier-limiter.ts'

const EXTEND_EVERY_MS = 5_000
/** The longest that one call to a supplier may take. */
const CALL_TIMEOUT_MS = 30_000
/** The most items that one worker has in hand at a time. */
const MAX_IN_HAND = 5_000

/** What one call to a supplier is about. */
export interface Call {
  lane: SupplierLimiter
  call: 'send' | 'ask'
  items: ClaimedItem[]
  /** Of `items`, those of which an earlier attempt may still be with the supplier. */
  hadBefore?: ReadonlySet<ClaimedItem>
}

/**
 * Takes items from the hands of a dispatcher or poller to recorded outcomes: calls their supplier, keeps the leases
 * while the call lasts, and reports what came back.
 */
export class Worker {
  readonly #sql: Sql
  readonly #outcomes: OutcomeWriter
  readonly #breakers: Breakers
  readonly #clock: Clock
  readonly #log: Logger
  readonly #inHand = new Set<ClaimedItem>()
  readonly #calls = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  /** Told after each call: there is room for another. */
  onRoom: () => void = () => {}
  /** Told of items that are to go on to their next route. */
  onPending: () => void = () => {}

  constructor(parts: { sql: Sql; outcomes: OutcomeWriter; breakers: Breakers; clock: Clock; log: Logger }) {
    this.#sql = parts.sql
    this.#outcomes = parts.outcomes
    this.#breakers = parts.breakers
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** How many more items may be taken now. */
  room(): number {
    return MAX_IN_HAND - this.#inHand.size
  }

  start(): void {
    this.#timer = setInterval(() => this.#extendLeases(), EXTEND_EVERY_MS)
  }

  /** Lets calls end by themselves for a while, then breaks them off: their outcome is then unknown, and recorded so. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#outcomes.hurry()
      this.#abort.abort(new Error('imeigate is stopping'))
    }, graceMs)
    await Promise.allSettled(this.#calls)
    clearTimeout(timer)
    clearInterval(this.#timer)
    await this.#outcomes.stop()
  }

  /** Calls the supplier about items of one lane, as many in a call as it takes. */
  work({ lane, call, items, hadBefore = new Set() }: Call): void {
    const { supplier } = lane.live
    const atOnce = call === 'send' ? supplier.sendAtOnce : supplier.askAtOnce
    for (let at = 0; at < items.length; at += atOnce) {
      const some = items.slice(at, at + atOnce)
      for (const item of some) this.#inHand.add(item)
      const end = lane.begin(call)
      const done = this.#call({ lane, call, items: some, hadBefore }, end)
        .catch((error: unknown) =>
          this.#log.error(
            { err: error, orders: some.map(({ orderId }) => orderId) },
            'outcomes were not recorded',
          ),
        )
        .finally(() => {
          this.#calls.delete(done)
          for (const item of some) this.#inHand.delete(item)
        })
      this.#calls.add(done)
    }
  }

  async #call({ lane, call, items, hadBefore }: Required<Call>, end: () => void): Promise<void> {
    const { config, supplier } = lane.live
    let given: SupplierOutcome[]
    try {
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
      given = await endedBy(signal, supplier[call](items.map(workOf), signal))
    } catch (error) {
      given = items.map(() => unclear(error))
    }
    end()
    this.onRoom()
    const outcomes = items.map((item, index) => ({ item, outcome: known(given[index]), cost: item.cost }))
    // What this process has broken off says nothing about the supplier.
    if (!this.#abort.signal.aborted) this.#breakers.note(config, call, outcomes)
    const now = this.#clock.now()
    await Promise.all(
      outcomes.map(async ({ item, outcome }) => {
        const manners = { recheck: lane.recheck(), hadItBefore: hadBefore.has(item) }
        const own = call === 'ask' ? await this.#unlessAnothers(item, outcome) : outcome
        const report = updateFor(item, call, own, manners, now)
        const written = await this.#outcomes.record(report)
        if (!written) {
          this.#log.warn({ order: item.orderId, position: item.position }, 'the lease of an item was lost')
        }
        if (report.itemState === 'pending') this.onPending()
      }),
    )
  }

  /** A lost order that the supplier found by its input may be that of another item with the same one. */
  async #unlessAnothers(item: ClaimedItem, outcome: SupplierOutcome): Promise<SupplierOutcome> {
    if (item.reference !== null || !('reference' in outcome) || outcome.reference === null) return outcome
    if (!(await isAnothers(this.#sql, item, outcome.reference))) return outcome
    const reason = `what the supplier has under ${outcome.reference} is another order's`
    return { kind: 'unknown', reason, askable: false }
  }

  #extendLeases(): void {
    if (this.#inHand.size === 0) return
    const until = new Date(this.#clock.now().getTime() + LEASE_MS)
    extendLeases(this.#sql, [...this.#inHand], until).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'leases could not be extended'),
    )
  }
}

const kinds = new Set(['success', 'accepted', 'refused', 'unavailable', 'duplicate', 'unknown'])

/** Promise 4: what an adapter throws, and what it should never have given, is unknown. */
const known = (outcome: SupplierOutcome | undefined): SupplierOutcome =>
  outcome && kinds.has(outcome.kind) ? outcome : unclear('the adapter gave no outcome')

const unclear = (error: unknown): SupplierOutcome => ({
  kind: 'unknown',
  reason: error instanceof Error ? error.message : String(error),
  askable: true,
})

/** Promise 5: an adapter that forgets its signal must not keep its items for ever. */
export function endedBy<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return Promise.race([call, promise])
}

const workOf = (item: ClaimedItem): SupplierTask => ({
  attemptKey: `${item.orderId}-${item.position}-${item.attempt}`,
  orderId: item.orderId,
  remoteService: item.remoteService,
  subject: item.subject,
  fields: item.fields,
  quantity: item.quantity,
  sentAt: item.sentAt,
  reference: item.reference,
})
