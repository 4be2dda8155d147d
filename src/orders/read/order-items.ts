import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { type ItemFilter, isOrderOf, type RowStatus, selectItems } from './order-items.sql.ts'
import type { OrderName } from './orders.sql.ts'
import { type ReceiptRow, rowOf } from './receipt.ts'

export type { RowStatus } from './order-items.sql.ts'

const READ_AT_ONCE = 1000

/** One page of an order's items. Throws order_not_found, for another account's order too (promise 6). */
export async function itemPage(
  sql: Sql,
  order: OrderName,
  filter: ItemFilter,
): Promise<{ items: ReceiptRow[]; next: number | null }> {
  await mustBeOrder(sql, order)
  const found = await selectItems(sql, order, { ...filter, limit: filter.limit + 1 })
  const items = found.slice(0, filter.limit).map((item) => rowOf(item, item.kind))
  return { items, next: found.length > filter.limit ? (items.at(-1)?.position ?? null) : null }
}

/**
 * All of an order's items. They are read page by page: whoever reads slowly holds no connection meanwhile, and an item
 * is as it was when its page was read.
 */
export async function* everyItem(
  sql: Sql,
  order: OrderName,
  filter: { status?: RowStatus | undefined; after: number },
): AsyncGenerator<ReceiptRow[], void> {
  for (let { after } = filter; ; ) {
    const found = await selectItems(sql, order, { ...filter, after, limit: READ_AT_ONCE })
    if (found.length > 0) yield found.map((item) => rowOf(item, item.kind))
    const last = found.at(-1)
    if (!last || found.length < READ_AT_ONCE) return
    after = last.position
  }
}

export async function mustBeOrder(sql: Sql, order: OrderName): Promise<void> {
  if (!(await isOrderOf(sql, order))) throw new Refusal('order_not_found', String(order.id), 'id')
}
