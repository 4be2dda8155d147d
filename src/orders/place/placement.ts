import type { Sql } from '../../database/database.ts'
import type { Refusal } from '../../errors.ts'
import type { AccountId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { keyIsTaken, type PlacementResult } from './decide.ts'
import { findKeyHolders } from './placement.sql.ts'
import { PlacementQueue } from './placement-queue.ts'
import { idempotencyDigest, type PlacementRow, rowOf } from './placement-row.ts'
import type { Placed, Purchase } from './purchase.ts'

interface PlacementDeps {
  /** `connections` are pools of one connection each: `pools.placement`, and `pools.lockedPlacement` for each queue of locked accounts. */
  connections: { common: Sql; locked: readonly Sql[] }
  clock: Clock
  /** `onPlaced` is called after each commit that placed orders. */
  onPlaced?: () => void
}

/**
 * Placement places orders as group commits (promises 1 to 3: durable, paid, once).
 *
 * All accounts share the common queue, because one large batch costs less than two small ones. It waits for a lock only briefly. When it
 * finds a wallet that somebody else holds locked, the orders of its account go to one of the queues for locked accounts, by hash, which
 * wait longer, until the wallet is free again. So a locked wallet costs the other accounts one short wait.
 */
export class Placement {
  readonly #connections: PlacementDeps['connections']
  readonly #common: PlacementQueue
  readonly #locked: readonly PlacementQueue[]
  /** `#apart` holds the accounts whose orders go to the queues for locked accounts, each with how many of them wait there. */
  readonly #apart = new Map<AccountId, number>()

  constructor({ connections, clock, onPlaced = () => {} }: PlacementDeps) {
    this.#connections = connections
    this.#common = new PlacementQueue({
      name: 'placement',
      sql: connections.common,
      clock,
      onPlaced,
      answerLocked: (row) => this.#placeApart(row),
    })
    this.#locked = connections.locked.map(
      (sql, index) =>
        new PlacementQueue({ name: `placement of locked accounts ${index + 1}`, sql, clock, onPlaced }),
    )
  }

  /** `queues` gives every queue, each of which can tell whether orders can be placed there. */
  get queues(): readonly Pick<PlacementQueue, 'name' | 'prove'>[] {
    return [this.#common, ...this.#locked]
  }

  /**
   * `place` places one purchase. Gives a Refusal where nothing was placed. Rejects only when it is not known, or not to be had, what became of
   * the order (a database that stays away).
   */
  async place(purchase: Purchase): Promise<Placed> {
    const row = rowOf(purchase)
    const result = await (this.#apart.has(row.accountId) ? this.#placeApart(row) : this.#common.place(row))
    if (result.kind === 'refused') return result.refusal
    return { orderId: result.orderId, replayed: result.kind === 'replayed' }
  }

  /**
   * `refusalOf` gives the refusal of a purchase that was refused before it came here. If an earlier request was placed under its idempotency key,
   * that is what its caller must be told, so that every other refusal of a repeated request proves that nothing was placed.
   */
  async refusalOf(accountId: AccountId, idempotencyKey: string | null, refusal: Refusal): Promise<Refusal> {
    if (idempotencyKey === null) return refusal
    const key = idempotencyDigest(accountId, idempotencyKey)
    const { common, locked } = this.#connections
    const sql = this.#apart.has(accountId) ? at(locked, accountId) : common
    const holder = (await findKeyHolders(sql, [{ account: accountId, key }])).get(key)
    return holder ? keyIsTaken(holder.orderId) : refusal
  }

  /** `forgetIds` has each queue take the ids of its next orders anew. */
  forgetIds(): void {
    for (const queue of [this.#common, ...this.#locked]) queue.forgetIds()
  }

  /** `stop` resolves once everything that was to be placed has been answered. */
  async stop(): Promise<void> {
    await this.#common.stop()
    await Promise.all(this.#locked.map((queue) => queue.stop()))
  }

  /** `#placeApart` keeps the account apart until none of its orders waits and its wallet was found free. */
  async #placeApart(row: PlacementRow): Promise<PlacementResult> {
    const { accountId } = row
    row.lockedAt ??= performance.now()
    const queue = at(this.#locked, accountId)
    this.#apart.set(accountId, (this.#apart.get(accountId) ?? 0) + 1)
    try {
      return await queue.place(row)
    } finally {
      const waiting = (this.#apart.get(accountId) ?? 1) - 1
      if (waiting > 0 || queue.isLocked(accountId)) this.#apart.set(accountId, waiting)
      else this.#apart.delete(accountId)
    }
  }
}

const at = <T>(each: readonly T[], accountId: AccountId): T => each[queueOf(accountId, each.length)] as T

/** `queueOf` gives the index of an account's queue: neighbouring ids go to different queues. */
export const queueOf = (accountId: AccountId, queues: number): number =>
  (Math.imul(accountId, 0x9e37_79b1) >>> 16) % queues
