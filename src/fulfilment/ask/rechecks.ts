import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import type { Clock } from '../../lib/time.ts'
import { DAY_MS } from '../../lib/time.ts'
import { Loop } from '../../runtime/loop.ts'
import type { SupplierLimiter, SupplierLimiters } from '../supplier-limiter.ts'
import { endedBy } from '../worker.ts'
import { type Recheck, type Rechecked, takeRechecks, writeRechecked } from './rechecks.sql.ts'

const LOOK_EVERY_MS = 1_000
const LEASE_MS = 60_000
const CALL_TIMEOUT_MS = 30_000
/** After no clear answer; given up a day after the last time that it should have been asked. */
const AGAIN_MS = 600_000

/**
 * Asks once more about attempts that have ended, because suppliers change their minds: success after a refusal, and
 * the reverse. What it finds is shown to a person; it touches neither items nor money.
 */
export class Rechecks {
  readonly #parts: { sql: Sql; lanes: SupplierLimiters; clock: Clock; log: Logger }
  readonly #loop: Loop
  readonly #abort = new AbortController()

  constructor(parts: { sql: Sql; lanes: SupplierLimiters; clock: Clock; log: Logger }) {
    this.#parts = parts
    this.#loop = new Loop({
      name: 'rechecks',
      log: parts.log,
      intervalMs: LOOK_EVERY_MS,
      run: () => this.#round(),
    })
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('imeigate is stopping'))
    await this.#loop.stop()
  }

  async #round(): Promise<boolean> {
    const { sql, clock } = this.#parts
    const lanes = await this.#parts.lanes.current()
    const room = [...lanes]
      .map(([supplierId, lane]) => ({ supplierId, items: lane.askRoom() }))
      .filter(({ items }) => items > 0)
    if (room.length === 0) return false
    const now = clock.now()
    const due = await takeRechecks(sql, room, { now, leaseUntil: new Date(now.getTime() + LEASE_MS) })
    if (due.length === 0) return false
    const bySupplier = Map.groupBy(due, ({ supplierId }) => supplierId)
    const calls = [...bySupplier].flatMap(([id, rechecks]) => {
      const lane = lanes.get(id) as SupplierLimiter
      // Items may have been sent meanwhile; what has no room now has its turn when its lease is over.
      return inCalls(lane, rechecks.slice(0, lane.askRoom()))
    })
    await Promise.all(calls.map(({ lane, rechecks }) => this.#ask(lane, rechecks)))
    return true
  }

  async #ask(lane: SupplierLimiter, rechecks: Recheck[]): Promise<void> {
    const end = lane.begin('ask')
    let outcomes: (SupplierOutcome | undefined)[] = []
    try {
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
      outcomes = await endedBy(signal, lane.live.supplier.ask(rechecks.map(workOf), signal))
    } catch {
      // Unclear, as what says nothing.
    }
    end()
    const now = this.#parts.clock.now()
    const rows = rechecks.map((recheck, index): Rechecked => {
      const changed = changeOf(recheck, outcomes[index])
      return { recheck, changed, again: nextTime(recheck, lane.recheck(), changed !== undefined, now) }
    })
    await writeRechecked(this.#parts.sql, rows, now)
  }
}

function inCalls(
  lane: SupplierLimiter,
  rechecks: Recheck[],
): { lane: SupplierLimiter; rechecks: Recheck[] }[] {
  const { askAtOnce } = lane.live.supplier
  return Array.from({ length: Math.ceil(rechecks.length / askAtOnce) }, (_, n) => ({
    lane,
    rechecks: rechecks.slice(n * askAtOnce, (n + 1) * askAtOnce),
  }))
}

/** How the supplier has changed its mind, in words for the operator; null: it has not; undefined: unclear. */
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

function nextTime(recheck: Recheck, after: number[], clear: boolean, now: Date): Date | null {
  const since = (seconds: number): Date => new Date(recheck.finishedAt.getTime() + seconds * 1000)
  const next = after.map(since).find((time) => time > now) ?? null
  if (clear) return next
  if (now.getTime() > since(after.at(-1) ?? 0).getTime() + DAY_MS) return null
  return new Date(now.getTime() + AGAIN_MS)
}

const workOf = (recheck: Recheck) => ({
  attemptKey: `${recheck.orderId}-${recheck.position}-${recheck.attempt}`,
  orderId: recheck.orderId,
  remoteService: recheck.remoteService,
  subject: recheck.subject,
  fields: recheck.fields,
  quantity: recheck.quantity,
  sentAt: recheck.sentAt,
  reference: recheck.reference,
})
