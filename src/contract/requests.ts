import { type Static, Type } from 'typebox'
import { type ErrorCode, errors } from '../errors.ts'
import type { LoggedRequest } from '../request-log/request.ts'
import { id, name, oneOf, orNull, time } from './schema.ts'

export const requestProtocols = ['dhru', 'rest'] as const
export const requestOutcomes = ['ok', ...Object.keys(errors)] as ['ok', ...ErrorCode[]]

export const request = name(
  'Request',
  Type.Object({
    id: id(),
    time: time('When it came in'),
    protocol: oneOf(requestProtocols),
    action: Type.String({ description: 'The Dhru action, or method and path' }),
    status: Type.Integer({ description: 'Of HTTP; the Dhru endpoint always answers 200' }),
    outcome: oneOf(requestOutcomes, {
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

export const wireRequest = (one: LoggedRequest): Static<typeof request> => ({
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
