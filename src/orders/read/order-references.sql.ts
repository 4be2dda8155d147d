import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId, SupplierId } from '../../lib/ids.ts'

// Rows are bounded and ordered by all columns of the index that finds them: so that no plan that was made while there were few
// orders can go through all of an account's.

/** `newestByReference` gives the account's newest order with that reference of the buyer's own. */
export async function newestByReference(
  sql: Sql,
  accountId: AccountId,
  reference: string,
): Promise<OrderId | undefined> {
  const [order] = await sql<{ id: OrderId }[]>`
    select id from orders
     where (account_id, lower(reference), id) >= (${accountId}, lower(${reference}), 0)
       and (account_id, lower(reference), id) < (${accountId}, lower(${reference}), ${Number.MAX_SAFE_INTEGER}::bigint)
       and lower(reference) = lower(${reference}) and reference = ${reference}
     order by account_id desc, lower(reference) desc, id desc limit 1`.records()
  return order?.id
}

/**
 * `bySupplierReference` gives the account's orders whose buyer is shown that reference of the supplier's, newest first. The index of references
 * begins with the supplier, who gives a reference once.
 */
export async function bySupplierReference(
  sql: Sql,
  accountId: AccountId,
  reference: string,
  limit: number,
): Promise<OrderId[]> {
  const suppliers = await sql<{ id: SupplierId }[]>`select id from suppliers`.records()
  const orders = await sql<{ id: OrderId }[]>`
    select distinct a.order_id as id
      from unnest(${suppliers.map(({ id }) => id)}::int[]) as s (id)
     cross join lateral (
             select account_id, order_id, position, state from attempts
              where (supplier_id, reference) >= (s.id, ${reference}) and (supplier_id, reference) <= (s.id, ${reference})
                and reference is not null
              order by supplier_id, reference limit ${MAX_SHARING}) a
     where a.account_id = ${accountId} and a.position = 1 and a.state in ('accepted', 'succeeded')
     order by id desc limit ${limit}`.records()
  return orders.map(({ id }) => id)
}

/** MAX_SHARING bounds the attempts of one reference that are read: a supplier gives a reference to one order, whose routes and items share it. */
const MAX_SHARING = 20_000

/** `orderOfTransaction` gives the order whose price that transaction reserved. */
export async function orderOfTransaction(
  sql: Sql,
  accountId: AccountId,
  id: number,
): Promise<OrderId | undefined> {
  const [entry] = await sql<{ orderId: OrderId | null }[]>`
    select order_id from ledger_entries where account_id = ${accountId} and id = ${id}::bigint and kind = 'hold'`.records()
  return entry?.orderId ?? undefined
}
