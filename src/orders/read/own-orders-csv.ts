import { stringify } from 'csv-stringify/sync'
import { asText } from '../../lib/csv-text.ts'
import { formatMicros } from '../../lib/money.ts'
import type { OperatorOrder } from './operator-orders.ts'
import { SECRET } from './secret-results.ts'

const columns = [
  ...['order', 'item', 'placed', 'ended', 'service', 'state', 'input', 'quantity', 'price', 'refunded'],
  ...['currency', 'reference', 'via', 'answer'],
]

/**
 * `csvOfOwnOrders` writes a line for each item, for its buyer: without suppliers, and an open item is `pending`, whatever was tried for it. UTF-8 with a
 * byte order mark, and lines as RFC 4180 has them.
 */
export async function* csvOfOwnOrders(pages: AsyncIterable<OperatorOrder[]>): AsyncGenerator<string> {
  const lines = (rows: Record<string, string | number>[], header = false): string =>
    stringify(rows, { columns, header, bom: header, record_delimiter: '\r\n' })
  yield lines([], true)
  for await (const orders of pages) yield lines(orders.flatMap(rowsOf))
}

const rowsOf = ({ order, serviceCode, secretResults, currency }: OperatorOrder) =>
  order.items.map(({ position, input, quantity, price, refunded, state, result, reason, finishedAt }) => ({
    ...{ order: order.id, item: position },
    ...{ placed: order.createdAt.toISOString(), ended: finishedAt?.toISOString() ?? '' },
    ...{ service: serviceCode, state: finishedAt === null ? 'pending' : state },
    ...{ input: asText(input), quantity, price: formatMicros(price, currency) },
    ...{ refunded: formatMicros(refunded, currency), currency },
    ...{ reference: asText(order.reference ?? ''), via: order.via },
    // A reason of an open item is not its answer. Who reads for the staff sees no secret results.
    answer: asText(
      result ?? (secretResults && state === 'success' ? SECRET : finishedAt === null ? '' : (reason ?? '')),
    ),
  }))
