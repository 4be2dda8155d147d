import type { Queryable } from '../../database/database.ts'
import type { ItemName } from '../claimed-item.ts'

/** KeptExchange is one of an item, as people read it. */
export interface KeptExchange {
  attempt: number
  at: Date
  call: 'send' | 'ask'
  method: string
  url: string
  request: string
  status: number | null
  answer: string | null
  error: string | null
  milliseconds: number
  /** `isSecret`: the results of its service are. */
  isSecret: boolean
}

/** `selectExchanges` gives those of an item, the oldest first: of many the first and the last ones. */
export async function selectExchanges(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<KeptExchange[]> {
  return await sql<KeptExchange[]>`
    with own as (
      select *, row_number() over (order by id) as place, count(*) over () as all_of_them
        from attempt_exchanges where account_id = ${accountId} and order_id = ${orderId} and position = ${position})
    select number as attempt, at, call, method, url, request, status, answer, error, milliseconds,
           coalesce((select s.secret_results from items i join services s on s.id = i.service_id
                      where i.account_id = own.account_id and i.order_id = own.order_id and i.position = own.position), true) as is_secret
      from own where place <= 5 or place > all_of_them - 15 order by id`.records()
}
