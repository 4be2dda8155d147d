import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { orderRow, rowStatuses, wireOrderItem } from '../../../contract/orders.ts'
import { idParams, oneOf, page, pageOf, pageQuery } from '../../../contract/schema.ts'
import type { OrderId } from '../../../lib/ids.ts'
import type { KindedItem } from '../../../orders/read/order-reader.ts'
import { route } from '../route.ts'

const LINES = 'application/x-ndjson'

export const orderItemRoutes = [
  route({
    method: 'GET',
    path: '/api/order/:id/items',
    name: 'listOrderItems',
    section: 'Orders',
    summary: "An order's items",
    description:
      `In the order in which they were sent; the cursor is a position. With \`Accept: ${LINES}\` all of them come, ` +
      'one JSON object a line, and `limit` says nothing.',
    permission: 'order.read',
    params: idParams,
    query: Type.Object({
      ...pageQuery,
      limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
      status: Type.Optional(oneOf(rowStatuses)),
    }),
    answer: pageOf(orderRow),
    media: { [LINES]: Type.String({ description: 'Lines of OrderItem' }) },
    refusals: ['order_not_found'],
    async handle({ parts, key, params, query, request, reply }) {
      const orders = parts.orders.forBuyer(key.account.id)
      const id = params.id as OrderId
      // No position is larger, and the column takes no larger number.
      const after = Math.min(query.cursor ?? 0, 32_767)
      const { status, limit } = query
      if (!String(request.headers.accept).toLowerCase().includes(LINES)) {
        const { items, next } = await orders.items(id, { status, after, limit })
        return page(items.map(wireItem), next)
      }
      const pages = await orders.everyItem(id, { status, after })
      return reply.type(LINES).send(Readable.from(linesOf(pages)))
    },
  }),
]

const wireItem = (item: KindedItem) => wireOrderItem(item, item.kind)

async function* linesOf(pages: AsyncIterable<KindedItem[]>): AsyncGenerator<string, void> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(wireItem(row))}\n`).join('')
}
