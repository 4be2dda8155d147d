import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { SupplierOutcome, SupplierTask } from '../integrations/suppliers/supplier.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import { isAnothers } from './ask/poll.sql.ts'
import type { Breakers } from './breakers.ts'
import type { ClaimedItem } from './claimed-item.ts'
import { LEASE_MS } from './dispatch/claim-due-items.ts'
import { extendLeases } from './dispatch/dispatch.sql.ts'
import { updateFor } from './outcome/item-update.ts'
import type { OutcomeWriter } from './outcome/outcome-writer.ts'
import type { SupplierLimiter } from './supplier-limiter.ts'

const EXTEND_EVERY_MS = 5_000
/** CALL_TIMEOUT_MS is the longest that one call to a supplier may take. */
const CALL_TIMEOUT_MS = 30_000
/** MAX_IN_HAND is the most items that one worker has in hand at a time. */
const MAX_IN_HAND = 5_000

/** Call is what calls to one supplier are about. */
export interface Call {
  limiter: SupplierLimiter
  call: 'send' | 'ask'
  items: ClaimedItem[]
  /** `hadBefore` are those of `items` of which an earlier attempt may still be with the supplier. */
  hadBefore?: ReadonlySet<ClaimedItem>
}

interface WorkerDeps {
  sql: Sql
  outcomes: OutcomeWriter
  breakers: Breakers
  clock: Clock
  log: Logger
}

/** Worker calls suppliers about claimed items, keeps their leases while the calls last, and has recorded what came back. */
export class Worker {
  readonly #deps: WorkerDeps
  readonly #inHand = new Set<ClaimedItem>()
  readonly #calls = new Set<Promise<void>>()
  readonly #recording = new Set<Promise<unknown>>()
  readonly #abort = new AbortController()
  readonly #leases: Loop
  /** `onRoom` is called after each call: there is room for another. */
  onRoom: () => void = () => {}
  /** `onPending` is called when an item is to go on to its next route. */
  onPending: () => void = () => {}

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.#leases = new Loop({
      name: 'leases',
      log: deps.log,
      intervalMs: EXTEND_EVERY_MS,
      run: () => this.#extendLeases(),
    })
  }

  /** `room` is how many more items may be claimed now. */
  room(): number {
    return MAX_IN_HAND - this.#inHand.size
  }

  start(): void {
    this.#leases.start()
  }

  /** `stop` lets calls end by themselves for a while, then breaks them off: their outcome is then unknown, and recorded so. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#deps.outcomes.hurry()
      this.#abort.abort(new Error('imeigate is stopping'))
    }, graceMs)
    await Promise.allSettled(this.#calls)
    clearTimeout(timer)
    await this.#leases.stop()
    await this.#deps.outcomes.stop()
  }

  /** `work` calls a supplier about items, as many in a call as it takes. */
  work({ limiter, call, items, hadBefore = new Set() }: Call): void {
    const { supplier } = limiter.connected
    const atOnce = call === 'send' ? supplier.sendAtOnce : supplier.askAtOnce
    for (let at = 0; at < items.length; at += atOnce) {
      const some = items.slice(at, at + atOnce)
      for (const item of some) this.#inHand.add(item)
      const end = limiter.begin(call)
      const done = this.#call({ limiter, call, items: some, hadBefore }, end)
        .catch((error: unknown) =>
          this.#deps.log.error(
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

  /** `recorded` waits until the answers that have come are recorded, and tells whether there were any, for tests. */
  async recorded(): Promise<boolean> {
    const recording = [...this.#recording]
    await Promise.allSettled(recording)
    return recording.length > 0
  }

  async #call({ limiter, call, items, hadBefore }: Required<Call>, end: () => void): Promise<void> {
    const { config, supplier } = limiter.connected
    let given: SupplierOutcome[]
    try {
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
      given = await endedBy(signal, supplier[call](items.map(taskOf), signal))
    } catch (error) {
      given = items.map(() => unclear(error))
    }
    end()
    this.onRoom()
    const outcomes = items.map((item, index) => ({ item, outcome: known(given[index]), cost: item.cost }))
    // What this process has broken off says nothing about the supplier.
    if (!this.#abort.signal.aborted) this.#deps.breakers.note(config, call, outcomes)
    const now = this.#deps.clock.now()
    const recording = Promise.all(
      outcomes.map(async ({ item, outcome }) => {
        const traits = { recheck: limiter.recheck(), hadItBefore: hadBefore.has(item) }
        const own = call === 'ask' ? await this.#unlessAnothers(item, outcome) : outcome
        const update = updateFor(item, call, own, traits, now)
        const written = await this.#deps.outcomes.record(update)
        if (!written) {
          this.#deps.log.warn(
            { order: item.orderId, position: item.position },
            'the lease of an item was lost',
          )
        }
        if (update.itemState === 'pending') this.onPending()
      }),
    )
    this.#recording.add(recording)
    await recording.finally(() => this.#recording.delete(recording))
  }

  /** `#unlessAnothers`: a lost order that the supplier found by its input may be that of another item with the same one. */
  async #unlessAnothers(item: ClaimedItem, outcome: SupplierOutcome): Promise<SupplierOutcome> {
    if (item.reference !== null || !('reference' in outcome) || outcome.reference === null) return outcome
    if (!(await isAnothers(this.#deps.sql, item, outcome.reference))) return outcome
    const reason = `what the supplier has under ${outcome.reference} is another order's`
    return { kind: 'unknown', reason, askable: false }
  }

  /** `#extendLeases` does not wait for its statement, so that one that hangs keeps no later one from another connection. */
  #extendLeases(): void {
    if (this.#inHand.size === 0) return
    const until = new Date(this.#deps.clock.now().getTime() + LEASE_MS)
    extendLeases(this.#deps.sql, [...this.#inHand], until).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'leases could not be extended'),
    )
  }
}

const kinds = new Set(['success', 'accepted', 'refused', 'unavailable', 'duplicate', 'unknown'])

/** `known` takes what an adapter should never have given for unknown (promise 4). */
const known = (outcome: SupplierOutcome | undefined): SupplierOutcome =>
  outcome && kinds.has(outcome.kind) ? outcome : unclear('the adapter gave no outcome')

const unclear = (error: unknown): SupplierOutcome => ({
  kind: 'unknown',
  reason: error instanceof Error ? error.message : String(error),
  askable: true,
})

/** `endedBy` ends the wait for an adapter that forgets its signal, and must not keep its items for ever (promise 5). */
export function endedBy<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return Promise.race([call, promise])
}

/** `taskOf` makes what a supplier is told of an attempt; `attemptKey` is the same in every call about it. */
export const taskOf = (
  item: Omit<SupplierTask, 'attemptKey'> & { position: number; attempt: number },
): SupplierTask => ({
  attemptKey: `${item.orderId}-${item.position}-${item.attempt}`,
  orderId: item.orderId,
  remoteService: item.remoteService,
  input: item.input,
  fields: item.fields,
  quantity: item.quantity,
  sentAt: item.sentAt,
  reference: item.reference,
})
