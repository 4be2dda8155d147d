import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { Batcher } from '../../runtime/batcher.ts'
import { SECRET } from '../read/secret-results.ts'
import {
  type FormerName,
  type FormerOrder,
  type FormerType,
  formerKey,
  formerTypes,
  type NamedFormerOrder,
} from './former-order.ts'
import { selectFormer, selectFormerNumbered } from './former-orders.sql.ts'

export {
  passNumbers,
  selectFormer as findFormer,
  selectOwnOrders as findOwnOrders,
  upsertFormer as writeFormer,
} from './former-orders.sql.ts'

/** `findFormerNumbered` gives the former orders of a number, of whatever accounts, as operators read them. */
export async function findFormerNumbered(sql: Sql, id: OrderId): Promise<NamedFormerOrder[]> {
  return (await selectFormerNumbered(sql, id)).map((one) =>
    one.secretResults && (one.state === 'success' || one.state === 'partial')
      ? { ...one, answer: SECRET }
      : one,
  )
}

/** MAX_PER_READ is how many orders one statement looks for. */
const MAX_PER_READ = 500

/** FormerOrders finds former orders for buyers. What is asked for together is read together, in one statement. */
export class FormerOrders {
  readonly #batcher: Batcher<FormerName, FormerOrder | undefined>

  constructor(sql: Sql) {
    this.#batcher = new Batcher(
      async (names) => {
        const found = new Map((await selectFormer(sql, names)).map((order) => [formerKey(order), order]))
        return names.map((name) => found.get(formerKey(name)))
      },
      { size: MAX_PER_READ },
    )
  }

  /** `find` finds the account's order of that number (promise 6, own data only): of two types that have it, the one that is asked for. */
  async find(accountId: AccountId, id: OrderId, type: FormerType): Promise<FormerOrder | undefined> {
    const others = formerTypes.filter((one) => one !== type)
    const found = await Promise.all(
      [type, ...others].map((one) => this.#batcher.add({ accountId, id, type: one })),
    )
    return found.find((order) => order !== undefined)
  }
}
