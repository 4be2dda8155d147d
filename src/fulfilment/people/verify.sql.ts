import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { heldFrom } from '../ask/rechecks.sql.ts'
import type { ItemName } from '../claimed-item.ts'

/** `verifiedSince` gives the positions of an order's items that the reseller had verified since a time, and when. */
export async function verifiedSince(
  sql: Queryable,
  accountId: AccountId,
  orderId: OrderId,
  since: Date,
): Promise<Map<number, Date>> {
  const rows = await sql<{ position: number; at: Date }[]>`
    select position, max(opened_at) as at from reviews
     where account_id = ${accountId} and order_id = ${orderId} and kind = 'verify' and opened_at > ${since}
     group by position`
  return new Map(rows.map(({ position, at }) => [position, at]))
}

/**
 * `countVerified` gives how many of the account's newest `limit` reviews are of items that it had verified since a time, and when the first of
 * those was opened.
 */
export async function countVerified(
  sql: Queryable,
  accountId: AccountId,
  since: Date,
  limit: number,
): Promise<{ count: number; first: Date | null }> {
  const [row] = await sql<{ count: number; first: Date | null }[]>`
    select count(*)::int as count, min(opened_at) as first
      from (select kind, opened_at from reviews where account_id = ${accountId}
             order by account_id desc, id desc limit ${limit}) r
     where kind = 'verify' and opened_at > ${since}`
  return row ?? { count: 0, first: null }
}

/**
 * `recheckNow` has the suppliers, but not people, asked at once about the ended attempts of these items that have a reference; gives the
 * latest such attempt of each.
 */
export async function recheckNow(
  sql: Queryable,
  items: ItemName[],
  kindsDoneByPeople: readonly string[],
  now: Date,
): Promise<{ position: number; attempt: number }[]> {
  const rows = await sql<{ position: number; attempt: number }[]>`
    update attempts a set recheck_at = ${now}, recheck_lease = ${heldFrom(now)}
      from unnest(${items.map((item) => item.accountId)}::int[], ${items.map((item) => item.orderId)}::bigint[],
                  ${items.map((item) => item.position)}::smallint[]) as g (account_id, order_id, position)
     where a.account_id = g.account_id and a.order_id = g.order_id and a.position = g.position
       and a.reference is not null and a.state in ('succeeded', 'refused')
       and exists (select from suppliers s where s.id = a.supplier_id and s.kind <> all(${kindsDoneByPeople}::text[]))
       -- One that goes on with it is asked about instead.
       and (select n.number from attempts n
             where n.account_id = a.account_id and n.order_id = a.order_id and n.position = a.position
               and n.supplier_id = a.supplier_id and n.reference = a.reference and n.number > a.number limit 1) is null
    returning a.position, a.number as attempt`
  return rows.toSorted((a, b) => b.attempt - a.attempt)
}
