import { ConnectionLost, isNeverSent, isTurnedDown } from '../../database/connection-loss.ts'
import { isConnectionLoss, type Sql, type Transaction } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import { groupsOf } from '../../lib/groups.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { Batcher } from '../../runtime/batcher.ts'
import { HOLD_MS } from '../../runtime/presence.ts'
import { decidePlacements, type PlacementResult } from './decide.ts'
import { Lane } from './lane.ts'
import {
  bindKeys,
  findKeyHolders,
  findPlaced,
  insertItems,
  insertOrders,
  takeOrderIds,
} from './placement.sql.ts'
import { furtherItemsOf, itemsOf, type PlacementRow, type Placing, withoutRepeats } from './placement-row.ts'

/** MAX_BATCH_ORDERS bounds the orders that one transaction places. */
const MAX_BATCH_ORDERS = 1000
/** MAX_BATCH_ITEMS bounds the items that one statement writes, and one turn of the event loop prepares. */
const MAX_BATCH_ITEMS = 1000
/** CAREFUL_BATCHES are decided carefully after one that had to be: repeats and empty wallets come in clusters. */
const CAREFUL_BATCHES = 10
const RETRY_EVERY_MS = 100
/** LOCKED_MS is how long an order waits for a wallet that is known to be locked: many of those locks are short. */
const LOCKED_MS = 2000

const LOCK_TIMEOUT = '55P03'
const STATEMENT_TIMEOUT = '57014'

/** Answer is what a row is answered with, now or later; an Error when it is not known what became of it. */
type Answer = PlacementResult | Error | Promise<PlacementResult>

interface PlacementQueueDeps {
  /** `name` is what an operator is told of the queue by. */
  name: string
  /** `sql` is a pool of one connection with steady plans and a lock time-out. */
  sql: Sql
  clock: Clock
  /** `onPlaced` is called after each commit that placed orders. */
  onPlaced: () => void
  /** `answerLocked` answers a row whose wallet somebody else holds locked; unless said otherwise the row waits, and is then refused. */
  answerLocked?: (row: PlacementRow) => Answer
}

/**
 * PlacementQueue places orders on one connection, one batch at a time: requests that arrive together go in one
 * transaction, and no caller is answered before its commit.
 *
 * Most purchases have nothing against them. So a batch is first written as if none had, in one statement that writes nothing if a wallet
 * does not hold enough or a key stands for an order already. A batch that was refused is decided carefully: wallets
 * locked, keys looked up, each row its own result in order of arrival.
 *
 * A wallet that somebody else holds locked costs the queue one lock time-out. After that, and until its lock is gone, the orders of
 * its account are decided apart, without waiting for the lock: `answerLocked` answers them, the others are placed.
 */
export class PlacementQueue {
  readonly name: string
  readonly #lane: Lane
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #onPlaced: () => void
  readonly #answerLocked: (row: PlacementRow) => Answer
  readonly #batcher: Batcher<PlacementRow, PlacementResult>
  /** `#ids` are taken ahead, so that a batch is one statement. */
  #ids: OrderId[] = []
  /** `#generation` counts how often they were forgotten. */
  #generation = 0
  /** `#careful` counts the batches still to be decided carefully. */
  #careful = 0
  /** `#locked` are accounts whose wallets were found locked by somebody else. */
  readonly #locked = new Set<AccountId>()
  /** `#waiting` are rows that are tried again in a moment, when their wallet may be free. */
  readonly #waiting = new Set<Promise<PlacementResult>>()

  constructor({ name, sql, clock, onPlaced, answerLocked }: PlacementQueueDeps) {
    this.name = name
    this.#lane = new Lane(sql, `${crypto.randomUUID()} ${name}`)
    this.#sql = sql
    this.#clock = clock
    this.#onPlaced = onPlaced
    this.#answerLocked = answerLocked ?? ((row) => this.#waitForWallet(row))
    this.#batcher = new Batcher((rows) => this.#placeAll(rows), { size: MAX_BATCH_ORDERS })
  }

  place(row: PlacementRow): Promise<PlacementResult> {
    return this.#batcher.add(row)
  }

