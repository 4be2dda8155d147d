import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import { heldAgainst } from '../../integrations/suppliers/http-kit/evidence.ts'
import { withText } from '../../integrations/suppliers/http-kit/results.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import { type Clock, DAY_MS } from '../../lib/time.ts'
import { Cuts } from '../../runtime/cuts.ts'
import { Loop } from '../../runtime/loop.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import { resumeAttempt } from '../outcome/resumed.sql.ts'
import type { SupplierLimiter, SupplierLimiters } from '../supplier-limiter.ts'
import { endedBy, taskOf } from '../worker.ts'
import { claimRechecks, letGo, type Recheck, type Rechecked, writeRechecked } from './rechecks.sql.ts'

const INTERVAL_MS = 1_000
const LEASE_MS = 60_000
const CALL_TIMEOUT_MS = 30_000
/**
 * AGAIN_MS is the wait after no clear answer, and while the supplier's word stands against an open item. Without a clear answer, asking
 * ends a day after the last time at which it was to be asked.
 */
const AGAIN_MS = 600_000

interface RechecksDeps {
  sql: Sql
  limiters: SupplierLimiters
  clock: Clock
  log: Logger
  /** `outcomes` says how long an answer waits for the database. */
  outcomes: Pick<OutcomeWriter, 'patiently'>
}

/**
 * Rechecks asks once more about attempts that have ended, because suppliers change their minds: success after a refusal, and
 * the reverse. What it finds is shown to a person, and touches neither items nor money; but an item that waits for another supplier goes
 * back to the one that has it after all, and is not sent on while that one is asked.
 */
export class Rechecks {
  readonly #deps: RechecksDeps
  readonly #loop: Loop
  readonly #asking = new Set<Promise<void>>()
  readonly #cuts = new Cuts()

  constructor(deps: RechecksDeps) {
    this.#deps = deps
    this.#loop = new Loop({
      name: 'rechecks',
      log: deps.log,
      intervalMs: INTERVAL_MS,
      run: () => this.#run(),
    })
  }

  start(): void {
    this.#loop.start()
  }

  wake(): void {
    this.#loop.wake()
  }

  /** `idle` resolves when nobody is asked and a run has found nothing to do, for tests. */
  async idle(): Promise<void> {
    do {
      await Promise.all(this.#asking)
      await this.#loop.idle()
    } while (this.#asking.size > 0)
  }

  async stop(): Promise<void> {
    this.#cuts.abort(new Error('imeigate is stopping'))
    await this.#loop.stop()
    await Promise.all(this.#asking)
  }

  /** `#run` does not wait for the answers, so that a supplier that does not answer holds up no other. */
  async #run(): Promise<boolean> {
    const { sql, clock } = this.#deps
    const limiters = await this.#deps.limiters.current()
    const room = [...limiters]
      .map(([supplierId, limiter]) => ({
        supplierId,
        supplierName: limiter.connected.config.name,
        items: limiter.askRoom(),
      }))
      .filter(({ items }) => items > 0)
    if (room.length === 0) return false
    const now = clock.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    const due = await claimRechecks(sql, room, { now, leaseUntil })
    if (due.length === 0) return false
    const bySupplier = Map.groupBy(due, ({ supplierId }) => supplierId)
    for (const [id, rechecks] of bySupplier) {
      const limiter = limiters.get(id) as SupplierLimiter
      const { askAtOnce } = limiter.connected.supplier
      // Items may have been sent meanwhile; what has no room now has its turn when its lease is over.
      const asked = rechecks.slice(0, limiter.askRoom())
      for (let at = 0; at < asked.length; at += askAtOnce)
        this.#begin(limiter, asked.slice(at, at + askAtOnce), leaseUntil)
    }
    return true
  }

  #begin(limiter: SupplierLimiter, rechecks: Recheck[], leaseUntil: Date): void {
    const done = this.#ask(limiter, rechecks, leaseUntil)
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'rechecks were not recorded'))
      .finally(() => this.#asking.delete(done))
    this.#asking.add(done)
  }

  async #ask(limiter: SupplierLimiter, rechecks: Recheck[], leaseUntil: Date): Promise<void> {
    const end = limiter.begin('ask')
    let outcomes: (SupplierOutcome | undefined)[] = []
    const cut = this.#cuts.begin(CALL_TIMEOUT_MS)
    try {
      const { supplier } = limiter.connected
      const said = await endedBy(cut.signal, supplier.ask(rechecks.map(taskOf), cut.signal))
      outcomes = said.map((one) => withText(one, supplier.base64Results))
    } catch {
      // No answer is as unclear as one that says nothing.
    }
    cut.end()
    end()
    const now = this.#deps.clock.now()
    const { sql } = this.#deps
    const { patiently } = this.#deps.outcomes
    const rows: Rechecked[] = []
    for (const [index, recheck] of rechecks.entries()) {
      const outcome = outcomes[index]
      const changed = changeOf(recheck, outcome && heldAgainst(recheck, outcome))
      if (await patiently(() => this.#isResumed(recheck, changed, now))) continue
      rows.push({ recheck, changed, again: nextTime(recheck, limiter.recheck(), changed, now) })
    }
    if (rows.length > 0) await patiently(() => writeRechecked(sql, rows, now))
    const held = rows.flatMap(({ recheck }) => (recheck.isOpen ? [recheck] : []))
    if (held.length > 0) await patiently(() => letGo(sql, held, leaseUntil, now))
  }

  /** `#isResumed`: the item waited, and is with this supplier again. */
  async #isResumed(recheck: Recheck, changed: string | null | undefined, now: Date): Promise<boolean> {
    if (!changed || !recheck.isOpen) return false
    const { attempt, reference } = recheck
    return await resumeAttempt(this.#deps.sql, { item: recheck, attempt, reference, said: changed }, now)
  }
}

/** `changeOf` says how the supplier has changed its mind, in words for the operator; null: it has not; undefined: unclear. */
export function changeOf(
  { state, result, supplierName }: Pick<Recheck, 'state' | 'result' | 'supplierName'>,
  outcome: SupplierOutcome | undefined,
): string | null | undefined {
  if (!outcome) return undefined
  const was = state === 'succeeded' ? `it had succeeded with "${result ?? ''}"` : 'it had been refused'
  switch (outcome.kind) {
    case 'success':
      if (state === 'succeeded' && (result === null || result === outcome.result)) return null
      return `${supplierName} says success now, with "${outcome.result}"; ${was}`
    case 'refused':
      if (state === 'refused') return null
      return `${supplierName} refuses it now: "${outcome.reason}"; ${was}`
    case 'accepted':
      return `${supplierName} says that it is in process again; ${was}`
    default:
      return undefined
  }
}

function nextTime(
  recheck: Recheck,
  after: number[],
  changed: string | null | undefined,
  now: Date,
): Date | null {
  const since = (seconds: number): Date => new Date(recheck.finishedAt.getTime() + seconds * 1000)
  const next = after.map(since).find((time) => time > now) ?? null
  if (changed && recheck.isOpen) return new Date(now.getTime() + AGAIN_MS)
  if (changed !== undefined) return next
  if (now.getTime() > since(after.at(-1) ?? 0).getTime() + DAY_MS) return null
  return new Date(now.getTime() + AGAIN_MS)
}
