import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'

/** `newestBefore` gives the newest order of all accounts that was placed before a time. */
export async function newestBefore(sql: Sql, before: Date): Promise<OrderId | undefined> {
  const [order] = await sql<{ id: OrderId }[]>`
    select id from orders where id > 0 and created_at < ${before} order by id desc limit 1`.records()
  return order?.id
}

/**
 * `markLongOpen` marks open items of orders up to one; gives how many. Items that somebody else writes at the moment are left to the next run,
 * so that it waits for nobody. Each half reads its own index of open items.
 */
export async function markLongOpen(sql: Sql, upTo: OrderId, limit: number): Promise<number> {
  const { count } = await sql`
    with to_send as materialized (
      select account_id, order_id, position from items
       where state = 'pending' and not long_open and order_id <= ${upTo} limit ${limit} for no key update skip locked
    ), to_poll as materialized (
      select account_id, order_id, position from items
       where state in ('processing', 'unknown') and not long_open and order_id <= ${upTo}
       limit ${limit} for no key update skip locked)
    update items i set long_open = true from (select * from to_send union all select * from to_poll) l
     where i.account_id = l.account_id and i.order_id = l.order_id and i.position = l.position`
  return count
}