  /** `isLocked` tells whether the account's wallet was locked when it was last tried. */
  isLocked(accountId: AccountId): boolean {
    return this.#locked.has(accountId)
  }

  /** `prove` throws what keeps orders from being placed here; it waits behind the batch that is being placed. */
  async prove(): Promise<void> {
    await this.#lane.prove(this.#clock.now())
  }

  /** `forgetIds` takes the next ids anew, because those that were taken ahead may be the numbers of former orders by now. */
  forgetIds(): void {
    this.#generation++
    this.#ids = []
  }

  async stop(): Promise<void> {
    await this.#batcher.drained()
    while (this.#waiting.size > 0) await Promise.allSettled(this.#waiting)
  }

  #waitForWallet(row: PlacementRow): Answer {
    row.lockedAt ??= performance.now()
    if (performance.now() - row.lockedAt >= LOCKED_MS) return notNow(row)
    const again = new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS)).then(() =>
      this.#batcher.add(row),
    )
    this.#waiting.add(again)
    const settled = (): boolean => this.#waiting.delete(again)
    again.then(settled, settled)
    return again
  }

  async #placeAll(rows: PlacementRow[]): Promise<Answer[]> {
    const results = new Map<PlacementRow, Answer>()
    const place = async (some: PlacementRow[], how: (rows: PlacementRow[]) => Promise<Answer[]>) => {
      for (const group of groupsOf(some, itemCount, MAX_BATCH_ITEMS)) {
        const placed = await how(group)
        group.forEach((row, index) => {
          results.set(row, placed[index] as Answer)
        })
      }
    }
    const isLocked = ({ accountId }: PlacementRow): boolean => this.isLocked(accountId)
    const [locked, others] = [rows.filter(isLocked), rows.filter((row) => !isLocked(row))]
    await place(others, (group) => this.#placeTogether(group))
    await place(locked, (group) => this.#placeCarefully(group, { skipLocked: true }))
    return rows.map((row) => results.get(row) as Answer)
  }

  async #placeTogether(rows: PlacementRow[]): Promise<Answer[]> {
    if (this.#careful > 0) {
      this.#careful--
      return await this.#placeCarefully(rows)
    }
    // A row that another queue tried may have been written there. A large order is written by several statements.
    if (rows.some((row) => row.orderId !== undefined || isLarge(row))) return await this.#placeCarefully(rows)
    const quick = withoutRepeats(rows)
    const placed = await this.#placeQuickly(quick)
    if (placed === 'locked') return await this.#placeCarefully(rows, { skipLocked: true })
    if (!placed) {
      this.#careful = CAREFUL_BATCHES
      return await this.#placeCarefully(rows)
    }
    if (quick.length === rows.length) return placed
    return [...placed, ...(await this.#placeCarefully(rows.slice(quick.length)))]
  }

  /** `#placeQuickly` gives undefined when the rows were not placed, or may not have been; being careful finds out why. */
  async #placeQuickly(rows: PlacementRow[]): Promise<PlacementResult[] | 'locked' | undefined> {
    try {
      while (this.#ids.length < rows.length) await this.#takeIds(rows.length)
      const placed = this.#ids.splice(0, rows.length).map((orderId, index) => {
        const row = rows[index] as PlacementRow
        row.orderId = orderId
        return { row, orderId }
      })
      const written = insertOrders(this.#sql, itemsOf(placed, MAX_BATCH_ITEMS), {
        now: this.#clock.now(),
        replaceKeys: false,
      })
      // The ids for the next batch ride along.
      if (this.#ids.length < 2 * rows.length) this.#takeIds(8 * rows.length).catch(() => {})
      const isWritten = await written
      this.#lane.committed()
      if (!isWritten) return undefined
      this.#onPlaced()
      return placed.map(({ orderId }) => ({ kind: 'placed', orderId }))
    } catch (error) {
      noteLoss(rows, error)
      return (error as { code?: unknown }).code === LOCK_TIMEOUT ? 'locked' : undefined
    }
  }

  async #takeIds(count: number): Promise<void> {
    const generation = this.#generation
    const ids = await takeOrderIds(this.#sql, count)
    if (generation === this.#generation) this.#ids.push(...ids)
  }

  /** `skipLocked`: rows of accounts whose wallets are locked are refused at once. */
  async #placeCarefully(rows: PlacementRow[], { skipLocked = false } = {}): Promise<Answer[]> {
    for (;;) {
      try {
        const results = await this.#decideTogether(rows, skipLocked)
        this.#lane.committed()
        if (results.some(isPlaced)) this.#onPlaced()
        return results
      } catch (error) {
        const { code } = error as { code?: unknown }
        if (isConnectionLoss(error) || isTurnedDown(error)) {
          if (isTurnedDown(error)) this.#lane.turnedDown(error)
          if (rows.some(isOverdue)) return await this.#withoutOverdue(rows, { skipLocked })
          await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
        } else if (code === LOCK_TIMEOUT && !skipLocked) {
          return await this.#placeCarefully(rows, { skipLocked: true })
        } else if (code === LOCK_TIMEOUT) {
          // No wallet: something that every order needs.
          this.#lane.turnedDown(error)
          return rows.map(this.#answerLocked)
        } else if (code === STATEMENT_TIMEOUT) {
          this.#lane.turnedDown(error)
          return rows.map(notNow)
        } else if (rows.length === 1) {
          return [error as Error]
        } else {
          return await this.#placeApart(rows)
        }
      }
    }
  }

  /** `#withoutOverdue` gives up the rows that have waited long enough for the database, and goes on with the others. */
  async #withoutOverdue(rows: PlacementRow[], how: { skipLocked: boolean }): Promise<Answer[]> {
    const overdue = new Set(rows.filter(isOverdue))
    const others = rows.filter((row) => !overdue.has(row))
    const results = new Map<PlacementRow, Answer>([...overdue].map((row) => [row, notNow(row)]))
    const placed = others.length > 0 ? await this.#placeCarefully(others, how) : []
    others.forEach((row, index) => {
      results.set(row, placed[index] as Answer)
    })
    return rows.map((row) => results.get(row) as Answer)
  }

  /** `#placeApart` places each row of a refused batch alone, so that only the row at fault fails. */
  async #placeApart(rows: PlacementRow[]): Promise<Answer[]> {
    const results: Answer[] = []
    for (const row of rows) results.push(...(await this.#placeCarefully([row])))
    return results
  }

  async #decideTogether(rows: PlacementRow[], skipLocked: boolean): Promise<Answer[]> {
    const keys = rows.flatMap((row) =>
      [row.naturalKey, row.idempotency?.key]
        .filter((key) => key != null)
        .map((key) => ({ account: row.accountId, key })),
    )
    const accounts = [...new Set(rows.map((row) => row.accountId))]
    // A row that was tried before, on a connection that was lost, keeps its order id: if the late first try is still to be committed,
    // one of the two finds the other's order.
    const tried = rows.flatMap(({ orderId, accountId }) =>
      orderId === undefined ? [] : [{ accountId, orderId }],
    )
    const fresh = rows.filter(({ orderId }) => orderId === undefined)
    while (this.#ids.length < fresh.length) await this.#takeIds(fresh.length)
    const generation = this.#generation
    for (const row of fresh) row.orderId = this.#ids.shift()
    const idOf = (row: PlacementRow): OrderId => row.orderId as OrderId
    try {
      const results = await this.#sql.begin(async (sql) => {
        // One round trip; each later statement sees what was committed before the wallets were locked.
        const [funds, holders, placedBefore] = await Promise.all([
          lockWallets(sql, accounts, { skipLocked }),
          findKeyHolders(sql, keys),
          findPlaced(sql, tried),
        ])
        if (skipLocked) this.#noteLocks(accounts, funds)
        const open = rows.filter(
          (row) => !placedBefore.has(idOf(row)) && !this.#mustSkip(row, funds, skipLocked),
        )
        const now = this.#clock.now()
        const decided = new Map<PlacementRow, PlacementResult>()
        decidePlacements(open, open.map(idOf), funds, holders, now).forEach((result, index) => {
          decided.set(open[index] as PlacementRow, result)
        })
        const placed: Placing[] = []
        const bound: { account: AccountId; key: string; order: OrderId; body: string }[] = []
        for (const [row, result] of decided) {
          if (result.kind === 'placed') placed.push({ row, orderId: result.orderId })
          else if (result.kind === 'replayed' && row.idempotency) {
            bound.push({ account: row.accountId, order: result.orderId, ...row.idempotency })
          }
        }
        if (placed.length > 0) await write(sql, placed, now)
        if (bound.length > 0) await bindKeys(sql, bound, now)
        return rows.map((row): PlacementResult | Error | 'locked' => {
          const result = decided.get(row)
          if (result) return isProof(row, result) ? result : notNow(row)
          // Without a result: committed by an earlier try whose answer was lost, or its wallet is locked.
          return placedBefore.has(idOf(row)) ? { kind: 'placed', orderId: idOf(row) } : 'locked'
        })
      })
      // Committed: the ids of repeats and refusals stand for nothing, and serve the next orders. Not those that a lost connection may
      // still write.
      const unused = rows.filter((row, index) => !isPlaced(results[index]) && !row.maybeWritten)
      if (generation === this.#generation) this.#ids.unshift(...unused.map(idOf))
      for (const row of unused) row.orderId = undefined
      return rows.map((row, index) => {
        const result = results[index] as PlacementResult | Error | 'locked'
        return result === 'locked' ? this.#answerLocked(row) : result
      })
    } catch (error) {
      noteLoss(rows, error)
      throw error
    }
  }

  #mustSkip(
    { accountId }: PlacementRow,
    funds: ReadonlyMap<AccountId, unknown>,
    skipLocked: boolean,
  ): boolean {
    return skipLocked && !funds.has(accountId)
  }

  #noteLocks(accounts: readonly AccountId[], funds: ReadonlyMap<AccountId, unknown>): void {
    for (const account of accounts) {
      if (funds.has(account)) this.#locked.delete(account)
      else this.#locked.add(account)
    }
  }
}

