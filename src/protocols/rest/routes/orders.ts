import { Type } from 'typebox'
import { order, statuses, wireOrder, wireOrderSummary } from '../../../contract/orders.ts'
import { createdQuery, periodOf } from '../../../contract/period.ts'
import { idParams, oneOf, page, pageOf, pageQuery } from '../../../contract/schema.ts'
import { Refusal } from '../../../errors.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { readPurchase } from '../../../orders/place/read-purchase.ts'
import { type BuyerOrderSummary, buyerOrderAsPlaced, buyerOrderOf } from '../../../orders/read/buyer-order.ts'
import type { OrderName } from '../../../orders/read/order-reader.ts'
import { Answered, type Call, REPLAYED, route } from '../route.ts'

const SECTION = 'Orders'
const wait = Type.Integer({
  minimum: 0,
  maximum: 30,
  default: 0,
  description: 'Seconds to wait for the end of an order that is pending',
})

export const orderRoutes = [
  route({
    method: 'POST',
    path: '/api/order',
    name: 'createOrder',
    section: SECTION,
    summary: 'Place an order',
    description:
      'Everything of it is placed, or nothing. A repeated request (the same Idempotency-Key; or the same service, data ' +
      'and reference as an order that is open or was placed a short while ago, unless the service allows duplicates) ' +
      'gets the first answer again, with the header `Idempotent-Replayed: true`, and costs nothing. At most 10,000 items.',
    permission: 'order.create',
    body: Type.Object({
      code: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 1 })], {
        description: "The service's code or id",
      }),
      data: Type.Unsafe<Record<string, unknown>>({
        type: 'object',
        additionalProperties: true,
        description: "What the service's `service_type.input_schema` says",
      }),
      reference: Type.Optional(
        Type.Union([Type.String({ maxLength: 255 }), Type.Null()], {
          description: 'Your own words: orders with other ones are other orders',
        }),
      ),
    }),
    answer: order,
    source: 'order',
    refusals: [
      'invalid_input',
      'imei_required',
      'invalid_imei',
      'field_missing',
      'invalid_field',
      'quantity_out_of_range',
      'service_not_found',
      'service_closed',
      'duplicate_order',
      'insufficient_balance',
    ],
    async handle({ parts, key, body, idempotencyKey, report }) {
      const { reference = null, data } = body
      const wanted = { code: String(body.code), data, reference: reference || null, idempotencyKey }
      const basket = readPurchase(
        await parts.catalogue.current(),
        { key, via: 'rest', now: parts.clock.now() },
        wanted,
      )
      if (basket instanceof Refusal) {
        throw await parts.placement.refusalOf(key.account.id, idempotencyKey, basket)
      }
      const placed = await parts.placement.place(basket)
      if (placed instanceof Refusal) throw placed
      report({ placed: placed.orderId })
      const details = await parts.orders.forBuyer(key.account.id).findDetails(placed.orderId)
      if (!details) throw new Error(`order ${placed.orderId} was placed and cannot be read`)
      return new Answered(
        { value: wireOrder(buyerOrderAsPlaced(details)) },
        { headers: placed.replayed ? REPLAYED : {} },
      )
    },
  }),
  route({
    method: 'GET',
    path: '/api/order',
    name: 'listOrders',
    section: SECTION,
    summary: 'Orders, newest first',
    description:
      '`result` has at most 100 items of each order, those that `q` is found in before others. A page may hold fewer ' +
      'orders than asked for, or none, before the end: a request that filters looks at 50,000 orders at most. Only ' +
      '`next_cursor: null` is the end.',
    permission: 'order.read',
    query: Type.Object({
      ...pageQuery,
      q: Type.Optional(
        Type.String({
          maxLength: 255,
          description: "An order's number, or a part of its reference or of an IMEI or serial number",
        }),
      ),
      status: Type.Optional(oneOf(statuses)),
      processing_type: Type.Optional(Type.Union([Type.Literal('automatic'), Type.Literal('manual')])),
      service_code: Type.Optional(Type.String({ maxLength: 64, description: 'Or its id' })),
      ...createdQuery,
    }),
    answer: pageOf(order),
    refusals: ['invalid_input'],
    async handle({ parts, key, query }) {
      const { items, next } = await parts.orders.forBuyer(key.account.id).list({
        search: query.q || undefined,
        state: query.status,
        processing: query.processing_type,
        service: query.service_code || undefined,
        ...periodOf(query),
        before: query.cursor as OrderId | undefined,
        limit: query.limit,
      })
      return page(items.map(wireOrderSummary), next)
    },
  }),
  route({
    method: 'GET',
    path: '/api/order/:id',
    name: 'getOrder',
    section: SECTION,
    summary: 'An order with all of its items',
    permission: 'order.read',
    params: idParams,
    query: Type.Object({ wait }),
    answer: order,
    refusals: ['order_not_found'],
    async handle(call) {
      const { parts, key, params, query } = call
      const name = { accountId: key.account.id, id: params.id as OrderId }
      const orders = parts.orders.forBuyer(name.accountId)
      // A large order is read whole only once.
      if (query.wait > 0 && isOpen(await orders.getSummary(name.id))) await untilEnded(call, name)
      const details = await orders.getDetails(name.id)
      return { ...wireOrder(buyerOrderOf(details)), result_truncated: false }
    },
  }),
  route({
    method: 'GET',
    path: '/api/order/:id/status',
    name: 'getOrderStatus',
    section: SECTION,
    summary: 'How an order is, with at most 100 of its items',
    permission: 'order.read',
    params: idParams,
    query: Type.Object({ wait }),
    answer: order,
    refusals: ['order_not_found'],
    async handle(call) {
      const { parts, key, params, query } = call
      const name = { accountId: key.account.id, id: params.id as OrderId }
      const orders = parts.orders.forBuyer(name.accountId)
      const summary = await orders.getSummary(name.id)
      if (query.wait === 0 || !isOpen(summary)) return wireOrderSummary(summary)
      await untilEnded(call, name)
      return wireOrderSummary(await orders.getSummary(name.id))
    },
  }),
]

async function untilEnded(call: Call<unknown, { wait: number }>, order: OrderName): Promise<void> {
  const { parts, query, signal, reply } = call
  await parts.news.untilEnded(order, query.wait * 1000, signal)
  // The server stops: this connection is not to be used again.
  if (signal.aborted) reply.header('connection', 'close')
}

const isOpen = ({ order }: BuyerOrderSummary): boolean => order.finishedAt === null
