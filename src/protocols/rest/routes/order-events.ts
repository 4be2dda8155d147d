import { Type } from 'typebox'
import { order, wireOrderSummary } from '../../../contract/orders.ts'
import { Refusal } from '../../../errors.ts'
import { jsonWithAmounts } from '../../../lib/money-json.ts'
import { sendEvents } from '../../kit/event-stream.ts'
import type { RestDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

/** HEARTBEAT keeps the connection alive. */
const HEARTBEAT = ':\n\n'

type EventDeps = Pick<RestDeps, 'orderFeed' | 'orders' | 'presence'>

export const orderEventRoutes = (deps: EventDeps) => [
  route({
    method: 'GET',
    path: '/api/order/events',
    name: 'followOrders',
    section: 'Orders',
    summary: 'What becomes of orders, as it happens',
    description:
      'Server-sent events: `event: order`, whose data is the order as it is now, with at most 100 of its items, when it ' +
      'was placed and when items of it have ended; what happens within a moment is one event. With the header `Last-Event-ID` ' +
      'it goes on after that event and misses nothing. A key may follow its orders 10 times at once in one process. The ' +
      'stream ends when the key may no longer follow them.',
    permission: 'order.read',
    answer: order,
    media: { 'text/event-stream': Type.String({ description: 'Events whose data is an Order' }) },
    refusals: ['invalid_input'],
    async handle(call) {
      const { accountId, asker, request, reply } = call
      const given = request.headers['last-event-id']
      if (given !== undefined && !/^\d{1,15}$/.test(String(given))) {
        throw new Refusal('invalid_input', 'must be the id of an event', 'Last-Event-ID')
      }
      const close = deps.orderFeed.openStream(asker.actor)
      reply.raw.once('close', close)
      const since = given === undefined ? await deps.orderFeed.last(accountId) : Number(given)
      return sendEvents({
        request,
        reply,
        signal: call.signal,
        presence: deps.presence,
        id: since,
        next: changesAfter(deps, call, since),
      })
    },
  }),
]

/** `changesAfter` gives what waits for what becomes of an account's orders after an event, and then after that. */
function changesAfter({ orderFeed, orders }: EventDeps, { accountId, asker }: Call, from: number) {
  const own = orders.forAsker(asker)
  let since = from
  return async (ms: number, signal: AbortSignal): Promise<string> => {
    const changes = await orderFeed.after({ accountId, since }, ms, signal)
    if (!changes) return HEARTBEAT
    const found = await Promise.all(changes.orders.map(({ id }) => own.findSummary(id)))
    const texts = changes.orders.map(({ entry }, index) => {
      const summary = found[index]
      return summary
        ? `event: order\nid: ${entry}\ndata: ${jsonWithAmounts(wireOrderSummary(summary))}\n\n`
        : ''
    })
    since = changes.upTo
    return texts.join('')
  }
}
