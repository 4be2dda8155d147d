import { cancellation, verification } from '../../../contract/orders.ts'
import { orderParams } from '../../../contract/schema.ts'
import { Refusal } from '../../../errors.ts'
import type { AccountId, OrderId } from '../../../lib/ids.ts'
import type { RestDeps } from '../deps.ts'
import { type Answered, answeredOnce, type Call, route } from '../route.ts'

type OrderRequestDeps = Pick<RestDeps, 'orderRequests' | 'idempotency' | 'orders' | 'actionThrottle'>

export const orderRequestRoutes = ({ orderRequests, ...deps }: OrderRequestDeps) => [
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
    params: orderParams,
    answer: cancellation,
    source: 'order',
    refusals: ['order_not_found', 'conflict'],
    handle: (call) =>
      onceOf(deps, call, 'cancel', async (order, by) => {
        const { cancelled, asked, ended } = await orderRequests.cancel(order, by)
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
      'The suppliers are asked again about the items that have ended, each at most every ten minutes; where they cannot be, a person looks. ' +
      '`CONFLICT_ERROR`: no item has ended.',
    permission: 'order.create',
    params: orderParams,
    answer: verification,
    source: 'order',
    refusals: ['order_not_found', 'conflict'],
    handle: (call) =>
      onceOf(deps, call, 'verify', async (order, by) => {
        const { asked, open } = await orderRequests.verify(order, by)
        if (asked === 0) throw new Refusal('conflict', 'the order has no item that was answered')
        return { requested: asked, open }
      }),
  }),
]

/**
 * `onceOf` does the work of a request once. The work has transactions of its own, because it waits for wallets. It changes nothing when it
 * is done again, which happens when the process ends before the answer is kept. A repeat is known by the
 * order's name as it was sent: another order may have the reference by then.
 */
async function onceOf(
  { idempotency, orders, actionThrottle }: Omit<OrderRequestDeps, 'orderRequests'>,
  { accountId, asker, params, idempotencyKey }: Call<{ id: string }>,
  what: 'cancel' | 'verify',
  work: (order: { accountId: AccountId; orderId: OrderId }, by: string) => Promise<object>,
): Promise<Answered> {
  return answeredOnce(
    await idempotency.once(
      {
        ...{ accountId, key: idempotencyKey, action: `order.${what}`, body: { order: params.id } },
        isInParts: true,
      },
      async () => {
        const orderId = await orders.forBuyer(accountId).idOf(params.id)
        actionThrottle.countOrderRequest(accountId, orderId)
        return {
          data: { order_id: orderId, ...(await work({ accountId, orderId }, asker.account.username)) },
        }
      },
    ),
  )
}
