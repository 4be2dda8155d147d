import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { Batcher } from '../../runtime/batcher.ts'
import type { OrderName } from './orders.sql.ts'
import type { Bought } from './receipt.ts'
import { readBought } from './receipts.sql.ts'

/** The most orders that one statement reads. */
const BATCH_SIZE = 200

/** Reads of orders for their buyers. Those that are asked for together are read together. */
export class Receipts {
  readonly #batcher: Batcher<OrderName, Bought | undefined>

  /** `sql` is a pool with steady plans. */
  constructor(sql: Sql) {
    this.#batcher = new Batcher(
      async (names) => {
        const found = new Map((await readBought(sql, names)).map((bought) => [bought.order.id, bought]))
        return names.map(({ accountId, id }) => {
          const bought = found.get(id)
          return bought?.order.accountId === accountId ? bought : undefined
        })
      },
      { size: BATCH_SIZE },
    )
  }

  /** The account's order; undefined when there is none, or it is another account's (promise 6). */
  find(accountId: AccountId, id: OrderId): Promise<Bought | undefined> {
    return this.#batcher.add({ accountId, id })
  }
}
