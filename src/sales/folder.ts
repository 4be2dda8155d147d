import type { Logger } from 'pino'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import {
  foldSpans,
  isTimeZone,
  readyToFoldMuch,
  removeFigures,
  type Span,
  selectAllUnfolded,
  selectLastLink,
  selectSalesState,
  selectUnfolded,
  tryFoldLock,
  updateSalesState,
  waitForFoldLock,
} from './fold.sql.ts'

const EVERY_MS = 5_000
/** MAX_ENTRIES bounds what one turn takes into the figures, and MAX_REBUILT what one statement does where they are made anew, for which more is better. */
const MAX_ENTRIES = 5_000
const MAX_REBUILT = 200_000

interface SalesFolderDeps {
  sql: Sql
  clock: Clock
  log: Logger
}

/**
 * SalesFolder takes what was written to the ledgers into the sales figures, some seconds behind and in transactions of its own, so that no order
 * waits for it. One process does so at a time.
 */
export class SalesFolder implements RuntimeService {
  readonly name = 'sales figures'
  readonly #loop: Loop

  constructor({ sql, clock, log }: SalesFolderDeps) {
    this.#loop = new Loop({ name: this.name, log, intervalMs: EVERY_MS, run: () => foldNext(sql, clock) })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** `idle` resolves when the figures have everything that was committed before, for tests. */
  idle(): Promise<void> {
    return this.#loop.idle()
  }
}

/** `foldNext` takes a part of what is new into the figures; true: there is more. */
export const foldNext = (sql: Sql, clock: Clock, most = MAX_ENTRIES): Promise<boolean> =>
  sql.begin(async (transaction) => {
    if (!(await tryFoldLock(transaction))) return false
    const state = await selectSalesState(transaction)
    // What was committed by now is seen by what is read from here on.
    const asOf = clock.now()
    const lastLinkId = await selectLastLink(transaction)
    const unfolded = await selectUnfolded(transaction, state.lastLinkId)
    const { taken, isAll } = partOf(unfolded, most)
    if (taken.length > 0) await foldSpans(transaction, taken, state.timeZone)
    if (isAll) await updateSalesState(transaction, { ...state, asOf, lastLinkId })
    return !isAll
  })

/** `partOf` takes spans as far as they have so many entries, the last of them as much as there is room for. */
function partOf(spans: readonly Span[], most: number): { taken: Span[]; isAll: boolean } {
  let room = most
  const taken: Span[] = []
  for (const span of spans) {
    if (room === 0) return { taken, isAll: false }
    const last = Math.min(span.last, span.first + room - 1)
    taken.push({ ...span, last })
    room -= last - span.first + 1
    if (last < span.last) return { taken, isAll: false }
  }
  return { taken, isAll: true }
}

/** `timeZoneOfFigures` gives where the days of the business begin and end. */
export const timeZoneOfFigures = async (sql: Queryable): Promise<string> =>
  (await selectSalesState(sql)).timeZone

export interface Rebuilt {
  timeZone: string
  entries: number
  asOf: Date
}

/**
 * `rebuildSales` makes the figures anew from the whole ledger, with days of a time zone; without one, of that which they had. Whoever reads them
 * meanwhile sees the former ones. Throws invalid_input.
 */
export async function rebuildSales(
  sql: Sql,
  { timeZone, most = MAX_REBUILT }: { timeZone?: string | undefined; most?: number } = {},
  clock: Clock = systemClock,
): Promise<Rebuilt> {
  return await sql.begin(async (transaction) => {
    if (timeZone !== undefined && !(await isTimeZone(transaction, timeZone))) {
      const message = `${JSON.stringify(timeZone)} is no time zone such as Asia/Jakarta`
      throw new Refusal('invalid_input', message, 'time_zone')
    }
    await waitForFoldLock(transaction)
    await readyToFoldMuch(transaction)
    const state = await selectSalesState(transaction)
    const zone = timeZone ?? state.timeZone
    await removeFigures(transaction)
    const asOf = clock.now()
    const lastLinkId = await selectLastLink(transaction)
    const entries = await foldAll(transaction, zone, most)
    await updateSalesState(transaction, { timeZone: zone, asOf, lastLinkId })
    return { timeZone: zone, entries, asOf }
  })
}

async function foldAll(transaction: Transaction, timeZone: string, most: number): Promise<number> {
  let rest = await selectAllUnfolded(transaction)
  let entries = 0
  while (rest.length > 0) {
    const { taken } = partOf(rest, most)
    await foldSpans(transaction, taken, timeZone)
    const done = new Map(taken.map(({ accountId, last }) => [accountId, last]))
    entries += taken.reduce((sum, { first, last }) => sum + last - first + 1, 0)
    rest = rest
      .map((span) => ({ ...span, first: (done.get(span.accountId) ?? span.first - 1) + 1 }))
      .filter(({ first, last }) => first <= last)
  }
  return entries
}
