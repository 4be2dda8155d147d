import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { heldAgainst } from '../integrations/suppliers/http-kit/evidence.ts'
import { withText } from '../integrations/suppliers/http-kit/results.ts'
import type { SupplierOutcome, SupplierTask } from '../integrations/suppliers/supplier.ts'
import type { Clock } from '../lib/time.ts'
import { type Exchanged, hear } from '../outbound/recorded.ts'
import { Cuts } from '../runtime/cuts.ts'
import { Loop } from '../runtime/loop.ts'
import type { Breakers } from './breakers.ts'
import type { ClaimedItem } from './claimed-item.ts'
import { LEASE_MS } from './dispatch/claim-due-items.ts'
import { extendLeases } from './dispatch/dispatch.sql.ts'
import { ExchangeKeeper } from './outcome/exchange-keeper.ts'
import { type HeardCall, keepExchanges } from './outcome/exchanges.ts'
import { anothers, type SupplierTraits, updateFor } from './outcome/item-update.ts'
import { recordLate } from './outcome/late-answers.ts'
import type { OutcomeWriter, Recorded } from './outcome/outcome-writer.ts'
import type { ItemUpdate } from './outcome/outcomes.sql.ts'
import { TaughtAnswers } from './people/taught-answers.ts'
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
  /** `steady` is a clock that nobody sets, in milliseconds. */
  steady?: () => number
  /** `exchangeLength` is how many characters are kept of a request, and of an answer. */
  exchangeLength?: number | undefined
}

/** Lease is when an item is not ours any more: by the clock, and by the steady one, since a clock may be set back. */
interface Lease {
  until: Date
  steadyUntil: number
}

