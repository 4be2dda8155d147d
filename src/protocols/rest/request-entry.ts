import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestEntry } from '../../request-log/request.ts'
import type { Route } from './route.ts'

/** `requestEntry` makes the entry of the request log, which holds the action and a refusal's message, and nothing that was sent. */
export function requestEntry(
  request: FastifyRequest,
  reply: FastifyReply,
  { method, path }: Route,
  now: Date,
): RequestEntry {
  const { refusal, restKey, refusedKey, inPortal } = request
  const key = restKey ?? refusedKey
  const { elapsedTime: tookMs } = reply
  return {
    accountId: key?.account.id ?? null,
    keyId: key?.id ?? null,
    at: new Date(now.getTime() - tookMs),
    via: inPortal ? 'portal' : 'rest',
    action: `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    status: reply.statusCode,
    outcome: refusal?.code ?? 'ok',
    detail: refusal ? withoutSecret(refusal.message, request.headers.authorization) : null,
    orderId: request.placed ?? null,
    ip: request.ip,
    tookUs: Math.round(tookMs * 1000),
    requestId: request.id,
  }
}

/** `withoutSecret` hides a message that holds the secret: a client that mixes its fields up is told of its own values. */
function withoutSecret(message: string, authorization = ''): string {
  const secret = authorization.trim().split('.').at(-1) ?? ''
  return secret !== '' && message.includes(secret) ? '(hidden: it held the secret)' : message
}
