import { type Static, Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { itemVersion } from '../../../fulfilment/after/corrections.ts'
import { mustFindOrder } from '../../../fulfilment/people/operator-requests.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { itemStates, orderStates, vias } from '../../../lib/states.ts'
import { listRows } from '../../../orders/desk/order-rows.ts'
import { type OperatorOrder, OperatorOrders, orderSorts } from '../../../orders/read/operator-orders.ts'
import { csvOfOrders, layoutOf, orderColumns } from '../../../orders/read/operator-orders-csv.ts'
import { filterOf, orderFilter } from '../../../orders/read/order-filter.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  beginning,
  COUNT_MS,
  countShape,
  fileSeparator,
  MAX_COUNTED,
  refuseUnproved,
  sendFile,
  withRows,
} from '../../kit/list-files.ts'
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
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { orderRow, wireRow } from './order-rows.ts'

const section = 'Orders'
const access = 'orders.read'

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
      detail: orNull(Type.String(), 'Of `margin` only for who has `costs.read`'),
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
  result_is_secret: Type.Boolean({
    description: 'There is a result, which is not shown: see `POST /orders/{id}/reveal`',
  }),
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
  state: oneOf(orderStates),
  unit_price: amount(),
  total: amount(),
  currency: Type.String(),
  reference: orNull(Type.String()),
  via: oneOf(vias),
  created_at: time(),
  finished_at: orNull(time()),
  items: Type.Array(item),
})

type Item = OperatorOrder['order']['items'][number]

/** `wireItem` writes an item with what was tried for it. */
export function wireItem(
  { dueAt, finishedAt, price, refunded, ...rest }: Item,
  { currency, attempts, secretResults }: Pick<OperatorOrder, 'currency' | 'attempts' | 'secretResults'>,
  { permissions }: Caller,
): Static<typeof item> {
  return {
    ...{ ...rest, price: formatMicros(price, currency), refunded: formatMicros(refunded, currency) },
    result_is_secret: secretResults && rest.state === 'success',
    ...{ due_at: dueAt, finished_at: finishedAt },
    version: itemVersion({ ...rest, refunded, finishedAt, secretResults }),
    attempts: attempts
      .filter(({ position }) => position === rest.position)
      .map((tried) => ({
        ...{ number: tried.number, supplier: tried.supplier, state: tried.state },
        ...{ reference: tried.reference, detail: tried.detail, fault: tried.fault },
        ...(permissions.has('costs.read') && {
          cost: tried.cost === null ? null : formatMicros(tried.cost, tried.currency),
        }),
        ...{ currency: tried.currency, created_at: tried.createdAt, finished_at: tried.finishedAt },
        passed_over: (tried.passed ?? []).map((way) =>
          way.why === 'margin' && !permissions.has('costs.read') ? { ...way, detail: null } : way,
        ),
      })),
  }
}

export function wireOrder(found: OperatorOrder, caller: Caller): Static<typeof order> {
  const { order: one, username, currency, serviceCode, serviceName } = found
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: one.id, account: one.accountId, username, service: one.serviceId },
    ...{ service_code: serviceCode, service_name: serviceName, state: one.state },
    ...{ unit_price: money(one.unitPrice), total: money(one.total), currency },
    ...{ reference: one.reference, via: one.via, created_at: one.createdAt, finished_at: one.finishedAt },
    items: one.items.map((item) => wireItem(item, found, caller)),
  }
}

const sort = Type.Optional(
  oneOf(orderSorts, {
    description:
      'By when it was placed, the newest first if left out; by when it ended only with `ended_from`',
  }),
)

