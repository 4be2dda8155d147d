import type { Sql } from '../../database/database.ts'
import type { Micros } from '../../lib/money.ts'
import type { Order } from '../order.ts'
import type { BuyerItem, BuyerOrderSummary } from './buyer-order.ts'
import { MAX_ITEMS, type OrderName } from './orders.sql.ts'

interface Row extends Omit<Order, 'items'>, Omit<BuyerItem, 'state' | 'finishedAt' | 'refunded'> {
  itemCount: number
  currency: string
  available: Micros
  holdId: number
  holdAfter: Micros
  supplierReference: string | null
  ended: number
  success: number
  units: bigint
  charged: Micros
  refunded: Micros
  firstReason: string | null
  itemState: BuyerItem['state']
  itemFinishedAt: Date | null
  itemRefunded: Micros
}

/**
 * `readSummaries` gives orders with at most `rows` items each, those whose input holds `search` before others. It leaves
 * out an id that is none, or not the account's (promise 6, own data only), and orders of more than `maxItems` items. It is one statement, so that an order and its
 * items are of one instant. The service is not part of what it gives: hot statements join no configuration.
 */
export async function readSummaries(
  sql: Sql,
  names: OrderName[],
  {
    rows: max,
    search,
    maxItems = MAX_ITEMS,
  }: { rows: number; search?: string | undefined; maxItems?: number | undefined },
): Promise<Omit<BuyerOrderSummary, 'service'>[]> {
  const asked = [...new Map(names.map((name) => [`${name.accountId} ${name.id}`, name])).values()]
  const rows = await sql<Row[]>`
    -- Found first, by both of their names: a plan that was made while there were few orders may not go through all of an
    -- account's.
    with o as materialized (
      select o.*
        from unnest(${asked.map(({ accountId }) => accountId)}::int[], ${asked.map(({ id }) => id)}::bigint[])
               as asked (account_id, id)
        join orders o on o.account_id = asked.account_id and o.id = asked.id
       where o.item_count <= ${maxItems})
    select o.account_id, o.id, o.service_id, o.state, o.item_count, o.unit_price, o.total, o.reference, o.via,
           o.created_at, o.finished_at, w.currency, w.available, h.id as hold_id,
           h.available_after as hold_after, t.*, i.*,
           (select a.reference from attempts a
             where a.account_id = o.account_id and a.order_id = o.id and a.position = 1
               and a.state in ('accepted', 'succeeded')
             order by a.number desc limit 1) as supplier_reference
      from o
      join wallets w on w.account_id = o.account_id
      join ledger_entries h on h.account_id = o.account_id and h.id = o.hold_id
     cross join lateral (
       select count(finished_at)::int as ended, (count(*) filter (where state = 'success'))::int as success,
              sum(quantity)::bigint as units,
              coalesce(sum(price - refunded) filter (where state = 'success'), 0)::bigint as charged,
              coalesce(sum(case when state = 'success' then refunded else price end)
                         filter (where finished_at is not null), 0)::bigint as refunded,
              (array_agg(reason order by position) filter (where reason is not null))[1] as first_reason
         from items where account_id = o.account_id and order_id = o.id) t
     cross join lateral (
       select position, input, quantity, state as item_state, result, reason, finished_at as item_finished_at,
              refunded as item_refunded
         from items where account_id = o.account_id and order_id = o.id
        order by ${search === undefined ? sql`` : sql`position(lower(${search}) in lower(input)) = 0,`} position
        limit ${max}) i`.records()
  const byOrder = Map.groupBy(rows, ({ id }) => id)
  return [...byOrder.values()].map(summaryOf)
}

function summaryOf(rows: Row[]): Omit<BuyerOrderSummary, 'service'> {
  const [row] = rows as [Row]
  const { accountId, id, serviceId, state, unitPrice, total, reference, via, createdAt, finishedAt } = row
  const items = rows.map((one) => ({
    ...one,
    state: one.itemState,
    finishedAt: one.itemFinishedAt,
    refunded: one.itemRefunded,
  }))
  return {
    order: { accountId, id, serviceId, state, unitPrice, total, reference, via, createdAt, finishedAt },
    currency: row.currency,
    hold: { id: row.holdId, availableAfter: row.holdAfter },
    available: row.available,
    supplierReference: row.supplierReference,
    tally: {
      ended: row.ended,
      success: row.success,
      units: Number(row.units),
      charged: row.charged,
      refunded: row.refunded,
      reason: row.firstReason,
    },
    items: items.sort((a, b) => a.position - b.position),
    truncated: rows.length < row.itemCount,
  }
}
