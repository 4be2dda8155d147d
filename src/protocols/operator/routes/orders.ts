import { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import { bound, timeOf } from '../../../contract/page.ts'
import { itemVersion } from '../../../fulfilment/after/corrections.ts'
import { mustFindOrder } from '../../../fulfilment/people/operator-requests.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { DAY_MS } from '../../../lib/time.ts'
import {
  type OperatorOrder,
  type OperatorOrderFilter,
  OperatorOrders,
} from '../../../orders/read/operator-orders.ts'
import { csvOfOrders } from '../../../orders/read/operator-orders-csv.ts'
import type { Caller } from '../caller.ts'
import { cursorText, readCursor } from '../cursors.ts'
import { route } from '../route.ts'
import {
  amount,
  id,
  longId,
  longIdParams,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../shapes.ts'

const section = 'Orders'
const access = 'orders.read'

const states = ['pending', 'processing', 'success', 'partial', 'failed', 'cancelled'] as const
export const itemStates = ['pending', 'processing', 'unknown', 'success', 'failed', 'cancelled'] as const

const attempt = Type.Object({
  number: Type.Integer(),
  supplier: Type.String(),
  state: Type.String(),
  reference: orNull(Type.String(), "The supplier's number"),
  detail: orNull(Type.String()),
  fault: orNull(
    oneOf(['item', 'supplier', 'wait', 'chosen'], {
      description: '`chosen`: it was not sent yet, and a person has chosen the route',
    }),
  ),
  cost: Type.Optional(orNull(amount(), 'Only for who has `costs.read`; null: it is not known')),
  currency: Type.String(),
  created_at: time(),
  finished_at: orNull(time()),
  passed_over: Type.Array(
    Type.Object({
      supplier: Type.String(),
      why: oneOf(['off', 'margin', 'paused', 'failed']),
      detail: orNull(Type.String()),
    }),
    { description: 'Routes that the service prefers, and why the item did not go by them' },
  ),
})

export const item = Type.Object({
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
  version,
})

export const order = Type.Object({
  id: longId,
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

export function wireOrder(found: OperatorOrder, { permissions }: Caller): Static<typeof order> {
  const { order: one, username, currency, serviceCode, serviceName, attempts } = found
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: one.id, account: one.accountId, username, service: one.serviceId },
    ...{ service_code: serviceCode, service_name: serviceName, state: one.state },
    ...{ unit_price: money(one.unitPrice), total: money(one.total), currency },
    ...{ reference: one.reference, via: one.via, created_at: one.createdAt, finished_at: one.finishedAt },
    items: one.items.map(({ dueAt, finishedAt, price, refunded, ...rest }) => ({
      ...{ ...rest, price: money(price), refunded: money(refunded) },
      ...{ due_at: dueAt, finished_at: finishedAt, version: itemVersion({ ...rest, refunded }) },
      attempts: attempts
        .filter(({ position }) => position === rest.position)
        .map((tried) => ({
          ...{ number: tried.number, supplier: tried.supplier, state: tried.state },
          ...{ reference: tried.reference, detail: tried.detail, fault: tried.fault },
          ...(permissions.has('costs.read') && {
            cost: tried.cost === null ? null : formatMicros(tried.cost, tried.currency),
          }),
          ...{ currency: tried.currency, created_at: tried.createdAt, finished_at: tried.finishedAt },
          passed_over: tried.passed ?? [],
        })),
    })),
  }
}

/** `orderFilter` narrows orders, in a query or in a body. */
export const orderFilter = {
  account: Type.Optional(text(64, { description: 'Id or user name' })),
  service: Type.Optional(text(64, { description: 'Id or code' })),
  supplier: Type.Optional(
    text(100, { description: 'Id or name: the one that has an item, or had it at last' }),
  ),
  state: Type.Optional(oneOf(states)),
  from: bound('Placed then or later: a time with its zone, or a day in UTC'),
  to: bound('Placed before that time, or on that day in UTC and before'),
  reference: Type.Optional(text(255, { description: 'The whole reference of the reseller, in any case' })),
  imei: Type.Optional(text(255, { description: 'The whole IMEI or serial number' })),
  search: Type.Optional(
    text(255, { description: 'An order number, a reference, IMEI or serial number, or a part of one' }),
  ),
}

export type OrderFilter = { [Name in keyof typeof orderFilter]?: Static<(typeof orderFilter)[Name]> }

/** `filterOf` gives a filter as the domain takes it. */
export const filterOf = ({ from, to, ...rest }: OrderFilter): OperatorOrderFilter => ({
  ...rest,
  ...(from !== undefined && { from: timeOf(from) }),
  ...(to !== undefined && { to: timeOf(to, DAY_MS) }),
})

export const operatorOrderRoutes = () => [
  route({
    method: 'GET',
    path: '/orders',
    name: 'listOrders',
    section,
    command: 'order list',
    summary: 'Orders of all resellers, the newest first',
    description:
      'A search gives the orders that it names whole, of any age; where there is none, those that have it as a part. A narrowed list looks at ' +
      '200,000 orders at a time: a page may have few of them, or none, and go on behind its cursor.',
    access,
    query: Type.Object({ ...pageQuery, ...orderFilter }),
    answer: pageOf(order),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
      const before = readCursor(cursor, given) as OrderId | undefined
      const { orders, next } = await new OperatorOrders(desk.read).list({ ...filterOf(given), before, limit })
      return {
        page: { items: orders.map((one) => wireOrder(one, caller)), next_cursor: cursorText(next, given) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders.csv',
    name: 'exportOrders',
    section,
    command: 'order list',
    summary: 'All orders that fit a filter, as a file of CSV with a line for each item',
    access,
    query: Type.Object(orderFilter),
    answer: Type.Object({}, { description: 'A file of CSV' }),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query, reply }) => {
      const pages = new OperatorOrders(desk.read).every(filterOf(query))
      // The first is read before anything is answered: a name that is not known is refused, and is no file that breaks off.
      const first = await pages.next()
      const costs = caller.permissions.has('costs.read')
      const file = csvOfOrders(beginning(first.value ?? [], pages), { costs })
      reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="orders.csv"')
      return reply.send(Readable.from(file, { objectMode: false })) as object
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id',
    name: 'getOrder',
    section,
    command: 'order show',
    summary: 'One order, with its items and what was tried for them',
    access,
    params: longIdParams,
    answer: order,
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params }) =>
      wireOrder(await mustFindOrder(desk.read, params.id as OrderId), caller),
  }),
]

async function* beginning<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}
