import { Batcher } from '../../database/batcher.ts'
import { isConnectionLoss, type Sql } from '../../database/database.ts'
import type { Refusal } from '../../errors.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { decidePlacements, keyIsTaken, type PlacementResult } from './decide.ts'
import {
  bindKeys,
  findKeyHolders,
  findPlaced,
  insertOrders,
  lockWallets,
  takeOrderIds,
} from './placement.sql.ts'
import {
  idempotencyDigest,
  itemsOf,
  ofSoManyItems,
  type PlacementRow,
  rowOf,
  withoutRepeats,
} from './placement-row.ts'
import type { Placed, Purchase } from './purchase.ts'

/** The most orders that one transaction places. */
const BATCH_SIZE = 1000
/** And the most items, unless they are of one order. */
const BATCH_ITEMS = 20_000
/** Batches that are decided carefully after one that had to be: repeats and empty wallets come in clusters. */
const CAREFUL_FOR = 10
/** How long a batch is tried again when the database goes away under it. */
const RETRY_FOR_MS = 8000

/**
 * Places orders as a group commit (promises 1 to 3): requests that arrive together go in one transaction, and no
 * caller is answered before its commit.
 *
 * Most purchases have nothing against them. So a batch is first written as if none had, in one statement that its
 * constraints refuse whole if a wallet does not hold enough or a key stands for an order already. A batch that was
 * refused is decided carefully: wallets locked, keys looked up, each row its own verdict in order of arrival.
 */
export class Placement {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #onPlaced: () => void
  readonly #batcher: Batcher<PlacementRow, PlacementResult>
  /** Taken ahead, so that a batch is one statement. */
  #ids: OrderId[] = []
  /** Batches still to be decided carefully. */
  #careful = 0

  /** `sql` is a pool of one connection with steady plans; `onPlaced` is told after each commit. */
  constructor(sql: Sql, clock: Clock, onPlaced: () => void = () => {}) {
    this.#sql = sql
    this.#clock = clock
    this.#onPlaced = onPlaced
    this.#batcher = new Batcher((rows) => this.#placeAll(rows), { size: BATCH_SIZE })
  }

  /** Rejects only when it is not known, or not to be had, what became of the order (a database that stays away). */
  async place(purchase: Purchase): Promise<Placed> {
    const verdict = await this.#batcher.add(rowOf(purchase))
    if (verdict.kind === 'refused') return verdict.refusal
    return { orderId: verdict.orderId, replayed: verdict.kind === 'replayed' }
  }

