import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { LeftOut } from './remote-list.ts'
import type { StagedService } from './staging.sql.ts'

/** KeptList is a supplier's list that was read whole, and that nobody has taken over. */
export interface KeptList {
  id: number
  readAt: Date
  /** `readBy` is who had it read, as the trail names them. */
  readBy: string
  /** `suspicion` says why nobody but a person should believe it; null: nothing is wrong with it. */
  suspicion: string | null
  leftOut: LeftOut[]
  services: StagedService[]
}

/** `keepRead` keeps the staged list in the place of the one that was read before, and gives its id. */
export async function keepRead(
  sql: Queryable,
  supplier: SupplierId,
  {
    actor,
    at,
    suspicion,
    leftOut,
  }: { actor: string; at: Date; suspicion: string | null; leftOut: LeftOut[] },
): Promise<number> {
  await forgetRead(sql, supplier)
  const [row] = await sql<{ id: number }[]>`
    insert into supplier_lists (supplier_id, read_at, read_by, suspicion, left_out, services)
    select ${supplier}, ${at}, ${actor}, ${suspicion}, ${JSON.stringify(leftOut)}::text::jsonb,
           coalesce((select jsonb_agg(jsonb_build_object(
                       'remote_id', remote_id, 'type', type, 'position', position, 'group_name', group_name, 'name', name,
                       'kind', kind, 'cost', coalesce(waiting_cost, cost)::text, 'delivery_time', delivery_time,
                       'description', description, 'min_quantity', min_quantity, 'max_quantity', max_quantity,
                       'quantity_options', quantity_options, 'box', box, 'fields', fields) order by position)
                       from staged_services where supplier_id = ${supplier}), '[]'::jsonb)
    returning id`
  return (row as { id: number }).id
}

/** `forgetRead` takes the kept list away: it was taken over, or another one takes its place. */
export async function forgetRead(sql: Queryable, supplier: SupplierId): Promise<void> {
  await sql`delete from supplier_lists where supplier_id = ${supplier}`
}

export async function selectKept(sql: Queryable, supplier: SupplierId): Promise<KeptList | undefined> {
  const [list] = await sql<KeptList[]>`
    select id, read_at, read_by, suspicion, left_out, services from supplier_lists where supplier_id = ${supplier}`.records()
  return list
}

/** OurPlace is a service of ours that one of a supplier's stands for here, by its import or by a route. */
export interface OurPlace {
  remoteId: string
  id: number
  code: string
  name: string
}

export const selectPlaces = (sql: Queryable, supplier: SupplierId): Promise<OurPlace[]> =>
  sql<OurPlace[]>`
    select p.remote_id, v.id, v.code, v.name
      from (select remote_id, service_id from synced_services where supplier_id = ${supplier}
            union
            select remote_service, service_id from supplier_routes where supplier_id = ${supplier} and remote_service <> '') p
      join services v on v.id = p.service_id
     order by v.id`.records()

/** KnownService is a service of the list that was taken over last. */
export interface KnownService {
  remoteId: string
  name: string
  cost: bigint
  currency: string
}

export const selectKnown = (sql: Queryable, supplier: SupplierId): Promise<KnownService[]> =>
  sql<KnownService[]>`
    select remote_id, name, cost, currency from supplier_services where supplier_id = ${supplier} and available
     order by remote_id`.records()

/** `stageKnown` stages the list that was taken over last, with the costs that wait in it. Only those of `ids`; null: all of it. */
export async function stageKnown(
  sql: Queryable,
  supplier: SupplierId,
  ids: readonly string[] | null,
): Promise<void> {
  await sql`
    insert into staged_services (supplier_id, remote_id, type, position, group_name, name, kind, cost, delivery_time, description,
                                 min_quantity, max_quantity, quantity_options, box, fields, hash)
    select supplier_id, remote_id, type, (row_number() over (order by group_name, name, remote_id))::int, group_name, name, kind,
           coalesce(waiting_cost, cost), delivery_time, description, min_quantity, max_quantity, quantity_options, box, fields, hash
      from supplier_services
     where supplier_id = ${supplier} and available and (${ids}::text[] is null or remote_id = any(${ids}::text[]))
    on conflict (supplier_id, remote_id, type) do nothing`
}

/** `lastReadOf` is when the list that was taken over last was read. */
export async function lastReadOf(sql: Queryable, supplier: SupplierId): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(last_seen_at) as at from supplier_services where supplier_id = ${supplier}`
  return row?.at ?? null
}

/** Goner is a service that could be bought before, and that the staged list has no more. */
export interface Goner {
  remoteId: string
  name: string
}

export const selectGone = (sql: Queryable, supplier: SupplierId): Promise<Goner[]> =>
  sql<Goner[]>`
    select k.remote_id, k.name from supplier_services k
     where k.supplier_id = ${supplier} and k.available
       and not exists (select from staged_services s where s.supplier_id = k.supplier_id and s.remote_id = k.remote_id)
     order by k.group_name, k.name, k.remote_id`.records()
