import type { ServiceKind } from '../../catalogue/service.ts'
import type { Sql } from '../../database/database.ts'
import type { BuyerItem, BuyerItemStatus } from './buyer-order.ts'
import type { OrderName } from './orders.sql.ts'

/** KindedItem is an item with its service's kind, which decides the name of its input on the wire. */
export type KindedItem = BuyerItem & { kind: ServiceKind }

export interface ItemFilter {
  status?: BuyerItemStatus | undefined
  /** `after` leaves out this position and those before it. */
  after: number
  limit: number
}

/** `selectItems` gives them in the order of their positions. */
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

/** `isOrderOf` says if the order is the account's (promise 6, own data only). */
export async function isOrderOf(sql: Sql, { accountId, id }: OrderName): Promise<boolean> {
  const rows = await sql`select from orders where account_id = ${accountId} and id = ${id}`
  return rows.length > 0
}
