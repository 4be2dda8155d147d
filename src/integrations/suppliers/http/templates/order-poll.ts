import type { Rule, Template } from '../template.ts'
import { jsonAnswer, succeeded } from './json-answer.ts'
import { waits } from './words.ts'

const headers = { authorization: 'Bearer {key}', accept: 'application/json' }
const references = ['id', 'order_id', 'orderId', 'reference', 'data.id', 'data.order_id']
const results = ['result', 'response', 'properties', 'data.result']

const answer = jsonAnswer(results)
const waiting: Rule = { path: 'status', in: waits }
const noResult = results.map((path) => ({ path, exists: false }))
/** `numbered`: success with a number and without a result is that of the request, not of the order. */
const numbered: Rule[] = succeeded.flatMap((rule) =>
  references.map((path) => ({ all: [rule, { path, exists: true }, ...noResult] })),
)

export const orderPoll = {
  name: 'order-poll',
  description:
    'POST {"service": .., "imei": ..} to <url>/orders with a bearer key, answered with an id; GET <url>/orders/<id> then says {"status": "pending"}, "success" with a result, or "failed"',
  request: {
    method: 'POST',
    url: '{url}/orders',
    headers,
    body: { json: { service: '{service}', imei: '{imei}' } },
  },
  answer: { ...answer, pending: [waiting, ...numbered], reference: references },
  status: {
    request: { method: 'GET', url: '{url}/orders/{reference}', headers },
    answer: { ...answer, pending: [waiting] },
  },
} satisfies Template
