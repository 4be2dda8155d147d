import type { Sql } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Item, Order } from '../order.ts'

/** OrderName names an order, never without its account (promise 6, own data only). */
export interface OrderName {
  accountId: AccountId
  id: OrderId
}

/** MAX_ITEMS is more than any order has. */
export const MAX_ITEMS = 32_767

/** `selectLarge` gives those of the orders that have more than `maxItems` items. */
export async function selectLarge(sql: Sql, names: OrderName[], maxItems: number): Promise<Set<OrderId>> {
  const rows = await sql<{ id: OrderId }[]>`
    select o.id
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
     where o.item_count > ${maxItems}`.records()
  return new Set(rows.map(({ id }) => id))
}

/**
 * `readOrders` gives orders with their items. It leaves out an id that is none, or not the account's (promise 6, own data only), and orders of
 * more than `maxItems` items.
 */
export async function readOrders(sql: Sql, asked: OrderName[], maxItems = MAX_ITEMS): Promise<Order[]> {
  // The same order may be asked for twice.
  const names = [...new Map(asked.map((name) => [`${name.accountId} ${name.id}`, name])).values()]
  const accounts = names.map(({ accountId }) => accountId)
  const ids = names.map(({ id }) => id)
  const rows = await sql<
    (Omit<Order, 'items'> &
      Omit<Item, 'state' | 'finishedAt'> & { itemState: Item['state']; itemFinishedAt: Date | null })[]
  >`
    select o.account_id, o.id, o.service_id, o.state, o.unit_price, o.total, o.reference, o.via, o.created_at,
           o.finished_at, i.position, i.input, i.fields, i.quantity, i.price, i.state as item_state, i.result,
           i.reason, i.due_at, i.finished_at as item_finished_at
      from unnest(${accounts}::int[], ${ids}::bigint[]) as asked (account_id, id)
      join orders o on o.account_id = asked.account_id and o.id = asked.id
      join items i on i.account_id = o.account_id and i.order_id = o.id
     where o.item_count <= ${maxItems}`.records()
  const orders = new Map<OrderId, Order>()
  for (const row of rows) {
    const {
      position,
      input,
      fields,
      quantity,
      price,
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
    order.items.push({ position, input, fields, quantity, price, state, result, reason, dueAt, finishedAt })
  }
  for (const order of orders.values()) order.items.sort((a, b) => a.position - b.position)
  return [...orders.values()]
}
