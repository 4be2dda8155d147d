import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { ClaimedItem } from '../claimed-item.ts'

/** ReferenceClaim is a supplier's number that an answer claims for an item. `shared`: such a number is of all items sent together. */
export interface ReferenceClaim {
  item: ClaimedItem
  reference: string
  shared: boolean
}

/**
 * `ownersOf` gives for each claim the order that has the number already, with its item where that is not the first; null: none has. A
 * shared number is another's where the other item has the same input, or was not sent together with this one.
 */
export async function ownersOf(sql: Sql, claims: ReferenceClaim[]): Promise<(string | null)[]> {
  const rows = await sql<{ ord: number; orderId: OrderId; position: number }[]>`
    select g.ord::int, o.order_id, o.position
      from unnest(${claims.map(({ item }) => item.supplierId)}::int[],
                  ${claims.map(({ reference }) => reference)}::text[],
                  ${claims.map(({ shared }) => shared)}::boolean[],
                  ${claims.map(({ item }) => item.accountId)}::int[],
                  ${claims.map(({ item }) => item.orderId)}::bigint[],
                  ${claims.map(({ item }) => item.position)}::smallint[],
                  ${claims.map(({ item }) => item.input)}::text[],
                  ${claims.map(({ item }) => item.sentAt.toISOString())}::text[]::timestamptz[])
             with ordinality as g (supplier_id, reference, shared, account_id, order_id, position, input, sent_at, ord)
     cross join lateral (
       select a.order_id, a.position from attempts a
        where a.supplier_id = g.supplier_id and a.reference = g.reference
          and (a.account_id, a.order_id, a.position) <> (g.account_id, g.order_id, g.position)
          and (not g.shared or a.created_at <> g.sent_at
               or exists (select from items i
                           where i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
                             and i.input = g.input))
        limit 1) o`.records()
  const owners = claims.map((): string | null => null)
  for (const { ord, orderId, position } of rows) {
    owners[ord - 1] = position === 1 ? `${orderId}` : `${orderId} item ${position}`
  }
  return owners
}
