import type { Queryable } from '../database/database.ts'
import type { PriceGroupId, ServiceId, SupplierId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'
import { type DuplicatePolicy, type Routing, type ServiceKind, serviceIdOf } from './service.ts'

/** A service as its table has it. JSON comes as text, so that equal texts can share one parsed object. */
export interface ServiceRow {
  id: ServiceId
  code: string
  name: string
  group_name: string
  description: string
  delivery_time: string
  kind: ServiceKind
  input_schema: string
  fields: string
  min_quantity: number
  max_quantity: number
  opens_at: string | null
  closes_at: string | null
  time_zone: string
  active: boolean
  duplicate_policy: DuplicatePolicy
  replay_window_seconds: number
  processing: 'automatic' | 'manual'
  routing: Routing
  failure_message: string
  min_poll_seconds: number
  max_poll_seconds: number
  expiry_seconds: number
  visible_to: PriceGroupId[] | null
  created_at: Date
  updated_at: Date
}

/** What one row writes; JSON columns as JSON. */
export type ServiceWrite = Omit<
  ServiceRow,
  'id' | 'input_schema' | 'fields' | 'created_at' | 'updated_at'
> & {
  input_schema: unknown
  fields: unknown
}

const columns = (sql: Queryable) => sql`
  id, code, name, group_name, description, delivery_time, kind, input_schema::text, fields::text, min_quantity,
  max_quantity, to_char(opens_at, 'HH24:MI') as opens_at, to_char(closes_at, 'HH24:MI') as closes_at, time_zone,
  active, duplicate_policy, replay_window_seconds, processing, routing, failure_message, min_poll_seconds,
  max_poll_seconds, expiry_seconds, visible_to, created_at, updated_at`

export async function selectServices(sql: Queryable): Promise<ServiceRow[]> {
  return sql<ServiceRow[]>`select ${columns(sql)} from services order by group_name collate "C", id`
}

/** One service by its id (all digits) or its code in any case. */
export async function selectService(sql: Queryable, idOrCode: string): Promise<ServiceRow | undefined> {
  if (!isStorable(idOrCode)) return undefined
  const id = serviceIdOf(idOrCode)
  const [row] = await sql<ServiceRow[]>`
    select ${columns(sql)} from services where ${id === undefined ? sql`lower(code) = lower(${idOrCode})` : sql`id = ${id}`}`
  return row
}

export async function lockService(sql: Queryable, id: ServiceId): Promise<ServiceRow | undefined> {
  const [row] = await sql<ServiceRow[]>`select ${columns(sql)} from services where id = ${id} for update`
  return row
}

/** No other transaction writes services until this one ends; everybody may read them. */
export async function lockCatalogue(sql: Queryable): Promise<void> {
  await sql`lock table services in share row exclusive mode`
}

export const json = (value: unknown): string => JSON.stringify(value)

const recordset = (sql: Queryable, rows: unknown[]) => sql`
  jsonb_to_recordset(${json(rows)}::text::jsonb) as given (
    id integer, code text, name text, group_name text, description text, delivery_time text, kind service_kind,
    input_schema jsonb, fields jsonb, min_quantity integer, max_quantity integer, opens_at time, closes_at time,
    time_zone text, active boolean, duplicate_policy duplicate_policy, replay_window_seconds integer,
    processing processing, routing routing, failure_message text, min_poll_seconds integer, max_poll_seconds integer,
    expiry_seconds integer, visible_to integer[])`

/** Writes new services, and returns their ids by code. */
export async function insertServices(sql: Queryable, rows: ServiceWrite[]): Promise<Map<string, ServiceId>> {
  const made = await sql<{ id: ServiceId; code: string }[]>`
    insert into services (code, name, group_name, description, delivery_time, kind, input_schema, fields, min_quantity,
                          max_quantity, opens_at, closes_at, time_zone, active, duplicate_policy,
                          replay_window_seconds, processing, routing, failure_message, min_poll_seconds,
                          max_poll_seconds, expiry_seconds, visible_to)
    select code, name, group_name, description, delivery_time, kind, input_schema, fields, min_quantity,
           max_quantity, opens_at, closes_at, time_zone, active, duplicate_policy,
           replay_window_seconds, processing, routing, failure_message, min_poll_seconds,
           max_poll_seconds, expiry_seconds, visible_to
      from ${recordset(sql, rows)}
    returning id, code`
  return new Map(made.map(({ id, code }) => [code, id]))
}

/** Everything but the kind, which no service ever changes. */
export async function updateServices(
  sql: Queryable,
  rows: (ServiceWrite & { id: ServiceId })[],
): Promise<void> {
  await sql`
    update services s
       set code = given.code, name = given.name, group_name = given.group_name, description = given.description,
           delivery_time = given.delivery_time, input_schema = given.input_schema, fields = given.fields,
           min_quantity = given.min_quantity, max_quantity = given.max_quantity, opens_at = given.opens_at,
           closes_at = given.closes_at, time_zone = given.time_zone, active = given.active,
           duplicate_policy = given.duplicate_policy, replay_window_seconds = given.replay_window_seconds,
           processing = given.processing, routing = given.routing, failure_message = given.failure_message,
           min_poll_seconds = given.min_poll_seconds, max_poll_seconds = given.max_poll_seconds,
           expiry_seconds = given.expiry_seconds, visible_to = given.visible_to, updated_at = now()
      from ${recordset(sql, rows)}
     where s.id = given.id`
}

/** A supplier as services name it. */
export interface SupplierNameRow {
  id: SupplierId
  kind: string
  name: string
}

export async function selectSupplierNames(sql: Queryable): Promise<SupplierNameRow[]> {
  return sql<SupplierNameRow[]>`select id, kind, name from suppliers order by id`
}

/** The suppliers' names by service, in order of preference; one that has several routes is there as often. */
export async function selectRoutes(
  sql: Queryable,
  service: ServiceId | null = null,
): Promise<Map<ServiceId, string[]>> {
  const rows = await sql<{ service_id: ServiceId; suppliers: string[] }[]>`
    select r.service_id, array_agg(s.name order by r.position, r.id) as suppliers
      from supplier_routes r join suppliers s on s.id = r.supplier_id
     where ${service}::int is null or r.service_id = ${service}::int
     group by r.service_id`
  return new Map(rows.map((row) => [row.service_id, row.suppliers]))
}

/** Makes one supplier, which has no services of its own to choose from, the only route of each service. */
export async function replaceRoutes(
  sql: Queryable,
  routes: { service: ServiceId; supplier: SupplierId }[],
): Promise<void> {
  await sql`
    with given as (
      select * from jsonb_to_recordset(${json(routes)}::text::jsonb) as given (service integer, supplier integer)
    ), others as (
      delete from supplier_routes r using given
       where r.service_id = given.service and (r.supplier_id <> given.supplier or r.remote_service <> '')
    )
    insert into supplier_routes (service_id, supplier_id, position) select service, supplier, 1 from given
    on conflict (service_id, supplier_id, remote_service) do update set position = 1`
}

export interface PriceGroupRow {
  id: PriceGroupId
  name: string
}

export async function selectGroupNames(sql: Queryable): Promise<PriceGroupRow[]> {
  return sql<PriceGroupRow[]>`select id, name from price_groups order by id`
}
