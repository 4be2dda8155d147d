import type { Queryable, Transaction } from '../../database/database.ts'
import { MAX_SCANNED_ROWS } from '../../database/walk.ts'
import { kindsDoneByPeople } from '../../integrations/suppliers/index.ts'
import type { OrderId, ServiceId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/** ManualItem is an item that waits for a person. */
export interface ManualItem extends ItemName {
  username: string
  /** `reference` is the reseller's. */
  reference: string | null
  price: bigint
  currency: string
  supplier: string
  serviceId: ServiceId
  serviceCode: string
  serviceName: string
  secretResults: boolean
  input: string
  fields: Record<string, string> | null
  quantity: number
  /** `placedAt` is when its order was placed, `sentAt` since when it waits for the person. */
  placedAt: Date
  sentAt: Date
  /** `taken` says who took it, and when; null: nobody yet. */
  taken: string | null
}

/** ManualFilter narrows a list; `supplier` and `service` are names or ids. */
export interface ManualFilter {
  supplier?: string | undefined
  service?: string | undefined
  /** `names` are IMEIs and other inputs, references, order numbers, and order numbers with an item (`1001/2`): in upper case, and of IMEIs the digits alone. */
  names?: readonly string[] | undefined
}

const filtered = (sql: Queryable, { supplier, service, names }: ManualFilter) => sql`
  ${supplier === undefined ? sql`` : sql`and (lower(s.name) = lower(${supplier}) or s.id::text = ${supplier})`}
  ${service === undefined ? sql`` : sql`and (lower(sv.code) = lower(${service}) or sv.id::text = ${service})`}
  ${
    names === undefined
      ? sql``
      : sql`and exists (
              select from unnest(array[i.input, o.reference, i.order_id::text, i.order_id || '/' || i.position]) as own (name)
               where upper(btrim(own.name)) = any(${names}::text[])
                  or regexp_replace(own.name, '[\\s./-]', '', 'g') = any(${names}::text[]))`
  }`

/** `selectManual` gives the oldest first, of so many items of each supplier as an operator's list looks at, those that are due next. */
export async function selectManual(
  sql: Queryable,
  { limit, ...filter }: ManualFilter & { limit: number },
): Promise<ManualItem[]> {
  return await sql<ManualItem[]>`
    select i.account_id, i.order_id, i.position, s.name as supplier, i.service_id, sv.code as service_code, sv.name as service_name, sv.secret_results,
           i.input, i.fields, i.quantity, i.price, o.created_at as placed_at, a.created_at as sent_at, a.detail as taken, ac.username, w.currency, o.reference
      from suppliers s
      join lateral (
        select * from items where supplier_id = s.id and state in ('processing', 'unknown')
         order by due_at limit ${MAX_SCANNED_ROWS.operator}) i on true
      join services sv on sv.id = i.service_id
      join accounts ac on ac.id = i.account_id
      join wallets w on w.account_id = i.account_id
      join orders o on o.account_id = i.account_id and o.id = i.order_id
      join lateral (
        select * from attempts a
         where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
         order by a.number desc limit 1) a on true
     where s.kind = any(${kindsDoneByPeople}::text[]) ${filtered(sql, filter)}
     order by a.created_at, i.order_id, i.position limit ${limit}`.records()
}

/** MAX_ENDED is how many of the attempts of a route that ended last are looked through for those that were refused. */
const MAX_ENDED = 20_000

/**
 * `selectRefused` gives the open items that a person refused, and that no person has now, the oldest first: they wait for another supplier, or are
 * with one. It looks at the newest answers of each route to people.
 */
export async function selectRefused(
  sql: Queryable,
  { limit, ...filter }: ManualFilter & { limit: number },
): Promise<ManualItem[]> {
  return await sql<ManualItem[]>`
    select * from (
      select distinct on (i.account_id, i.order_id, i.position)
             i.account_id, i.order_id, i.position, s.name as supplier, i.service_id, sv.code as service_code, sv.name as service_name, sv.secret_results,
             i.input, i.fields, i.quantity, i.price, o.created_at as placed_at, a.created_at as sent_at, null::text as taken, ac.username, w.currency, o.reference
        from suppliers s
        join supplier_routes r on r.supplier_id = s.id
        join lateral (
          select account_id, order_id, position, state, created_at from attempts
           where route_id = r.id and finished_at is not null
           order by finished_at desc limit ${MAX_ENDED}) a on a.state = 'refused'
        -- Looked up one by one: never all that is open.
        join lateral (
          select * from items
           where account_id = a.account_id and order_id = a.order_id and position = a.position offset 0) i
          on i.state = 'pending' or (i.state in ('processing', 'unknown') and i.supplier_id <> s.id)
        join services sv on sv.id = i.service_id
        join accounts ac on ac.id = i.account_id
        join wallets w on w.account_id = i.account_id
        join orders o on o.account_id = i.account_id and o.id = i.order_id
       where s.kind = any(${kindsDoneByPeople}::text[]) ${filtered(sql, filter)}
       order by i.account_id, i.order_id, i.position, a.created_at desc) refused
     order by sent_at, order_id, position limit ${limit}`.records()
}

/** AnsweredItem is an item that people have answered with a result. */
export type AnsweredItem = Pick<ManualItem, 'input' | 'orderId' | 'position' | 'reference'>

/** `selectAnswered` gives those of the named items that people have answered with a result lately. It looks at the newest answers of each route to people. */
export async function selectAnswered(
  sql: Queryable,
  filter: ManualFilter & { names: readonly string[] },
): Promise<AnsweredItem[]> {
  return await sql<AnsweredItem[]>`
    select distinct i.input, i.order_id, i.position, o.reference
      from suppliers s
      join supplier_routes r on r.supplier_id = s.id
      join lateral (
        select account_id, order_id, position, state from attempts
         where route_id = r.id and finished_at is not null
         order by finished_at desc limit ${MAX_ENDED}) a on a.state = 'succeeded'
      join lateral (
        select * from items
         where account_id = a.account_id and order_id = a.order_id and position = a.position offset 0) i on i.state = 'success'
      join services sv on sv.id = i.service_id
      join orders o on o.account_id = i.account_id and o.id = i.order_id
     where s.kind = any(${kindsDoneByPeople}::text[]) ${filtered(sql, filter)}
     order by i.order_id, i.position`.records()
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
