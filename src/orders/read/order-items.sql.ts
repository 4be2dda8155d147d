import type { Sql } from '../../database/database.ts'
import type { ServiceId } from '../../lib/ids.ts'
import type { BuyerItem, BuyerItemStatus } from './buyer-order.ts'
import type { OrderName } from './orders.sql.ts'

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
): Promise<BuyerItem[]> {
  return await sql<BuyerItem[]>`
    select i.position, i.input, i.quantity, i.state, i.result, i.reason, i.finished_at, i.refunded
      from items i
     where i.account_id = ${accountId} and i.order_id = ${id} and i.position > ${after}::bigint
       ${
         status === undefined
           ? sql``
           : status === 'pending'
             ? sql`and i.finished_at is null`
             : sql`and i.state = ${status}`
       }
     order by i.account_id, i.order_id, i.position limit ${limit}`.records()
}

/** `serviceOf` gives an order's service; undefined where the order is not the account's (promise 6, own data only). */
export async function serviceOf(sql: Sql, { accountId, id }: OrderName): Promise<ServiceId | undefined> {
  const [order] = await sql<{ serviceId: ServiceId }[]>`
    select service_id from orders where account_id = ${accountId} and id = ${id}`.records()
  return order?.serviceId
}
