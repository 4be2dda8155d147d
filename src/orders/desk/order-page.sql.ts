import type { Queryable } from '../../database/database.ts'
import type { AccountId } from '../../lib/ids.ts'
import type { Language } from '../../lib/languages.ts'
import type { Micros } from '../../lib/money.ts'
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

/** `selectStanding` gives what an account has now, the language that it is written to in, and the time zone of its people, the owner's first; null: none is set. */
export async function selectStanding(
  sql: Queryable,
  accountId: AccountId,
): Promise<{ available: Micros; language: Language; timeZone: string | null }> {
  const [row] = await sql<{ available: Micros; language: Language; timeZone: string | null }[]>`
    select w.available, a.language::text as language,
           (select p.time_zone from account_people p where p.account_id = a.id and p.time_zone <> ''
             order by (p.role = 'owner') desc, p.id limit 1) as time_zone
      from accounts a join wallets w on w.account_id = a.id where a.id = ${accountId}`.records()
  if (!row) throw new Error(`account ${accountId} has no wallet`)
  return row
}
