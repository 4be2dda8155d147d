import { stringify } from 'csv-stringify/sync'
import { asText } from '../../lib/csv-text.ts'
import { formatMicros } from '../../lib/money.ts'
import type { OperatorOrder } from './operator-orders.ts'

const COLUMNS = [
  ...['order', 'item', 'placed', 'ended', 'account', 'service', 'order_state', 'state', 'input', 'quantity'],
  ...[
    'price',
    'refunded',
    'currency',
    'supplier',
    'cost',
    'cost_currency',
    'supplier_reference',
    'reference',
    'via',
    'answer',
  ],
]

const COSTS = ['cost', 'cost_currency']

/**
 * `csvOfOrders` writes a line for each item, for spreadsheets: UTF-8 with a byte order mark, and lines as RFC 4180 has them. `costs`, false: without
 * what suppliers take.
 */
export async function* csvOfOrders(
  pages: AsyncIterable<OperatorOrder[]>,
  { costs = true } = {},
): AsyncGenerator<string> {
  const columns = costs ? COLUMNS : COLUMNS.filter((one) => !COSTS.includes(one))
  const lines = (rows: Record<string, string | number>[], header = false): string =>
    stringify(rows, { columns, header, bom: header, record_delimiter: '\r\n' })
  yield lines([], true)
  for await (const orders of pages) yield lines(orders.flatMap(rowsOf))
}

const rowsOf = ({ order, username, serviceCode, currency, attempts }: OperatorOrder) =>
  order.items.map((item) => {
    // The last one is that of the supplier which has the item, or had it.
    const attempt = attempts.findLast(({ position }) => position === item.position)
    return {
      order: order.id,
      item: item.position,
      placed: order.createdAt.toISOString(),
      ended: item.finishedAt?.toISOString() ?? '',
      account: username,
      service: serviceCode,
      order_state: order.state,
      state: item.state,
      input: asText(item.input),
      quantity: item.quantity,
      price: formatMicros(item.price, currency),
      refunded: formatMicros(item.refunded, currency),
      currency,
      supplier: asText(attempt?.supplier ?? ''),
      cost: attempt?.cost == null ? '' : formatMicros(attempt.cost, attempt.currency),
      cost_currency: attempt?.cost == null ? '' : attempt.currency,
      supplier_reference: asText(attempt?.reference ?? ''),
      reference: asText(order.reference ?? ''),
      via: order.via,
      answer: asText(item.result ?? item.reason ?? ''),
    }
  })
