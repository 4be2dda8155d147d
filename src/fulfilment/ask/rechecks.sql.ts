import type { Sql } from '../../database/database.ts'
import type { SupplierId } from '../../lib/ids.ts'
import { sanitize } from '../../lib/text.ts'
import type { ItemName } from '../claimed-item.ts'

/** Recheck is an attempt that has ended and is asked about once more. */
export interface Recheck extends ItemName {
  attempt: number
  state: 'succeeded' | 'refused'
  supplierId: SupplierId
  supplierName: string
  remoteService: string
  reference: string
  sentAt: Date
  finishedAt: Date
  input: string
  fields: Record<string, string> | null
  quantity: number
  /** `result` is the item's, where this attempt gave it. */
  result: string | null
  /** `isOpen`: the item has not ended: it waits for another supplier, or is with one. */
  isOpen: boolean
}

/**
 * `claimRechecks` takes due rechecks, of each supplier up to so many, out of the way of others until `leaseUntil`. As long no dispatcher
 * sends their items on: one that is due is put off, which a dispatcher sees that has begun to look; one that a dispatcher has at this
 * moment is left to the next run.
 */
export async function claimRechecks(
  sql: Sql,
  room: { supplierId: SupplierId; supplierName: string; items: number }[],
  { now, leaseUntil }: { now: Date; leaseUntil: Date },
): Promise<Recheck[]> {
  return await sql<Recheck[]>`
    with due as materialized (
      select r.supplier_name, d.*
        from unnest(${room.map(({ supplierId }) => supplierId)}::int[],
                    ${room.map(({ supplierName }) => supplierName)}::text[],
                    ${room.map(({ items }) => items)}::int[]) as r (supplier_id, supplier_name, items)
       cross join lateral (
        select account_id, order_id, position, number from attempts a
         where a.supplier_id = r.supplier_id and a.recheck_at <= ${now}
         order by a.recheck_at limit r.items for update skip locked) d
    ), waiting as materialized (
      select i.account_id, i.order_id, i.position
        from due join items i on i.account_id = due.account_id and i.order_id = due.order_id and i.position = due.position
       where i.state = 'pending' and i.due_at <= ${now} for update of i skip locked
    ), held as (
      update items i set due_at = ${leaseUntil}
        from waiting w
       where i.account_id = w.account_id and i.order_id = w.order_id and i.position = w.position
    ), moved as (
      update attempts a set recheck_at = ${leaseUntil}, recheck_lease = ${leaseUntil}
        from due
        join items i on i.account_id = due.account_id and i.order_id = due.order_id and i.position = due.position
       where a.account_id = due.account_id and a.order_id = due.order_id and a.position = due.position
         and a.number = due.number and a.state in ('succeeded', 'refused') and a.reference is not null
         and (i.state <> 'pending' or i.due_at > ${now}
              or (i.account_id, i.order_id, i.position) in (select account_id, order_id, position from waiting))
      returning a.*, due.supplier_name
    )
    select m.account_id, m.order_id, m.position, m.number as attempt, m.state, m.supplier_id, m.supplier_name,
           m.remote_service, m.reference, m.created_at as sent_at, m.finished_at, i.input, i.fields,
           i.quantity, case when m.state = 'succeeded' then i.result end as result, i.finished_at is null as is_open
      from moved m
      join items i on i.account_id = m.account_id and i.order_id = m.order_id and i.position = m.position`.records()
}

/** HELD_MS is how long an item that waits is not sent on before its former supplier is asked: that may be out of reach. */
const HELD_MS = 15_000

/** `heldFrom` is until when an item is held whose former supplier is to be asked at once. */
export const heldFrom = (now: Date): Date => new Date(now.getTime() + HELD_MS)

/** Rechecked is what an attempt's supplier says now. */
export interface Rechecked {
  recheck: Recheck
  /** `changed` says in words for the operator what is different; null: nothing; undefined: there was no clear answer. */
  changed: string | null | undefined
  /** `again` is when to ask once more; null: not any more. */
  again: Date | null
}

/** `writeRechecked` shows changes of mind to a person, and settles what a reseller wanted verified where there is none. */
export async function writeRechecked(sql: Sql, rows: Rechecked[], now: Date): Promise<void> {
  await sql`
    with given as materialized (
      select * from unnest(
        ${rows.map(({ recheck }) => recheck.accountId)}::int[], ${rows.map(({ recheck }) => recheck.orderId)}::bigint[],
        ${rows.map(({ recheck }) => recheck.position)}::smallint[], ${rows.map(({ recheck }) => recheck.attempt)}::smallint[],
        ${rows.map(({ recheck }) => recheck.supplierName)}::text[],
        ${rows.map(({ changed }) => (changed == null ? null : sanitize(changed)))}::text[],
        ${rows.map(({ changed }) => (changed === undefined ? 0 : 1))}::int[],
        ${rows.map(({ again }) => again?.toISOString() ?? null)}::text[]::timestamptz[]
      ) as g (account_id, order_id, position, number, supplier, changed, clear, again)
    ), next as (
      update attempts a set recheck_at = g.again, recheck_lease = null
        from given g
       where a.account_id = g.account_id and a.order_id = g.order_id and a.position = g.position
         and a.number = g.number
    ), shown as (
      insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
      select account_id, order_id, position, number, 'changed', changed, 'imeigate', ${now}
        from given g
       where changed is not null
         -- A person has seen it.
         and not exists (
               select from reviews v
                where v.account_id = g.account_id and v.order_id = g.order_id and v.position = g.position
                  and v.kind = 'changed' and v.attempt = g.number and v.detail = g.changed)
      on conflict do nothing
    )
    update reviews v
       set resolution = case when g.changed is null then 'confirmed' else 'changed' end,
           resolved_by = g.supplier, resolved_at = ${now},
           why = coalesce(g.changed, 'the supplier says the same again')
      from given g
     where g.clear = 1 and v.account_id = g.account_id and v.order_id = g.order_id and v.position = g.position
       and v.kind = 'verify' and v.resolved_at is null and v.attempt = g.number`
}

/** `letGo` has items that a dispatcher held until `leaseUntil` looked at again at once: their former suppliers have been asked. */
export async function letGo(sql: Sql, items: ItemName[], leaseUntil: Date, now: Date): Promise<void> {
  await sql`
    update items i set due_at = ${now}
      from unnest(${items.map(({ accountId }) => accountId)}::int[], ${items.map(({ orderId }) => orderId)}::bigint[],
                  ${items.map(({ position }) => position)}::smallint[]) as h (account_id, order_id, position)
     where i.account_id = h.account_id and i.order_id = h.order_id and i.position = h.position
       and i.state = 'pending' and i.due_at = ${leaseUntil}`
}
