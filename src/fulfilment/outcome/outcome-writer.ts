import { isTurnedDown } from '../../database/connection-loss.ts'
import { isConnectionLoss, type Sql } from '../../database/database.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { AccountId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { Batcher } from '../../runtime/batcher.ts'
import type { ItemName } from '../claimed-item.ts'
import {
  followItems,
  type ItemPosition,
  type ItemUpdate,
  lockClaims,
  type ReferenceClaim,
  type Written,
  writeItemUpdates,
} from './outcomes.sql.ts'

const BATCH_SIZE = 1000
const LOCK_TIMEOUT = '55P03'
const RETRY_EVERY_MS = 100
const MAX_RETRY_EVERY_MS = 1_000
/** LAST_TRIES_MS is how long it is tried once the process is to end: until then answers wait for the database. */
const LAST_TRIES_MS = 2_000

/** Recorded: an update was written, its lease was lost or its item had ended before, or another item has the number that it claims. */
export type Recorded = boolean | { takenBy: ItemPosition }

/** `locked`: somebody else holds the wallet, so nothing was written. */
type Tried = Recorded | 'locked'

/**
 * OutcomeWriter records what became of items, many in one transaction (promise 2: each capture or release once, with the balances that
 * follow from it). It is safe to repeat: an update counts only under the item's current fence.
 *
 * A wallet that somebody else holds locked costs one lock time-out. After that, and until its lock is gone, the updates of its account
 * are tried again and again without waiting for the lock, beside those of the others.
 */
