import { Type } from 'typebox'
import {
  order,
  statuses,
  type WireOrder,
  wireDetails,
  wireFormerOrder,
  wireOrderSummary,
} from '../../../contract/orders.ts'
import { createdQuery, filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { oneOf, orderParams, orNull } from '../../../contract/schema.ts'
import { Refusal } from '../../../errors.ts'
import { refusalFor } from '../../../lib/fault.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { parseOrderId } from '../../../orders/order.ts'
import { readPurchase } from '../../../orders/place/read-purchase.ts'
import { type BuyerOrderSummary, buyerOrderAsPlaced, buyerOrderOf } from '../../../orders/read/buyer-order.ts'
import { SECRET } from '../../../orders/read/secret-results.ts'
import { turnForMany } from '../../../runtime/pace.ts'
import type { RestDeps } from '../deps.ts'
import { Answered, type Call, REPLAYED, route } from '../route.ts'

const section = 'Orders'
const NAMED =
  'By its number, your `reference` or its `reference_id`. A number goes before a reference that looks the same, your reference before ' +
  "a supplier's; of several orders with one reference, the newest is given. Where there is none, an order of the panel that the account has " +
  'come from is given by its number.'
const wait = Type.Integer({
  minimum: 0,
  maximum: 30,
  default: 0,
  description: 'Seconds to wait for the end of an order that is pending',
})

type OrderDeps = Pick<
  RestDeps,
  'catalogue' | 'placement' | 'orders' | 'formerOrders' | 'ledger' | 'orderFeed' | 'presence' | 'clock'
>

export const orderRoutes = ({
  catalogue,
  placement,
  orders,
  orderFeed,
  presence,
  clock,
  ...others
}: OrderDeps) => [
  route({
    method: 'POST',
    path: '/api/order',
    name: 'createOrder',
    section,
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
        orNull(Type.String({ maxLength: 255 }), 'Your own words: orders with other ones are other orders'),
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
      'service_paused',
      'duplicate_order',
      'insufficient_balance',
    ],
    async handle({ accountId, asker, body, idempotencyKey, report }) {
      const { reference = null, data } = body
      const wanted = { code: String(body.code), data, reference: reference || null, idempotencyKey }
      const snapshot = await presence.reading(() => catalogue.current())
      const purchase = await readPurchase(snapshot, { ...asker, now: clock.now() }, wanted)
      if (!purchase.ok) throw await placement.refusalOf(accountId, idempotencyKey, refusalFor(purchase))
      await turnForMany(purchase.value.items.length)
      const placed = await placement.place(purchase.value)
      if (placed instanceof Refusal) throw placed
      report({ placed: placed.orderId })
      const details = await orders.forBuyer(accountId).findDetails(placed.orderId)
      if (!details) throw new Error(`order ${placed.orderId} was placed and cannot be read`)
      return new Answered(
        { value: await wireDetails(details, buyerOrderAsPlaced) },
        { headers: placed.replayed ? REPLAYED : {} },
      )
    },
  }),
  route({
    method: 'GET',
    path: '/api/order',
    name: 'listOrders',
    section,
    summary: 'Orders, newest first',
    description:
      '`result` has at most 100 items of each order, those that `q` is found in before others. A page may hold fewer ' +
      'orders than asked for, or none, before the end: a request that filters looks at 20,000 orders and items at most. ' +
      'Only `next_cursor: null` is the end. With `q` those orders come first whose number, reference, IMEI or serial number it is, ' +
      'of whatever age; then those that hold it as a part.',
    permission: 'order.list',
    query: Type.Object({
      ...pageQuery,
      q: Type.Optional(
        Type.String({
          maxLength: 255,
          description: "An order's number, or a part of its reference or of an IMEI or serial number",
        }),
      ),
      reference: Type.Optional(
        Type.String({ maxLength: 255, description: 'The whole of your reference: all orders that have it' }),
      ),
      trx_id: Type.Optional(
        Type.String({
          maxLength: 255,
          description: 'A `transaction_id`, or the whole of a `reference_id`, as orders show them',
        }),
      ),
      status: Type.Optional(oneOf(statuses)),
      processing_type: Type.Optional(oneOf(['automatic', 'manual'])),
      service_code: Type.Optional(Type.String({ maxLength: 64, description: 'Or its id' })),
      ...createdQuery,
    }),
    answer: pageShape(order),
    refusals: ['invalid_input'],
    async handle({ asker, query, gone }) {
      const page = await orders.forAsker(asker, gone).list({
        ...filterOf<OrderId>(query),
        search: query.q || undefined,
        reference: query.reference || undefined,
        transaction: query.trx_id || undefined,
        state: query.status,
        processing: query.processing_type,
        service: query.service_code || undefined,
      })
      return wirePage(page, wireOrderSummary)
    },
  }),
  route({
    method: 'GET',
    path: '/api/order/:id',
    name: 'getOrder',
    section,
    summary: 'An order with all of its items',
    description: NAMED,
    permission: 'order.read',
    params: orderParams,
    query: Type.Object({ wait }),
    answer: order,
    refusals: ['order_not_found'],
    handle: (call) =>
      orFormer(call, { catalogue, ...others }, async () => {
        // A large order is read whole only once.
        const waited = call.query.wait > 0 ? await afterWait(call, { orders, orderFeed }) : undefined
        const name = waited ? String(waited.order.id) : call.params.id
        const details = await orders.forAsker(call.asker).getDetails(name)
        return { ...(await wireDetails(details, buyerOrderOf)), result_truncated: false }
      }),
  }),
  route({
    method: 'GET',
    path: '/api/order/:id/status',
    name: 'getOrderStatus',
    section,
    summary: 'How an order is, with at most 100 of its items',
    description: NAMED,
    permission: 'order.read',
    params: orderParams,
    query: Type.Object({ wait }),
    answer: order,
    refusals: ['order_not_found'],
    handle: (call) =>
      orFormer(call, { catalogue, ...others }, async () =>
        wireOrderSummary(await afterWait(call, { orders, orderFeed })),
      ),
  }),
]

