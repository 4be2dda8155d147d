import { stringify } from 'csv-stringify/sync'
import { asText, type Separator, separatorOf } from '../../lib/csv-text.ts'
import { invalid, refusalFor } from '../../lib/fault.ts'
import { formatMicros } from '../../lib/money.ts'
import type { OperatorOrder } from './operator-orders.ts'
import { isCosting } from './order-costs.ts'
import { SECRET } from './secret-results.ts'

/** `orderColumns` are those of the file, in their order. */
export const orderColumns = [
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

/** Layout is how the file is written. */
export interface Layout {
  columns: readonly string[]
  delimiter: string
}

/**
 * `layoutOf` gives the columns that are asked for, or all; what suppliers take only with `costs`. Throws invalid_input naming a column that there is not.
 */
export function layoutOf(
  { columns, separator }: { columns?: string | undefined; separator?: Separator | undefined } = {},
  { costs = true } = {},
): Layout {
  const allowed = costs ? orderColumns : orderColumns.filter((one) => !COSTS.includes(one))
  const asked = columns?.split(',').map((one) => one.trim())
  const unknown = asked?.find((one) => !allowed.includes(one))
  if (unknown !== undefined) throw refusalFor(invalid('columns', `there is no column ${unknown}`))
  return { columns: asked ?? allowed, delimiter: separatorOf(separator) }
}

/**
 * `csvOfOrders` writes a line for each item, for spreadsheets: UTF-8 with a byte order mark, and lines as RFC 4180 has them.
 */
export async function* csvOfOrders(
  pages: AsyncIterable<OperatorOrder[]>,
  { columns, delimiter }: Layout = layoutOf(),
): AsyncGenerator<string> {
  const lines = (rows: Record<string, string | number>[], header = false): string =>
    stringify(rows, { columns: [...columns], delimiter, header, bom: header, record_delimiter: '\r\n' })
  yield lines([], true)
  for await (const orders of pages) yield lines(orders.flatMap(rowsOf))
}

const rowsOf = ({ order, username, serviceCode, secretResults, currency, attempts }: OperatorOrder) =>
  order.items.map((item) => {
    // The last one is that of the supplier which has the item, or had it.
    const attempt = attempts.findLast(({ position }) => position === item.position)
    // What a supplier has refused costs nothing, nor does what still waits.
    const paid = attempts.findLast((one) => one.position === item.position && isCosting(one, item))
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
      cost: paid?.cost == null ? '' : formatMicros(paid.cost, paid.currency),
      cost_currency: paid?.cost == null ? '' : paid.currency,
      supplier_reference: asText(attempt?.reference ?? ''),
      reference: asText(order.reference ?? ''),
      via: order.via,
      answer: asText(
        item.result ?? (secretResults && item.state === 'success' ? SECRET : (item.reason ?? '')),
      ),
    }
  })
