import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Item, Order } from '../order.ts'

/** OrderName names an order, never without its account (promise 6, own data only). */
export interface OrderName {
  accountId: AccountId
  id: OrderId
}

/** MAX_ITEMS is more than any order has. */
export const MAX_ITEMS = 32_767

/** ITEMS_PER_READ are the items that one statement reads of a large order: what it gives is read in one turn of the event loop. */
export const ITEMS_PER_READ = 1000

/** `selectLarge` gives those of the orders that have more than `maxItems` items, with how many they have. */
export async function selectLarge(
  sql: Sql,
  names: OrderName[],
  maxItems: number,
): Promise<Map<OrderId, number>> {
  const rows = await sql<{ id: OrderId; itemCount: number }[]>`
    select o.id, o.item_count
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
     where o.item_count > ${maxItems}`.records()
  return new Map(rows.map(({ id, itemCount }) => [id, itemCount]))
}

/** `readLargeOrder` reads the items of one order so many at a time, in a transaction that sees all of it as of one moment. */
export async function readLargeOrder(sql: Transaction, name: OrderName): Promise<Order[]> {
  const [order] = await readOrders(sql, [name], { lastPosition: ITEMS_PER_READ })
  let page = order?.items ?? []
  while (order && page.length === ITEMS_PER_READ) {
    page = await selectItemsFrom(sql, name, order.items.length + 1)
    order.items.push(...page)
  }
  return order ? [order] : []
}

/** `selectItemsFrom` gives the next items of an order from a position on. */
const selectItemsFrom = async (
  sql: Transaction,
  { accountId, id }: OrderName,
  from: number,
): Promise<Item[]> =>
  await sql<Item[]>`
    select position, input, fields, quantity, price, refunded, state, result, reason, due_at, finished_at
      from items
     where account_id = ${accountId} and order_id = ${id} and position >= ${from}::bigint
     order by account_id, order_id, position limit ${ITEMS_PER_READ}`.records()

/**
 * `readOrders` gives orders with their items. It leaves out an id that is none, or not the account's (promise 6, own data only), and orders of
 * more than `maxItems` items; items behind `lastPosition` are left out.
 */
export async function readOrders(
  sql: Queryable,
  asked: OrderName[],
  { maxItems = MAX_ITEMS, lastPosition }: { maxItems?: number | undefined; lastPosition?: number } = {},
): Promise<Order[]> {
  // The same order may be asked for twice.
  const names = [...new Map(asked.map((name) => [`${name.accountId} ${name.id}`, name])).values()]
  const accounts = names.map(({ accountId }) => accountId)
  const ids = names.map(({ id }) => id)
  const rows = await sql<
    (Omit<Order, 'items'> &
      Omit<Item, 'state' | 'finishedAt'> & { itemState: Item['state']; itemFinishedAt: Date | null })[]
  >`
    select o.account_id, o.id, o.service_id, o.state, o.unit_price, o.total, o.reference, o.via, o.created_at,
           o.finished_at, i.position, i.input, i.fields, i.quantity, i.price, i.refunded, i.state as item_state, i.result,
           i.reason, i.due_at, i.finished_at as item_finished_at
      from unnest(${accounts}::int[], ${ids}::bigint[]) as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join items i on i.account_id = o.account_id and i.order_id = o.id ${
        lastPosition === undefined ? sql`` : sql`and i.position <= ${lastPosition}`
      }
     where o.item_count <= ${maxItems}`.records()
  const orders = new Map<OrderId, Order>()
  for (const row of rows) {
    const {
      position,
      input,
      fields,
      quantity,
      price,
      refunded,
      itemState,
      result,
      reason,
      dueAt,
      itemFinishedAt,
      ...rest
    } = row
    let order = orders.get(rest.id)
    if (!order) {
      order = { ...rest, items: [] }
      orders.set(rest.id, order)
    }
    const [state, finishedAt] = [itemState, itemFinishedAt]
    const money = { price, refunded }
    order.items.push({
      position,
      input,
      fields,
      quantity,
      ...money,
      state,
      result,
      reason,
      dueAt,
      finishedAt,
    })
  }
  for (const order of orders.values()) order.items.sort((a, b) => a.position - b.position)
  return [...orders.values()]
}
