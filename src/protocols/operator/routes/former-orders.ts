import { type Static, Type } from 'typebox'
import type { OrderId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { orderStates } from '../../../lib/states.ts'
import { formerTypes, type NamedFormerOrder } from '../../../orders/former/former-order.ts'
import { findFormerNumbered } from '../../../orders/former/former-orders.ts'
import { amount, id, longId, longIdParams, oneOf, orNull, time } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const formerOrder = Type.Object({
  id: longId,
  type: oneOf(formerTypes, { description: 'Panels number the orders of server services apart' }),
  account: id,
  username: Type.String(),
  service: orNull(id, 'null: the service has not moved in'),
  service_code: orNull(Type.String()),
  input: Type.String(),
  state: oneOf(orderStates),
  answer: Type.String({ description: 'The result, or the reason of a failure, as the panel has it' }),
  price: amount('What it cost at the panel'),
  currency: Type.String(),
  placed_at: time(),
  ended_at: orNull(time()),
})

const wireFormer = (order: NamedFormerOrder): Static<typeof formerOrder> => ({
  ...{ id: order.id, type: order.type, account: order.accountId, username: order.username },
  ...{ service: order.serviceId, service_code: order.serviceCode, input: order.input, state: order.state },
  ...{ answer: order.answer, price: formatMicros(order.price, order.currency), currency: order.currency },
  ...{ placed_at: order.placedAt, ended_at: order.endedAt },
})

export const formerOrderRoutes = () => [
  route({
    method: 'GET',
    path: '/former-orders/:id',
    name: 'getFormerOrders',
    section: 'Orders',
    command: 'order show',
    summary: 'The orders of a number that accounts have placed at the panel that they have come from',
    description:
      'They hold no money here, and nobody works on them. Accounts of several panels may have one number.',
    access: 'orders.read',
    params: longIdParams,
    answer: Type.Object({ items: Type.Array(formerOrder) }),
    handle: async ({ desk, params }) => ({
      items: (await findFormerNumbered(desk.read, params.id as OrderId)).map(wireFormer),
    }),
  }),
]
