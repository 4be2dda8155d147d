import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiKey } from '../../accounts/account.ts'
import type { RequestEntry } from '../../request-log/request.ts'
import type { Route } from './route.ts'

/** What the reseller's log says of a request: never what it held, but that action and, of a refusal, our words. */
export function requestEntry(
  request: FastifyRequest,
  reply: FastifyReply,
  { method, path }: Route,
  key: ApiKey,
  now: Date,
): RequestEntry {
  const { refusal } = request
  const { elapsedTime: tookMs } = reply
  return {
    accountId: key.account.id,
    keyId: key.id,
    at: new Date(now.getTime() - tookMs),
    via: 'rest',
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

/** A client that mixes its fields up may have its secret in what it is told of them. */
function withoutSecret(words: string, authorization = ''): string {
  const secret = authorization.trim().split('.').at(-1) ?? ''
  return secret !== '' && words.includes(secret) ? '(hidden: it held the secret)' : words
}
