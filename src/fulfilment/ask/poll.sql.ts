import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, SupplierId } from '../../lib/ids.ts'
import type { AttemptState } from '../../lib/states.ts'
import { type ClaimedItem, renamed } from '../claimed-item.ts'

interface TakenRow {
  account_id: AccountId
  order_id: bigint
  position: number
  fence: number
  supplier_id: SupplierId
  remote_service: string
  number: number
  state: AttemptState
  asked: number
  reference: string | null
  created_at: Date
  input: string
  fields: Record<string, string> | null
  field_names: Record<string, string> | null
  quantity: number
  cost: bigint | null
  min_poll_seconds: number
  max_poll_seconds: number
  expires_at: Date
}

const taken = (row: TakenRow): ClaimedItem => ({
  accountId: row.account_id,
  orderId: Number(row.order_id) as OrderId,
  position: row.position,
  fence: row.fence,
  supplierId: row.supplier_id,
  remoteService: row.remote_service,
  attempt: row.number,
  attemptState: row.state,
  asked: row.asked,
  reference: row.reference,
  sentAt: row.created_at,
  subject: row.input,
  fields: renamed(row.fields, row.field_names),
  quantity: row.quantity,
  cost: row.cost,
  terms: {
    minPollSeconds: row.min_poll_seconds,
    maxPollSeconds: row.max_poll_seconds,
    expiresAt: row.expires_at,
  },
})

/**
 * Takes due items whose latest attempt has been sent, under a lease, to ask about it: of each supplier up to so many,
 * so that one that is slow holds up no other. A supplier that cannot be reached is only asked about what is long due.
 */
export async function takeSent(
  sql: Sql,
  room: { supplierId: SupplierId; items: number }[],
  { now, leaseUntil, longDue }: { now: Date; leaseUntil: Date; longDue: Date },
): Promise<ClaimedItem[]> {
  const rows = await sql<TakenRow[]>`
    with due as materialized (
      select d.* from unnest(${room.map(({ supplierId }) => supplierId)}::int[],
                             ${room.map(({ items }) => items)}::int[]) as r (supplier_id, items)
        left join supplier_health h on h.supplier_id = r.supplier_id and h.open and h.why in ('login', 'transport')
       cross join lateral (
        select account_id, order_id, position from items i
         where i.state in ('processing', 'unknown') and i.supplier_id = r.supplier_id
           and i.due_at <= case when h.supplier_id is null then ${now}::timestamptz else ${longDue}::timestamptz end
         order by i.due_at limit r.items for update skip locked) d
    ), moved as (
      update items i set fence = i.fence + 1, due_at = ${leaseUntil}
        from due
       where i.account_id = due.account_id and i.order_id = due.order_id and i.position = due.position
      returning i.account_id, i.order_id, i.position, i.fence, i.service_id, i.input, i.fields, i.quantity
    )
    select m.*, a.number, a.state, a.asked, a.reference, a.created_at, a.supplier_id, a.remote_service, a.cost,
           (select jsonb_object_agg(ours, theirs) from supplier_route_fields n where n.route_id = a.route_id) as field_names,
           s.min_poll_seconds, s.max_poll_seconds, o.created_at + s.expiry_seconds * interval '1 second' as expires_at
      from moved m
      join lateral (
        select * from attempts a
         where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         order by a.number desc limit 1) a on true
      join services s on s.id = m.service_id
      join orders o on o.account_id = m.account_id and o.id = m.order_id`
  return rows.map(taken)
}

/** Lets go of items that were taken and not asked about: they are due still. */
export async function putBack(sql: Sql, items: ClaimedItem[], now: Date): Promise<void> {
  await sql`
    update items i set due_at = ${now}
      from unnest(${items.map((item) => item.accountId)}::int[], ${items.map((item) => item.orderId)}::bigint[],
                  ${items.map((item) => item.position)}::smallint[], ${items.map((item) => item.fence)}::int[])
        as held (account_id, order_id, position, fence)
     where i.account_id = held.account_id and i.order_id = held.order_id and i.position = held.position
       and i.fence = held.fence and i.state in ('processing', 'unknown')`
}

/**
 * Whether the supplier's order of this number was bought for another item of the same input: then it says nothing of
 * this one.
 */
export async function isAnothers(
  sql: Sql,
  { supplierId, subject, accountId, orderId, position }: ClaimedItem,
  reference: string,
): Promise<boolean> {
  const rows = await sql`
    select from attempts a join items i using (account_id, order_id, position)
     where a.supplier_id = ${supplierId} and a.reference = ${reference} and i.input = ${subject}
       and (a.account_id, a.order_id, a.position) <> (${accountId}, ${orderId}, ${position}) limit 1`
  return rows.length > 0
}

/** Brings the next look at the items of a supplier's order forward, because the supplier said that something happened. */
export async function askSoon(
  sql: Sql,
  supplierId: SupplierId,
  reference: string,
  now: Date,
): Promise<number> {
  const { count } = await sql`
    update items i set due_at = least(i.due_at, ${now}::timestamptz)
      from attempts a
     where a.supplier_id = ${supplierId} and a.reference = ${reference}
       and i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
       and i.state in ('processing', 'unknown')`
  if (count > 0) return count
  const rechecked = await sql`
    update attempts set recheck_at = ${now}
     where supplier_id = ${supplierId} and reference = ${reference} and state in ('succeeded', 'refused')`
  return rechecked.count
}
