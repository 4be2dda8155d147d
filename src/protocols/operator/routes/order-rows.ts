import { type Static, Type } from 'typebox'
import { formatMicros } from '../../../lib/money.ts'
import { itemStates, orderStates, vias } from '../../../lib/states.ts'
import type { ListedOrder } from '../../../orders/desk/order-rows.ts'
import { amount, id, longId, oneOf, orNull, time } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'

/** `orderRow` is an order as lists show it. */
export const orderRow = Type.Object({
  id: longId,
  account: id,
  username: Type.String(),
  account_name: Type.String(),
  price_group: orNull(Type.String()),
  service: id,
  service_code: Type.String(),
  service_name: Type.String(),
  service_group: Type.String(),
  state: oneOf(orderStates),
  item_count: Type.Integer(),
  inputs: Type.Array(Type.String(), { description: 'IMEIs or serial numbers of the first three items' }),
  states: Type.Partial(Type.Object(Object.fromEntries(itemStates.map((state) => [state, Type.Integer()]))), {
    description: 'How many items are in which state',
  }),
  suppliers: Type.Array(Type.String(), { description: 'Those that have items, or had them at last' }),
  sandbox: Type.Boolean({ description: 'One of them does nothing real: it is a sandbox' }),
  currency: Type.String(),
  unit_price: amount(),
  total: amount(),
  held: amount('Of what has not ended'),
  charged: amount('Of what is done, without what was given back later'),
  refunded: amount('Given back after it had been charged'),
  released: amount('Given back of what failed or was cancelled: it was never charged'),
  cost: Type.Optional(
    orNull(
      amount(),
      'Of what is with suppliers or was charged, in the currency of the order, only for who has `costs.read`; null: it is not known, or nothing was sent yet',
    ),
  ),
  margin: Type.Optional(
    orNull(
      amount(),
      'What is charged, or held for what was sent, less the cost: what waits to be sent has no part in it; null: as `cost`',
    ),
  ),
  reference: orNull(Type.String()),
  via: oneOf(vias),
  key: orNull(Type.String(), 'The name of the API key'),
  created_at: time(),
  finished_at: orNull(time()),
  expected_by: orNull(
    time(
      'Placed, and the time that is promised of the service; without a promise twice the time that nine of ten items of it took in the last 30 days',
    ),
    'null: nothing is promised, and too few were done lately',
  ),
  late: Type.Boolean(),
  waiting_person: Type.Boolean({ description: 'A review is open, or it is done by hand' }),
  trace_id: Type.Optional(
    orNull(
      Type.String(),
      'Of the request that placed it, only of lists that are asked for `traces`; null: the request is not kept any more',
    ),
  ),
})

export function wireRow(row: ListedOrder, { permissions }: Caller): Static<typeof orderRow> {
  const money = (value: bigint): string => formatMicros(value, row.currency)
  return {
    ...{ id: row.id, account: row.accountId, username: row.username, account_name: row.accountName },
    ...{ price_group: row.priceGroup, service: row.serviceId, service_code: row.serviceCode },
    ...{ service_name: row.serviceName, service_group: row.serviceGroup, state: row.state },
    ...{ item_count: row.itemCount, inputs: row.inputs, states: row.states, suppliers: row.suppliers },
    sandbox: row.sandbox,
    ...{ currency: row.currency, unit_price: money(row.unitPrice), total: money(row.total) },
    ...{ held: money(row.held), charged: money(row.charged) },
    ...{ refunded: money(row.refunded), released: money(row.released) },
    ...(permissions.has('costs.read') && {
      cost: row.cost === null ? null : money(row.cost),
      margin: row.margin === null ? null : money(row.margin),
    }),
    ...{ reference: row.reference, via: row.via, key: row.key },
    ...{ created_at: row.createdAt, finished_at: row.finishedAt },
    ...{ expected_by: row.expectedBy, late: row.isLate, waiting_person: row.waitsForPerson },
    ...(row.traceId !== undefined && { trace_id: row.traceId }),
  }
}
