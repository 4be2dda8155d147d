import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hangUp } from '../admission/hang-up.ts'
import { Refusal } from '../errors.ts'
import { http } from '../lib/node-http.ts'
import { Mismatch, sayRefusal } from '../protocols/kit/refusal.ts'
import type { RequestEntry } from '../request-log/request.ts'
import { SAFE_HEADERS } from './headers.ts'

/** BrokenRequest is why Node gives up on a connection; `code` begins with HPE_ where what came is no HTTP. */
type BrokenRequest = Error & { code?: string }

/** STATUSES has the statuses of what is not merely broken. */
const STATUSES: Partial<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * `brokenRequests` gives what ends a connection on which something else than HTTP came: it is answered and noted like every refusal, under an
 * id of its own. Behind a whole request (a body longer than its Content-Length, from clients that count characters) that request still gets
 * its answer, because its order may be placed. A client that has gone, or never sent a byte, is nothing to note.
 */
export function brokenRequests(
  newId: () => string,
  note: (refused: RequestEntry) => void,
): (error: BrokenRequest, socket: Socket) => void {
  return ({ code = '' }, socket) => {
    const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null }
    const isBroken = code.startsWith('HPE_') || code in STATUSES
    if (!isBroken || socket.bytesRead === 0 || !socket.writable) {
      socket.destroy()
      return
    }
    const status = STATUSES[code] ?? 400
    const requestId = newId()
    const refusal = refusalBy(status, code)
    note({
      accountId: null,
      keyId: null,
      at: new Date(),
      via: 'http',
      action: '(no HTTP request)',
      status,
      outcome: refusal.code,
      detail: refusal.message,
      orderId: null,
      ip: socket.remoteAddress ?? '',
      tookUs: 0,
      requestId,
    })
    const isAnswering = answer && !answer.writableFinished && (answer.req.complete || answer.headersSent)
    if (isAnswering) answer.once('finish', () => hangUp(socket))
    else hangUp(socket, answerOf(refusal, status, requestId))
  }
}

function refusalBy(status: number, code: string): Refusal {
  if (status === 413 || status === 431) return new Refusal('body_too_large', 'the head of the request')
  const message = status === 408 ? 'did not come in time' : `is not HTTP (${code})`
  return new Mismatch('headers', [{ path: ['request'], message }])
}

function answerOf(refusal: Refusal, status: number, requestId: string): string {
  const body = JSON.stringify(sayRefusal(refusal, { traceId: requestId, source: 'headers', isProof: true }))
  const headers = {
    ...SAFE_HEADERS,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
}
