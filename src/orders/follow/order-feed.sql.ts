import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** A movement of an account's money; of an order's, unless `orderId` is null. Its number grows with every movement. */
export interface Movement {
  id: number
  orderId: OrderId | null
}

/** The numbers of those orders that have ended. */
export async function selectEnded(sql: Sql, names: OrderName[]): Promise<Set<OrderId>> {
  const rows = await sql<{ id: bigint }[]>`
    select o.id
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
     where o.finished_at is not null`
  return new Set(rows.map(({ id }) => Number(id) as OrderId))
}

/** What has moved for each account since a movement: by the index of who asked, in order, the first so many of each. */
export async function selectMovements(
  sql: Sql,
  asked: { accountId: AccountId; since: number }[],
  most: number,
): Promise<Map<number, Movement[]>> {
  const rows = await sql<{ nth: bigint; id: bigint; order_id: bigint | null }[]>`
    select asked.nth, t.id, t.order_id
      from unnest(${asked.map(({ accountId }) => accountId)}::int[], ${asked.map(({ since }) => since)}::bigint[])
             with ordinality as asked (account_id, since, nth)
     cross join lateral (
       select id, order_id from ledger_entries
        where account_id = asked.account_id and id > asked.since
        order by account_id, id limit ${most}) t
     order by asked.nth, t.id`
  const movements = rows.map((row) => ({
    nth: Number(row.nth) - 1,
    id: Number(row.id),
    orderId: row.order_id === null ? null : (Number(row.order_id) as OrderId),
  }))
  return Map.groupBy(movements, ({ nth }) => nth)
}

/** The account's newest movement; 0: there is none. */
export async function selectLastMovement(sql: Sql, accountId: AccountId): Promise<number> {
  const [row] = await sql<{ id: bigint }[]>`
    select id from ledger_entries where account_id = ${accountId} order by account_id desc, id desc limit 1`
  return Number(row?.id ?? 0)
}
