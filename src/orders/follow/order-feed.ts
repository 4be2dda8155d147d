import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { SharedPoller } from '../../runtime/shared-poller.ts'
import type { OrderName } from '../read/orders.sql.ts'
import { selectEnded, selectEntriesSince, selectLastEntry } from './order-feed.sql.ts'

/** OrderUpdates are orders that something became of, with the last entry of each, in the order of those. Nothing up to the entry `upTo` is missing. */
export interface OrderUpdates {
  orders: { id: OrderId; entry: number }[]
  upTo: number
}

interface Since {
  accountId: AccountId
  since: number
}

const ENDED_EVERY_MS = 150
const UPDATES_EVERY_MS = 250
/** MAX_ENTRIES_PER_POLL limits the entries that one poll reads of one account; the next poll reads on. */
const MAX_ENTRIES_PER_POLL = 1000
/** MAX_STREAMS bounds the event streams that one key may have open in one process. */
const MAX_STREAMS = 10

/**
 * OrderFeed gives updates of an account's orders. The ledger is the source: placing an order moves money, and so does the end of each
 * item; the entries of one account are numbered in the order in which they are committed, because each waits for the lock of its
 * wallet. So whoever knows the last entry that was seen misses nothing.
 */
export class OrderFeed {
  readonly #sql: Sql
  readonly #ended: SharedPoller<OrderName, true>
  readonly #updates: SharedPoller<Since, OrderUpdates>
  readonly #streams = new Map<string, number>()

  /** `sql` is a pool with steady plans. */
  constructor(sql: Sql) {
    this.#sql = sql
    this.#ended = new SharedPoller(async (names) => {
      const ended = await selectEnded(sql, names)
      return names.map(({ id }) => ended.has(id) || undefined)
    }, ENDED_EVERY_MS)
    this.#updates = new SharedPoller((asked) => pollTogether(sql, asked), UPDATES_EVERY_MS)
  }

  /** `untilEnded` resolves when the order has ended, after `ms`, or when nobody waits any more. */
  async untilEnded(order: OrderName, ms: number, signal: AbortSignal): Promise<void> {
    await this.#ended.wait(order, ms, signal)
  }

  /** `last` gives the newest entry, to follow the account's orders from there on. */
  last(accountId: AccountId): Promise<number> {
    return selectLastEntry(this.#sql, accountId)
  }

  /** `after` waits for what becomes of the account's orders after an entry; undefined: nothing within `ms`. */
  after(asked: Since, ms: number, signal: AbortSignal): Promise<OrderUpdates | undefined> {
    return this.#updates.wait(asked, ms, signal)
  }

  /** `openStream` counts a stream of a key, or of a person; gives what ends it. Throws too_many_requests. */
  openStream(actor: string): () => void {
    const open = this.#streams.get(actor) ?? 0
    if (open >= MAX_STREAMS) {
      throw new Refusal(
        'too_many_requests',
        `a key or a person may follow the orders ${MAX_STREAMS} times at once`,
      )
    }
    this.#streams.set(actor, open + 1)
    return () => {
      const left = (this.#streams.get(actor) ?? 1) - 1
      if (left === 0) this.#streams.delete(actor)
      else this.#streams.set(actor, left)
    }
  }
}

/** `pollTogether` asks once for the streams of an account that have seen the same, which most have. */
async function pollTogether(sql: Sql, asked: Since[]): Promise<(OrderUpdates | undefined)[]> {
  const nameOf = ({ accountId, since }: Since): string => `${accountId} ${since}`
  const distinct = [...new Map(asked.map((one) => [nameOf(one), one])).values()]
  const entries = await selectEntriesSince(sql, distinct, MAX_ENTRIES_PER_POLL)
  const changes = new Map<string, OrderUpdates>()
  for (const [index, one] of distinct.entries()) {
    const found = entries.get(index)
    if (!found) continue
    const last = new Map(
      found.flatMap(({ id, orderId }) => (orderId === null ? [] : [[orderId, id] as const])),
    )
    const orders = [...last].map(([id, entry]) => ({ id, entry }))
    changes.set(nameOf(one), {
      orders: orders.sort((a, b) => a.entry - b.entry),
      upTo: found.at(-1)?.id ?? one.since,
    })
  }
  return asked.map((one) => changes.get(nameOf(one)))
}
