import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { FormerName, FormerOrder, NamedFormerOrder } from './former-order.ts'

/** `selectFormer` gives those of the orders that are there. */
export async function selectFormer(sql: Queryable, names: readonly FormerName[]): Promise<FormerOrder[]> {
  if (names.length === 0) return []
  return await sql<FormerOrder[]>`
    select f.account_id, f.id, f.type, f.service_id, f.input, f.state, f.answer, f.price, f.placed_at, f.ended_at
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[],
                  ${names.map(({ type }) => type)}::text[]) as asked (account_id, id, type)
     cross join lateral (
       select * from former_orders f
        where f.account_id = asked.account_id and f.id = asked.id and f.type = asked.type limit 1) f`.records()
}

/** `selectFormerNumbered` gives the former orders of a number, of whatever accounts: panels' numbers are not ours, and several may have one. */
export async function selectFormerNumbered(sql: Queryable, id: OrderId): Promise<NamedFormerOrder[]> {
  return await sql<NamedFormerOrder[]>`
    select f.account_id, f.id, f.type, f.service_id, f.input, f.state, f.answer, f.price, f.placed_at, f.ended_at,
           a.username, a.currency, s.code as service_code, coalesce(s.secret_results, false) as secret_results
      from accounts a
     cross join lateral (select * from former_orders f where f.account_id = a.id and f.id = ${id}) f
      left join services s on s.id = f.service_id
     order by a.id, f.type`.records()
}

/** `upsertFormer` writes orders, in the place of those of the same names. */
export async function upsertFormer(sql: Queryable, orders: readonly FormerOrder[]): Promise<void> {
  if (orders.length === 0) return
  const rows = orders.map(({ price, ...order }) => ({ ...order, price: price.toString() }))
  await sql`
    insert into former_orders (account_id, id, type, service_id, input, state, answer, price, placed_at, ended_at)
    select "accountId", id, type, "serviceId", input, state, answer, price, "placedAt", "endedAt"
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given (
           "accountId" integer, id bigint, type text, "serviceId" integer, input text, state order_state, answer text,
           price bigint, "placedAt" timestamptz, "endedAt" timestamptz)
    on conflict (account_id, id, type) do update
       set service_id = excluded.service_id, input = excluded.input, state = excluded.state, answer = excluded.answer,
           price = excluded.price, placed_at = excluded.placed_at, ended_at = excluded.ended_at`
}

/** `selectOwnOrders` gives those of the names that are the numbers of orders placed here. */
export async function selectOwnOrders(
  sql: Queryable,
  names: readonly FormerName[],
): Promise<{ accountId: AccountId; id: OrderId }[]> {
  return await sql<{ accountId: AccountId; id: OrderId }[]>`
    select o.account_id, o.id
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
     cross join lateral (
       select account_id, id from orders o where o.account_id = asked.account_id and o.id = asked.id limit 1) o`.records()
}

/** `passNumbers` has new orders get numbers above `id`, in every process within a second. */
export async function passNumbers(sql: Queryable, id: number): Promise<void> {
  await sql`
    select setval('order_ids', ${id}::bigint), pg_notify('imeigate_changes', 'order_ids')
     where (select last_value from order_ids) <= ${id}::bigint`
}