const itemCount = ({ purchase }: PlacementRow): number => purchase.items.length

/** `isLarge`: an order that one statement does not write, and that is a group of its own. */
const isLarge = (row: PlacementRow): boolean => itemCount(row) > MAX_BATCH_ITEMS

/** `write` writes decided rows; of a large order as many items at a time as fit into a turn. */
async function write(sql: Transaction, placed: Placing[], now: Date): Promise<void> {
  if (!(await insertOrders(sql, itemsOf(placed, MAX_BATCH_ITEMS), { now, replaceKeys: true }))) {
    throw new Error('an account has no wallet')
  }
  for (const placing of placed) {
    const { length } = placing.row.purchase.items
    for (let from = MAX_BATCH_ITEMS; from < length; from += MAX_BATCH_ITEMS) {
      await insertItems(sql, furtherItemsOf(placing, { from, to: from + MAX_BATCH_ITEMS }), now)
    }
  }
}

/**
 * `isProof` is false for a refusal for lack of money while an earlier try of the row may still be committed: that try would be placed
 * if money came in between. Other refusals name the order that holds the row's key, and the key refuses the earlier try.
 */
const isProof = ({ maybeWritten }: PlacementRow, result: PlacementResult): boolean =>
  !(maybeWritten && result.kind === 'refused' && result.refusal.code === 'insufficient_balance')

const isPlaced = (result: Answer | 'locked' | undefined): boolean =>
  typeof result === 'object' && 'kind' in result && result.kind === 'placed'

/** `noteLoss` marks rows whose connection was lost: the server may still commit them, so their ids stand for no other order. */
function noteLoss(rows: readonly PlacementRow[], error: unknown): void {
  if (isConnectionLoss(error) && !isNeverSent(error)) for (const row of rows) row.maybeWritten = true
}

const isOverdue = ({ askedAt }: PlacementRow): boolean => performance.now() - askedAt > HOLD_MS

/** `notNow` refuses a row that was not placed; where an earlier try may still be committed, it is an error, since a refusal is proof. */
const notNow = (row: PlacementRow): PlacementResult | Error =>
  row.maybeWritten
    ? new ConnectionLost('an earlier try of the order may still be committed')
    : { kind: 'refused', refusal: new Refusal('temporarily_unavailable') }
