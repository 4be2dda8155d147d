import type { Queryable } from '../../database/database.ts'
import { sanitize } from '../../lib/text.ts'
import type { ItemName } from '../claimed-item.ts'

/** Resumption is what a supplier, or a person, says of a refused attempt of an item: the supplier has it after all, under `reference`. */
export interface Resumption {
  item: ItemName
  attempt: number
  reference: string
  /** `said` is what was said, in words for the operator. */
  said: string
}

/**
 * `resumeAttempt` gives an item that waits for another supplier back to the one that has it after all: a new attempt goes on with the
 * refused one, and is asked about at once. False: the item does not wait any more, a person has seen the same words and dismissed them, or
 * the number is another item's. The item is locked, so that it is either sent on or resumed.
 */
export async function resumeAttempt(
  sql: Queryable,
  { item, attempt, reference, said }: Resumption,
  now: Date,
): Promise<boolean> {
  const rows = await sql`
    with waiting as materialized (
      select i.account_id, i.order_id, i.position, a.number, coalesce(a.key_number, a.number) as key_number, a.supplier_id,
             a.route_id, a.remote_service, a.cost, a.created_at
        from items i
        join attempts a on a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                       and a.number = ${attempt} and a.state = 'refused'
       where i.account_id = ${item.accountId} and i.order_id = ${item.orderId} and i.position = ${item.position}
         and i.state = 'pending'
         and (select o.number from attempts o
               where o.supplier_id = a.supplier_id and o.reference = ${reference} and a.reference is distinct from ${reference}
                 and (o.account_id, o.order_id, o.position) <> (i.account_id, i.order_id, i.position) limit 1) is null
         and (select v.id from reviews v
               where v.account_id = i.account_id and v.order_id = i.order_id and v.position = i.position and v.kind = 'changed'
                 and v.attempt = a.number and v.resolution = 'dismiss' and v.detail = ${sanitize(said)} limit 1) is null
         for update of i
    ), moved as (
      update items i set state = 'processing', supplier_id = w.supplier_id, fence = i.fence + 1, due_at = ${now}
        from waiting w
       where i.account_id = w.account_id and i.order_id = w.order_id and i.position = w.position
    ), followed as (
      update attempts a set recheck_at = null, recheck_lease = null
        from waiting w
       where a.account_id = w.account_id and a.order_id = w.order_id and a.position = w.position and a.number = w.number
    ), answered as (
      update reviews v
         set resolution = 'settled', resolved_by = 'imeigate', resolved_at = ${now}, why = left(${sanitize(said)}, 4000)
        from waiting w
       where v.account_id = w.account_id and v.order_id = w.order_id and v.position = w.position and v.resolved_at is null
         and (v.kind in ('margin', 'supplier') or (v.kind in ('changed', 'verify') and v.attempt = w.number))
    )
    insert into attempts (account_id, order_id, position, number, key_number, supplier_id, route_id, remote_service, cost,
                          state, reference, detail, created_at)
    select account_id, order_id, position,
           (select max(n.number) + 1 from attempts n
             where n.account_id = w.account_id and n.order_id = w.order_id and n.position = w.position),
           key_number, supplier_id, route_id, remote_service, cost, 'accepted', ${reference}, ${sanitize(said)}, created_at
      from waiting w
    returning number`
  return rows.length > 0
}
