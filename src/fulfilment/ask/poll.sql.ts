import type { Sql } from '../../database/database.ts'
import type { RouteId, ServiceId, SupplierId } from '../../lib/ids.ts'
import { type ClaimedItem, renamed } from '../claimed-item.ts'
import { heldFrom } from './rechecks.sql.ts'

/** PollTerms says how often the items of a service are polled. */
interface PollTerms {
  id: ServiceId
  minPollSeconds: number
  maxPollSeconds: number
  expirySeconds: number
  secretResults: boolean
}

/** PollRoom is how many items of a supplier may be polled now, among those that are due at `dueBy`. */
export interface PollRoom {
  supplierId: SupplierId
  items: number
  dueBy: Date
}

/**
 * `claimSentItems` takes due items whose latest attempt has been sent, under a lease, to ask about it: of each supplier up to so many,
 * so that one that is slow holds up no other.
 */
export async function claimSentItems(sql: Sql, room: PollRoom[], leaseUntil: Date): Promise<ClaimedItem[]> {
  const rows = await sql<
    (Omit<ClaimedItem, 'terms'> & { serviceId: ServiceId; routeId: RouteId | null; placedAt: Date })[]
  >`
    with due as materialized (
      select d.* from unnest(${room.map(({ supplierId }) => supplierId)}::int[],
                             ${room.map(({ items }) => items)}::int[],
                             ${room.map(({ dueBy }) => dueBy.toISOString())}::text[]::timestamptz[])
               as r (supplier_id, items, due_by)
       cross join lateral (
        select account_id, order_id, position from items i
         where i.state in ('processing', 'unknown') and i.supplier_id = r.supplier_id and i.due_at <= r.due_by
         order by i.due_at limit r.items for update skip locked) d
    ), moved as (
      update items i set fence = i.fence + 1, due_at = ${leaseUntil}, leased_until = ${leaseUntil}
        from due
       where i.account_id = due.account_id and i.order_id = due.order_id and i.position = due.position
      returning i.account_id, i.order_id, i.position, i.fence, i.service_id, i.input, i.fields, i.quantity
    )
    select m.account_id, m.order_id, m.position, m.fence, m.service_id, m.input, m.fields, m.quantity,
           a.number as attempt, coalesce(a.key_number, a.number) as key_number, a.state as attempt_state, a.asked, a.reference, a.unrecognised, a.created_at as sent_at, a.supplier_id,
           a.remote_service, a.cost, a.route_id, o.created_at as placed_at
      from moved m
      join lateral (
        select * from attempts a
         where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         order by a.number desc limit 1) a on true
      join orders o on o.account_id = m.account_id and o.id = m.order_id`.records()
  if (rows.length === 0) return []
  const [services, fieldNames] = await Promise.all([
    selectPollTerms(sql, [...new Set(rows.map(({ serviceId }) => serviceId))]),
    selectFieldNames(sql, [...new Set(rows.flatMap(({ routeId }) => routeId ?? []))]),
  ])
  return rows.map(({ serviceId, routeId, placedAt, ...item }) => {
    const terms = services.get(serviceId)
    if (terms === undefined) throw new Error(`service ${serviceId} of an item is gone`)
    const { minPollSeconds, maxPollSeconds, expirySeconds, secretResults } = terms
    return {
      ...item,
      fields: renamed(item.fields, (routeId !== null && fieldNames.get(routeId)) || null),
      terms: {
        minPollSeconds,
        maxPollSeconds,
        expiresAt: new Date(placedAt.getTime() + expirySeconds * 1000),
        secretResults,
      },
    }
  })
}

/** `selectPollTerms` reads apart from the items, because hot statements join no configuration. */
async function selectPollTerms(sql: Sql, services: ServiceId[]): Promise<Map<ServiceId, PollTerms>> {
  const rows = await sql<PollTerms[]>`
    select id, min_poll_seconds, max_poll_seconds, expiry_seconds, secret_results
      from services where id = any(${services}::int[])`.records()
  return new Map(rows.map((row) => [row.id, row]))
}

/** `selectFieldNames` reads the suppliers' names of extra fields, of the routes where they differ from ours. */
async function selectFieldNames(sql: Sql, routes: RouteId[]): Promise<Map<RouteId, Record<string, string>>> {
  if (routes.length === 0) return new Map()
  const rows = await sql<{ routeId: RouteId; names: Record<string, string> }[]>`
    select route_id, jsonb_object_agg(ours, theirs) as names from supplier_route_fields
     where route_id = any(${routes}::int[]) group by route_id`.records()
  return new Map(rows.map(({ routeId, names }) => [routeId, names]))
}

/** `putBack` lets go of items that were claimed and not asked about: they are due still. */
export async function putBack(sql: Sql, items: ClaimedItem[], now: Date): Promise<void> {
  await sql`
    update items i set due_at = ${now}, leased_until = null
      from unnest(${items.map((item) => item.accountId)}::int[], ${items.map((item) => item.orderId)}::bigint[],
                  ${items.map((item) => item.position)}::smallint[], ${items.map((item) => item.fence)}::int[])
        as held (account_id, order_id, position, fence)
     where i.account_id = held.account_id and i.order_id = held.order_id and i.position = held.position
       and i.fence = held.fence and i.state in ('processing', 'unknown')`
}

/**
 * `askSoon` makes the items of a supplier's order due at once, because the supplier said that something happened. Of its ended attempts it
 * is asked again, and an item that waits for another supplier is not sent on for that moment.
 */
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
       and i.state in ('processing', 'unknown') and a.state in ('sent', 'accepted', 'unknown')`
  // An order may be of many items.
  const rechecked = await sql`
    update attempts a set recheck_at = ${now}, recheck_lease = ${heldFrom(now)}
      from items i
     where a.supplier_id = ${supplierId} and a.reference = ${reference} and a.state in ('succeeded', 'refused')
       and i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
       and (${count === 0} or i.finished_at is null)
       -- One that goes on with it is open, or is asked about instead.
       and (select n.number from attempts n
             where n.account_id = a.account_id and n.order_id = a.order_id and n.position = a.position
               and n.supplier_id = a.supplier_id and n.reference = a.reference and n.number > a.number limit 1) is null`
  return count + rechecked.count
}
