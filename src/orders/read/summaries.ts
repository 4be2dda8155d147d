import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { isStorable } from '../../lib/text.ts'
import { Batcher } from '../../runtime/batcher.ts'
import { findOrders } from './order-list.sql.ts'
import type { OrderName } from './orders.sql.ts'
import type { Receipt, ReceiptStatus } from './receipt.ts'
import { readSummaries } from './summaries.sql.ts'

export type { OrderName } from './orders.sql.ts'

/** An order as its buyer is told of it, without most of the items of a large one. */
export interface Summary extends Receipt {
  accountId: AccountId
  /** Whether items are missing in `result`; everything else counts all of them. */
  result_truncated: boolean
}

export interface ListFilter {
  /** An order's number, or a part of its reference or of an item's input. */
  search?: string | undefined
  state?: ReceiptStatus | undefined
  processing?: 'automatic' | 'manual' | undefined
  /** Its id, or its code. */
  service?: string | undefined
  from?: Date | undefined
  /** Not itself. */
  to?: Date | undefined
  /** Only orders with a smaller number: where the page before said that the next begins. */
  before?: OrderId | undefined
  limit: number
}

/** Of a summary: a page of the largest orders stays small. */
const MAX_ROWS = 100
/** The most orders that one page is looked for in; then it ends, with fewer orders or none, and says where to go on. */
const MAX_LOOKED_AT = 50_000
const BATCH_SIZE = 200

/** Reads of orders for their buyers, in short. Those that are asked for together are read together. */
export class Summaries {
  readonly #sql: Sql
  readonly #mostLookedAt: number
  readonly #batcher: Batcher<OrderName, Summary | undefined>

  /** `sql` is a pool with steady plans. */
  constructor(sql: Sql, { mostLookedAt = MAX_LOOKED_AT } = {}) {
    this.#sql = sql
    this.#mostLookedAt = mostLookedAt
    this.#batcher = new Batcher(
      async (names) => {
        const found = await readSummaries(sql, names, { rows: MAX_ROWS })
        const byId = new Map(found.map((summary) => [summary.order_id, summary]))
        return names.map(({ accountId, id }) => {
          const summary = byId.get(id)
          return summary?.accountId === accountId ? summary : undefined
        })
      },
      { size: BATCH_SIZE },
    )
  }

  /** The account's order; undefined when there is none, or it is another account's (promise 6). */
  find(accountId: AccountId, id: OrderId): Promise<Summary | undefined> {
    return this.#batcher.add({ accountId, id })
  }

  /** Newest first. A page may be short before the end: `next` is null only there. */
  async list(accountId: AccountId, filter: ListFilter): Promise<{ items: Summary[]; next: OrderId | null }> {
    if (!isStorable(`${filter.search}${filter.service}`)) return { items: [], next: null }
    const { ids, next } = await findOrders(this.#sql, accountId, filter, this.#mostLookedAt)
    const names = ids.map((id) => ({ accountId, id }))
    const found = await readSummaries(this.#sql, names, { rows: MAX_ROWS, search: filter.search })
    return { items: found.sort((a, b) => b.order_id - a.order_id), next }
  }
}
