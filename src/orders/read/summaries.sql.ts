import type { ServiceKind } from '../../catalogue/service.ts'
import type { Sql } from '../../database/database.ts'
import type { OrderId, ServiceId } from '../../lib/ids.ts'
import { micros } from '../../lib/money.ts'
import type { ItemState, OrderState, Via } from '../../lib/states.ts'
import type { BuyerOrderSummary } from './buyer-order.ts'
import type { OrderName } from './orders.sql.ts'

interface Row {
  account_id: OrderName['accountId']
  id: bigint
  service_id: ServiceId
  state: OrderState
  item_count: number
  unit_price: bigint
  total: bigint
  reference: string | null
  via: Via
  created_at: Date
  finished_at: Date | null
  code: string
  kind: ServiceKind
  currency: string
  available: bigint
  hold_id: bigint
  hold_after: bigint
  supplier_reference: string | null
  ended: number
  success: number
  units: bigint
  charged: bigint
  refunded: bigint
  first_reason: string | null
  position: number
  subject: string
  quantity: number
  item_state: ItemState
  result: string | null
  reason: string | null
  item_finished_at: Date | null
}

/**
 * `readSummaries` gives orders with at most `rows` items each, those whose input holds `search` before others. It leaves
 * out an id that is none, or not the account's (promise 6, own data only). It is one statement, so that an order and its
 * items are of one instant.
 */
export async function readSummaries(
  sql: Sql,
  names: OrderName[],
  { rows: most, search }: { rows: number; search?: string | undefined },
): Promise<BuyerOrderSummary[]> {
  const asked = [...new Map(names.map((name) => [`${name.accountId} ${name.id}`, name])).values()]
  const rows = await sql<Row[]>`
    -- Found first, by both of their names: a plan that was made while there were few orders may not go through all of an
    -- account's.
    with o as materialized (
      select o.*
        from unnest(${asked.map(({ accountId }) => accountId)}::int[], ${asked.map(({ id }) => id)}::bigint[])
               as asked (account_id, id)
        join orders o on o.account_id = asked.account_id and o.id = asked.id)
    select o.account_id, o.id, o.service_id, o.state, o.item_count, o.unit_price, o.total, o.reference, o.via,
           o.created_at, o.finished_at, s.code, s.kind, w.currency, w.available, h.id as hold_id,
           h.available_after as hold_after, t.*, i.*,
           (select a.reference from attempts a
             where a.account_id = o.account_id and a.order_id = o.id and a.position = 1
               and a.state in ('accepted', 'succeeded')
             order by a.number desc limit 1) as supplier_reference
      from o
      join services s on s.id = o.service_id
      join wallets w on w.account_id = o.account_id
      join ledger_entries h on h.account_id = o.account_id and h.id = o.hold_id
     cross join lateral (
       select count(finished_at)::int as ended, (count(*) filter (where state = 'success'))::int as success,
              sum(quantity)::bigint as units,
              coalesce(sum(price) filter (where state = 'success'), 0)::bigint as charged,
              coalesce(sum(price) filter (where state in ('failed', 'cancelled')), 0)::bigint as refunded,
              (array_agg(reason order by position) filter (where reason is not null))[1] as first_reason
         from items where account_id = o.account_id and order_id = o.id) t
     cross join lateral (
       select position, input as subject, quantity, state as item_state, result, reason, finished_at as item_finished_at
         from items where account_id = o.account_id and order_id = o.id
        order by ${search === undefined ? sql`` : sql`position(lower(${search}) in lower(input)) = 0,`} position
        limit ${most}) i`
  const byOrder = Map.groupBy(rows, ({ id }) => id)
  return [...byOrder.values()].map(summaryOf)
}

function summaryOf(rows: Row[]): BuyerOrderSummary {
  const [row] = rows as [Row]
  const items = rows.map((one) => ({ ...one, state: one.item_state, finishedAt: one.item_finished_at }))
  return {
    accountId: row.account_id,
    order: {
      accountId: row.account_id,
      id: Number(row.id) as OrderId,
      serviceId: row.service_id,
      state: row.state,
      unitPrice: micros(row.unit_price),
      total: micros(row.total),
      reference: row.reference,
      via: row.via,
      createdAt: row.created_at,
      finishedAt: row.finished_at,
    },
    service: { code: row.code, kind: row.kind },
    currency: row.currency,
    hold: { id: Number(row.hold_id), availableAfter: micros(row.hold_after) },
    available: micros(row.available),
    supplierReference: row.supplier_reference,
    tally: {
      ended: row.ended,
      success: row.success,
      units: Number(row.units),
      charged: micros(row.charged),
      refunded: micros(row.refunded),
      reason: row.first_reason,
    },
    items: items.sort((a, b) => a.position - b.position),
    truncated: rows.length < row.item_count,
  }
}
