import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'

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

/** `bySupplierReference` gives the account's orders whose buyer is shown that reference of the supplier's, newest first. */
export async function bySupplierReference(
  sql: Sql,
  accountId: AccountId,
  reference: string,
  limit: number,
): Promise<OrderId[]> {
  const orders = await sql<{ id: OrderId }[]>`
    select order_id as id from attempts
     where (account_id, reference, order_id) >= (${accountId}, ${reference}, 0)
       and (account_id, reference, order_id) < (${accountId}, ${reference}, ${Number.MAX_SAFE_INTEGER}::bigint)
       and reference = ${reference} and position = 1 and state in ('accepted', 'succeeded')
     order by account_id desc, reference desc, order_id desc limit ${limit}`.records()
  return [...new Set(orders.map(({ id }) => id))]
}

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
