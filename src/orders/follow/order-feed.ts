import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { AccountId, KeyId, OrderId } from '../../lib/ids.ts'
import { SharedPoller } from '../../runtime/shared-poller.ts'
import type { OrderName } from '../read/orders.sql.ts'
import { selectEnded, selectLastMovement, selectMovements } from './order-feed.sql.ts'

/** Orders that something became of, with the last movement of each, in the order of those; `upTo`: nothing is missing. */
export interface OrderUpdates {
  orders: { id: OrderId; movement: number }[]
  upTo: number
}

interface Since {
  accountId: AccountId
  since: number
}

const ENDED_EVERY_MS = 150
const NEWS_EVERY_MS = 250
/** Of one account in one look. */
const MAX_MOVEMENTS = 1000
/** Streams of news that one key may have open in one process. */
const MAX_STREAMS = 10

/**
 * Tells of orders as something becomes of them. The ledger is the source: placing an order moves money, and so does the
 * end of each item; the movements of one account are numbered in the order in which they are committed, because each
 * waits for the lock of its wallet. So whoever knows the last number that was seen misses nothing.
 */
export class OrderFeed {
  readonly #sql: Sql
  readonly #ended: SharedPoller<OrderName, true>
  readonly #news: SharedPoller<Since, OrderUpdates>
  readonly #streams = new Map<KeyId, number>()

  /** `sql` is a pool with steady plans. */
  constructor(sql: Sql) {
    this.#sql = sql
    this.#ended = new SharedPoller(async (names) => {
      const ended = await selectEnded(sql, names)
      return names.map(({ id }) => ended.has(id) || undefined)
    }, ENDED_EVERY_MS)
    this.#news = new SharedPoller((asked) => lookTogether(sql, asked), NEWS_EVERY_MS)
  }

  /** Resolves when the order has ended, after `ms`, or when nobody waits any more. */
  async untilEnded(order: OrderName, ms: number, signal: AbortSignal): Promise<void> {
    await this.#ended.wait(order, ms, signal)
  }

  /** From here on. */
  last(accountId: AccountId): Promise<number> {
    return selectLastMovement(this.#sql, accountId)
  }

  /** Waits for what becomes of the account's orders after a movement; undefined: nothing within `ms`. */
  after(asked: Since, ms: number, signal: AbortSignal): Promise<OrderUpdates | undefined> {
    return this.#news.wait(asked, ms, signal)
  }

  /** Counts a stream of this key; gives what ends it. Throws too_many_requests. */
  openStream(key: KeyId): () => void {
    const open = this.#streams.get(key) ?? 0
    if (open >= MAX_STREAMS) {
      throw new Refusal('too_many_requests', `a key may follow its orders ${MAX_STREAMS} times at once`)
    }
    this.#streams.set(key, open + 1)
    return () => {
      const left = (this.#streams.get(key) ?? 1) - 1
      if (left === 0) this.#streams.delete(key)
      else this.#streams.set(key, left)
    }
  }
}

/** Most streams of an account have seen the same: they are asked for once. */
async function lookTogether(sql: Sql, asked: Since[]): Promise<(OrderUpdates | undefined)[]> {
  const nameOf = ({ accountId, since }: Since): string => `${accountId} ${since}`
  const distinct = [...new Map(asked.map((one) => [nameOf(one), one])).values()]
  const movements = await selectMovements(sql, distinct, MAX_MOVEMENTS)
  const changes = new Map<string, OrderUpdates>()
  for (const [index, one] of distinct.entries()) {
    const moved = movements.get(index)
    if (!moved) continue
    const last = new Map(
      moved.flatMap(({ id, orderId }) => (orderId === null ? [] : [[orderId, id] as const])),
    )
    const orders = [...last].map(([id, movement]) => ({ id, movement }))
    changes.set(nameOf(one), {
      orders: orders.sort((a, b) => a.movement - b.movement),
      upTo: moved.at(-1)?.id ?? one.since,
    })
  }
  return asked.map((one) => changes.get(nameOf(one)))
}
