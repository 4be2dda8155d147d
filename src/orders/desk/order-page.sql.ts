import type { Queryable } from '../../database/database.ts'
import type { AccountId } from '../../lib/ids.ts'
import { type Micros, micros } from '../../lib/money.ts'
import type { ItemState } from '../../lib/states.ts'
import type { Item } from '../order.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** `selectItems` gives the next items of an order behind a position. */
export async function selectItems(
  sql: Queryable,
  { accountId, id }: OrderName,
  { states, after, limit }: { states: readonly ItemState[] | undefined; after: number; limit: number },
): Promise<Item[]> {
  return await sql<Item[]>`
    select position, input, fields, quantity, price, refunded, state, result, reason, due_at, finished_at
      from items
     where account_id = ${accountId} and order_id = ${id} and position > ${after}::bigint
       ${states === undefined ? sql`` : sql`and state = any(${states}::text[]::item_state[])`}
     order by account_id, order_id, position limit ${limit}`.records()
}

/** `selectBalance` gives what an account has now. */
export async function selectBalance(sql: Queryable, accountId: AccountId): Promise<Micros> {
  const [wallet] = await sql<{ available: Micros }[]>`
    select available from wallets where account_id = ${accountId}`.records()
  return wallet?.available ?? micros(0n)
}
