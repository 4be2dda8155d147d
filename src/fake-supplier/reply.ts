import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Manner } from './faults.ts'

/** HttpRequest is a request as the protocols read it. */
export interface HttpRequest {
  method: string
  /** `path` has no query, and single slashes. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Reply is an answer, and what goes wrong with it. */
export interface Reply {
  status: number
  body: string | Buffer
  /** `type` is the media type; JSON when left out. */
  type?: string
  headers?: Record<string, string>
  /** `manner` is `whole` when left out. */
  manner?: Manner
  /** `failure` is the protocol's body with HTTP 500. */
  failure?: string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const HTML_TYPE = 'text/html; charset=utf-8'
const HTML_PAGE = `<!DOCTYPE html>
<html><head><title>Just a moment...</title></head>
<body><h1>Checking your browser</h1><p>This page is the fake supplier's fault, and no answer.</p></body></html>
`

/** `send` sends an answer in its manner; a slow one after `slowMs`. */
export function send(response: ServerResponse, reply: Reply, slowMs: number): void {
  const { socket } = response
  switch (reply.manner ?? 'whole') {
    case 'whole':
      write(response, reply)
      break
    case 'slow':
      setTimeout(write, slowMs, response, reply).unref()
      break
    case 'html':
      write(response, { status: 200, body: HTML_PAGE, type: HTML_TYPE })
      break
    case 'error':
      write(response, { ...reply, status: 500, body: reply.failure ?? '' })
      break
    case 'cut':
      write(response, { ...reply, body: firstHalf(reply.body) })
      break
    case 'half':
      response.writeHead(reply.status, headersOf(reply))
      // The reset waits until the half was sent.
      response.write(firstHalf(reply.body), () => socket?.resetAndDestroy())
      break
    case 'lost':
      socket?.destroy()
      break
    case 'reset':
      socket?.resetAndDestroy()
      break
    case 'hang':
      break
  }
}

function write(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, headersOf(reply))
  response.end(reply.body)
}

const headersOf = ({ type = JSON_TYPE, headers, body }: Reply): Record<string, string | number> => ({
  'content-type': type,
  'content-length': Buffer.byteLength(body),
  ...headers,
})

function firstHalf(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  return bytes.subarray(0, bytes.length >> 1)
}
