import type { Queryable, Transaction } from '../../database/database.ts'
import { MAX_SCANNED_ROWS } from '../../database/walk.ts'
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

/** `selectManual` gives the oldest first, of so many items of each supplier as an operator's list looks at, those that are due next. */
export async function selectManual(
  sql: Queryable,
  filter: ManualFilter & { limit: number },
): Promise<ManualItem[]> {
  return await sql<ManualItem[]>`
    select i.account_id, i.order_id, i.position, s.name as supplier, sv.code as service_code, sv.name as service_name,
           i.input, i.fields, i.quantity, a.created_at as sent_at, a.detail as taken
      from suppliers s
      join lateral (
        select * from items where supplier_id = s.id and state in ('processing', 'unknown')
         order by due_at limit ${MAX_SCANNED_ROWS.operator}) i on true
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

/**
 * `selectRefused` gives the open items that a person refused, and that no person has now: they wait for another supplier, or are with one.
 * It reads every open item.
 */
export async function selectRefused(sql: Queryable, filter: ManualFilter): Promise<ManualItem[]> {
  return await sql<ManualItem[]>`
    select i.account_id, i.order_id, i.position, s.name as supplier, sv.code as service_code, sv.name as service_name,
           i.input, i.fields, i.quantity, a.created_at as sent_at, null::text as taken
      from items i
      join attempts a on a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                     and a.state = 'refused'
      join suppliers s on s.id = a.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
      join services sv on sv.id = i.service_id
     where (i.state = 'pending' or (i.state in ('processing', 'unknown') and i.supplier_id <> s.id))
       ${filter.supplier === undefined ? sql`` : sql`and (lower(s.name) = lower(${filter.supplier}) or s.id::text = ${filter.supplier})`}
       ${filter.service === undefined ? sql`` : sql`and (lower(sv.code) = lower(${filter.service}) or sv.id::text = ${filter.service})`}
     order by a.created_at, i.order_id, i.position`.records()
}

/** RefusedItem is an open item that a person refused by this attempt, and that no person has now. */
export interface RefusedItem {
  fence: number
  isWaiting: boolean
  attempt: number
}

/** `lockRefused` locks an item, if a person refused it and no person has it now. Wallets must be locked before, as everywhere. */
export async function lockRefused(sql: Transaction, name: ItemName): Promise<RefusedItem | undefined> {
  const [row] = await sql<RefusedItem[]>`
    select i.fence, i.state = 'pending' as is_waiting, a.number as attempt
      from items i
      join attempts a on a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                     and a.state = 'refused'
      join suppliers s on s.id = a.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
     where i.account_id = ${name.accountId} and i.order_id = ${name.orderId} and i.position = ${name.position}
       and (i.state = 'pending' or (i.state in ('processing', 'unknown') and i.supplier_id <> s.id))
     order by a.number desc limit 1 for update of i`.records()
  return row
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

/** OrderItem is an item of an order: it waits for a person, or was refused by one and has not ended yet, or neither. */
interface OrderItem extends ItemName {
  waits: boolean
  isRefused: boolean
}

/** `selectOrderItems` gives the items of an order. */
export async function selectOrderItems(sql: Queryable, orderId: OrderId): Promise<OrderItem[]> {
  return await sql<OrderItem[]>`
    select i.account_id, i.order_id, i.position,
           i.state in ('processing', 'unknown') and coalesce(s.kind = any(${kindsDoneByPeople}::text[]), false) as waits,
           i.finished_at is null and exists (
             select from attempts a join suppliers p on p.id = a.supplier_id and p.kind = any(${kindsDoneByPeople}::text[])
              where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                and a.state = 'refused') as is_refused
      from items i left join suppliers s on s.id = i.supplier_id
     where i.order_id = ${orderId} and i.account_id = (select account_id from orders where id = ${orderId})
     order by i.position`.records()
}
