import { Type } from 'typebox'
import { id, idParams, name } from '../../../contract/schema.ts'
import { Refusal } from '../../../errors.ts'
import { once } from '../../../idempotency/idempotency.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { answeredOnce, type Call, route } from '../route.ts'

const items = (description: string) => Type.Integer({ minimum: 0, description: `Items ${description}` })

export const orderRequestRoutes = [
  route({
    method: 'POST',
    path: '/api/order/:id/cancel',
    name: 'cancelOrder',
    section: 'Orders',
    summary: 'Cancel what is not done yet',
    description:
      'What was not sent to a supplier yet is cancelled and given back at once. For what was, it is a request that the ' +
      'supplier or a person answers. `CONFLICT_ERROR`: everything has ended.',
    permission: 'order.create',
    params: idParams,
    answer: name(
      'OrderCancellation',
      Type.Object({
        data: Type.Object({
          order_id: id(),
          cancelled: items('that were cancelled'),
          requested: items('that are with a supplier: their cancellation is requested'),
          ended: items('that had ended before'),
        }),
      }),
    ),
    source: 'order',
    refusals: ['order_not_found', 'conflict'],
    handle: (call) =>
      onceOf(call, 'cancel', async (order, by) => {
        const { cancelled, asked, ended } = await call.parts.orderRequests.cancel(order, by)
        if (cancelled + asked === 0) throw new Refusal('conflict', 'the order has ended')
        return { cancelled, requested: asked, ended }
      }),
  }),
  route({
    method: 'POST',
    path: '/api/order/:id/verify',
    name: 'verifyOrder',
    section: 'Orders',
    summary: 'Doubt the answer',
    description:
      'The suppliers are asked again about the items that have ended; where they cannot be, a person looks. ' +
      '`CONFLICT_ERROR`: no item has ended.',
    permission: 'order.create',
    params: idParams,
    answer: name(
      'OrderVerification',
      Type.Object({
        data: Type.Object({
          order_id: id(),
          requested: items('that are looked at again'),
          open: items('that have not ended: they are asked about anyway'),
        }),
      }),
    ),
    source: 'order',
    refusals: ['order_not_found', 'conflict'],
    handle: (call) =>
      onceOf(call, 'verify', async (order, by) => {
        const { asked, open } = await call.parts.orderRequests.verify(order, by)
        if (asked === 0) throw new Refusal('conflict', 'the order has no item that was answered')
        return { requested: asked, open }
      }),
  }),
]

/**
 * The work has transactions of its own, since it waits its turn for wallets; it changes nothing when it is done twice,
 * as when the process ends before the answer is kept.
 */
async function onceOf(
  { parts, key, params, idempotencyKey }: Call<{ id: number }>,
  what: 'cancel' | 'verify',
  work: (order: { accountId: typeof key.account.id; orderId: OrderId }, by: string) => Promise<object>,
) {
  const { id: accountId, username } = key.account
  const orderId = params.id as OrderId
  const asked = {
    accountId,
    key: idempotencyKey,
    action: `order.${what}`,
    body: { orderId },
    at: parts.clock.now(),
  }
  return answeredOnce(
    await once(parts.sql, asked, async () => ({
      data: { order_id: orderId, ...(await work({ accountId, orderId }, username)) },
    })),
  )
}
