import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Manner } from './faults.ts'

/** A request, as the protocols see it. */
export interface Asked {
  method: string
  /** Without the query; slashes in a row are one. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

/** An answer, and what goes wrong with it. */
export interface Reply {
  status: number
  body: string | Buffer
  /** JSON unless said otherwise. */
  type?: string
  headers?: Record<string, string>
  /** `whole` unless said otherwise. */
  manner?: Manner
  /** What the protocol says with HTTP 500. */
  failure?: string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const HTML_TYPE = 'text/html; charset=utf-8'
const HTML_PAGE = `<!DOCTYPE html>
<html><head><title>Just a moment...</title></head>
<body><h1>Checking your browser</h1><p>This page is the fake supplier's fault, and no answer.</p></body></html>
`

/** Lets an answer leave in its manner. A slow one takes `slowMs`. */
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
      // Not before the half is out.
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