/**
 * `orFormer` reads an order, or gives one of the panel that the account has come from, by its number, where none that was placed here has the name.
 * Throws order_not_found.
 */
async function orFormer(
  { accountId, asker, params }: Call<{ id: string }, object>,
  { catalogue, formerOrders, ledger }: Pick<OrderDeps, 'catalogue' | 'formerOrders' | 'ledger'>,
  read: () => Promise<WireOrder>,
): Promise<WireOrder> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'order_not_found')) throw error
    const id = parseOrderId(params.id)
    const former = id && (await formerOrders.find(accountId, id, 'imei'))
    if (!former) throw error
    const { serviceId } = former
    const [wallet, service] = await Promise.all([
      ledger.wallet(accountId),
      serviceId === null ? undefined : catalogue.getService(serviceId),
    ])
    const isHidden = asker.isOfStaff === true && service?.secretResults === true
    const shown = isHidden ? { ...former, answer: SECRET } : former
    return { ...wireFormerOrder(shown, { wallet, service }), result_truncated: false }
  }
}

/** `afterWait` gives an order once it has ended or the wait that was asked for is over. Throws order_not_found. */
async function afterWait(
  { accountId, asker, params, query, signal, reply }: Call<{ id: string }, { wait: number }>,
  { orders, orderFeed }: Pick<OrderDeps, 'orders' | 'orderFeed'>,
): Promise<BuyerOrderSummary> {
  const summary = await orders.forAsker(asker).getSummary(params.id)
  const { id, finishedAt } = summary.order
  if (query.wait === 0 || finishedAt !== null) return summary
  await orderFeed.untilEnded({ accountId, id }, query.wait * 1000, signal)
  if (signal.reason instanceof Refusal) throw signal.reason
  // The server stops: this connection is not to be used again.
  if (signal.aborted) reply.header('connection', 'close')
  return await orders.forAsker(asker).getSummary(String(id))
}