export const operatorOrderRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/orders',
    name: 'listOrders',
    section,
    command: 'order list',
    summary: 'Orders of all resellers, the newest first unless sorted otherwise',
    description:
      'A search gives the orders that it names whole, of any age; where there is none, those that have it as a part. A narrowed list looks at ' +
      '200,000 orders at a time, for 0.2 seconds: a page may have few of them, or none, and go on behind its cursor.',
    access,
    query: Type.Object({
      ...pageQuery,
      ...orderFilter,
      sort,
      traces: Type.Optional(oneOf(['yes'], { description: 'With `trace_id` of each order' })),
    }),
    answer: pageOf(orderRow),
    refusals: ['not_found', 'service_not_found', 'invalid_input'],
    handle: async ({ desk, caller, query: { limit, cursor, traces, ...given } }) => {
      refuseMargins(caller, given)
      const before = readCursor(cursor, given) as OrderId | undefined
      const wanted = { ...filterOf(given), before, limit }
      const { rows, next } = await listRows(desk.read, wanted, clock, { traces: traces === 'yes' })
      return {
        page: { items: rows.map((one) => wireRow(one, caller)), next_cursor: cursorText(next, given) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/count',
    name: 'countOrders',
    section,
    summary: 'How many orders fit a filter, up to 10,000, as far as that is known within 0.3 seconds',
    access,
    query: Type.Object(orderFilter),
    answer: countShape,
    refusals: ['not_found', 'service_not_found', 'invalid_input'],
    handle: ({ desk, caller, query }) => {
      refuseMargins(caller, query)
      return new OperatorOrders(desk.read).count(filterOf(query), { max: MAX_COUNTED, ms: COUNT_MS })
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
    query: Type.Object({
      ...orderFilter,
      sort,
      columns: Type.Optional(
        text(400, { description: `Some of ${orderColumns.join(', ')}, with commas between; left out: all` }),
      ),
      separator: fileSeparator,
    }),
    isExport: true,
    answer: Type.Object({}, { description: 'A file of CSV' }),
    refusals: ['not_found', 'service_not_found'],
    handle: async (call) => {
      const { desk, caller } = call
      const { columns, separator, ...query } = call.query
      refuseMargins(caller, query)
      const orders = new OperatorOrders(desk.read)
      await refuseUnproved(caller, () => orders.count(filterOf(query), { max: MAX_COUNTED, ms: COUNT_MS }))
      const costs = caller.permissions.has('costs.read')
      const layout = layoutOf({ columns, separator }, { costs })
      const pages = orders.every(filterOf(query))
      // The first is read before anything is answered: a name that is not known is refused, and is no file that breaks off.
      const first = await pages.next()
      return await sendFile(call, { list: '/orders', name: 'orders' }, (told) =>
        csvOfOrders(withRows(beginning(first.value ?? [], pages), told), layout),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/orders.ndjson',
    name: 'exportOrdersAsJson',
    section,
    command: 'order list',
    summary: 'All orders that fit a filter, as a file of JSON with a line for each order',
    description: 'Each line is what `GET /orders/{id}` gives of an order.',
    access,
    query: Type.Object({ ...orderFilter, sort }),
    isExport: true,
    answer: Type.Object({}, { description: 'A file of JSON, line by line' }),
    refusals: ['not_found', 'service_not_found'],
    handle: async (call) => {
      const { desk, caller, query } = call
      refuseMargins(caller, query)
      const orders = new OperatorOrders(desk.read)
      await refuseUnproved(caller, () => orders.count(filterOf(query), { max: MAX_COUNTED, ms: COUNT_MS }))
      const pages = orders.every(filterOf(query))
      const first = await pages.next()
      return await sendFile(call, { list: '/orders', name: 'orders', format: 'ndjson' }, (told) =>
        linesOf(withRows(beginning(first.value ?? [], pages), told), caller),
      )
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

/** `refuseMargins`: what margins are is for those who may read costs, and so is which orders have them. */
function refuseMargins({ permissions }: Caller, { margin }: { margin?: string }): void {
  if (margin !== undefined && !permissions.has('costs.read'))
    throw new Refusal('permission_denied', '`margin` needs costs.read')
}

async function* linesOf(pages: AsyncIterable<OperatorOrder[]>, caller: Caller): AsyncGenerator<string> {
  for await (const orders of pages)
    yield orders.map((one) => `${JSON.stringify(wireOrder(one, caller))}\n`).join('')
}
