import type { ServiceKind } from '../../catalogue/service.ts'
import type { Sql } from '../../database/database.ts'
import type { OrderName } from './orders.sql.ts'
import type { ReceiptItem } from './receipt.ts'

export type KindedItem = ReceiptItem & { kind: ServiceKind }

/** How an item can be for its buyer; `pending` is every open one. */
export type RowStatus = 'pending' | 'success' | 'failed' | 'cancelled'

export interface ItemFilter {
  status?: RowStatus | undefined
  /** Only those with a larger position. */
  after: number
  limit: number
}

/** In the order of their positions. */
export async function selectItems(
  sql: Sql,
  { accountId, id }: OrderName,
  { status, after, limit }: ItemFilter,
): Promise<KindedItem[]> {
  return await sql<KindedItem[]>`
    select i.position, i.input as subject, i.quantity, i.state, i.result, i.reason, i.finished_at as "finishedAt", s.kind
      from items i join services s on s.id = i.service_id
     where i.account_id = ${accountId} and i.order_id = ${id} and i.position > ${after}::bigint
       ${
         status === undefined
           ? sql``
           : status === 'pending'
             ? sql`and i.finished_at is null`
             : sql`and i.state = ${status}`
       }
     order by i.account_id, i.order_id, i.position limit ${limit}`
}

/** Whether it is the account's (promise 6). */
export async function isOrderOf(sql: Sql, { accountId, id }: OrderName): Promise<boolean> {
  const rows = await sql`select from orders where account_id = ${accountId} and id = ${id}`
  return rows.length > 0
}
