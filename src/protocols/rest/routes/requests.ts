import { Type } from 'typebox'
import { id, name, oneOf, orNull, page, pageOf, pageQuery, time } from '../../../contract/schema.ts'
import { type ErrorCode, errors } from '../../../errors.ts'
import type { RequestNumber } from '../../../lib/ids.ts'
import { sanitize } from '../../../lib/text.ts'
import type { LoggedRequest } from '../../../request-log/request.ts'
import { listRequests } from '../../../request-log/requests.ts'
import { route } from '../route.ts'

const outcomes = ['ok', ...Object.keys(errors)] as ['ok', ...ErrorCode[]]

const logged = name(
  'Request',
  Type.Object({
    id: id(),
    time: time('When it came in'),
    protocol: Type.Union([Type.Literal('dhru'), Type.Literal('rest')]),
    action: Type.String({ description: 'The Dhru action, or method and path' }),
    status: Type.Integer({ description: 'Of HTTP; the Dhru endpoint always answers 200' }),
    outcome: oneOf(outcomes, {
      description: '`ok`, or the error: in the words of the Dhru endpoint, here also in capitals',
    }),
    message: orNull(Type.String({ description: 'What you were told of a refusal' })),
    order_id: orNull(Type.Integer({ description: 'The one order that it placed' })),
    api_key_id: Type.Integer(),
    ip: Type.String(),
    duration_ms: Type.Number(),
    trace_id: Type.String({ description: 'As X-Request-Id had it' }),
  }),
)

export const requestRoutes = [
  route({
    method: 'GET',
    path: '/api/requests',
    name: 'listRequests',
    section: 'Account',
    summary: 'What your keys asked for lately, and how it was answered, newest first',
    description:
      'Of both protocols, within a second or two. It holds no credentials and nothing of what you sent but ' +
      'the action. Requests with wrong credentials are nobody’s and are not listed.',
    permission: 'order.read',
    query: Type.Object({
      ...pageQuery,
      protocol: Type.Optional(Type.Union([Type.Literal('dhru'), Type.Literal('rest')])),
      outcome: Type.Optional(
        Type.Union(
          ['refused' as const, ...outcomes].map((outcome) => Type.Literal(outcome)),
          { description: '`refused`: everything but `ok`' },
        ),
      ),
      action: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    answer: pageOf(logged),
    async handle({ parts, key, query }) {
      const { limit, cursor, protocol, outcome, action } = query
      const { requests, next } = await listRequests(parts.sql, key.account.id, {
        limit,
        before: cursor as RequestNumber | undefined,
        via: protocol,
        outcome,
        action: action === undefined ? undefined : sanitize(action),
      })
      return page(requests.map(sayRequest), next)
    },
  }),
]

const sayRequest = (one: LoggedRequest) => ({
  id: one.id,
  time: one.at.toISOString(),
  protocol: one.via,
  action: one.action,
  status: one.status,
  outcome: one.outcome,
  message: one.detail,
  order_id: one.orderId,
  api_key_id: one.keyId,
  ip: one.ip,
  duration_ms: one.tookUs / 1000,
  trace_id: one.requestId,
})
