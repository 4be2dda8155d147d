import type { Queryable, Transaction } from '../database/database.ts'
import type { RemoteBox, RemoteField } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'

/** StagedService is a service of a list as its table has it. */
export interface StagedService {
  remote_id: string
  /** `type` is '' where an id has but one. */
  type: string
  /** `position` is its place in the list, from 0 on. */
  position: number
  group_name: string
  name: string
  kind: 'imei' | 'serial' | 'server'
  /** `cost` is in micros of the supplier's currency, as a text that JSON can carry. */
  cost: string
  delivery_time: string
  description: string
  min_quantity: number
  max_quantity: number
  quantity_options: number[]
  box: RemoteBox | null
  fields: RemoteField[]
}

/** SYNC_LOCK is any constant: with a supplier's id it names the lock that lets one process at a time read the supplier's list. */
const SYNC_LOCK = 7_164_003

/** `lockSync` tells whether this transaction has the supplier's lock, until it ends. It does not wait. */
export async function lockSync(sql: Transaction, supplier: SupplierId): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(${SYNC_LOCK}, ${supplier}) as locked`
  return row?.locked ?? false
}

export async function clearStaged(sql: Queryable, supplier: SupplierId): Promise<void> {
  await sql`delete from staged_services where supplier_id = ${supplier}`
}

/** `insertStaged` writes services, in the place of those of the same id and type. */
export async function insertStaged(
  sql: Queryable,
  supplier: SupplierId,
  rows: StagedService[],
): Promise<void> {
  await sql`
    insert into staged_services (supplier_id, remote_id, type, position, group_name, name, kind, cost, delivery_time,
                                 description, min_quantity, max_quantity, quantity_options, box, fields, hash)
    select ${supplier}, remote_id, type, position, group_name, name, kind, cost, delivery_time, description, min_quantity,
           max_quantity, quantity_options, box, fields,
           md5(jsonb_build_array(group_name, name, kind, delivery_time, description, min_quantity, max_quantity,
                                 quantity_options, box, fields)::text)::uuid
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given (
           remote_id text, type text, position integer, group_name text, name text, kind service_kind, cost bigint,
           delivery_time text, description text, min_quantity integer, max_quantity integer,
           quantity_options integer[], box jsonb, fields jsonb)
     order by position
    on conflict (supplier_id, remote_id, type) do update
       set position = excluded.position, group_name = excluded.group_name, name = excluded.name, kind = excluded.kind, cost = excluded.cost,
           delivery_time = excluded.delivery_time, description = excluded.description, min_quantity = excluded.min_quantity,
           max_quantity = excluded.max_quantity, quantity_options = excluded.quantity_options, box = excluded.box,
           fields = excluded.fields, hash = excluded.hash`
}

/** TYPES has first the type that keeps the id by itself, where neither was known before. */
const TYPES = ['IMEI', 'SERVER', 'REMOTE']

/**
 * `nameTypes` tells services of one id and different types apart: one keeps the id, the others have their type behind it, `654:SERVER`.
 * Which one keeps it does not depend on the order of the list, nor on what else is in it once it is known.
 */
export async function nameTypes(sql: Queryable, supplier: SupplierId): Promise<void> {
  await sql`
    update staged_services s set remote_id = s.remote_id || ':' || s.type
      from staged_services t
      left join supplier_services k on k.supplier_id = t.supplier_id and k.remote_id = t.remote_id
     where s.supplier_id = ${supplier} and t.supplier_id = ${supplier} and t.remote_id = s.remote_id and t.type = s.type
       and s.type <> ''
       and (k.type <> s.type
            or exists (select from supplier_services n
                        where n.supplier_id = s.supplier_id and n.remote_id = s.remote_id || ':' || s.type)
            or (k.type is null
                and exists (select from staged_services o
                             where o.supplier_id = s.supplier_id and o.remote_id = s.remote_id
                               and array_position(${TYPES}::text[], o.type) < array_position(${TYPES}::text[], s.type))))`
}

/**
 * `planForMany` forbids plans for few rows in this transaction: every join of a sync is of whole lists, and such a plan would compare
 * each service with each.
 */
export async function planForMany(sql: Transaction): Promise<void> {
  await sql`select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`
}

/** `countStaged` counts the table, because one that was filled a moment ago is planned for as if it were empty. */
export async function countStaged(sql: Queryable): Promise<void> {
  await sql`select count_staged()`
}
