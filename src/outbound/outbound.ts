/** Outbound is HTTP to suppliers, gateways, webhooks and notice channels; see `guarded.ts`. */
export interface Outbound {
  /** `open` makes a client for one supplier or one receiver. Defaults: 10 s to connect, 30 s in all, 4 MiB, 16 connections. */
  open(limits?: Partial<OutboundLimits>): OutboundClient
}

export interface OutboundLimits {
  /** `connectTimeoutMs` includes the look-up of the name and TLS. */
  connectTimeoutMs: number
  /** `totalTimeoutMs` lasts from the call to the last byte of the answer. */
  totalTimeoutMs: number
  /** `maxBytes` is the longest answer after decompression. */
  maxBytes: number
  /** `connections` to the one origin are open at a time. */
  connections: number
  wayOut: WayOut
}

/** WayOut is by which way connections leave this machine. */
export interface WayOut {
  /** `localAddress` is the address of this machine that they come from; absent: the system's choice. */
  localAddress?: string
  /** `proxy` is the URL of an HTTP proxy that they go through; there may be a user and a password in it. */
  proxy?: string
}

export interface OutboundClient {
  /** `request` gives the whole answer, whatever its status: redirects are not followed. Throws NotSent or Broken. */
  request(request: OutboundRequest): Promise<OutboundReply & { body: Buffer }>
  /**
   * `stream` gives the head, and the body as it comes in, once (which throws Broken when it is cut short or too long). A body that
   * nobody begins to read keeps its connection until the request's time is up. Throws NotSent or Broken.
   */
  stream(request: OutboundRequest): Promise<OutboundReply & { body: AsyncIterable<Buffer> }>
  /** `close` closes connections, once the requests that are under way have ended. */
  close(): Promise<void>
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | Buffer
  signal?: AbortSignal
  /** `mayBegin` is asked when the first byte is about to be written, however long the request has waited for it; false: nothing is sent. */
  mayBegin?: () => boolean
  /** `totalTimeoutMs` stands instead of the client's. */
  totalTimeoutMs?: number
  maxBytes?: number
}

export interface OutboundReply {
  status: number
  /** `headers` have lower-case names; of a repeated header the first value. */
  headers: Record<string, string>
}

/**
 * NotSent is proof that no byte of the request has reached the other side, and that none will: it may be sent again (promise 4: no guess
 * about what was sent). The message names host and port, never a path, a header or a body.
 */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * Broken is anything else but a whole answer: the other side may have taken the request, so it must not be sent again (promise 4: no guess
 * about what was sent). The message names host and port, never a path, a header or a body.
 */
export class Broken extends Error {
  override readonly name = 'Broken'
}
