import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, RouteId, ServiceId, SupplierId } from '../../lib/ids.ts'
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
  quantity: number
  cost: bigint | null
  service_id: ServiceId
  route_id: RouteId | null
  placed_at: Date
}

interface PollTerms {
  id: ServiceId
  min_poll_seconds: number
  max_poll_seconds: number
  expiry_seconds: number
}

const taken = (
  row: TakenRow,
  terms: PollTerms | undefined,
  fieldNames: Record<string, string> | null,
): ClaimedItem => ({
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
  fields: renamed(row.fields, fieldNames),
  quantity: row.quantity,
  cost: row.cost,
  terms: termsOf(row, terms),
})

function termsOf(row: TakenRow, terms: PollTerms | undefined): ClaimedItem['terms'] {
  if (terms === undefined) throw new Error(`service ${row.service_id} of an item is gone`)
  return {
    minPollSeconds: terms.min_poll_seconds,
    maxPollSeconds: terms.max_poll_seconds,
    expiresAt: new Date(row.placed_at.getTime() + terms.expiry_seconds * 1000),
  }
}

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
           a.route_id, o.created_at as placed_at
      from moved m
      join lateral (
        select * from attempts a
         where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         order by a.number desc limit 1) a on true
      join orders o on o.account_id = m.account_id and o.id = m.order_id`
  if (rows.length === 0) return []
  const [services, fieldNames] = await Promise.all([
    selectPollTerms(sql, [...new Set(rows.map((row) => row.service_id))]),
    selectFieldNames(sql, [...new Set(rows.flatMap((row) => row.route_id ?? []))]),
  ])
  return rows.map((row) =>
    taken(
      row,
      services.get(row.service_id),
      row.route_id === null ? null : (fieldNames.get(row.route_id) ?? null),
    ),
  )
}

/** `selectPollTerms` reads how often the items of services are polled. Apart from the items: hot statements join no configuration. */
async function selectPollTerms(sql: Sql, services: ServiceId[]): Promise<Map<ServiceId, PollTerms>> {
  const rows = await sql<PollTerms[]>`
    select id, min_poll_seconds, max_poll_seconds, expiry_seconds from services where id = any(${services}::int[])`
  return new Map(rows.map((row) => [row.id, row]))
}

/** `selectFieldNames` reads the suppliers' names of extra fields, of the routes where they differ from ours. */
async function selectFieldNames(sql: Sql, routes: RouteId[]): Promise<Map<RouteId, Record<string, string>>> {
  if (routes.length === 0) return new Map()
  const rows = await sql<{ route_id: RouteId; names: Record<string, string> }[]>`
    select route_id, jsonb_object_agg(ours, theirs) as names from supplier_route_fields
     where route_id = any(${routes}::int[]) group by route_id`
  return new Map(rows.map(({ route_id, names }) => [route_id, names]))
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
