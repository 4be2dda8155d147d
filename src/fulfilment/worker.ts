import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import type { Outcome, Supplier, Work } from '../suppliers/supplier.ts'
import { extendLeases, type Report, type Taken } from './fulfilment.sql.ts'
import type { Outcomes } from './outcomes.ts'

/** How long a taken item stays with a worker that is not heard of any more. */
export const LEASE_MS = 15_000
const EXTEND_EVERY_MS = 5_000
/** The longest that one call to a supplier may take. */
const CALL_TIMEOUT_MS = 30_000
/** The most items that one worker has in hand at a time. */
const MOST_IN_HAND = 2_000
/** When to ask about an attempt whose outcome is unknown: after each time that it stayed so. */
const ASK_AGAIN_AFTER_MS = [30_000, 120_000, 600_000, 3_600_000]

/**
 * Takes one item from the hands of a dispatcher or poller to a recorded outcome: calls its supplier, keeps the
 * lease while the call lasts, and reports what came back.
 */
export class Worker {
  readonly #sql: Sql
  readonly #suppliers: Map<string, Supplier>
  readonly #outcomes: Outcomes
  readonly #clock: Clock
  readonly #log: Logger
  readonly #inHand = new Map<Taken, Promise<void>>()
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: {
    sql: Sql
    suppliers: Map<string, Supplier>
    outcomes: Outcomes
    clock: Clock
    log: Logger
  }) {
    this.#sql = parts.sql
    this.#suppliers = parts.suppliers
    this.#outcomes = parts.outcomes
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** How many more items may be taken now. */
  room(): number {
    return MOST_IN_HAND - this.#inHand.size
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
    await Promise.allSettled(this.#inHand.values())
    clearTimeout(timer)
    clearInterval(this.#timer)
    await this.#outcomes.stop()
  }

  work(item: Taken, call: 'send' | 'ask'): void {
    const done = this.#work(item, call)
      .catch((error: unknown) =>
        this.#log.error({ err: error, order: item.orderId }, 'an outcome could not be recorded'),
      )
      .finally(() => this.#inHand.delete(item))
    this.#inHand.set(item, done)
  }

  async #work(item: Taken, call: 'send' | 'ask'): Promise<void> {
    const supplier = this.#suppliers.get(item.supplierKind)
    let report: Report
    try {
      if (!supplier) throw new Error(`no adapter for suppliers of kind ${item.supplierKind}`)
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
      report = this.#reportOf(item, await endedBy(signal, supplier[call](workOf(item), signal)))
    } catch (error) {
      report = this.#unknown(item, error instanceof Error ? error.message : String(error))
    }
    const written = await this.#outcomes.record(report)
    if (!written)
      this.#log.warn({ order: item.orderId, position: item.position }, 'the lease of an item was lost')
  }

  #reportOf(item: Taken, outcome: Outcome): Report {
    const attempt = { number: item.attempt, reference: null, detail: null, asked: item.asked }
    switch (outcome.kind) {
      case 'success':
        return {
          item,
          itemState: 'success',
          attempt: { ...attempt, state: 'succeeded', reference: outcome.reference },
          result: outcome.result,
          reason: null,
          dueAt: null,
        }
      case 'refused':
        return {
          item,
          itemState: 'failed',
          attempt: { ...attempt, state: 'refused', detail: outcome.reason },
          result: null,
          reason: outcome.reason,
          dueAt: null,
        }
      case 'accepted':
        return {
          item,
          itemState: 'processing',
          attempt: { ...attempt, state: 'accepted', reference: outcome.reference, asked: 0 },
          result: null,
          reason: null,
          dueAt: new Date(this.#clock.now().getTime() + outcome.askAgainAfterMs),
        }
      default:
        throw new Error('the adapter gave no outcome')
    }
  }

  /** Promise 4: not sent again, not given back; only asked about. */
  #unknown(item: Taken, detail: string): Report {
    const wait = ASK_AGAIN_AFTER_MS[Math.min(item.asked, ASK_AGAIN_AFTER_MS.length - 1)] as number
    return {
      item,
      itemState: 'unknown',
      attempt: { number: item.attempt, state: 'unknown', reference: null, detail, asked: item.asked + 1 },
      result: null,
      reason: null,
      dueAt: new Date(this.#clock.now().getTime() + wait),
    }
  }

  #extendLeases(): void {
    if (this.#inHand.size === 0) return
    const until = new Date(this.#clock.now().getTime() + LEASE_MS)
    extendLeases(this.#sql, [...this.#inHand.keys()], until).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'leases could not be extended'),
    )
  }
}

/** Promise 5: an adapter that forgets its signal must not keep its item for ever. */
function endedBy<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return Promise.race([call, promise])
}

const workOf = (item: Taken): Work => ({
  attemptKey: `${item.orderId}-${item.position}-${item.attempt}`,
  orderId: item.orderId,
  subject: item.subject,
  fields: item.fields,
  quantity: item.quantity,
  sentAt: item.sentAt,
  reference: item.reference,
})
