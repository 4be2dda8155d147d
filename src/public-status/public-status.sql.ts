import type { Queryable } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'

/** ShownService is a service that the operator shows to everybody. */
export interface ShownService {
  id: ServiceId
  code: string
  name: string
  groupName: string
  statusNote: string
  opensAt: string | null
  closesAt: string | null
  timeZone: string
  /** `hasWay`: it is done by hand, or a supplier that is in use and not paused has it. */
  hasWay: boolean
}

/** `selectShown` gives them by the order of the groups, and name. */
export const selectShown = (sql: Queryable): Promise<ShownService[]> =>
  sql<ShownService[]>`
    select v.id, v.code, v.name, v.group_name, v.status_note, v.opens_at, v.closes_at, v.time_zone,
           v.processing = 'manual'
           or exists (select from supplier_routes r
                        join suppliers s on s.id = r.supplier_id
                        left join supplier_health h on h.supplier_id = s.id
                       where r.service_id = v.id and r.available is not false and s.enabled and h.open is not true) as has_way
      from services v left join service_groups g on g.name = v.group_name
     where v.public_status and v.active
     order by g.position nulls last, v.group_name, v.name, v.id`.records()

/** Ended is an item that has ended. */
export interface Ended {
  serviceId: ServiceId
  isDone: boolean
  tookMs: number
}

/** `selectEnded` gives the first items of the newest orders of each service that have ended since. */
export const selectEnded = (
  sql: Queryable,
  { serviceIds, since, newest }: { serviceIds: readonly ServiceId[]; since: Date; newest: number },
): Promise<Ended[]> =>
  sql<Ended[]>`
    select o.service_id, i.state = 'success' as is_done,
           (extract(epoch from i.finished_at - o.created_at) * 1000)::float8 as took_ms
      from unnest(${serviceIds}::integer[]) as v (id)
     cross join lateral (
       select account_id, id, service_id, created_at from orders
        where service_id = v.id order by id desc limit ${newest}) o
      join items i on i.account_id = o.account_id and i.order_id = o.id and i.position = 1
     where i.finished_at > ${since} and i.state <> 'cancelled'`.records()

/** `selectLastDone` gives when an item of each service was done last, among the newest orders. */
export const selectLastDone = (
  sql: Queryable,
  { serviceIds, newest }: { serviceIds: readonly ServiceId[]; newest: number },
): Promise<{ serviceId: ServiceId; at: Date | null }[]> =>
  sql<{ serviceId: ServiceId; at: Date | null }[]>`
    select o.service_id, max(i.finished_at) as at
      from unnest(${serviceIds}::integer[]) as v (id)
     cross join lateral (
       select account_id, id, service_id from orders where service_id = v.id order by id desc limit ${newest}) o
      join items i on i.account_id = o.account_id and i.order_id = o.id and i.position = 1
     where i.state = 'success'
     group by o.service_id`.records()