  /**
   * A purchase that was refused before it came here. If an earlier request was placed under its idempotency key, that
   * is what its caller must hear, so that every other refusal of a repeated request proves that nothing was placed.
   */
  async refusalOf(accountId: AccountId, idempotencyKey: string | null, refusal: Refusal): Promise<Refusal> {
    if (idempotencyKey === null) return refusal
    const key = idempotencyDigest(accountId, idempotencyKey)
    const holder = (await findKeyHolders(this.#sql, [{ account: accountId, key }])).get(key)
    return holder ? keyIsTaken(holder.orderId) : refusal
  }

  /** Resolves once everything that was to be placed has been answered. */
  async stop(): Promise<void> {
    await this.#batcher.drained()
  }

  async #placeAll(rows: PlacementRow[]): Promise<(PlacementResult | Error)[]> {
    const [some, ...more] = ofSoManyItems(rows, BATCH_ITEMS)
    const verdicts = await this.#placeTogether(some ?? rows)
    for (const others of more) verdicts.push(...(await this.#placeTogether(others)))
    return verdicts
  }

  async #placeTogether(rows: PlacementRow[]): Promise<(PlacementResult | Error)[]> {
    if (this.#careful > 0) {
      this.#careful--
      return await this.#placeCarefully(rows)
    }
    const quick = withoutRepeats(rows)
    const placed = await this.#placeQuickly(quick)
    if (!placed) {
      this.#careful = CAREFUL_FOR
      return await this.#placeCarefully(rows)
    }
    if (quick.length === rows.length) return placed
    return [...placed, ...(await this.#placeCarefully(rows.slice(quick.length)))]
  }

  /** Gives undefined when the rows were not placed, or may not have been; being careful finds out why. */
  async #placeQuickly(rows: PlacementRow[]): Promise<PlacementResult[] | undefined> {
    try {
      if (this.#ids.length < rows.length) await this.#takeIds(rows.length)
      const placed = this.#ids.splice(0, rows.length).map((orderId, index) => {
        const row = rows[index] as PlacementRow
        row.triedId = orderId
        return { row, orderId }
      })
      const written = insertOrders(this.#sql, itemsOf(placed), { now: this.#clock.now(), replaceKeys: false })
      // The ids for the next batch ride along.
      if (this.#ids.length < 2 * rows.length) this.#takeIds(8 * rows.length).catch(() => {})
      await written
      this.#onPlaced()
      return placed.map(({ orderId }) => ({ kind: 'placed', orderId }))
    } catch {
      return undefined
    }
  }

  async #takeIds(count: number): Promise<void> {
    this.#ids.push(...(await takeOrderIds(this.#sql, count)))
  }

  async #placeCarefully(rows: PlacementRow[]): Promise<(PlacementResult | Error)[]> {
    const giveUpAt = performance.now() + RETRY_FOR_MS
    for (;;) {
      try {
        const verdicts = await this.#decideTogether(rows)
        if (verdicts.some(({ kind }) => kind === 'placed')) this.#onPlaced()
        return verdicts
      } catch (error) {
        if (isConnectionLoss(error)) {
          if (performance.now() > giveUpAt) return rows.map(() => error as Error)
          await new Promise((resolve) => setTimeout(resolve, 100))
        } else if (rows.length === 1) {
          return [error as Error]
        } else {
          return await this.#placeApart(rows)
        }
      }
    }
  }

  /** The database refused the batch: each row alone, so that only the row at fault fails. */
  async #placeApart(rows: PlacementRow[]): Promise<(PlacementResult | Error)[]> {
    const verdicts: (PlacementResult | Error)[] = []
    for (const row of rows) verdicts.push(...(await this.#placeCarefully([row])))
    return verdicts
  }

  async #decideTogether(rows: PlacementRow[]): Promise<PlacementResult[]> {
    const keys = rows.flatMap((row) =>
      [row.naturalKey, row.idempotency?.key]
        .filter((key) => key != null)
        .map((key) => ({ account: row.accountId, key })),
    )
    const accounts = [...new Set(rows.map((row) => row.accountId))]
    const tried = rows.map((row) => row.triedId).filter((id) => id !== undefined)
    if (this.#ids.length < rows.length) await this.#takeIds(rows.length)
    const ids = this.#ids.splice(0, rows.length)
    const verdicts = await this.#sql.begin(async (sql) => {
      // One round trip; each later statement sees what was committed before the wallets were locked.
      const [funds, holders, placedBefore] = await Promise.all([
        lockWallets(sql, accounts),
        findKeyHolders(sql, keys),
        findPlaced(sql, tried),
      ])
      const open = rows.filter((row) => row.triedId === undefined || !placedBefore.has(row.triedId))
      const now = this.#clock.now()
      const verdicts = new Map<PlacementRow, PlacementResult>()
      decidePlacements(open, ids, funds, holders, now).forEach((verdict, index) => {
        const row = open[index] as PlacementRow
        verdicts.set(row, verdict)
        row.triedId = ids[index]
      })
      const placed: { row: PlacementRow; orderId: OrderId }[] = []
      const bound: { account: AccountId; key: string; order: OrderId; body: string }[] = []
      for (const [row, verdict] of verdicts) {
        if (verdict.kind === 'placed') placed.push({ row, orderId: verdict.orderId })
        else if (verdict.kind === 'replayed' && row.idempotency) {
          bound.push({ account: row.accountId, order: verdict.orderId, ...row.idempotency })
        }
      }
      if (placed.length > 0) await insertOrders(sql, itemsOf(placed), { now, replaceKeys: true })
      if (bound.length > 0) await bindKeys(sql, bound, now)
      // Without a verdict now: committed by an earlier try whose answer was lost.
      return rows.map(
        (row) => verdicts.get(row) ?? { kind: 'placed' as const, orderId: row.triedId as OrderId },
      )
    })
    // Committed: the ids of repeats and refusals stand for nothing, and serve the next orders.
    const used = new Set(verdicts.map((verdict) => verdict.kind === 'placed' && verdict.orderId))
    this.#ids.unshift(...ids.filter((id) => !used.has(id)))
    return verdicts
  }
}
