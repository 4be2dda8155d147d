import type { Sql } from '../../database/database.ts'
import type { Refusal } from '../../errors.ts'
import type { AccountId } from '../../lib/ids.ts'
import { Semaphore } from '../../lib/semaphore.ts'
import type { Clock } from '../../lib/time.ts'
import { keyIsTaken } from './decide.ts'
import { findKeyHolders } from './placement.sql.ts'
import { PlacementQueue } from './placement-queue.ts'
import { idempotencyDigest, rowOf } from './placement-row.ts'
import type { Placed, Purchase } from './purchase.ts'

/**
 * MAX_TURN_MS is how long a batch of one queue may keep another queue's waiting. Half of the queues write at a time, because two
 * batches at a time are each half as large, and the processor time of an order grows; one that waits for a lock gives its turn back.
 */
const MAX_TURN_MS = 25

interface PlacementDeps {
  /** `connections` are pools of one connection each, one for each queue: `pools.placement`. */
  connections: readonly Sql[]
  clock: Clock
  /** `onPlaced` is called after each commit that placed orders. */
  onPlaced?: () => void
}

/**
 * Placement places orders as group commits (promises 1 to 3: durable, paid, once), in several queues. An account stays in one queue,
 * so that its orders keep their sequence and two batches of a process never wait for one wallet; an account whose wallet is locked by
 * somebody else holds up its own queue only.
 */
export class Placement {
  readonly #connections: readonly Sql[]
  readonly #queues: readonly PlacementQueue[]

  constructor({ connections, clock, onPlaced = () => {} }: PlacementDeps) {
    this.#connections = connections
    const turns = new Semaphore(Math.ceil(connections.length / 2), MAX_TURN_MS)
    this.#queues = connections.map((sql) => new PlacementQueue(sql, clock, onPlaced, turns))
  }

  /**
   * `place` places one purchase. Gives a Refusal where nothing was placed. Rejects only when it is not known, or not to be had, what became of
   * the order (a database that stays away).
   */
  async place(purchase: Purchase): Promise<Placed> {
    const result = await this.#at(this.#queues, purchase.accountId).place(rowOf(purchase))
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
    const sql = this.#at(this.#connections, accountId)
    const holder = (await findKeyHolders(sql, [{ account: accountId, key }])).get(key)
    return holder ? keyIsTaken(holder.orderId) : refusal
  }

  /** `stop` resolves once everything that was to be placed has been answered. */
  async stop(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.stop()))
  }

  #at<T>(each: readonly T[], accountId: AccountId): T {
    return each[queueOf(accountId, each.length)] as T
  }
}

/** `queueOf` gives the index of an account's queue: neighbouring ids go to different queues. */
export const queueOf = (accountId: AccountId, queues: number): number =>
  (Math.imul(accountId, 0x9e37_79b1) >>> 16) % queues
