/** HTTP to the outside: suppliers, and whoever wants to be told. See `guarded.ts` for how it is done. */
export interface Outbound {
  /** For one supplier or one receiver. What is not given: 10 s to connect, 30 s in all, 4 MiB, 16 connections. */
  open(limits?: Partial<OutboundLimits>): OutboundClient
}

export interface OutboundLimits {
  /** For a connection to come about, look-up of the name and TLS included. */
  connectTimeoutMs: number
  /** From the call to the last byte of the answer. */
  totalTimeoutMs: number
  /** The longest answer, in bytes after decompression. */
  maxBytes: number
  /** Connections to the one origin at a time. */
  connections: number
}

export interface OutboundClient {
  /** The whole answer, whatever its status: redirects are not followed. Throws NotSent or Broken. */
  request(request: OutboundRequest): Promise<OutboundReply & { body: Buffer }>
  /**
   * The head, and the body as it comes in, once (which throws Broken when it is cut short or too long). A body that
   * nobody begins to read keeps its connection until the request's time is up. Throws NotSent or Broken.
   */
  stream(request: OutboundRequest): Promise<OutboundReply & { body: AsyncIterable<Buffer> }>
  /** Lets go of connections, once the requests that are under way have ended. */
  close(): Promise<void>
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | Buffer
  signal?: AbortSignal
  /** Instead of the client's. */
  totalTimeoutMs?: number
  maxBytes?: number
}

export interface OutboundReply {
  status: number
  /** Lower-case names; of a repeated header the first value. */
  headers: Record<string, string>
}

/**
 * Proof that no byte of the request has reached the other side, and that none will: it may be sent again (promise 4).
 * The message names host and port, never a path, a header or a body.
 */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * Anything else but a whole answer: the other side may have taken the request, so it must not be sent again
 * (promise 4). The message names host and port, never a path, a header or a body.
 */
export class Broken extends Error {
  override readonly name = 'Broken'
}
