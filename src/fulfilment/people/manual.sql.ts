import type { Queryable } from '../../database/database.ts'
import { kindsDoneByPeople } from '../../integrations/suppliers/index.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/** An item that waits for a person at a supplier of kind `manual`. */
export interface ManualItem extends ItemName {
  supplier: string
  serviceCode: string
  serviceName: string
  subject: string
  fields: Record<string, string> | null
  quantity: number
  sentAt: Date
  /** Who took it, and when, in one text; null: nobody yet. */
  taken: string | null
}

/** The oldest first. */
export async function selectManual(
  sql: Queryable,
  filter: { supplier?: string | undefined; service?: string | undefined; limit: number },
): Promise<ManualItem[]> {
  const rows = await sql<(Omit<ManualItem, 'orderId'> & { accountId: AccountId; order_id: bigint })[]>`
    select i.account_id as "accountId", i.order_id, i.position, s.name as supplier, sv.code as "serviceCode",
           sv.name as "serviceName", i.input as subject, i.fields, i.quantity, a.created_at as "sentAt", a.detail as taken
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
     order by a.created_at, i.order_id, i.position limit ${filter.limit}`
  return rows.map(({ order_id, ...row }) => ({ ...row, orderId: Number(order_id) as OrderId }))
}

/** Notes who works on items; gives how many of them still wait for a person. */
export async function noteTaken(sql: Queryable, orders: OrderId[], by: string): Promise<number> {
  const { count } = await sql`
    update attempts a set detail = ${by}
      from items i join suppliers s on s.id = i.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
     where i.order_id = any(${orders}::bigint[]) and i.state in ('processing', 'unknown')
       and a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
       and a.state in ('sent', 'accepted', 'unknown')`
  return count
}

/** The items of an order, and which of them wait for a person. */
export async function selectOrderItems(
  sql: Queryable,
  orderId: OrderId,
): Promise<(ItemName & { waits: boolean })[]> {
  const rows = await sql<{ accountId: AccountId; position: number; waits: boolean }[]>`
    select i.account_id as "accountId", i.position,
           i.state in ('processing', 'unknown') and coalesce(s.kind = any(${kindsDoneByPeople}::text[]), false) as waits
      from items i left join suppliers s on s.id = i.supplier_id
     where i.order_id = ${orderId} and i.account_id = (select account_id from orders where id = ${orderId})
     order by i.position`
  return rows.map((row) => ({ ...row, orderId }))
}
