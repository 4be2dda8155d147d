import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { RouteId, ServiceId, SupplierId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'
import type { EarlierAttempt, PassedRoute, RouteOption, RoutingCandidate, Strategy } from './routing.ts'

/** DueItem is a due pending item, locked until its transaction ends. */
export interface DueItem extends ItemName, RoutingCandidate {
  fence: number
  serviceId: ServiceId
  input: string
  fields: Record<string, string> | null
  placedAt: Date
  /** `attempts` counts the earlier ones. */
  attempts: number
  /** `isDoubted`: a person is asked about a former supplier that says it has it. */
  isDoubted: boolean
  /** `restored`: it was open in a backup that was restored. */
  restored: boolean
  /** `heldUntil` is how long a former supplier is being asked; null: none is. */
  heldUntil: Date | null
}

/** WrittenTries is what statements give of an item's earlier attempts. */
export type WrittenTries =
  | {
      number: number
      key: number
      route: RouteId | null
      supplier: SupplierId
      service: string
      reference: string | null
      fault: EarlierAttempt['fault']
      detail: string | null
      ended: string | null
    }[]
  | null

interface DueRow extends Omit<DueItem, 'tries'> {
  tries: WrittenTries
}

/** ClaimLimits bounds what is claimed in one transaction. */
export interface ClaimLimits {
  now: Date
  /** `after` is the service behind which it begins. */
  after: ServiceId
  /** `rooms` has how many items of a service are claimed at most; of any other service it is `each`. */
  rooms: ReadonlyMap<ServiceId, number>
  each: number
  /** `max` bounds all of them. */
  max: number
}

/**
 * `lockDueItems` locks due pending items, service by service, the longest due first. An item that another worker has locked is passed by. What
 * belongs to an item is read for each by itself: joined, orders could be read by their account alone, all of them for each item.
 */
export async function lockDueItems(sql: Transaction, limits: ClaimLimits): Promise<DueItem[]> {
  const rows = await sql<DueRow[]>`
    with recursive waiting as (
      (select service_id from items where state = 'pending' and service_id > ${limits.after}
        order by service_id limit 1)
      union all
      select (select i.service_id from items i where i.state = 'pending' and i.service_id > w.service_id
               order by i.service_id limit 1)
        from waiting w where w.service_id is not null
    ), due as materialized (
      select d.* from waiting w
        left join unnest(${[...limits.rooms.keys()]}::int[], ${[...limits.rooms.values()]}::int[]) as r (service_id, room)
               on r.service_id = w.service_id
       cross join lateral (
        select account_id, order_id, position, fence, service_id, input, fields, quantity, price, any_margin, restored
          from items i
         where i.state = 'pending' and i.service_id = w.service_id and i.due_at <= ${limits.now}
         order by i.due_at limit coalesce(r.room, ${limits.each}) for update skip locked) d
       where w.service_id is not null and r.room is distinct from 0
       limit ${limits.max}
    )
    select due.*, coalesce(a.attempts, 0) as attempts, a.tries, a.held_until,
           (select created_at from orders o where o.account_id = due.account_id and o.id = due.order_id) as placed_at,
           (select currency from wallets w where w.account_id = due.account_id) as currency,
           (select v.id from reviews v
             where v.account_id = due.account_id and v.order_id = due.order_id and v.position = due.position
               and v.kind = 'changed' and v.resolved_at is null limit 1) is not null as is_doubted
      from due
      left join lateral (
        select count(*)::int as attempts, max(recheck_lease) filter (where recheck_lease > ${limits.now}) as held_until,
               jsonb_agg(jsonb_build_object('number', number, 'key', coalesce(key_number, number), 'route', route_id,
                                            'supplier', supplier_id, 'service', remote_service,
                                            'reference', reference, 'fault', fault, 'detail', detail,
                                            'ended', finished_at) order by number) as tries
          from attempts a
         where a.account_id = due.account_id and a.order_id = due.order_id and a.position = due.position
      ) a on true`.records()
  return rows.map(({ tries, ...item }) => ({ ...item, tries: readTries(tries) }))
}

export const readTries = (tries: WrittenTries): EarlierAttempt[] =>
  (tries ?? []).map(({ number, key, route, supplier, service, reference, fault, detail, ended }) => ({
    number,
    keyNumber: key,
    routeId: route,
    supplierId: supplier,
    remoteService: service,
    reference,
    fault,
    detail,
    endedAt: ended === null ? null : new Date(ended),
  }))

/** ServiceRoutes says how a service's items are sent, with its routes. */
export interface ServiceRoutes {
  strategy: Strategy
  automatic: boolean
  failureMessage: string
  minPollSeconds: number
  maxPollSeconds: number
  expirySeconds: number
  secretResults: boolean
  routes: RouteOption[]
}

type RouteRow = Omit<ServiceRoutes, 'routes'> &
  Omit<RouteOption, 'routeId'> & { serviceId: ServiceId; routeId: RouteId | null }

/**
 * `selectRoutesOf` reads what is committed now: a price, a breaker or a route that changed a moment ago counts. A remote service whose id the
 * supplier's list has in several types is given with its own type, so that the supplier does not do the other one.
 */
export async function selectRoutesOf(
  sql: Queryable,
  services: ServiceId[],
): Promise<Map<ServiceId, ServiceRoutes>> {
  const rows = await sql<RouteRow[]>`
    select sv.id as service_id, sv.routing as strategy, sv.processing = 'automatic' as automatic, sv.failure_message,
           sv.min_poll_seconds, sv.max_poll_seconds, sv.expiry_seconds, sv.secret_results,
           r.id as route_id, r.supplier_id, s.name as supplier_name, r.position,
           r.remote_service || case when k.type <> '' and exists (
             select from supplier_services n
              where n.supplier_id = k.supplier_id and n.available and n.type <> k.type
                and n.remote_id = any(array[k.remote_id || ':IMEI', k.remote_id || ':SERVER', k.remote_id || ':REMOTE'])
           ) then ':' || k.type else '' end as remote_service,
           greatest(r.cost, case when k.currency = s.currency then k.waiting_cost end) as cost,
           (select jsonb_object_agg(ours, theirs) from supplier_route_fields n where n.route_id = r.id) as field_names,
           s.currency, r.margin_floor, s.enabled and r.available is not false as usable,
           case when h.open then h.probe_at end as open_until,
           coalesce(f.tried, 0) as tried, coalesce(f.succeeded, 0) as succeeded, f.median_seconds
      from services sv
      left join supplier_routes r on r.service_id = sv.id
      left join suppliers s on s.id = r.supplier_id
      left join supplier_services k on k.supplier_id = r.supplier_id and k.remote_id = r.remote_service
      left join supplier_health h on h.supplier_id = r.supplier_id
      left join route_stats f on f.route_id = r.id
     where sv.id = any(${services}::int[])`.records()
  const found = new Map<ServiceId, ServiceRoutes>()
  for (const row of rows) {
    const {
      serviceId,
      strategy,
      automatic,
      failureMessage,
      minPollSeconds,
      maxPollSeconds,
      expirySeconds,
      secretResults,
      routeId,
      ...route
    } = row
    let service = found.get(serviceId)
    if (!service) {
      service = {
        strategy,
        automatic,
        failureMessage,
        minPollSeconds,
        maxPollSeconds,
        expirySeconds,
        secretResults,
        routes: [],
      }
      found.set(serviceId, service)
    }
    if (routeId !== null) service.routes.push({ routeId, ...route })
  }
  return found
}

/** Sending is an item that goes to a supplier now. */
export interface Sending {
  item: DueItem
  route: RouteOption
  cost: bigint | null
  service: ServiceRoutes
  /** `number` is the attempt's: a new one, or that of one which the supplier asked to wait with. */
  number: number
  /** `keyNumber` is the attempt whose idempotency key is used. */
  keyNumber: number
  /** `passed` are the routes that it passed over. */
  passed: readonly PassedRoute[]
}

/** `insertPassedRoutes` keeps why items did not go by the routes that their services prefer: few do, and the others need no statement. */
export async function insertPassedRoutes(sql: Transaction, sending: readonly Sending[]): Promise<void> {
  const rows = sending.flatMap(({ item, number, passed }) => passed.map((one) => ({ item, number, ...one })))
  const column = <T>(of: (one: (typeof rows)[number]) => T): T[] => rows.map(of)
  await sql`
    insert into passed_routes (account_id, order_id, position, number, route_id, supplier_id, why, detail)
    select * from unnest(
      ${column(({ item }) => item.accountId)}::int[], ${column(({ item }) => item.orderId)}::bigint[],
      ${column(({ item }) => item.position)}::smallint[], ${column(({ number }) => number)}::smallint[],
      ${column(({ route }) => route.routeId)}::int[], ${column(({ route }) => route.supplierId)}::int[],
      ${column(({ why }) => why)}::text[], ${column(({ detail }) => detail)}::text[])
    on conflict (account_id, order_id, position, number, route_id) do update set why = excluded.why, detail = excluded.detail`
}

/**
 * `insertAttempts` claims locked items under a lease and writes their attempts (promise 4): once the transaction is committed, the
 * intent is.
 */
export async function insertAttempts(
  sql: Transaction,
  sending: Sending[],
  { now, leaseUntil }: { now: Date; leaseUntil: Date },
): Promise<void> {
  const column = <T>(of: (one: Sending) => T): T[] => sending.map(of)
  await sql`
    with given as materialized (
      select * from unnest(
        ${column(({ item }) => item.accountId)}::int[], ${column(({ item }) => item.orderId)}::bigint[],
        ${column(({ item }) => item.position)}::smallint[], ${column(({ number }) => number)}::smallint[],
        ${column(({ route }) => route.supplierId)}::int[], ${column(({ route }) => route.routeId)}::int[],
        ${column(({ route }) => route.remoteService)}::text[], ${column(({ cost }) => cost?.toString() ?? null)}::text[],
        ${column(({ number, keyNumber }) => (keyNumber === number ? null : keyNumber))}::smallint[]
      ) as g (account_id, order_id, position, number, supplier_id, route_id, remote_service, cost, key_number)
    ), moved as (
      update items i
         set fence = i.fence + 1, state = 'processing', supplier_id = g.supplier_id, due_at = ${leaseUntil},
             leased_until = ${leaseUntil}
        from given g
       where i.account_id = g.account_id and i.order_id = g.order_id and i.position = g.position
    ), begun as (
      update orders o set state = 'processing'
        from (select distinct account_id, order_id from given) g
       where o.account_id = g.account_id and o.id = g.order_id and o.state = 'pending'
    )
    insert into attempts (account_id, order_id, position, number, supplier_id, route_id, remote_service, cost, key_number,
                          created_at)
    select account_id, order_id, position, number, supplier_id, route_id, remote_service, cost::bigint, key_number, ${now}
      from given
    on conflict (account_id, order_id, position, number) do update
       set state = 'sent', asked = 0, detail = null, fault = null, unrecognised = null, finished_at = null, cost = excluded.cost,
           created_at = excluded.created_at`
}

/** `postpone` has items that cannot go now looked at again later. */
export async function postpone(sql: Transaction, items: { item: DueItem; until: Date }[]): Promise<void> {
  await sql`
    update items i set due_at = g.until
      from unnest(${items.map(({ item }) => item.accountId)}::int[], ${items.map(({ item }) => item.orderId)}::bigint[],
                  ${items.map(({ item }) => item.position)}::smallint[],
                  ${items.map(({ until }) => until.toISOString())}::text[]::timestamptz[])
        as g (account_id, order_id, position, until)
     where i.account_id = g.account_id and i.order_id = g.order_id and i.position = g.position`
}

/**
 * `extendLeases` moves the leases of items that this worker still works on, and gives those that it still has. An item whose answer was
 * recorded meanwhile is with no worker: when it is asked about next stays.
 */
export async function extendLeases<T extends ItemName & { fence: number }>(
  sql: Sql,
  items: T[],
  leaseUntil: Date,
): Promise<T[]> {
  const rows = await sql<{ ord: number }[]>`
    update items i set due_at = greatest(i.due_at, ${leaseUntil}), leased_until = greatest(i.leased_until, ${leaseUntil})
      from unnest(${items.map((item) => item.accountId)}::int[], ${items.map((item) => item.orderId)}::bigint[],
                  ${items.map((item) => item.position)}::smallint[], ${items.map((item) => item.fence)}::int[])
             with ordinality as held (account_id, order_id, position, fence, ord)
     where i.account_id = held.account_id and i.order_id = held.order_id and i.position = held.position
       and i.fence = held.fence and i.leased_until is not null
    returning held.ord::int`
  return rows.map(({ ord }) => items[ord - 1] as T)
}
