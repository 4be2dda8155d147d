import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** FeedEntry is a ledger entry of an account: its id grows with every entry. `orderId` is null where it is of no order. */
export interface FeedEntry {
  id: number
  orderId: OrderId | null
}

/** `selectEnded` gives those of the orders that have ended. */
export async function selectEnded(sql: Sql, names: OrderName[]): Promise<Set<OrderId>> {
  const rows = await sql<{ id: OrderId }[]>`
    select o.id
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
     where o.finished_at is not null`.records()
  return new Set(rows.map(({ id }) => id))
}

/** `selectEntriesSince` gives what came after an entry of each account, at most `limit` of each, by the index of who asks. */
export async function selectEntriesSince(
  sql: Sql,
  asked: { accountId: AccountId; since: number }[],
  limit: number,
): Promise<Map<number, FeedEntry[]>> {
  const rows = await sql<(FeedEntry & { nth: number })[]>`
    select asked.nth::int, t.id, t.order_id
      from unnest(${asked.map(({ accountId }) => accountId)}::int[], ${asked.map(({ since }) => since)}::bigint[])
             with ordinality as asked (account_id, since, nth)
     cross join lateral (
       select id, order_id from ledger_entries
        where account_id = asked.account_id and id > asked.since
        order by account_id, id limit ${limit}) t
     order by asked.nth, t.id`.records()
  return Map.groupBy(rows, ({ nth }) => nth - 1)
}

/** `selectLastEntry` gives the id of the account's newest entry; 0: there is none. */
export async function selectLastEntry(sql: Sql, accountId: AccountId): Promise<number> {
  const [entry] = await sql<{ id: number }[]>`
    select id from ledger_entries where account_id = ${accountId} order by account_id desc, id desc limit 1`.records()
  return entry?.id ?? 0
}
