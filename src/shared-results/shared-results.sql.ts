import type { Queryable } from '../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../lib/ids.ts'
import type { ItemState } from '../lib/states.ts'

/** ItemName names an item. */
export interface ItemName {
  accountId: AccountId
  orderId: OrderId
  position: number
}

/** Share is the links to an item's result: those with its number hold, while it is shared. */
export interface Share {
  number: number
  isShared: boolean
}

/** `upsertShare` shares an item's result, and gives the number of its links. */
export async function upsertShare(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<number> {
  const [row] = await sql<{ number: number }[]>`
    insert into shared_results as s (account_id, order_id, position) values (${accountId}, ${orderId}, ${position})
    on conflict (account_id, order_id, position) do update set is_shared = true
    returning s.number`.records()
  if (!row) throw new Error('a result was not shared')
  return row.number
}

/** `updateStopped` ends all links that there are to an item's result. Gives false where there are none. */
export async function updateStopped(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<boolean> {
  const found = await sql`
    update shared_results set number = number + 1, is_shared = false
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and is_shared returning number`
  return found.length > 0
}

export async function selectShare(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<Share | undefined> {
  const [row] = await sql<Share[]>`
    select number, is_shared from shared_results
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position}`.records()
  return row
}

/** SharedItem is what of an item is shown. */
export interface SharedItem {
  serviceId: ServiceId
  input: string
  state: ItemState
  result: string | null
  finishedAt: Date | null
  secretResults: boolean
}

export async function selectSharedItem(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<SharedItem | undefined> {
  const [row] = await sql<SharedItem[]>`
    select i.service_id, i.input, i.state::text as state, i.result, i.finished_at, s.secret_results
      from items i join services s on s.id = i.service_id
     where i.account_id = ${accountId} and i.order_id = ${orderId} and i.position = ${position}`.records()
  return row
}
