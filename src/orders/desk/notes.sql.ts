import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'

/** OrderNote is what somebody wrote down of an order, or had done beside its items. */
export interface OrderNote {
  id: number
  at: Date
  actor: string
  kind: 'note' | 'ask' | 'webhook' | 'look'
  text: string
}

interface Of {
  accountId: AccountId
  orderId: OrderId
}

export async function insertNote(
  sql: Queryable,
  { accountId, orderId }: Of,
  { at, actor, kind, text }: Omit<OrderNote, 'id'>,
): Promise<void> {
  await sql`
    insert into order_notes (account_id, order_id, at, actor, kind, text)
    values (${accountId}, ${orderId}, ${at}, ${actor}, ${kind}, ${text})`
}

/** `selectNotes` gives the newest first. */
export async function selectNotes(
  sql: Queryable,
  { accountId, orderId }: Of,
  limit: number,
): Promise<OrderNote[]> {
  return await sql<OrderNote[]>`
    select id, at, actor, kind, text from order_notes
     where account_id = ${accountId} and order_id = ${orderId}
     order by account_id desc, order_id desc, id desc limit ${limit}`.records()
}
