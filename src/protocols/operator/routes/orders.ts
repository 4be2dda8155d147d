import { type Static, Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { type OperatorOrder, OperatorOrders } from '../../../orders/read/operator-orders.ts'
import type { Caller } from '../caller.ts'
import { cursorText, readCursor } from '../cursors.ts'
import { route } from '../route.ts'
import { amount, id, oneOf, orNull, pageOf, pageQuery, text, time } from '../shapes.ts'

const section = 'Orders'
const access = 'orders.read'

const states = ['pending', 'processing', 'success', 'partial', 'failed', 'cancelled'] as const
const itemStates = ['pending', 'processing', 'unknown', 'success', 'failed', 'cancelled'] as const
const orderId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

const attempt = Type.Object({
  number: Type.Integer(),
  supplier: Type.String(),
  state: Type.String(),
  reference: orNull(Type.String(), "The supplier's number"),
  detail: orNull(Type.String()),
  fault: orNull(oneOf(['item', 'supplier', 'wait'])),
  cost: Type.Optional(orNull(amount(), 'Only for who has `costs.read`; null: it is not known')),
  currency: Type.String(),
  created_at: time(),
  finished_at: orNull(time()),
})

const item = Type.Object({
  position: Type.Integer(),
  input: Type.String(),
  fields: orNull(Type.Record(Type.String(), Type.String())),
  quantity: Type.Integer(),
  price: amount(),
  refunded: amount('What was given back after it had been charged'),
  state: oneOf(itemStates),
  result: orNull(Type.String()),
  reason: orNull(Type.String()),
  due_at: orNull(time('When it is looked at next')),
  finished_at: orNull(time()),
  attempts: Type.Array(attempt),
})

const order = Type.Object({
  id: orderId,
  account: id,
  username: Type.String(),
  service: id,
  service_code: Type.String(),
  service_name: Type.String(),
  state: oneOf(states),
  unit_price: amount(),
  total: amount(),
  currency: Type.String(),
  reference: orNull(Type.String()),
  via: oneOf(['dhru', 'rest']),
  created_at: time(),
  finished_at: orNull(time()),
  items: Type.Array(item),
})

function wireOrder(found: OperatorOrder, { permissions }: Caller): Static<typeof order> {
  const { order: one, username, currency, serviceCode, serviceName, attempts } = found
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: one.id, account: one.accountId, username, service: one.serviceId },
    ...{ service_code: serviceCode, service_name: serviceName, state: one.state },
    ...{ unit_price: money(one.unitPrice), total: money(one.total), currency },
    ...{ reference: one.reference, via: one.via, created_at: one.createdAt, finished_at: one.finishedAt },
    items: one.items.map(({ dueAt, finishedAt, price, refunded, ...rest }) => ({
      ...{ ...rest, price: money(price), refunded: money(refunded) },
      ...{ due_at: dueAt, finished_at: finishedAt },
      attempts: attempts
        .filter(({ position }) => position === rest.position)
        .map((tried) => ({
          ...{ number: tried.number, supplier: tried.supplier, state: tried.state },
          ...{ reference: tried.reference, detail: tried.detail, fault: tried.fault },
          ...(permissions.has('costs.read') && {
            cost: tried.cost === null ? null : formatMicros(tried.cost, tried.currency),
          }),
          ...{ currency: tried.currency, created_at: tried.createdAt, finished_at: tried.finishedAt },
        })),
    })),
  }
}

export const operatorOrderRoutes = () => [
  route({
    method: 'GET',
    path: '/orders',
    name: 'listOrders',
    section,
    summary: 'Orders of all resellers, the newest first',
    description:
      'A search gives the orders that it names whole, of any age; where there is none, those that have it as a part. A narrowed list looks at ' +
      '200,000 orders at a time: a page may have few of them, or none, and go on behind its cursor.',
    access,
    query: Type.Object({
      ...pageQuery,
      account: Type.Optional(text(64, { description: 'Id or user name' })),
      service: Type.Optional(text(64, { description: 'Id or code' })),
      state: Type.Optional(oneOf(states)),
      search: Type.Optional(
        text(255, { description: 'An order number, a reference, IMEI or serial number, or a part of one' }),
      ),
    }),
    answer: pageOf(order),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter) as OrderId | undefined
      const { orders, next, stoppedAt } = await new OperatorOrders(desk.read).list({
        ...filter,
        ...(before !== undefined && { before }),
        limit,
      })
      return {
        page: {
          items: orders.map((one) => wireOrder(one, caller)),
          next_cursor: cursorText(next ?? stoppedAt, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id',
    name: 'getOrder',
    section,
    summary: 'One order, with its items and what was tried for them',
    access,
    params: Type.Object({ id: orderId }),
    answer: order,
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params }) => {
      const found = await new OperatorOrders(desk.read).find(params.id as OrderId)
      if (!found) throw new Refusal('order_not_found', String(params.id), 'id')
      return wireOrder(found, caller)
    },
  }),
]
