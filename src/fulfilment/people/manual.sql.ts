import type { Queryable } from '../../database/database.ts'
import { kindsDoneByPeople } from '../../integrations/suppliers/index.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/** ManualItem is an item that waits for a person. */
export interface ManualItem extends ItemName {
  supplier: string
  serviceCode: string
  serviceName: string
  input: string
  fields: Record<string, string> | null
  quantity: number
  sentAt: Date
  /** `taken` says who took it, and when; null: nobody yet. */
  taken: string | null
}

/** ManualFilter narrows a list; `supplier` and `service` are names or ids. */
export interface ManualFilter {
  supplier?: string | undefined
  service?: string | undefined
}

/** `selectManual` gives the oldest first. */
export async function selectManual(
  sql: Queryable,
  filter: ManualFilter & { limit: number },
): Promise<ManualItem[]> {
  return await sql<ManualItem[]>`
    select i.account_id, i.order_id, i.position, s.name as supplier, sv.code as service_code, sv.name as service_name,
           i.input, i.fields, i.quantity, a.created_at as sent_at, a.detail as taken
      from suppliers s
      join items i on i.supplier_id = s.id and i.state in ('processing', 'unknown')
      join services sv on sv.id = i.service_id
      join lateral (
        select * from attempts a
         where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
         order by a.number desc limit 1) a on true
     where s.kind = any(${kindsDoneByPeople}::text[])
       ${filter.supplier === undefined ? sql`` : sql`and (lower(s.name) = lower(${filter.supplier}) or s.id::text = ${filter.supplier})`}
       ${filter.service === undefined ? sql`` : sql`and (lower(sv.code) = lower(${filter.service}) or sv.id::text = ${filter.service})`}
     order by a.created_at, i.order_id, i.position limit ${filter.limit}`.records()
}

/** `noteTaken` notes who works on items; gives how many of them still wait for a person. */
export async function noteTaken(sql: Queryable, orders: OrderId[], by: string): Promise<number> {
  const { count } = await sql`
    update attempts a set detail = ${by}
      from items i join suppliers s on s.id = i.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
     where i.order_id = any(${orders}::bigint[]) and i.state in ('processing', 'unknown')
       and a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
       and a.state in ('sent', 'accepted', 'unknown')`
  return count
}

/** `selectOrderItems` gives the items of an order, and which of them wait for a person. */
export async function selectOrderItems(
  sql: Queryable,
  orderId: OrderId,
): Promise<(ItemName & { waits: boolean })[]> {
  return await sql<(ItemName & { waits: boolean })[]>`
    select i.account_id, i.order_id, i.position,
           i.state in ('processing', 'unknown') and coalesce(s.kind = any(${kindsDoneByPeople}::text[]), false) as waits
      from items i left join suppliers s on s.id = i.supplier_id
     where i.order_id = ${orderId} and i.account_id = (select account_id from orders where id = ${orderId})
     order by i.position`.records()
}
