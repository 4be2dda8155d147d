import type { Queryable } from '../../database/database.ts'
import type { Exchanged } from '../../outbound/recorded.ts'
import type { ItemName } from '../claimed-item.ts'

/** ItemExchange is one request about an item, and what came of it. */
export interface ItemExchange {
  item: ItemName
  attempt: number
  call: 'send' | 'ask'
  exchanged: Exchanged
}

export async function insertExchanges(sql: Queryable, all: ItemExchange[], now: Date): Promise<void> {
  await sql`
    insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, error, milliseconds)
    select g.account_id, g.order_id, g.position, g.number, ${now}, g.call, g.method, g.url, g.request, g.status, g.answer, g.error, g.milliseconds
      from unnest(${all.map(({ item }) => item.accountId)}::int[], ${all.map(({ item }) => item.orderId)}::bigint[],
                  ${all.map(({ item }) => item.position)}::smallint[], ${all.map(({ attempt }) => attempt)}::smallint[],
                  ${all.map(({ call }) => call)}::text[], ${all.map(({ exchanged }) => exchanged.method)}::text[],
                  ${all.map(({ exchanged }) => exchanged.url)}::text[], ${all.map(({ exchanged }) => exchanged.body)}::text[],
                  ${all.map(({ exchanged }) => exchanged.answer?.status ?? null)}::int[],
                  ${all.map(({ exchanged }) => exchanged.answer?.body ?? null)}::text[],
                  ${all.map(({ exchanged }) => exchanged.error)}::text[],
                  ${all.map(({ exchanged }) => exchanged.milliseconds)}::int[]) with ordinality
        as g (account_id, order_id, position, number, call, method, url, request, status, answer, error, milliseconds, at)
     order by g.at`
}

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

/** `deleteExchanges` removes those from before a time, at most so many; gives how many. */
export async function deleteExchanges(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from attempt_exchanges
     where id in (select id from attempt_exchanges where at < ${before} order by at limit ${limit})`
  return count
}
