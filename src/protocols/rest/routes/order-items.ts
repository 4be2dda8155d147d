import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { orderRow, rowStatuses, wireOrderItem } from '../../../contract/orders.ts'
import { pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { oneOf, orderParams } from '../../../contract/schema.ts'
import type { KindedItem } from '../../../orders/read/order-reader.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

const LINES = 'application/x-ndjson'

export const orderItemRoutes = ({ orders: reader }: Pick<RestDeps, 'orders'>) => [
  route({
    method: 'GET',
    path: '/api/order/:id/items',
    name: 'listOrderItems',
    section: 'Orders',
    summary: "An order's items",
    description:
      `In the order in which they were sent; the cursor is a position. With \`Accept: ${LINES}\` all of them come, ` +
      'one JSON object a line, and `limit` says nothing.',
    permission: 'order.list',
    params: orderParams,
    query: Type.Object({
      ...pageQuery,
      limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
      status: Type.Optional(oneOf(rowStatuses)),
    }),
    answer: pageShape(orderRow),
    media: { [LINES]: Type.String({ description: 'Lines of OrderItem' }) },
    refusals: ['order_not_found'],
    async handle({ asker, params, query, request, reply, gone }) {
      const orders = reader.forAsker(asker, gone)
      // No position is larger, and the column takes no larger number.
      const after = Math.min(query.cursor ?? 0, 32_767)
      const { status, limit } = query
      if (!String(request.headers.accept).toLowerCase().includes(LINES)) {
        return wirePage(await orders.items(params.id, { status, after, limit }), wireItem)
      }
      const pages = await orders.everyItem(params.id, { status, after })
      return reply.type(LINES).send(Readable.from(linesOf(pages)))
    },
  }),
]

const wireItem = (item: KindedItem) => wireOrderItem(item, item.kind)

async function* linesOf(pages: AsyncIterable<KindedItem[]>): AsyncGenerator<string, void> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(wireItem(row))}\n`).join('')
}
