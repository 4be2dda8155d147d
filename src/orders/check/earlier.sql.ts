import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { ItemState } from '../../lib/states.ts'

/** Earlier is what an account has ordered for the same input before: the newest item of the service that is open, or has ended well. */
export interface Earlier {
  input: string
  orderId: OrderId
  state: ItemState
  result: string | null
  createdAt: Date
}

/**
 * `selectEarlier` looks for each input by itself: among what has ended or is open for long by the index of texts, and else among the newest orders
 * of the account.
 */
export async function selectEarlier(
  sql: Queryable,
  {
    accountId,
    serviceId,
    inputs,
    since,
    newest,
  }: { accountId: AccountId; serviceId: ServiceId; inputs: readonly string[]; since: Date; newest: number },
): Promise<Earlier[]> {
  return await sql<Earlier[]>`
    with asked as (select distinct lower(input) as input from unnest(${inputs}::text[]) as a (input)),
    young as materialized (
      select id from orders where account_id = ${accountId}::int order by id desc limit ${newest}
    ), found as (
      select a.input, i.order_id, i.position
        from asked a
       cross join lateral (
         select order_id, position from items
          where account_id = ${accountId}::int and lower(input) = a.input and input <> ''
            and (finished_at is not null or long_open) and service_id = ${serviceId}::int
            and state not in ('failed', 'cancelled')
          order by order_id desc limit 1) i
      union all
      select a.input, i.order_id, i.position
        from young y
        join items i on i.account_id = ${accountId}::int and i.order_id = y.id and i.service_id = ${serviceId}::int
         and i.finished_at is null
        join asked a on a.input = lower(i.input)
    )
    select distinct on (f.input) f.input, f.order_id, i.state::text as state, i.result, o.created_at
      from found f
      join items i on i.account_id = ${accountId}::int and i.order_id = f.order_id and i.position = f.position
      join orders o on o.account_id = ${accountId}::int and o.id = f.order_id
     where o.created_at > ${since}
     order by f.input, f.order_id desc`.records()
}
