import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { orderRow, rowStatuses } from '../../../contract/orders.ts'
import { idParams, oneOf, page, pageOf, pageQuery } from '../../../contract/schema.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { everyItem, itemPage, mustBeOrder } from '../../../orders/read/order-items.ts'
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
      const order = { accountId: key.account.id, id: params.id as OrderId }
      // No position is larger, and the column takes no larger number.
      const after = Math.min(query.cursor ?? 0, 32_767)
      const { status, limit } = query
      if (!String(request.headers.accept).toLowerCase().includes(LINES)) {
        const { items, next } = await itemPage(parts.reads, order, { status, after, limit })
        return page(items, next)
      }
      await mustBeOrder(parts.reads, order)
      const pages = everyItem(parts.reads, order, { status, after })
      return reply.type(LINES).send(Readable.from(linesOf(pages)))
    },
  }),
]

async function* linesOf(pages: AsyncIterable<object[]>): AsyncGenerator<string, void> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