export class OutcomeWriter {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #batcher: Batcher<ItemUpdate, Recorded>
  readonly #locked = new Set<AccountId>()
  /** `#postponed` are updates that wait for a locked wallet. */
  readonly #postponed = new Set<Promise<Recorded>>()
  /**
   * `#claims` has the updates that claim a number and are not recorded yet: two items that come with one number at once both lose it.
   * When two processes are told one number for two items, the item that is written first keeps it.
   */
  readonly #claims = new Map<string, Set<ItemUpdate>>()
  /** `#giveUpAt` is set once the process is to end. */
  #giveUpAt = Number.POSITIVE_INFINITY

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
    this.#batcher = new Batcher((updates) => this.#record(updates), { size: BATCH_SIZE })
  }

  record(update: ItemUpdate): Promise<Recorded> {
    if (update.claim !== null) {
      const key = keyOf(update.claim)
      this.#claims.set(key, (this.#claims.get(key) ?? new Set()).add(update))
    }
    return this.#batcher.add(update)
  }

  /** `#release` lets others have the number that an update claimed: it is recorded by now, or is not this item's. */
  #release(update: ItemUpdate): void {
    if (update.claim === null) return
    const key = keyOf(update.claim)
    const claims = this.#claims.get(key)
    claims?.delete(update)
    if (claims?.size === 0) this.#claims.delete(key)
  }

  /** `patiently` does work that needs the database again and again while that is away, as long as the process lives. */
  readonly patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const pause = this.#patience()
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!mayGoWell(error) || !(await pause())) throw error
      }
    }
  }

  /** `hurry` is called when the process is to end: what cannot be written soon is asked about after the next start. */
  hurry(): void {
    this.#giveUpAt = Math.min(this.#giveUpAt, performance.now() + LAST_TRIES_MS)
  }

  get #isEnding(): boolean {
    return this.#giveUpAt !== Number.POSITIVE_INFINITY
  }

  async stop(): Promise<void> {
    await this.#batcher.drained()
    while (this.#postponed.size > 0) await Promise.allSettled(this.#postponed)
  }

  /** `#record` lets the claims go of what is recorded, or cannot be; what waits for a locked wallet keeps its claim. */
  async #record(updates: ItemUpdate[]): Promise<(Recorded | Error | Promise<Recorded>)[]> {
    let waiting = new Set<ItemUpdate>()
    try {
      const results = await this.#recordAll(updates)
      waiting = new Set(updates.filter((_update, index) => results[index] instanceof Promise))
      return results
    } finally {
      for (const update of updates) if (!waiting.has(update)) this.#release(update)
    }
  }

  async #recordAll(updates: ItemUpdate[]): Promise<(Recorded | Error | Promise<Recorded>)[]> {
    const results = new Map<ItemUpdate, Recorded | Error | Promise<Recorded>>()
    for (const update of updates) {
      const rival = this.#rivalOf(update)
      if (rival) results.set(update, { takenBy: rival.item })
    }
    const write = async (some: ItemUpdate[], skipLocked: boolean): Promise<void> => {
      if (some.length === 0) return
      const written = await this.#write(some, { skipLocked })
      some.forEach((update, index) => {
        const one = written[index] as Tried | Error
        results.set(update, one === 'locked' ? this.#postpone(update) : one)
      })
    }
    const isLocked = ({ item }: ItemUpdate): boolean => this.#locked.has(item.accountId)
    const alone = updates.filter((update) => !results.has(update))
    const [locked, others] = [alone.filter(isLocked), alone.filter((update) => !isLocked(update))]
    await write(others, false)
    await write(locked, true)
    return updates.map((update) => results.get(update) as Recorded | Error | Promise<Recorded>)
  }

  #rivalOf({ item, claim }: ItemUpdate): ItemUpdate | undefined {
    const claims = claim && this.#claims.get(keyOf(claim))
    if (!claims || claims.size === 1) return undefined
    for (const one of claims) {
      if (!isSameItem(one.item, item) && !areTogether(one.claim as ReferenceClaim, claim)) return one
    }
    return undefined
  }

  async #write(updates: ItemUpdate[], { skipLocked }: { skipLocked: boolean }): Promise<(Tried | Error)[]> {
    const pause = this.#patience()
    for (;;) {
      try {
        return skipLocked ? await this.#writeUnlocked(updates) : await this.#writeAll(updates)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === LOCK_TIMEOUT && !skipLocked) return await this.#write(updates, { skipLocked: true })
        const again = mayGoWell(error)
        if (!again && updates.length > 1) return await this.#writeApart(updates, { skipLocked })
        if (!again || !(await pause())) return updates.map(() => error as Error)
      }
    }
  }

  /** `#patience` gives what waits until the next try; false: the process is to end, and has tried long enough. */
  #patience(): () => Promise<boolean> {
    let tries = 0
    return async () => {
      tries++
      if (performance.now() >= this.#giveUpAt) return false
      const ms = this.#isEnding ? RETRY_EVERY_MS : Math.min(RETRY_EVERY_MS * tries, MAX_RETRY_EVERY_MS)
      await new Promise((resolve) => setTimeout(resolve, ms))
      return true
    }
  }

  /** `#writeApart` writes each update of a refused batch alone, so that only the one at fault fails. */
  async #writeApart(updates: ItemUpdate[], how: { skipLocked: boolean }): Promise<(Tried | Error)[]> {
    const written: (Tried | Error)[] = []
    for (const update of updates) written.push(...(await this.#write([update], how)))
    return written
  }

  async #writeAll(updates: ItemUpdate[]): Promise<Recorded[]> {
    const now = this.#clock.now()
    const rows = await this.#sql.begin(async (sql) => {
      const [, , written] = await Promise.all([
        lockClaims(sql, updates),
        lockWallets(sql, accountsOf(updates)),
        writeItemUpdates(sql, updates, now),
        followItems(sql, itemsOf(updates), now),
      ])
      return written
    })
    return marked(updates, rows)
  }

  async #writeUnlocked(updates: ItemUpdate[]): Promise<Tried[]> {
    const now = this.#clock.now()
    const accounts = accountsOf(updates)
    return await this.#sql.begin(async (sql) => {
      const [, wallets] = await Promise.all([
        lockClaims(sql, updates),
        lockWallets(sql, accounts, { skipLocked: true }),
      ])
      for (const account of accounts) {
        if (wallets.has(account)) this.#locked.delete(account)
        else this.#locked.add(account)
      }
      const some = updates.filter(({ item }) => wallets.has(item.accountId))
      if (some.length === 0) return updates.map(() => 'locked' as const)
      const [rows] = await Promise.all([
        writeItemUpdates(sql, some, now),
        followItems(sql, itemsOf(some), now),
      ])
      const done = new Map(marked(some, rows).map((one, index) => [some[index], one]))
      return updates.map((update) => done.get(update) ?? 'locked')
    })
  }

  /** `#postpone` has the update written with a later batch. */
  #postpone(update: ItemUpdate): Promise<Recorded> {
    const later = (async () => {
      if (this.#isEnding) throw new Error('the wallet of the account is locked')
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
      return await this.#batcher.add(update)
    })()
    this.#postponed.add(later)
    const settled = (): boolean => this.#postponed.delete(later)
    later.then(settled, settled)
    return later
  }
}

/** `mayGoWell` tells the errors after which the same may go well in a moment. */
const mayGoWell = (error: unknown): boolean => {
  const { code } = error as { code?: string }
  return isConnectionLoss(error) || isTurnedDown(error) || code === LOCK_TIMEOUT
}

const itemsOf = (updates: readonly ItemUpdate[]) => updates.map(({ item }) => item)

const accountsOf = (updates: readonly ItemUpdate[]): AccountId[] => [
  ...new Set(updates.map(({ item }) => item.accountId)),
]

/** `marked` gives what became of each of the updates. */
function marked(updates: readonly ItemUpdate[], rows: readonly Written[]): Recorded[] {
  const done = new Map(rows.map(({ ord, takenBy }) => [ord, takenBy === null || { takenBy }]))
  return updates.map((_update, index) => done.get(index + 1) ?? false)
}

/** `keyOf` is the same for claims that may exclude each other. */
const keyOf = ({ supplierId, reference }: ReferenceClaim): string => `${supplierId} ${reference}`

/** `areTogether`: the number may be of both, which were sent together and are told apart by their inputs. */
const areTogether = ({ shared: a }: ReferenceClaim, { shared: b }: ReferenceClaim): boolean =>
  a !== null && b !== null && a.input !== b.input && a.sentAt.getTime() === b.sentAt.getTime()

const isSameItem = (a: ItemName, b: ItemName): boolean =>
  a.accountId === b.accountId && a.orderId === b.orderId && a.position === b.position