/** Worker calls suppliers about claimed items, keeps their leases while the calls last, and has recorded what came back. */
export class Worker {
  readonly #deps: WorkerDeps
  readonly #taught: TaughtAnswers
  readonly #steady: () => number
  /** `#inHand` has the items under way with their leases. */
  readonly #inHand = new Map<ClaimedItem, Lease>()
  readonly #calls = new Set<Promise<void>>()
  readonly #recording = new Set<Promise<unknown>>()
  readonly #cuts = new Cuts()
  readonly #leases: Loop
  readonly #keeper: ExchangeKeeper
  /** `onRoom` is called after each call: there is room for another. */
  onRoom: () => void = () => {}
  /** `onPending` is called when an item is to go on to its next route. */
  onPending: () => void = () => {}

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.#steady = deps.steady ?? (() => performance.now())
    this.#taught = new TaughtAnswers(deps.sql, deps.clock, deps.outcomes.patiently)
    this.#keeper = new ExchangeKeeper(deps)
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
    this.#keeper.start()
  }

  /**
   * `stop` lets calls end by themselves for a while, then breaks them off: their outcome is then unknown, and recorded so. `claimed`
   * resolves once no more work comes, and may wait for the database as records do.
   */
  async stop(graceMs: number, claimed: Promise<unknown> = Promise.resolve()): Promise<void> {
    const timer = setTimeout(() => {
      this.#deps.outcomes.hurry()
      this.#cuts.abort(new Error('imeigate is stopping'))
    }, graceMs)
    await claimed
    await Promise.allSettled(this.#calls)
    clearTimeout(timer)
    await this.#leases.stop()
    await this.#deps.outcomes.stop()
    await this.#keeper.stop()
  }

  /** `work` calls a supplier about items, as many in a call as it takes. */
  work({ limiter, call, items, hadBefore = new Set() }: Call): void {
    const { supplier } = limiter.connected
    const atOnce = call === 'send' ? supplier.sendAtOnce : supplier.askAtOnce
    const now = this.#deps.clock.now()
    const claimedAt = ({ sentAt }: ClaimedItem): Date => (call === 'send' ? sentAt : now)
    for (let at = 0; at < items.length; at += atOnce) {
      const some = items.slice(at, at + atOnce)
      const steadyUntil = this.#steady() + LEASE_MS
      for (const item of some) {
        this.#inHand.set(item, { until: new Date(claimedAt(item).getTime() + LEASE_MS), steadyUntil })
      }
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
    // A rule that cannot be read now is read with the next look; the room of the call must be given back in any case.
    const taught = await this.#taught.outcomesFor(items).catch(() => new Map<ClaimedItem, SupplierOutcome>())
    const late = call === 'send' ? this.#over(items) : []
    const open =
      taught.size + late.length === 0
        ? items
        : items.filter((item) => !taught.has(item) && !late.includes(item))
    const mayBegin = (): boolean => this.#over(open).length === 0
    let given: SupplierOutcome[]
    const heard: Exchanged[] = []
    const cut = this.#cuts.begin(CALL_TIMEOUT_MS)
    try {
      const { signal } = cut
      const tasks = open.map(taskOf)
      const answers = hear(heard, () =>
        call === 'send' ? supplier.send(tasks, signal, mayBegin) : supplier.ask(tasks, signal),
      )
      given = open.length === 0 ? [] : await endedBy(signal, answers)
    } catch (error) {
      given = open.map(() => unclear(error))
    }
    cut.end()
    end()
    this.onRoom()
    const said = open.map((item, index) =>
      heldAgainst(item, withText(known(given[index]), supplier.base64Results)),
    )
    // A call that this process broke off, or did not begin, says nothing about the supplier.
    const told = open.flatMap((item, index) => {
      const outcome = said[index] as SupplierOutcome
      return call === 'send' && isNotSent(outcome) && this.#over([item]).length > 0
        ? []
        : [{ outcome, cost: item.cost }]
    })
    if (!this.#cuts.aborted && told.length > 0) this.#deps.breakers.note(config, call, told)
    const isMixed = open.length > 1 && open.some(({ terms }) => terms.secretResults)
    const of = { call, heard, config, isMixed }
    const recording = Promise.all([
      // Where a person has said for good what such words mean, nobody is asked any more, and the attempt ends.
      taught.size > 0 &&
        this.#record(
          { limiter, call: 'send', items: [...taught.keys()], hadBefore: triedBefore(taught.keys()) },
          [...taught.values()],
        ),
      open.length > 0 && this.#record({ limiter, call, items: open, hadBefore }, said),
      late.length > 0 &&
        this.#record(
          { limiter, call, items: late, hadBefore },
          late.map(() => NOT_SENT),
        ),
      this.#keep(
        open.filter((_, index) => said[index]?.kind === 'unknown'),
        of,
      ),
    ])
    if (limiter.connected.keepsExchanges) {
      // What is only on its way yet is asked about often, and says nothing new.
      const isNews = (kind: string | undefined): boolean =>
        kind !== 'unknown' && !(call === 'ask' && kind === 'accepted')
      this.#keeper.add(
        open.filter((_, index) => isNews(said[index]?.kind)),
        of,
        this.#deps.clock.now(),
      )
    }
    this.#recording.add(recording)
    await recording.finally(() => this.#recording.delete(recording))
  }

  /** `#keep` keeps what was sent and received about items of which nobody can say what became of them. It is evidence, and nothing depends on it. */
  async #keep(items: ClaimedItem[], of: HeardCall): Promise<void> {
    const { sql, clock, exchangeLength } = this.#deps
    await keepExchanges(sql, items, of, clock.now(), exchangeLength).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'what a supplier said was not kept'),
    )
  }

  async #record({ limiter, call, items, hadBefore }: Required<Call>, said: SupplierOutcome[]): Promise<void> {
    const { connected } = limiter
    const outcomes = await this.#taught.applied(items, said)
    const changed = outcomes.flatMap((outcome, at) =>
      outcome === said[at] ? [] : [{ outcome, cost: items[at]?.cost ?? null }],
    )
    if (!this.#cuts.aborted && changed.length > 0) this.#deps.breakers.note(connected.config, call, changed)
    const ordersHoldMany = connected.supplier.ordersHoldMany ?? false
    const recheck = limiter.recheck()
    const now = this.#deps.clock.now()
    const answers = items.map((item, index): Answered => {
      const traits = { recheck, hadItBefore: hadBefore.has(item), ordersHoldMany }
      const outcome = outcomes[index] as SupplierOutcome
      return { item, call, outcome, traits, update: updateFor(item, call, outcome, traits, now) }
    })
    const recorded = await Promise.all(answers.map(({ update }) => this.#deps.outcomes.record(update)))
    const updates = await Promise.all(
      answers.map((answered, index) => {
        const one = recorded[index] as Recorded
        return one === true ? answered.update : this.#recordElse(answered, one, connected.config.name)
      }),
    )
    if (updates.some(({ itemState }) => itemState === 'pending')) this.onPending()
    await this.#taught.ask(items, updates)
  }

  /** `#recordElse` records what could not be: an answer under the number of another item is worth nothing, and one whose lease was lost is late. */
  async #recordElse(answered: Answered, recorded: Recorded, supplier: string): Promise<ItemUpdate> {
    const { item, call, traits, outcome, update } = answered
    if (typeof recorded !== 'object') {
      if (!recorded) await this.#recordLate({ item, outcome, update, supplier })
      return update
    }
    const worth = anothers(item, update.claim?.reference ?? '', recorded.takenBy)
    const other = updateFor(item, call, worth, traits, this.#deps.clock.now())
    const again = { ...answered, outcome: worth, update: other }
    return await this.#recordElse(again, await this.#deps.outcomes.record(other), supplier)
  }

  /** `#over` gives the items whose leases are over as far as this worker knows, so that somebody else may have them by now. */
  #over(items: ClaimedItem[]): ClaimedItem[] {
    const now = this.#deps.clock.now()
    const steady = this.#steady()
    return items.filter((item) => {
      const lease = this.#inHand.get(item)
      return !lease || now >= lease.until || steady >= lease.steadyUntil
    })
  }

  /** `#recordLate` keeps an answer that came after its lease. */
  async #recordLate(late: Parameters<typeof recordLate>[1]): Promise<void> {
    const { item } = late
    const became = await this.#deps.outcomes.patiently(() =>
      recordLate(this.#deps.sql, late, this.#deps.clock.now()),
    )
    this.#deps.log.warn(
      { order: item.orderId, position: item.position, became },
      'the lease of an item was lost',
    )
  }

  /**
   * `keepLeases` extends the leases that are over by now, before items are looked for that somebody has lost: the clock was set forward, or the
   * process or the database stood still, and what nobody else has taken meanwhile is still this worker's.
   */
  async keepLeases(): Promise<void> {
    const over = this.#over([...this.#inHand.keys()])
    if (over.length > 0) await this.#extend(over)
  }

  /** `#extendLeases` does not wait for its statement, so that one that hangs keeps no later one from another connection. */
  #extendLeases(): void {
    if (this.#inHand.size === 0) return
    this.#extend([...this.#inHand.keys()]).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'leases could not be extended'),
    )
  }

  async #extend(items: ClaimedItem[]): Promise<void> {
    const until = new Date(this.#deps.clock.now().getTime() + LEASE_MS)
    const steadyUntil = this.#steady() + LEASE_MS
    for (const item of await extendLeases(this.#deps.sql, items, until))
      if (this.#inHand.has(item)) this.#inHand.set(item, { until, steadyUntil })
  }
}

const isNotSent = (outcome: SupplierOutcome): boolean =>
  outcome.kind === 'unavailable' && outcome.why === 'transport'

/** Answered is what a supplier answered about an item, and what follows from it. */
interface Answered {
  item: ClaimedItem
  call: 'send' | 'ask'
  outcome: SupplierOutcome
  traits: SupplierTraits
  update: ItemUpdate
}

/** `triedBefore` gives those of which an earlier attempt may be with the supplier. */
const triedBefore = (items: Iterable<ClaimedItem>): ReadonlySet<ClaimedItem> =>
  new Set([...items].filter(({ attempt }) => attempt > 1))

/** NOT_SENT is proof that nothing went out. */
const NOT_SENT: SupplierOutcome = {
  kind: 'unavailable',
  why: 'transport',
  reason: 'not sent: the lease was over before the first byte',
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
  item: Omit<SupplierTask, 'attemptKey'> & { position: number; attempt: number; keyNumber?: number },
): SupplierTask => ({
  attemptKey: `${item.orderId}-${item.position}-${item.keyNumber ?? item.attempt}`,
  orderId: item.orderId,
  remoteService: item.remoteService,
  input: item.input,
  fields: item.fields,
  quantity: item.quantity,
  sentAt: item.sentAt,
  reference: item.reference,
})
