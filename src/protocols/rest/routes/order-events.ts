import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { order, wireOrderSummary } from '../../../contract/orders.ts'
import { Refusal } from '../../../errors.ts'
import { jsonWithAmounts } from '../../../lib/money-json.ts'
import type { RestDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

/** HEARTBEAT_MS is the time between heartbeats, which keep proxies from closing the connection. */
const HEARTBEAT_MS = 15_000
/** CLOSED_MS is that time once the client has closed its half of the connection. */
const CLOSED_MS = 500
/** AWAY_MS is the time between two tries while the database is away. */
const AWAY_MS = 1000
/** RETRY_MS is the time after which a client that lost the connection comes back. */
const RETRY_MS = 2000

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
      return reply
        .type('text/event-stream')
        .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' })
        .send(Readable.from(events(deps, call, since)))
    },
  }),
]

async function* events(
  { orderFeed, orders, presence }: EventDeps,
  { accountId, signal, request }: Call,
  from: number,
): AsyncGenerator<string, void> {
  // A client that closes its half of the connection may still read, which the next heartbeat finds out.
  const closed = new AbortController()
  request.raw.socket.once('end', () => closed.abort())
  // An event without data is not dispatched, but its id is kept: a client that loses the connection now comes back with it.
  yield `retry: ${RETRY_MS}\nid: ${from}\n\n`
  const next = async (since: number): Promise<{ text: string; upTo: number }> => {
    const changes = closed.signal.aborted
      ? await orderFeed.after({ accountId, since }, CLOSED_MS, signal)
      : await orderFeed.after({ accountId, since }, HEARTBEAT_MS, AbortSignal.any([signal, closed.signal]))
    if (!changes) return { text: HEARTBEAT, upTo: since }
    const own = orders.forBuyer(accountId)
    const found = await Promise.all(changes.orders.map(({ id }) => own.findSummary(id)))
    const texts = changes.orders.map(({ entry }, index) => {
      const summary = found[index]
      return summary
        ? `event: order\nid: ${entry}\ndata: ${jsonWithAmounts(wireOrderSummary(summary))}\n\n`
        : ''
    })
    return { text: texts.join(''), upTo: changes.upTo }
  }
  for (let since = from; ; ) {
    let text = HEARTBEAT
    try {
      ;({ text, upTo: since } = await next(since))
    } catch (error) {
      if (!presence.isTemporary(error)) throw error
      // What happens while the database is away is told when it is back, on the same connection.
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    }
    if (signal.aborted) return
    if (text !== '') yield text
  }
}

const HEARTBEAT = ':\n\n'
