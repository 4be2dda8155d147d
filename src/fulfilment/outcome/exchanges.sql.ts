import type { Queryable } from '../../database/database.ts'
import type { Exchanged } from '../../outbound/recorded.ts'
import type { ItemName } from '../claimed-item.ts'

/** ItemExchange is one request about an item, and what came of it. */
export interface ItemExchange {
  item: ItemName
  attempt: number
  call: 'send' | 'ask'
  at: Date
  exchanged: Exchanged
}

export async function insertExchanges(sql: Queryable, all: ItemExchange[]): Promise<void> {
  await sql`
    insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, error, milliseconds)
    select g.account_id, g.order_id, g.position, g.number, g.at, g.call, g.method, g.url, g.request, g.status, g.answer, g.error, g.milliseconds
      from unnest(${all.map(({ item }) => item.accountId)}::int[], ${all.map(({ item }) => item.orderId)}::bigint[],
                  ${all.map(({ item }) => item.position)}::smallint[], ${all.map(({ attempt }) => attempt)}::smallint[],
                  ${all.map(({ at }) => at.toISOString())}::text[]::timestamptz[],
                  ${all.map(({ call }) => call)}::text[], ${all.map(({ exchanged }) => exchanged.method)}::text[],
                  ${all.map(({ exchanged }) => exchanged.url)}::text[], ${all.map(({ exchanged }) => exchanged.body)}::text[],
                  ${all.map(({ exchanged }) => exchanged.answer?.status ?? null)}::int[],
                  ${all.map(({ exchanged }) => exchanged.answer?.body ?? null)}::text[],
                  ${all.map(({ exchanged }) => exchanged.error)}::text[],
                  ${all.map(({ exchanged }) => exchanged.milliseconds)}::int[]) with ordinality
        as g (account_id, order_id, position, number, at, call, method, url, request, status, answer, error, milliseconds, place)
     order by g.place`
}

/** `deleteExchanges` removes those from before a time, at most so many; gives how many. */
export async function deleteExchanges(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from attempt_exchanges
     where id in (select id from attempt_exchanges where at < ${before} order by at limit ${limit})`
  return count
}
