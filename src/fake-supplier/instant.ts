import type { FakeDeps } from './deps.ts'
import type { Order } from './order.ts'
import { resultOf } from './order.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { HttpRequest, Reply } from './reply.ts'

/** INSTANT_PATH is the instant check: `GET /check?service=&imei=&key=` buys, `GET /check?order=&key=` asks again. */
export const INSTANT_PATH = '/check'

/** `answerInstant` buys, and answers with the result at once; an order that does not end is `pending`. */
export function answerInstant({ panel, orders }: FakeDeps, { query }: HttpRequest): Reply {
  const given = (name: string): string => query.get(name) ?? ''
  panel.count(query.has('order') ? 'ask instantly' : 'check')
  if (panel.mode === 'maintenance') return refuse('maintenance')
  if (panel.mode === 'login' || !panel.knows(null, given('key'))) return refuse('login')
  if (query.has('order')) {
    const order = orders.ask(given('order'), 'http')
    return order ? say(sayCheck(orders, order)) : refuse('order')
  }
  const result = orders.place({
    via: 'http',
    service: given('service'),
    inputs: [given('imei')],
    quantity: 1,
    fields: new Map([...query].map(([name, value]) => [name.toUpperCase(), value])),
    key: null,
  })
  if (result.kind === 'refused') return refuse(result.refusal)
  if (result.kind === 'ignored') return { ...refuse('failure'), manner: result.manner }
  return { ...say(sayCheck(orders, result.order)), manner: result.manner }
}

function sayCheck(orders: FakeDeps['orders'], order: Order): Record<string, unknown> {
  const [item] = order.items
  const end = item ? orders.reportEnd(order, item) : null
  if (!item || end === null) return { status: 'pending', order: order.id }
  const text = resultOf(order, item, end)
  return end === 'delivered'
    ? { status: 'success', order: order.id, imei: item.input, result: text }
    : { status: 'failed', order: order.id, imei: item.input, message: text }
}

const say = (answer: Record<string, unknown>): Reply => ({
  status: 200,
  body: JSON.stringify(answer),
  failure: FAILURE,
})

function refuse(name: RefusalName): Reply {
  const { message, description } = refusals[name]
  return say({ status: 'error', message, description })
}

const FAILURE = JSON.stringify({ status: 'error', message: refusals.failure.message })
