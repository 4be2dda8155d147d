import type { Queryable, Sql } from '../database/database.ts'
import type { OrderId, SupplierId } from '../lib/ids.ts'
import { sanitize } from '../lib/text.ts'

/** TestedItem is what a supplier is asked for in a test. */
export interface TestedItem {
  remoteService: string
  input: string
  fields: Record<string, string> | null
  quantity: number
}

/** KeptTest is a test as it was written before it began, and what is known of it. */
export interface KeptTest extends TestedItem {
  id: number
  supplierId: SupplierId
  at: Date
  orderId: OrderId
  reference: string | null
}

/** `selectKindThere` gives what a service of a supplier is about: as its list says, or else a service of ours that goes there; undefined: nobody knows. */
export async function selectKindThere(
  sql: Queryable,
  supplierId: SupplierId,
  remoteService: string,
): Promise<'imei' | 'serial' | 'server' | undefined> {
  const [row] = await sql<{ kind: 'imei' | 'serial' | 'server' }[]>`
    select kind::text as kind from (
      select 1 as place, k.kind from supplier_services k
       where k.supplier_id = ${supplierId} and ${remoteService} in (k.remote_id, k.remote_id || ':' || k.type)
      union all
      select 2, v.kind from supplier_routes r join services v on v.id = r.service_id
       where r.supplier_id = ${supplierId} and r.remote_service = ${remoteService}) known
     order by place, kind limit 1`.records()
  return row?.kind
}

/** `insertTest` writes that something is about to be bought, under a number that no order has or gets. undefined: this `request` has done so before. */
export async function insertTest(
  sql: Queryable,
  supplierId: SupplierId,
  item: TestedItem,
  at: Date,
  request: string | null,
): Promise<KeptTest | undefined> {
  const [row] = await sql<{ id: number; orderId: OrderId }[]>`
    insert into supplier_tests (supplier_id, at, order_id, request, remote_service, input, fields, quantity)
    values (${supplierId}, ${at}, nextval('order_ids'), ${request}, ${sanitize(item.remoteService)}, ${sanitize(item.input)},
            ${item.fields === null ? null : JSON.stringify(item.fields)}::text::jsonb, ${item.quantity})
    on conflict (request) do nothing
    returning id, order_id`.records()
  return row && { ...item, ...row, supplierId, at, reference: null }
}

/** `selectTest` gives a test of a supplier. */
export async function selectTest(
  sql: Queryable,
  supplierId: SupplierId,
  id: number,
): Promise<KeptTest | undefined> {
  const [row] = await sql<KeptTest[]>`
    select id, supplier_id, at, order_id, remote_service, input, fields, quantity, reference
      from supplier_tests where supplier_id = ${supplierId} and id = ${id}`.records()
  return row
}

/** `selectTestOf` gives the test that a request has made. */
export async function selectTestOf(sql: Queryable, request: string): Promise<KeptTest | undefined> {
  const [row] = await sql<KeptTest[]>`
    select id, supplier_id, at, order_id, remote_service, input, fields, quantity, reference
      from supplier_tests where request = ${request}`.records()
  return row
}

/** `updateTest` writes what came of it. */
export async function updateTest(
  sql: Sql,
  id: number,
  { outcome, detail, reference }: { outcome: string; detail: string; reference: string | null },
): Promise<void> {
  await sql`
    update supplier_tests
       set outcome = ${outcome}, detail = ${sanitize(detail)}, reference = coalesce(${reference === null ? null : sanitize(reference)}, reference)
     where id = ${id}`
}
