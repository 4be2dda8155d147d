import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { SupplierConfig, SupplierFault, SupplierOutcome } from '../integrations/suppliers/supplier.ts'
import { failure } from '../lib/failures.ts'
import type { SupplierId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { Cuts } from '../runtime/cuts.ts'
import { Loop } from '../runtime/loop.ts'
import type { ConnectedSupplier, SupplierDirectory } from '../suppliers/directory.ts'
import { recordBalance } from '../suppliers/suppliers.ts'
import {
  claimProbes,
  closeBreaker,
  type Opening,
  openBreaker,
  type Probe,
  postponeProbe,
} from './breakers.sql.ts'

/**
 * OPENS_AFTER counts the calls in a row that came to the same trouble, with no clear answer between them, after which a breaker opens. What a
 * supplier says of our credit or login is first held against what it says of our account.
 */
const OPENS_AFTER: Record<SupplierFault | 'unclear', number> = {
  credit: 3,
  login: 3,
  transport: 3,
  busy: 2,
  unclear: 5,
}
const ACCOUNT_TIMEOUT_MS = 20_000
const INTERVAL_MS = 500

/** CallResult is what came of a call for one item. */
interface CallResult {
  outcome: SupplierOutcome
  /** `cost` is the item's, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
}

interface Trouble {
  why: SupplierFault | 'unclear'
  reason: string
  /** `retryAfterMs` is when the supplier says that it may be asked again. */
  retryAfterMs?: number | undefined
}

interface BreakersDeps {
  sql: Sql
  directory: Pick<SupplierDirectory, 'current'>
  clock: Clock
  log: Logger
}

/**
 * Breakers keeps one circuit breaker for each supplier, shared by all processes. While it is open, nothing is sent to the supplier; its
 * items go to other routes or wait. It is probed by asking for our account, which buys nothing, and closes when that goes well.
 */
export class Breakers {
  readonly #deps: BreakersDeps
  readonly #loop: Loop
  readonly #streaks = new Map<SupplierId, { why: SupplierFault | 'unclear'; count: number }>()
  /** `#well` are the suppliers that have given a clear answer since their breaker opened last. */
  readonly #well = new Set<SupplierId>()
  /** `#checking` are the suppliers that are looked after at this moment, so that a thousand refusals ask for our account once. */
  readonly #checking = new Map<SupplierId, Promise<void>>()
  readonly #cuts = new Cuts()

  constructor(deps: BreakersDeps) {
    this.#deps = deps
    this.#loop = new Loop({
      name: 'breakers',
      log: deps.log,
      intervalMs: INTERVAL_MS,
      run: () => this.#probeAll(),
    })
  }

  start(): void {
    this.#loop.start()
  }

  /** `idle` resolves when no supplier is looked after and a run has found nothing to do, for tests. */
  async idle(): Promise<void> {
    do {
      await Promise.all(this.#checking.values())
      await this.#loop.idle()
    } while (this.#checking.size > 0)
  }

  async stop(): Promise<void> {
    this.#cuts.abort(new Error('imeigate is stopping'))
    await this.#loop.stop()
    await Promise.all(this.#checking.values())
  }

  /** `note` takes what came of a call for each of its items. A call counts once, however many items it was about. */
  note(supplier: SupplierConfig, call: 'send' | 'ask', outcomes: CallResult[]): void {
    const results = outcomes.map(({ outcome, cost }) => ({ trouble: troubleOf(call, outcome), cost }))
    if (results.some(({ trouble }) => trouble === 'none')) {
      this.#streaks.delete(supplier.id)
      this.#well.add(supplier.id)
    }
    for (const { trouble, cost } of results) {
      if (trouble === 'none' || trouble === 'nothing') continue
      this.#count(supplier, trouble, cost)
      break
    }
  }

  #count(supplier: SupplierConfig, trouble: Trouble, cost: bigint | null): void {
    const streak = this.#streaks.get(supplier.id)
    const count = streak?.why === trouble.why ? streak.count + 1 : 1
    this.#streaks.set(supplier.id, { why: trouble.why, count })
    const opening: Omit<Opening, 'wasWell'> = {
      supplierId: supplier.id,
      why: trouble.why === 'unclear' ? 'transport' : trouble.why,
      reason:
        trouble.why === 'unclear'
          ? failure('calls_unclear', { count, text: trouble.reason })
          : trouble.reason,
      needed: trouble.why === 'credit' ? cost : null,
      probeAfterMs: trouble.retryAfterMs ?? 0,
    }
    // Who says when to come again is not asked a second time before that.
    const isSaid = trouble.retryAfterMs !== undefined
    if (isSaid || count >= OPENS_AFTER[trouble.why])
      this.#later(supplier.id, () => this.#open(supplier, opening))
    else if (trouble.why === 'credit' || trouble.why === 'login') {
      this.#later(supplier.id, () => this.#confirm(supplier, opening))
    }
  }

  /** `#later` runs at most one piece of work for a supplier at a time. */
  #later(id: SupplierId, work: () => Promise<void>): void {
    if (this.#checking.has(id)) return
    const done = work()
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'a breaker could not be looked after'))
      .finally(() => this.#checking.delete(id))
    this.#checking.set(id, done)
  }

  async #open(supplier: SupplierConfig, opening: Omit<Opening, 'wasWell'>): Promise<void> {
    this.#streaks.delete(supplier.id)
    const wasWell = this.#well.delete(supplier.id)
    const probeAt = await openBreaker(this.#deps.sql, { ...opening, wasWell }, this.#deps.clock.now())
    if (!probeAt) return
    this.#deps.log.warn(
      { supplier: supplier.name, why: opening.why, reason: opening.reason, probeAt },
      'nothing more is sent to a supplier until it is well again',
    )
  }

  /** `#confirm` asks for our account after one refusal that speaks of credit or login: it says whether it is so. */
  async #confirm(supplier: SupplierConfig, opening: Omit<Opening, 'wasWell'>): Promise<void> {
    const connected = (await this.#deps.directory.current()).get(supplier.id)
    if (!connected) return
    const trouble = await this.#probe(connected, opening)
    if (trouble !== undefined) await this.#open(supplier, opening)
  }

  /** `#probeAll` does not wait for the probes, so that a supplier that does not answer holds up no other's. */
  async #probeAll(): Promise<void> {
    const probes = await claimProbes(this.#deps.sql, this.#deps.clock.now())
    if (probes.length === 0) return
    const suppliers = await this.#deps.directory.current()
    for (const probe of probes) {
      this.#later(probe.supplierId, () => this.#probeOne(probe, suppliers.get(probe.supplierId)))
    }
  }

  async #probeOne(probe: Probe, connected: ConnectedSupplier | undefined): Promise<void> {
    const { sql, clock, log } = this.#deps
    const trouble = connected ? await this.#probe(connected, probe) : 'it cannot be used as it is configured'
    if (trouble === undefined) {
      await closeBreaker(sql, probe.supplierId, clock.now())
      log.info({ supplier: connected?.config.name }, 'a supplier is well again')
    } else await postponeProbe(sql, probe.supplierId, trouble, clock.now())
  }

  /** `#probe` gives what is still wrong; undefined: nothing that can be seen. */
  async #probe(
    { supplier, config }: ConnectedSupplier,
    { why, needed }: Omit<Probe, 'supplierId'>,
  ): Promise<string | undefined> {
    if (!supplier.account) return undefined
    const cut = this.#cuts.begin(ACCOUNT_TIMEOUT_MS)
    try {
      const account = await supplier.account(cut.signal)
      await recordBalance(this.#deps.sql, config.id, account, this.#deps.clock.now())
      const { balance } = account
      if (why !== 'credit' || balance === null) return undefined
      if (balance > 0n && (needed === null || balance >= needed)) return undefined
      return `the balance is ${formatMicros(balance, config.currency)} ${config.currency}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      cut.end()
    }
  }
}

/** `troubleOf` gives `none` where the answer was clear, and `nothing` where it says nothing about the supplier's health. */
function troubleOf(call: 'send' | 'ask', outcome: SupplierOutcome): Trouble | 'none' | 'nothing' {
  if (outcome.kind === 'unavailable') {
    const { why, reason, retryAfterMs } = outcome
    return { why, reason, retryAfterMs }
  }
  if (outcome.kind !== 'unknown') return 'none'
  // It answered, though in words that nobody knows.
  if (outcome.unrecognised !== undefined) return 'nothing'
  return call === 'send' ? { why: 'unclear', reason: outcome.reason } : 'nothing'
}
