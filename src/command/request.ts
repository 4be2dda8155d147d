import type { Command } from 'commander'
import { findKey } from '../accounts/keys.ts'
import { findRequest } from '../request-log/find-request.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering, keyValues } from './output.ts'

export function register(program: Command): void {
  program
    .command('request')
    .command('show')
    .argument('<id>', 'what X-Request-Id, or traceId of an error, said')
    .description('one request, also one that was refused, of whomever it was')
    .action(answering(show))
}

async function show(id: string): Promise<Answer> {
  const { found, key } = await withDatabase(async ({ sql }) => {
    const found = await findRequest(sql, id.trim())
    return { found, key: found.keyId === null ? undefined : await findKey(sql, found.keyId) }
  })
  const { requestId, at, via, action, status, outcome, detail, keyId, orderId, ip } = found
  const milliseconds = found.tookUs / 1000
  return {
    json: {
      trace_id: requestId,
      time: at,
      protocol: via,
      action,
      status,
      outcome,
      message: detail,
      account_id: key?.accountId ?? null,
      account: key?.accountName ?? null,
      api_key_id: keyId,
      order_id: orderId,
      ip,
      duration_ms: milliseconds,
    },
    text: keyValues([
      ['request', requestId],
      ['time', at],
      ['protocol', via],
      ['action', action],
      ['outcome', `${outcome} (HTTP ${status})`],
      detail !== null && ['message', detail],
      ['account', key ? `${key.accountId} ${key.accountName}` : 'not known'],
      keyId !== null && ['key', keyId],
      orderId !== null && ['order', orderId],
      ['from', ip],
      ['took', `${milliseconds} ms`],
    ]),
  }
}
