import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { Batcher } from '../../runtime/batcher.ts'
import type { Order } from '../order.ts'
import { type OrderName, readOrders } from './orders.sql.ts'

/** The most orders that one statement reads. */
const BATCH_SIZE = 500

/** Reads of orders. Those that are asked for together are read together, in one statement. */
export class Orders {
  readonly #batcher: Batcher<OrderName, Order | undefined>

  /** `sql` is a pool with steady plans. */
  constructor(sql: Sql) {
    this.#batcher = new Batcher(
      async (names) => {
        const found = new Map((await readOrders(sql, names)).map((order) => [order.id, order]))
        return names.map(({ accountId, id }) => {
          const order = found.get(id)
          return order?.accountId === accountId ? order : undefined
        })
      },
      { size: BATCH_SIZE },
    )
  }

  /** The account's order; undefined when there is none, or it is another account's (promise 6). */
  find(accountId: AccountId, id: OrderId): Promise<Order | undefined> {
    return this.#batcher.add({ accountId, id })
  }
}
