import type { Order } from './order.ts'
import { resultOf } from './order.ts'
import type { Parts } from './parts.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { Asked, Reply } from './reply.ts'

/** Where the instant check is: `GET /check?service=&imei=&key=` buys, `GET /check?order=&key=` asks again. */
export const INSTANT_PATH = '/check'

/** Buys and answers with the result at once; an order that does not end is `pending`. */
export function answerInstant({ panel, orders }: Parts, { query }: Asked): Reply {
  const given = (name: string): string => query.get(name) ?? ''
  panel.count(query.has('order') ? 'ask instantly' : 'check')
  if (panel.mode === 'maintenance') return refuse('maintenance')
  if (panel.mode === 'login' || !panel.knows(null, given('key'))) return refuse('login')
  if (query.has('order')) {
    const order = orders.ask(given('order'), 'http')
    return order ? say(sayCheck(orders, order)) : refuse('order')
  }
  const verdict = orders.place({
    via: 'http',
    service: given('service'),
    inputs: [given('imei')],
    quantity: 1,
    fields: new Map([...query].map(([name, value]) => [name.toUpperCase(), value])),
    key: null,
  })
  if (verdict.kind === 'refused') return refuse(verdict.refusal)
  if (verdict.kind === 'ignored') return { ...refuse('failure'), manner: verdict.manner }
  return { ...say(sayCheck(orders, verdict.order)), manner: verdict.manner }
}

function sayCheck(orders: Parts['orders'], order: Order): Record<string, unknown> {
  const [item] = order.items
  const end = item ? orders.tell(order, item) : null
  if (!item || end === null) return { status: 'pending', order: order.id }
  const text = resultOf(order, item, end)
  return end === 'delivered'
    ? { status: 'success', order: order.id, imei: item.input, result: text }
    : { status: 'failed', order: order.id, imei: item.input, message: text }
}

const say = (says: Record<string, unknown>): Reply => ({
  status: 200,
  body: JSON.stringify(says),
  failure: FAILURE,
})

function refuse(name: RefusalName): Reply {
  const { message, description } = refusals[name]
  return say({ status: 'error', message, description })
}

const FAILURE = JSON.stringify({ status: 'error', message: refusals.failure.message })
